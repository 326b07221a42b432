#include "workshop/compiler_help.hpp"

#include <algorithm>
#include <vector>

namespace overlap::workshop {
namespace {

// What is found in a complaint: all of these, in the complaint itself, the notes or the lines of source below
// it.
using Sign = std::vector<std::string_view>;

struct Mistake {
    std::vector<Sign> signs;  ///< any of them: compilers differ, and so do the places where one can err
    std::string_view help;
};

// In this order: what is more particular comes first. clang's words, then g++'s where they are others.
const std::vector<Mistake>& mistakes() {
    static const std::vector<Mistake> all{
        // ---- Before anything can be compiled.
        {{{"'asio/", "file not found"}, {"asio/", "No such file or directory"}},
         "Asio's headers are not installed: apt-get install libasio-dev"},
        {{{"libclang_rt.", "No such file"}, {"libclang_rt.", "cannot find"}},
         "the sanitizers' library of clang is not installed: apt-get install libclang-rt-19-dev (the number "
         "is clang's)"},
        {{{"undeclared identifier 'workshop'"},
          {"expected namespace name", "workshop"},
          {"'workshop' is not a namespace-name"},
          {"'workshop' has not been declared"},
          {"'workshop' does not name a type"},
          {"'workshop' was not declared"}},
         "what exercises have at hand has to be included first: #include \"workshop.hpp\""},

        // ---- Python's words.
        {{{"undeclared identifier 'await'"},
          {"unknown type name 'await'"},
          {"'await' was not declared"},
          {"'await' does not name a type"}},
         "Python's await is co_await in C++: std::string answer = co_await get(path);"},
        {{{"unknown type name 'async'"},
          {"undeclared identifier 'async'"},
          {"'async' does not name a type"},
          {"'async' was not declared"}},
         "there is no async in C++: a function is a coroutine when it returns awaitable<T> and has a "
         "co_await or co_return in it "
         "(async with semaphore: is auto permit = co_await semaphore.acquire();)"},
        {{{"undeclared identifier 'asyncio'"},
          {"'asyncio' was not declared"},
          {"'asyncio' has not been declared"}},
         "there is no asyncio in C++: gather, first_completed, with_timeout, sleep and to_thread are "
         "functions of workshop.hpp"},
        {{{"undeclared identifier 'wait_for'"}, {"'wait_for' was not declared"}},
         "asyncio.wait_for is with_timeout here: auto answer = co_await with_timeout(get(path), 500ms);"},
        {{{"undeclared identifier 'create_task'"}, {"'create_task' was not declared"}},
         "there is no create_task here: put the calls into a std::vector<awaitable<T>> and co_await "
         "gather(std::move(calls)), "
         "which starts them all"},

        // ---- Durations.
        {{{"call to deleted function 'sleep'"}, {"use of deleted function", "sleep("}},
         "sleep() wants to know of what: sleep(1s) or sleep(200ms), after using namespace "
         "std::chrono_literals;"},
        {{{"no matching function for call to 'with_timeout", "'int'"},
          {"no matching function for call to 'with_timeout", "'double'"},
          {"no matching function for call to 'with_timeout", ", int)"},
          {"no matching function for call to 'with_timeout", ", double)"}},
         "the limit of with_timeout() is a duration: 2s or 500ms, after using namespace "
         "std::chrono_literals;"},
        {{{"no matching literal operator"}, {"unable to find numeric literal operator"}},
         "1s and 200ms are literals of their own: using namespace std::chrono_literals;"},

        // ---- Where co_await may stand.
        {{{"cannot be used in the 'main' function"}, {"'main' must return 'int'", "awaitable<"}},
         "main() cannot be a coroutine: write awaitable<void> exercise() and start it by int main() { return "
         "run(exercise); }"},
        {{{"cannot be used in the handler of a try block"}, {"not permitted in handlers"}},
         "co_await cannot stand in a catch block: note there what happened, and co_await after it"},
        {{{"cannot be used in a function with a deduced return type"},
          {"cannot be a coroutine", "(lambda"},
          {"unable to find the promise type", "lambda"}},
         "a lambda with co_await in it has to say that it is a coroutine: [] (...) -> awaitable<std::string> "
         "{ ... }"},
        {{{"cannot be a coroutine"}, {"unable to find the promise type"}},
         "only a function that returns awaitable<...> can co_await: make std::string f() an "
         "awaitable<std::string> f(), and "
         "co_await it where it is called"},

        // ---- What coroutines return.
        {{{"not allowed in coroutine"},
          {"conversion from returned value", "function return type 'awaitable<"},
          {"conversion from returned value", "function return type 'asio::awaitable<"},
          {"could not convert", "to 'asio::awaitable<", "return "}},
         "a coroutine gives its result by co_return, not by return"},
        {{{"no member named 'return_void'"}, {"coroutine does not return a value"}},
         "this coroutine promises a value: end it by co_return with one, on all ways through it"},
        {{{"no member named 'return_value'"}},
         "a coroutine that is awaitable<void> gives nothing: co_return; or another type than void"},

        // ---- The functions of workshop.hpp.
        {{{"no matching function for call to 'run'", "awaitable<"},
          {"no matching function for call to 'run("},
          {"cannot convert", "awaitable<void> (*)()"},
          {"invalid conversion", "to 'asio::awaitable<void> (*)()'"}},
         "run() takes the coroutine itself, not a call of it, and it gives nothing: awaitable<void> "
         "exercise(), run(exercise)"},
        {{{"no matching function for call to 'gather"},
          {"no matching function for call to 'first_completed"}},
         "gather() and first_completed() take one std::vector<awaitable<T>>, all of one T: push_back the "
         "calls, then "
         "gather(std::move(calls))"},
        {{{"no matching function for call to 'to_thread", "Work = awaitable<"},
          {"no matching function for call to 'to_thread", "Work = asio::awaitable<"},
          {"no viable conversion from", "awaitable<", "co_await to_thread("}},
         "to_thread() is for functions that block or compute: a coroutine needs no thread, co_await it"},
        {{{"no matching function for call to 'to_thread"}},
         "to_thread() takes the threads and a function without parameters, which is not called yet: "
         "to_thread(threads, [text] { return format_conversation(text); })"},
        {{{"no viable conversion from '(lambda", ".run("},
          {"no viable conversion from", "(const std::string &)'", ".run("},
          {"convert", "initializing argument 1", "workshop::ProcessPool::run("}},
         "a process pool is told the name of a job, as text: run(exercise, {{\"parse\", parse_record}}) in "
         "main(), then "
         "co_await pool.run(\"parse\", argument)"},
        {{{"invalid range expression of type", "Stream"}, {"'begin' was not declared", "stream"}},
         "a stream is read by while (auto line = co_await stream.next()) { ... *line ... }"},

        // ---- Lambdas.
        {{{"cannot be implicitly captured in a lambda"}, {"is not captured"}},
         "a lambda has only what it captures: name the variable in its brackets, [key] takes a copy"},

        // ---- Copies.
        {{{"deleted", "await_transform", "awaitable<"}},
         "a coroutine that has a name has to be moved into its co_await: co_await std::move(call)"},
        {{{"call to deleted constructor", "'Semaphore'"},
          {"call to deleted constructor", "'Client'"},
          {"call to deleted constructor", "'Threads'"},
          {"call to deleted constructor", "'ProcessPool'"},
          {"call to deleted constructor", "'Redis'"},
          {"call to deleted constructor", "'Stream'"},
          {"use of deleted function 'workshop::"}},
         "there is only one of these, shared by all: pass it as a reference, f(Semaphore& semaphore)"},
        {{{"awaitable<", "_M_range_initialize"},
          {"awaitable<", "initializer_list", "use of deleted function"}},
         "the list in braces would copy the coroutines: begin with an empty vector, and push_back them one "
         "by one"},
        {{{"awaitable<", "call to deleted constructor", "__normal_iterator"},
          {"use of deleted function 'asio::awaitable", "__normal_iterator"}},
         "a vector of coroutines cannot be copied: hand it over by std::move(calls)"},
        {{{"awaitable<", "call to deleted constructor"}, {"use of deleted function 'asio::awaitable"}},
         "a coroutine cannot be copied, only moved: push_back(std::move(call)), or push_back(get(path)) at "
         "once"},

        // ---- What co_await gives.
        {{{"invalid range expression of type 'awaitable<"},
          {"invalid range expression of type 'asio::awaitable<"},
          {"'begin' was not declared", "awaitable"}},
         "this is the coroutine, not what it gives; co_await it first: const auto keys = co_await tasks();"},
        {{{"await_transform", "vector<awaitable<"}, {"await_transform", "vector<asio::awaitable<"}},
         "a vector of coroutines is awaited by gather: co_await gather(std::move(calls))"},
        {{{"no matching", "await_transform"}},
         "what stands behind co_await is no coroutine but a value already: leave the co_await out, or call a "
         "function that gives "
         "awaitable<T>"},
        {{{"incomplete type 'void'", "co_await"},
          {"no viable conversion from 'void'", "co_await"},
          {"variable has type 'void'", "co_await"},
          {"void", "has incomplete type", "co_await"},
          {"conversion from 'void'", "co_await"}},
         "this coroutine is awaitable<void>: it gives nothing to keep, so co_await it without a variable"},
        {{{"no known conversion from 'awaitable<", "' to 'const awaitable<", "push_back"},
          {"no matching function for call to 'std::vector<asio::awaitable<", "push_back(asio::awaitable<"}},
         "all coroutines of one vector give the same type: awaitable<std::string> and awaitable<void> do not "
         "mix"},
        {{{"no viable conversion from 'std::optional<"},
          {"from 'optional<"},
          {"return_value<std::optional<"},
          {"invalid operands", "'std::optional<"},
          {"conversion from 'std::optional<", "non-scalar"},
          {"no match for 'operator", "std::optional<"},
          {"no known conversion from 'std::optional<"}},
         "with_timeout() and next() give an optional, which may have nothing: if (answer) ... *answer ..."},
        {{{"from 'workshop::First<"},
          {"from 'First<"},
          {"return_value<workshop::First<"},
          {"'workshop::First<", "invalid operands"},
          {"conversion from 'workshop::First<"}},
         "first_completed() says which one won and with what: auto [index, result] = co_await "
         "first_completed(...);"},
        {{{"no viable conversion from 'awaitable<"},
          {"no viable conversion from 'asio::awaitable<"},
          {"no viable overloaded '='", "from 'awaitable<"},
          {"no matching", "no known conversion from 'awaitable<"},
          {"invalid operands", "'awaitable<"},
          {"no member named", "in 'asio::awaitable<"},
          {"conversion from 'asio::awaitable<"},
          {"could not convert", "from 'asio::awaitable<"},
          {"invalid initialization of reference", "type 'asio::awaitable<"},
          {"no matching function for call to", "push_back(asio::awaitable<"},
          {"no match for", "asio::awaitable<"},
          {"has no member named", "asio::awaitable<"}},
         "this is the coroutine, not its result: nothing runs before you co_await it"},

        // ---- Warnings. Some results are not to be dropped that have nothing to do with coroutines.
        {{{"nodiscard", ".empty()"}, {"nodiscard", "std::async("}}, ""},
        {{{"nodiscard", "acquire()"}},
         "the permit is given back at once when nobody keeps it: auto permit = co_await "
         "semaphore.acquire();"},
        {{{"nodiscard", "ignoring return value"}, {"nodiscard", "awaitable<"}},
         "this call does nothing: a coroutine runs when it is awaited, so write co_await before it"},

        // ---- Names and punctuation.
        {{{"no template named 'awaitable'"},
          {"'awaitable' does not name a type"},
          {"'awaitable' was not declared"}},
         "awaitable and the rest are in the namespace workshop: #include \"workshop.hpp\", then using "
         "namespace workshop;"},
        {{{"expected ';'"}},
         "a statement ends with a semicolon; where one is missing, the compiler points behind the place"},
    };
    return all;
}

// Without colours, and with the quotes that clang uses.
std::string plain(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        if (text.starts_with("\x1b[")) {
            const std::size_t end = text.find_first_of("mK");
            text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        } else if (text.starts_with("\u2018") || text.starts_with("\u2019")) {
            out += '\'';
            text.remove_prefix(std::string_view("\u2018").size());
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

// Each begins with a line that has one of the words in it, and ends where the next begins.
struct Complaint {
    std::string text;
    bool error;
};

std::vector<Complaint> complaints_in(std::string_view text) {
    std::vector<Complaint> complaints;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view line = text.substr(0, end);
        const bool error = line.find("error: ") != std::string_view::npos ||
                           line.find(": cannot find ") != std::string_view::npos;
        const bool warning = line.find("warning: ") != std::string_view::npos;
        if (error || warning) complaints.push_back({"", error});
        if (!complaints.empty()) complaints.back().text += line;
        text.remove_prefix(end);
    }
    return complaints;
}

bool shows(const Complaint& complaint, const Mistake& mistake) {
    return std::any_of(mistake.signs.begin(), mistake.signs.end(), [&](const Sign& sign) {
        return std::all_of(sign.begin(), sign.end(), [&](std::string_view words) {
            return complaint.text.find(words) != std::string::npos;
        });
    });
}

}  // namespace

std::string help_for(std::string_view compiler_output) {
    const std::vector<Complaint> complaints = complaints_in(plain(compiler_output));
    for (const bool errors : {true, false}) {
        for (const Complaint& complaint : complaints) {
            if (complaint.error != errors) continue;
            for (const Mistake& mistake : mistakes()) {
                if (shows(complaint, mistake)) return std::string(mistake.help);
            }
        }
    }
    return "";
}

}  // namespace overlap::workshop
