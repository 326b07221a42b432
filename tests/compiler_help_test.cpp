#include "workshop/compiler_help.hpp"

#include <doctest/doctest.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "support/files.hpp"
#include "support/machine_use.hpp"
#include "workshop/toolchain.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("compiler_help");

using workshop::help_for;

// What a command prints, on both ends. Its words need no quotes.
std::string output_of(const std::vector<std::string>& words) {
    std::string line;
    for (const std::string& word : words) line += word + " ";
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(::popen((line + "2>&1").c_str(), "re"), ::pclose);
    REQUIRE(pipe);
    std::string text;
    char buffer[4096];
    while (const std::size_t count = std::fread(buffer, 1, sizeof buffer, pipe.get()))
        text.append(buffer, count);
    return text;
}

// The compiler that exercises get, with the header precompiled: most of a second is saved for each mistake.
class Compiling {
  public:
    Compiling() : compiler_(workshop::find_compiler()) {
        REQUIRE_MESSAGE(compiler_, workshop::compiler_advice());
        workshop::unpack_kit(folder_.path());
        const std::string said = output_of(workshop::pch_command(*compiler_, folder_.path()));
        CHECK(said == "");
    }

    // What it says of a source that begins as exercises do, or of one as it is.
    std::string says_of(const std::string& text) {
        return says_of_all(
            "#include \"workshop.hpp\"\n\nusing namespace workshop;\nusing namespace "
            "std::chrono_literals;\n\n" +
            text);
    }
    std::string says_of_all(const std::string& text, bool precompiled = true) {
        const std::string source = folder_.path() + "/exercise.cpp";
        test::write_file(source, text);
        std::vector<std::string> words;
        for (const std::string& word :
             workshop::compile_command(*compiler_, folder_.path(), source, folder_.path() + "/exercise",
                                       {.sanitize = !precompiled})) {
            if (!word.starts_with("-fuse-ld=")) words.push_back(word);
            if (word == source) break;  // the rest is about linking
        }
        words.push_back("-fsyntax-only");
        return output_of(words);
    }

  private:
    test::TemporaryFolder folder_;
    std::optional<workshop::Compiler> compiler_;
};

Compiling& compiling() {
    static Compiling once;
    return once;
}

struct Mistake {
    const char* source;
    const char* help;  ///< how it begins
};

void check_all(const std::vector<Mistake>& mistakes) {
    for (const Mistake& mistake : mistakes) {
        const std::string said = compiling().says_of(mistake.source);
        const std::string help = help_for(said);
        CHECK_MESSAGE(help.starts_with(mistake.help), mistake.source, "got: ", help, "\n",
                      said.substr(0, 600));
        CHECK(help.find('\n') == std::string::npos);
    }
}

TEST_CASE("co_await where it cannot stand" * doctest::skip(test::sanitized)) {
    check_all({
        {"int main() {\n    co_await sleep(1s);\n}\n", "main() cannot be a coroutine"},
        {"std::string f() {\n    return co_await get(\"/call/fig\");\n}\n",
         "only a function that returns awaitable"},
        {"void f() {\n    co_await sleep(1s);\n}\n", "only a function that returns awaitable"},
        {"awaitable<void> f() {\n    auto g = [] { return co_await get(\"/a\"); };\n    co_await g();\n}\n",
         "a lambda with co_await in it"},
        {"awaitable<void> f() {\n    auto g = []() -> std::string { co_return co_await get(\"/a\"); };\n    "
         "g();\n    "
         "co_return;\n}\n",
         "a lambda with co_await in it"},
        {"awaitable<void> f() {\n    try {\n        co_await get(\"/a\");\n    } catch (const HttpError&) "
         "{\n        "
         "co_await sleep(1s);\n    }\n}\n",
         "co_await cannot stand in a catch block"},
    });
}

TEST_CASE("a coroutine taken for its result" * doctest::skip(test::sanitized)) {
    const char* const help = "this is the coroutine, not its result";
    check_all({
        {"awaitable<void> f() {\n    std::string s = get(\"/a\");\n    co_return;\n}\n", help},
        {"awaitable<void> f() {\n    std::string s;\n    s = get(\"/a\");\n    co_return;\n}\n", help},
        {"awaitable<void> f() {\n    std::string s = \"a\" + get(\"/a\");\n    co_return;\n}\n", help},
        {"awaitable<void> f() {\n    auto s = get(\"/a\");\n    if (s.empty()) co_return;\n}\n", help},
        {"awaitable<void> f() {\n    std::vector<std::string> s;\n    s.push_back(get(\"/a\"));\n    "
         "co_return;\n}\n",
         help},
        {"awaitable<void> f(Threads& t) {\n    std::string s = to_thread(t, [] { return "
         "get_blocking(\"/a\"); });\n    "
         "co_return;\n}\n",
         help},
        {"awaitable<void> f(ProcessPool& pool) {\n    std::string s = pool.run(\"parse\", \"a\");\n    "
         "co_return;\n}\n",
         help},
        {"awaitable<void> f() {\n    for (auto& key : tasks()) get_blocking(key);\n    co_return;\n}\n",
         "this is the coroutine, not what it gives"},
        {"awaitable<void> f() {\n    get(\"/a\");\n    co_return;\n}\n", "this call does nothing"},
    });
}

TEST_CASE("the wrong way to give a result" * doctest::skip(test::sanitized)) {
    check_all({
        {"awaitable<std::string> f() {\n    std::string s = co_await get(\"/a\");\n    return s;\n}\n",
         "a coroutine gives its result by co_return"},
        {"awaitable<std::string> f() {\n    std::string s = \"x\";\n    return s;\n}\n",
         "a coroutine gives its result by co_return"},
        {"awaitable<std::string> f() {\n    co_await get(\"/a\");\n    co_return;\n}\n",
         "this coroutine promises a value"},
        {"awaitable<std::string> f() {\n    co_await get(\"/a\");\n}\n", "this coroutine promises a value"},
        {"awaitable<void> f() {\n    co_await sleep(1s);\n    co_return 3;\n}\n",
         "a coroutine that is awaitable<void>"},
    });
}

TEST_CASE("coroutines that are copied" * doctest::skip(test::sanitized)) {
    const std::string vector = "awaitable<void> f() {\n    std::vector<awaitable<std::string>> calls";
    const std::string copied = vector +
                               ";\n    auto a = get(\"/a\");\n    calls.push_back(a);\n    co_await "
                               "gather(std::move(calls));\n}\n";
    const std::string list =
        vector + "{get(\"/a\"), get(\"/b\")};\n    co_await gather(std::move(calls));\n}\n";
    const std::string unmoved = vector + ";\n    co_await gather(calls);\n}\n";
    check_all({
        {copied.c_str(), "a coroutine cannot be copied"},
        {list.c_str(), "the list in braces would copy"},
        {unmoved.c_str(), "a vector of coroutines cannot be copied"},
        {"awaitable<void> f() {\n    auto a = get(\"/a\");\n    std::string s = co_await a;\n}\n",
         "a coroutine that has a name has to be moved"},
        {"awaitable<void> g(Semaphore s);\nawaitable<void> f(Semaphore& s) {\n    co_await g(s);\n}\n",
         "there is only one of these"},
    });
}

TEST_CASE("what can be awaited, and what it gives" * doctest::skip(test::sanitized)) {
    const std::string vector = "awaitable<void> f() {\n    std::vector<awaitable<std::string>> calls;\n";
    const std::string not_gathered = vector + "    co_await calls;\n}\n";
    const std::string mixed =
        vector + "    calls.push_back(sleep(1s));\n    co_await gather(std::move(calls));\n}\n";
    const std::string first = vector + "    std::string s = co_await first_completed(std::move(calls));\n}\n";
    check_all({
        {"awaitable<void> f() {\n    std::string s = co_await get_blocking(\"/a\");\n}\n",
         "what stands behind co_await"},
        {not_gathered.c_str(), "a vector of coroutines is awaited by gather"},
        {mixed.c_str(), "all coroutines of one vector give the same type"},
        {"awaitable<void> f() {\n    co_await gather(get(\"/a\"), get(\"/b\"));\n}\n",
         "gather() and first_completed() take"},
        {"awaitable<void> f() {\n    auto nothing = co_await sleep(1s);\n}\n",
         "this coroutine is awaitable<void>"},
        {"awaitable<void> f() {\n    std::string s = co_await with_timeout(get(\"/a\"), 1s);\n}\n",
         "with_timeout() and next() give an optional"},
        {"awaitable<std::string> f() {\n    co_return co_await with_timeout(get(\"/a\"), 1s);\n}\n",
         "with_timeout() and next() give an optional"},
        {first.c_str(), "first_completed() says which one won"},
        {"awaitable<void> f(Semaphore& s) {\n    co_await s.acquire();\n    co_await get(\"/a\");\n}\n",
         "the permit is given back at once"},
        {"awaitable<void> f() {\n    Stream stream(\"/a\");\n    for (auto line : stream) "
         "get_blocking(line);\n    "
         "co_return;\n}\n",
         "a stream is read by"},
    });
}

TEST_CASE("functions given the wrong thing" * doctest::skip(test::sanitized)) {
    check_all({
        {"awaitable<void> f(Threads& t) {\n    co_await to_thread(t, get(\"/a\"));\n}\n",
         "to_thread() is for functions"},
        {"awaitable<void> f(Threads& t) {\n    co_await to_thread(t, format_conversation(\"a:1\"));\n}\n",
         "to_thread() takes the threads and a function"},
        {"awaitable<void> f(Threads& t) {\n    std::string s = co_await to_thread(t, []() -> "
         "awaitable<std::string> { "
         "co_return co_await get(\"/a\"); });\n}\n",
         "to_thread() is for functions"},
        {"awaitable<void> f(std::string k, Threads& t) {\n    co_await to_thread(t, [] { return "
         "get_blocking(k); });\n}\n",
         "a lambda has only what it captures"},
        {"awaitable<void> f() {\n    co_return;\n}\nint main() {\n    return run(f());\n}\n",
         "run() takes the coroutine itself"},
        {"awaitable<void> f(ProcessPool& pool) {\n    co_await pool.run(parse_record, \"a\");\n}\n",
         "a process pool is told the name of a job"},
        {"awaitable<void> f() {\n    co_await sleep(1);\n}\n", "sleep() wants to know of what"},
        {"awaitable<void> f() {\n    co_await with_timeout(get(\"/a\"), 2);\n}\n",
         "the limit of with_timeout() is a duration"},
    });
}

TEST_CASE("Python's words, and names that are missing" * doctest::skip(test::sanitized)) {
    check_all({
        {"awaitable<void> f() {\n    std::string s = await get(\"/a\");\n}\n", "Python's await is co_await"},
        {"async void f() {\n    co_await sleep(1s);\n}\n", "there is no async in C++"},
        {"awaitable<void> f() {\n    co_await asyncio.gather(get(\"/a\"));\n}\n",
         "there is no asyncio in C++"},
        {"awaitable<void> f() {\n    co_await wait_for(get(\"/a\"), 1s);\n}\n",
         "asyncio.wait_for is with_timeout"},
        {"awaitable<void> f() {\n    co_await sleep(1s)\n}\n", "a statement ends with a semicolon"},
    });
    const auto help_of = [](const std::string& text, bool precompiled) {
        return help_for(compiling().says_of_all(text, precompiled));
    };
    CHECK(help_of("using namespace workshop;\nawaitable<void> f();\n", false)
              .starts_with("what exercises have at hand"));
    CHECK(help_of("#include \"workshop.hpp\"\nawaitable<void> f();\n", true)
              .starts_with("awaitable and the rest"));
    CHECK(help_of(
              "#include \"workshop.hpp\"\nworkshop::awaitable<void> f() { co_await workshop::sleep(1s); }\n",
              true)
              .starts_with("1s and 200ms are literals"));
}

TEST_CASE("what is none of these mistakes gets no help, and neither does what is right") {
    for (const char* const source : {"awaitable<void> f() {\n    int x = \"text\";\n    co_return;\n}\n",
                                     "awaitable<void> f() {\n    undeclared(3);\n}\n",
                                     "void f(const std::string& s) {\n    s.empty();\n}\n",
                                     "awaitable<void> f() {\n    int unused = 3;\n    co_await "
                                     "sleep(1s);\n}\nint main() { return run(f); }\n"}) {
        const std::string said = compiling().says_of(source);
        CHECK(said != "");
        CHECK_MESSAGE(help_for(said) == "", said);
    }
    CHECK(compiling().says_of(
              "awaitable<void> f() {\n    co_await sleep(1s);\n}\nint main() { return run(f); }\n") == "");
    CHECK(help_for("") == "");
}

TEST_CASE("errors come before warnings, the first before the next, and colours do not matter") {
    const std::string warning =
        "a.cpp:1:1: warning: ignoring return value of function declared with 'nodiscard' attribute\n";
    const std::string error = "a.cpp:2:1: error: use of undeclared identifier 'await'\n";
    const std::string another = "a.cpp:3:1: error: use of undeclared identifier 'asyncio'\n";
    CHECK(help_for(warning + error + another).starts_with("Python's await"));
    CHECK(help_for(warning + another + error).starts_with("there is no asyncio"));
    CHECK(help_for(warning).starts_with("this call does nothing"));
    CHECK(help_for("a.cpp:2:1: \x1b[0;1;31merror: \x1b[0mname \u2018await\u2019 is new, "
                   "\u2018\x1b[1mawait\x1b[0m\u2019 was not declared in this scope\n")
              .starts_with("Python's await"));
}

}  // namespace
}  // namespace overlap
