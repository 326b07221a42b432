// The real binary, from outside: what it prints where, and how it ends.
#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <regex>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/options.hpp"
#include "net/http_client.hpp"
#include "net/url.hpp"
#include "render/ascii.hpp"
#include "render/json.hpp"
#include "render/plain.hpp"
#include "support/process.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

using Json = nlohmann::json;
using Words = std::vector<std::string>;
using test::Ended;
using test::Launch;
using test::Process;
using test::run;

// Calls that take longer than any of these tests: what ends earlier was ended.
constexpr const char* forever = "15s";
constexpr std::chrono::seconds long_before_that{10};

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

bool says_interrupted(const std::string& text) { return contains(text, "nterrupted"); }

std::size_t count_of(const std::string& text, const std::string& part) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + part.size()))
        ++count;
    return count;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

std::string joined(const Words& words) {
    std::string text = "overlap";
    for (const std::string& word : words) text += " '" + word + "'";
    return text;
}

Words operator+(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

// One line of text: its newline is the only control character in it.
bool is_one_line(const std::string& text) {
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    return text.ends_with('\n') && std::count_if(text.begin(), text.end(), is_control) == 1;
}

// It did not do it, printed nothing, and said in one line what was wrong.
void check_refused(const Ended& ended, int code, const Words& said = {}) {
    CAPTURE(ended.out.substr(0, 100));
    CAPTURE(ended.err);
    CHECK(ended.code == code);
    CHECK(ended.signal == 0);
    CHECK(ended.out.empty());
    CHECK(ended.err.starts_with("overlap: "));
    CHECK(is_one_line(ended.err));
    for (const std::string& word : said) {
        CAPTURE(word);
        CHECK(contains(ended.err, word));
    }
}

void check_done(const Ended& ended) {
    CAPTURE(ended.out);
    CHECK(ended.code == 0);
    CHECK(ended.signal == 0);
    CHECK(ended.err == "");
}

std::string without_escapes(const std::string& text) {
    static const std::regex escape("\x1b\\[[0-9;?]*[A-Za-z]");
    return std::regex_replace(text, escape, "");
}

bool has_color(const std::string& text) {
    static const std::regex color("\x1b\\[[0-9;]*m");
    return std::regex_search(text, color);
}

// In UTF-8 without escape codes; every character we draw takes one column.
int columns_of(const std::string& line) {
    const auto begins_character = [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; };
    return static_cast<int>(std::count_if(line.begin(), line.end(), begins_character));
}

int widest_line(const std::string& text) {
    int widest = 0;
    for (const std::string& line : lines_of(without_escapes(text)))
        widest = std::max(widest, columns_of(line));
    return widest;
}

// What a terminal shows in the end: "\r" goes back to where the line began, "\x1b[K" erases from there on.
std::string screen_after(const std::string& text) {
    std::string screen;
    std::string line;
    std::size_t column = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '\n') {
            screen += line + '\n';
            line.clear();
            column = 0;
        } else if (text[i] == '\r') {
            column = 0;
        } else if (text[i] == '\x1b') {
            while (i + 1 < text.size() && std::isalpha(static_cast<unsigned char>(text[i])) == 0) ++i;
            if (text[i] == 'K') line.resize(std::min(line.size(), column));
        } else {
            line.resize(std::max(line.size(), column + 1), ' ');
            line[column++] = text[i];
        }
    }
    return screen + line;
}

// A file that is gone with the scope.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& content) {
        path_ = std::filesystem::temp_directory_path() / "overlap_cli_test_XXXXXX";
        const int file = ::mkstemp(path_.data());
        REQUIRE(file >= 0);
        ::close(file);
        std::ofstream(path_, std::ios::binary) << content;
    }
    ~TemporaryFile() {
        std::error_code ignored;
        std::filesystem::remove(path_, ignored);
    }
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

std::string read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file.is_open());
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

Json run_as_json(const Words& arguments, int code = 0) {
    const Ended ended = run(arguments + Words{"--json"});
    CAPTURE(joined(arguments));
    CAPTURE(ended.err);
    CHECK(ended.code == code);
    CHECK(ended.err.empty());
    REQUIRE(Json::accept(ended.out));
    return Json::parse(ended.out);
}

// A run as --json keeps it; the same one for every test that only looks.
const std::string& kept_run() {
    static const std::string text = run({"api", "--latency", "20ms", "--json"}).out;
    return text;
}

const TemporaryFile& kept_file() {
    static const TemporaryFile file(kept_run());
    return file;
}

std::string picture_of(const std::string& json, int width, bool unicode = false, bool color = false) {
    return render_ascii(parse_run(json), {.width = width, .theme = {.unicode = unicode, .color = color}});
}

// A port of this machine that nobody listens on.
std::string unused_port() {
    using asio::ip::tcp;
    asio::io_context context;
    const tcp::acceptor acceptor(context, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
    return std::to_string(acceptor.local_endpoint().port());
}

// `overlap serve` under way.
struct Serving {
    explicit Serving(const Words& options = {}) : process(Launch{.arguments = Words{"serve"} + options}) {
        url = process.read_until("\n");
        url.erase(url.find('\n'));
    }

    Process process;
    std::string url;
};

net::Answer get(const std::string& url) {
    net::BlockingClient client;
    return client.get(net::resolve(net::parse_url(url)));
}

std::size_t sockets_of(pid_t pid) {
    std::size_t count = 0;
    std::error_code error;
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
    for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end;
         file.increment(error)) {
        std::error_code gone;
        if (std::filesystem::read_symlink(*file, gone).string().starts_with("socket:")) ++count;
    }
    return count;
}

pid_t server_of(const Process& process) {
    pid_t server = -1;
    CHECK(test::eventually([&] {
        const std::vector<pid_t> children = test::children_of(process.pid());
        if (!children.empty()) server = children.front();
        return server > 0;
    }));
    REQUIRE(server > 0);
    return server;
}

// Waits until the server process has that many calls, beside its listening socket and the one to its parent;
// gives that process. Until it is the server, it is a copy of its parent, with its parent's sockets.
pid_t wait_for_calls(const Process& process, std::size_t calls) {
    const pid_t server = server_of(process);
    CHECK(test::eventually([&] {
        std::ifstream file("/proc/" + std::to_string(server) + "/cmdline");
        const std::string command{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
        return contains(command, "serve") && sockets_of(server) >= 2 + calls;
    }));
    return server;
}

bool is_gone(pid_t pid) {
    return test::eventually([pid] { return !test::is_alive(pid); });
}

// Starts only once it is waited for, so that what we do to its output comes first.
const Words once_awaited{"sh", "-c", R"(read go; exec "$0" "$@")"};
const Words onto_full_disk{"sh", "-c", R"(exec "$0" "$@" > /dev/full)"};

// A value that each option takes, by what stands for it in help.
std::string good_value(const OptionSpec& option) {
    static const std::vector<std::pair<std::string, std::string>> values{
        {"N", "50"},       {"TIME", "20ms"},
        {"WHEN", "never"}, {"WAY", "pool,sequential"},
        {"WHAT", "queue"}, {"URL", "http://127.0.0.1:1/"},
        {"SHARE", "0.5"},  {"ADDRESS", "127.0.0.1"},
    };
    for (const auto& [stands_for, value] : values) {
        if (option.value == stands_for) return value;
    }
    FAIL("say here which value " << option.name << " takes");
    return "";
}

// Values that it must not take.
Words bad_values(const OptionSpec& option) {
    Words values{"", "abc", "-1", "--", "{}", "[]", "[3]", "%%", "99999999999999999999"};
    if (option.value == "N") return values + Words{"1.5", "3 ", " 3", "0x10", "1e2", "3,4"};
    if (option.value == "TIME")
        return values + Words{"1.5", "5", "ms", "-5ms", "5 ms", "1e3ms", "1h", "nans", "infs"};
    if (option.value == "SHARE") return values + Words{"1.5", "-0.1", "nan", "inf", "1e999", "50%"};
    if (option.value == "WAY")
        return values + Words{",", "pool,", ",pool", "pool,,pool", "Pool", "pool sequential"};
    if (option.value == "URL") {
        return values + Words{"https://127.0.0.1/",  "ftp://127.0.0.1/",      "http://",
                              "http://:80/",         "http://127.0.0.1:0/",   "http://127.0.0.1:65536/",
                              "http://127.0.0.1:x/", "http://me:it@[::1]:1/", "http://127.0.0.1:1/a b"};
    }
    if (option.value == "ADDRESS") return values + Words{"localhost:80", "999.1.1.1", "127.0.0.1:80"};
    return values;
}

// The words that must come before the options.
Words command_line_of(const CommandSpec& command) {
    Words words{command.name};
    if (command.argument == "FILE") words.push_back(kept_file().path());
    if (command.argument == "DEMO" || command.argument == "COMMAND") words.emplace_back("api");
    return words;
}

TEST_SUITE_BEGIN("cli");

// Help

TEST_CASE("overlap alone greets and says what to try first") {
    const Ended ended = run(Words{});
    check_done(ended);
    CHECK(contains(ended.out, "overlap api"));
    CHECK(contains(ended.out, "overlap --help"));
}

TEST_CASE("help shows examples before options, within the width") {
    std::vector<Words> ways_to_ask{{"--help"},        {"-h"},       {"help"}, {"help", "api"},
                                   {"api", "--help"}, {"api", "-h"}};
    for (const CommandSpec& command : all_commands()) ways_to_ask.push_back({command.name, "--help"});
    for (const Words& arguments : ways_to_ask) {
        for (const int width : {40, 80, 120}) {
            CAPTURE(joined(arguments));
            CAPTURE(width);
            const Ended ended = run(arguments, {"COLUMNS=" + std::to_string(width)});
            check_done(ended);
            CHECK(widest_line(ended.out) <= width);
            const std::size_t examples = ended.out.find("Examples:");
            const std::size_t options = ended.out.find("Options:");
            CHECK(examples != std::string::npos);
            CHECK(options != std::string::npos);
            CHECK(examples < options);
        }
    }
}

TEST_CASE("the ways to ask for a command's help give the same text") {
    const std::string text = run({"help", "api"}).out;
    CHECK(run({"api", "--help"}).out == text);
    CHECK(run({"api", "-h"}).out == text);
    CHECK(run({"api", "--tasks", "3", "--help"}).out == text);
}

TEST_CASE("help names every command and every option there is, and no other") {
    const std::string overview = run({"--help"}).out;
    for (const CommandSpec& command : all_commands()) {
        CAPTURE(command.name);
        CHECK(contains(overview, "\n  " + command.name));
        Words known{"--help"};
        for (const OptionSpec& option : command.options) {
            if (!option.hidden) known.push_back(option.name);
        }
        const std::string help = run({command.name, "--help"}, {"COLUMNS=120"}).out;
        const std::string options = help.substr(std::min(help.size(), help.find("Options:")));
        for (const std::string& name : known) {
            CAPTURE(name);
            CHECK(contains(options, name));
        }
        static const std::regex entry(R"(\n  (?:-\w, )?(--[a-z-]+))");
        for (std::sregex_iterator i(options.begin(), options.end(), entry), end; i != end; ++i) {
            const std::string name = (*i)[1];
            CAPTURE(name);
            CHECK(std::find(known.begin(), known.end(), name) != known.end());
        }
    }
}

TEST_CASE("every option of the table is understood, with its value apart or after an equals sign") {
    for (const CommandSpec& command : all_commands()) {
        for (const OptionSpec& option : command.options) {
            if (option.hidden) continue;
            CAPTURE(command.name);
            CAPTURE(option.name);
            if (option.kind == OptionKind::flag) {
                CHECK_NOTHROW(parse_arguments(command, {option.name}));
                continue;
            }
            CHECK_NOTHROW(parse_arguments(command, {option.name, good_value(option)}));
            CHECK_NOTHROW(parse_arguments(command, {option.name + "=" + good_value(option)}));
        }
    }
}

TEST_CASE("every example in help is understood") {
    for (const CommandSpec& command : all_commands()) {
        for (const Example& example : command.examples) {
            std::istringstream words{std::string(example.command)};
            Words arguments;
            const auto check = [&] {
                if (arguments.empty() || arguments.front() != "overlap") return;  // curl
                CAPTURE(joined(arguments));
                REQUIRE(arguments.size() >= 2);
                const CommandSpec* named = find_command(arguments[1]);
                REQUIRE(named != nullptr);
                CHECK_NOTHROW(parse_arguments(*named, {arguments.begin() + 2, arguments.end()}));
            };
            for (std::string word; words >> word;) {
                if (word != "|") {
                    arguments.push_back(word);
                    continue;
                }
                check();
                arguments.clear();
            }
            check();
        }
    }
}

TEST_CASE("--version names the libraries") {
    const Ended ended = run({"--version"});
    check_done(ended);
    CHECK(ended.out.starts_with("overlap "));
    CHECK(contains(ended.out, "\nasio "));
    CHECK(contains(ended.out, "\nfmt "));
}

TEST_CASE("list names every demo") {
    const Ended ended = run({"list"});
    check_done(ended);
    CHECK(ended.out.starts_with("api "));
}

TEST_CASE("code prints a demo's own file") {
    const Ended ended = run({"code", "api"});
    check_done(ended);
    CHECK(ended.out == read_file(OVERLAP_SOURCE_DIR "/demos/api.cpp"));
}

// Wrong usage

TEST_CASE("a mistyped word is answered with the nearest one") {
    check_refused(run({"apj"}), 2, {"apj", "did you mean 'api'"});
    check_refused(run({"lsit"}), 2, {"lsit", "did you mean 'list'"});
    check_refused(run({"api", "--taks", "3"}), 2, {"--taks", "did you mean '--tasks'"});
    check_refused(run({"api", "--latnecy=3ms"}), 2, {"--latnecy", "did you mean '--latency'"});
    check_refused(run({"serve", "--prot", "3"}), 2, {"--prot", "did you mean '--port'"});
    check_refused(run({"code", "apo"}), 2, {"apo", "did you mean 'api'"});
    check_refused(run({"help", "apo"}), 2, {"apo", "did you mean 'api'"});
}

TEST_CASE("a word that is near to none is answered without a guess") {
    for (const Words& arguments :
         std::vector<Words>{{"q"}, {"xyzzy"}, {""}, {"api", "--xyzzy"}, {"code", "xyzzy"}}) {
        const Ended ended = run(arguments);
        CAPTURE(joined(arguments));
        check_refused(ended, 2, {"'" + arguments.back() + "'"});
        CHECK_FALSE(contains(ended.err, "did you mean"));
    }
}

TEST_CASE("an option is never suggested that help does not show") {
    CHECK_FALSE(contains(run({"serve", "--contrl", "3"}).err, "--control'"));
}

TEST_CASE("an argument too many is named") {
    for (const CommandSpec& command : all_commands()) {
        const Words arguments = command_line_of(command) + Words{"one-too-many"};
        CAPTURE(joined(arguments));
        check_refused(run(arguments), 2, {"one-too-many"});
    }
    check_refused(run({"api", "--unicode", "yes"}), 2, {"yes"});
    check_refused(run({"--version", "one-too-many"}), 2, {"one-too-many"});
    check_refused(run({"--help", "one-too-many"}), 2, {"one-too-many"});
}

TEST_CASE("an argument that is missing is asked for") {
    check_refused(run({"render"}), 2, {"FILE"});
    check_refused(run({"code"}), 2, {"DEMO"});
}

TEST_CASE("an option before the command, a lone dash and the like are refused") {
    for (const Words& arguments :
         std::vector<Words>{{"--json", "api"}, {"-"}, {"--"}, {"-x"}, {"api", "-x"}, {"api", "-"}}) {
        CAPTURE(joined(arguments));
        check_refused(run(arguments), 2);
    }
}

TEST_CASE("a missing value is told with the option that lacks it") {
    for (const CommandSpec& command : all_commands()) {
        for (const OptionSpec& option : command.options) {
            if (option.hidden || option.kind == OptionKind::flag) continue;
            CAPTURE(command.name);
            const Words start = command_line_of(command);
            check_refused(run(start + Words{option.name}), 2, {option.name});
            check_refused(run(start + Words{option.name + "="}), 2, {option.name});
            check_refused(run(start + Words{option.name, "--unicode"}), 2, {"--unicode"});
        }
    }
}

TEST_CASE("a value that makes no sense is told, with its option and itself") {
    for (const CommandSpec& command : all_commands()) {
        for (const OptionSpec& option : command.options) {
            if (option.hidden || option.kind == OptionKind::flag) continue;
            for (const std::string& value : bad_values(option)) {
                const Words arguments = command_line_of(command) + Words{option.name, value};
                CAPTURE(joined(arguments));
                // A server that started after all could run on: so it gets no place to print its url.
                const Words wrapper = command.name == "serve" ? onto_full_disk : Words{};
                check_refused(run(Launch{.arguments = arguments, .wrapper = wrapper}), 2,
                              {"'" + value + "'"});
            }
        }
    }
}

TEST_CASE("a value out of its range is told with the range") {
    check_refused(run({"api", "--tasks", "0"}), 2, {"--tasks", "'0'", "1"});
    check_refused(run({"api", "--workers", "0"}), 2, {"--workers", "'0'", "1"});
    check_refused(run({"api", "--repeat", "0"}), 2, {"--repeat", "'0'", "1"});
    check_refused(run({"api", "--width", "39"}), 2, {"--width", "'39'", "40"});
    check_refused(run({"api", "--timeout", "0ms"}), 2, {"--timeout"});
    check_refused(run({"api", "--latency", "61s"}), 2, {"--latency"});
    check_refused(run({"serve", "--port", "65536"}), 2, {"--port", "'65536'", "65535"});
    check_refused(run({"serve", "--max-in-flight", "0"}), 2, {"--max-in-flight", "'0'", "1"});
}

TEST_CASE("options that exclude each other are refused") {
    check_refused(run({"api", "--plain", "--json"}), 2, {"--plain", "--json"});
}

TEST_CASE("a value with line breaks or escape codes in it is still answered in one clean line") {
    const std::vector<Words> command_lines{
        {"ap\nj"},
        {"\x1b[2J"},
        {"api", "--ta\nsks"},
        {"api", "ex\ntra"},
        {"api", "--tasks", "1\n2"},
        {"api", "--latency", "\x1b[31m5ms"},
        {"api", "--way", "po\nol"},
        {"api", "--url", "http://a\nb/"},
        {"api", "--json=a\nb"},
        {"api", "--color", "\r"},
        {"code", "a\tpi\n"},
        {"help", "a\npi\n"},
        {"serve", "--host", "127.0.0.1\n"},
        {"serve", "--when-full", "que\nue"},
    };
    for (const Words& arguments : command_lines) {
        CAPTURE(joined(arguments));
        check_refused(run(arguments), 2);
    }
    check_refused(run({"render", "/no\nsuch \x1b[31mfile"}), 1);
    check_refused(run({"--help"}, {"COLUMNS=8\n0"}), 2, {"COLUMNS"});
}

// The run

TEST_CASE("api draws three panels and says nothing on standard error") {
    const Ended ended = run({"api", "--latency", "20ms"});
    check_done(ended);
    for (const char* caption : {"\nSequential", "\nCoroutines", "\nThread pool"})
        CHECK(contains(ended.out, caption));
    CHECK(count_of(ended.out, "\nTotal: ") == 3);
    CHECK(count_of(ended.out, "\nTask1:") == 3);
    CHECK(count_of(ended.out, "\nTask3:") == 3);
    CHECK(count_of(ended.out, "\nLoop:") == 1);
    CHECK(contains(ended.out, "\nTime:"));
    CHECK(ended.out.ends_with('\n'));
}

TEST_CASE("only the overlapping ways have three calls in flight, and the server saw the same") {
    const Json document = run_as_json({"api", "--latency", "250ms"});
    CHECK(document["schema"] == "overlap.run/1");
    CHECK(document["demo"] == "api");
    REQUIRE(document["ways"].size() == 3);
    const Words ways{"sequential", "coroutines", "pool"};
    const std::vector<int> peaks{1, 3, 3};
    for (std::size_t i = 0; i < 3; ++i) {
        const Json& way = document["ways"][i];
        CHECK(way["way"] == ways[i]);
        CHECK(way["metrics"]["in_flight_peak"] == peaks[i]);
        CHECK(way["server"]["peak_in_flight"] == peaks[i]);
        CHECK(way["server"]["requests"] == 3);
        CHECK(way["metrics"]["tasks"]["done"] == 3);
        CHECK(way["metrics"]["tasks"]["failed"] == 0);
        CHECK(way["metrics"]["latency_min_ns"] >= 250'000'000);
        CHECK(way["makespans_ns"].size() == 1);
        CHECK(way["interrupted"] == false);
    }
}

TEST_CASE("a pool has no more in flight than it has workers") {
    const Json document = run_as_json({"api", "--tasks", "10", "--workers", "4", "--latency", "100ms"});
    REQUIRE(document["ways"].size() == 3);
    CHECK(document["ways"][0]["metrics"]["in_flight_peak"] == 1);
    CHECK(document["ways"][1]["metrics"]["in_flight_peak"] == 10);
    CHECK(document["ways"][2]["metrics"]["in_flight_peak"] <= 4);
    CHECK(document["ways"][2]["server"]["peak_in_flight"] <= 4);
    CHECK(document["ways"][2]["usage"]["threads"] <= 4);
    CHECK(document["ways"][2]["workers"] == 4);
    for (const Json& way : document["ways"]) CHECK(way["metrics"]["tasks"]["done"] == 10);
}

TEST_CASE("--way chooses the ways, and gives them in one order") {
    const auto ways_of = [](const Words& options) {
        Words ways;
        const Json document = run_as_json(Words{"api", "--latency", "1ms"} + options);
        for (const Json& way : document["ways"]) ways.push_back(way["way"]);
        return ways;
    };
    CHECK(ways_of({"--way", "coroutines"}) == Words{"coroutines"});
    CHECK(ways_of({"--way", "sequential,pool"}) == Words{"sequential", "pool"});
    CHECK(ways_of({"--way", "pool,coroutines,pool,sequential"}) == Words{"sequential", "coroutines", "pool"});
    const Ended ended = run({"api", "--latency", "1ms", "--way", "coroutines"});
    check_done(ended);
    CHECK(count_of(ended.out, "\nTotal: ") == 1);
    CHECK_FALSE(contains(ended.out, "\nSequential"));
}

TEST_CASE("--repeat shows the median of all repeats") {
    const Ended ended = run({"api", "--repeat", "3", "--latency", "10ms"});
    check_done(ended);
    CHECK(count_of(ended.out, "median of 3") == 3);
    const Json document = run_as_json({"api", "--repeat", "3", "--latency", "10ms"});
    for (const Json& way : document["ways"]) {
        std::vector<std::int64_t> makespans = way["makespans_ns"];
        REQUIRE(makespans.size() == 3);
        std::sort(makespans.begin(), makespans.end());
        CHECK(way["metrics"]["makespan_ns"] == makespans[1]);
    }
}

TEST_CASE("--as-in-notes gives the notes' numbers, which other options still change") {
    const CommandSpec* api = find_command("api");
    REQUIRE(api != nullptr);
    const Invocation notes = parse_arguments(*api, {"--as-in-notes"});
    CHECK(notes.run->settings.get("tasks") == 3);
    CHECK(notes.run->settings.get("latency") == 2'000'000'000);
    for (const Words& arguments :
         {Words{"--tasks", "5", "--as-in-notes"}, Words{"--as-in-notes", "--tasks", "5"}}) {
        const Invocation both = parse_arguments(*api, arguments);
        CHECK(both.run->settings.get("tasks") == 5);
        CHECK(both.run->settings.get("latency") == 2'000'000'000);
    }
}

TEST_CASE("--plain prints one fact a line, fields apart by tabs") {
    const Ended ended = run({"api", "--latency", "5ms", "--plain"});
    check_done(ended);
    for (const std::string& line : lines_of(ended.out)) {
        CAPTURE(line);
        CHECK(contains(line, "\t"));
    }
    CHECK(count_of(ended.out, "\ttask\t") == 9);
    CHECK(contains(ended.out, "\nsequential\tin_flight_peak\t1\n"));
}

TEST_CASE("a long wait is announced, and is no error") {
    Process process(Launch{.arguments = {"api", "--latency", "60s"}});
    const pid_t server = wait_for_calls(process, 1);
    process.signal(SIGINT);
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    CHECK(ended.err.starts_with("overlap: "));
    CHECK(is_one_line(ended.err));
    CHECK(contains(ended.err, "--way"));
    CHECK(is_gone(server));
}

// A kept run

TEST_CASE("--json gives one whole document that says what it is") {
    const std::string& text = kept_run();
    REQUIRE(Json::accept(text));
    const Json document = Json::parse(text);
    CHECK(document["schema"] == run_schema);
    for (const char* key : {"demo", "title", "knobs", "urls", "seed", "machine", "ways", "next"}) {
        CAPTURE(key);
        CHECK(document.contains(key));
    }
    CHECK(text.ends_with("}\n"));
    // Nothing is lost on the way through.
    CHECK(render_json(parse_run(text)) == text);
}

TEST_CASE("render draws a kept run as it would have been drawn, from a file and from standard input") {
    struct View {
        Words options;
        std::string expected;
    };
    const std::string& json = kept_run();
    std::vector<View> views{
        {{}, picture_of(json, 80)},
        {{"--unicode"}, picture_of(json, 80, true)},
        {{"--color", "always"}, picture_of(json, 80, false, true)},
        {{"--color", "never"}, picture_of(json, 80)},
        {{"--unicode", "--color", "always", "--width", "100"}, picture_of(json, 100, true, true)},
        {{"--plain"}, render_plain(parse_run(json))},
        {{"--width", "10000"}, picture_of(json, 120)},
    };
    for (const int width : {40, 57, 80, 120}) {
        views.push_back({{"--width", std::to_string(width)}, picture_of(json, width)});
    }
    for (const auto& [options, expected] : views) {
        CAPTURE(joined(options));
        const Ended from_file = run(Words{"render", kept_file().path()} + options);
        check_done(from_file);
        CHECK(from_file.out == expected);
        const Ended from_input = run(Launch{.arguments = Words{"render", "-"} + options, .input = json});
        check_done(from_input);
        CHECK(from_input.out == expected);
    }
}

TEST_CASE("render draws a run with failures and one with many lanes as they were kept") {
    const std::vector<std::pair<Words, int>> runs{
        {{"--tasks", "60", "--latency", "5ms", "--way", "coroutines,pool"}, 0},
        {{"--url", "http://127.0.0.1:" + unused_port() + "/"}, 1},
    };
    for (const auto& [options, code] : runs) {
        const Ended kept = run(Words{"api", "--json"} + options);
        CHECK(kept.code == code);
        for (const int width : {40, 57, 80, 120, 200}) {
            CAPTURE(width);
            const Words arguments{"render", "-", "--width", std::to_string(width), "--color", "always"};
            const Ended drawn = run(Launch{.arguments = arguments, .input = kept.out});
            check_done(drawn);
            CHECK(drawn.out == picture_of(kept.out, width, false, true));
            CHECK(widest_line(drawn.out) <= std::min(width, 120));
        }
    }
}

TEST_CASE("a run cut off anywhere is refused in one line") {
    const std::string& json = kept_run();
    REQUIRE(json.size() > 100);
    constexpr std::size_t cuts = 24;
    for (std::size_t i = 0; i < cuts; ++i) {
        const std::size_t size = i * (json.size() - 2) / (cuts - 1);  // the last one lacks its brace
        CAPTURE(size);
        if (size == 0) continue;
        check_refused(run(Launch{.arguments = {"render", "-"}, .input = json.substr(0, size)}), 1,
                      {"standard input"});
    }
}

TEST_CASE("what is no run is refused in one line that names it") {
    const std::string& run_text = kept_run();
    const auto with = [&](const std::string& part, const std::string& other) {
        std::string text = run_text;
        const std::size_t at = text.find(part);
        REQUIRE(at != std::string::npos);
        return text.replace(at, part.size(), other);
    };
    const Words texts{
        "",
        "\n",
        "{}",
        "[]",
        "null",
        "42",
        "\"overlap.run/1\"",
        R"({"schema": "overlap.run/1"})",
        R"({"schema": "overlap.run/1", "ways": 3})",
        R"({"name": "left-pad", "version": "1.3.0"})",
        "three calls\nthree ways\n",
        std::string("\x7f"
                    "ELF\0\0\n\x1b[31m\xff\xfe\n",
                    15),
        std::string(64, '\0'),
        std::string(100'000, '['),
        run_text + run_text,
        with("overlap.run/1", "overlap.run/2"),
        with("overlap.run/1", "over\\nlap\\u001b[31m"),
        with("\"overlap.run/1\"", "1"),
        with("\"ways\"", "\"weighs\""),
        with("\"lane\": 0", "\"lane\": 99"),
        with("\"lane\": 0", "\"lane\": -1"),
        with("\"lane\": 0", "\"lane\": 0.5"),
        with("\"lane\": 0", "\"lane\": 1e999"),
        with("\"lane\": 0", "\"lane\": 99999999999999999999"),
        with("\"end_ns\": ", "\"end_ns\": -"),
        with("\"begin_ns\": ", "\"begin_ns\": 9999999"),
        with("\"blocked\"", "\"b\\nlocked\""),
        with("\"done\"", "\"d\xff one\""),
    };
    for (const std::string& text : texts) {
        CAPTURE(text.substr(0, 60));
        const TemporaryFile file(text);
        check_refused(run({"render", file.path()}), 1, {file.path()});
    }
}

TEST_CASE("a file that cannot be read is refused in one line that names it") {
    check_refused(run({"render", "/no/such/file.json"}), 1, {"/no/such/file.json", "No such file"});
    const std::string folder = std::filesystem::temp_directory_path();
    check_refused(run({"render", folder}), 1, {"'" + folder + "'", "directory"});
    // Standard input that is a directory.
    const Words from_folder{"sh", "-c", R"(exec "$0" "$@" < /)"};
    check_refused(run(Launch{.arguments = {"render", "-"}, .wrapper = from_folder}), 1, {"standard input"});
    check_refused(run({"render", "-"}), 1, {"standard input"});  // nothing in it
}

// Width and colour

TEST_CASE("colour is for terminals, unless somebody says otherwise") {
    struct Case {
        Words environment;
        Words options;
        bool terminal;
        bool colored;
    };
    const std::vector<Case> cases{
        {{}, {}, false, false},
        {{}, {}, true, true},
        {{}, {"--color", "always"}, false, true},
        {{}, {"--color", "never"}, true, false},
        {{}, {"--color", "auto"}, true, true},
        {{"NO_COLOR=1"}, {}, true, false},
        {{"NO_COLOR=1"}, {"--color", "always"}, true, true},
        {{"NO_COLOR="}, {}, true, true},
        {{"NO_COLOR=1", "CLICOLOR_FORCE=1"}, {}, true, false},
        {{"NO_COLOR=1", "CLICOLOR_FORCE=1"}, {}, false, false},
        {{"CLICOLOR_FORCE=1"}, {}, false, true},
        {{"CLICOLOR_FORCE=0"}, {}, false, false},
        {{"CLICOLOR_FORCE="}, {}, false, false},
        {{"CLICOLOR_FORCE=1"}, {"--color", "never"}, false, false},
        {{"TERM=dumb"}, {}, true, false},
        {{"TERM=dumb"}, {"--color", "always"}, true, true},
    };
    for (const Case& entry : cases) {
        CAPTURE(joined(entry.environment + entry.options));
        CAPTURE(entry.terminal);
        const Ended ended = run(Launch{.arguments = Words{"render", kept_file().path()} + entry.options,
                                       .environment = entry.environment,
                                       .terminal = entry.terminal});
        check_done(ended);
        CHECK(has_color(ended.out) == entry.colored);
        CHECK(contains(ended.out, "\x1b") == entry.colored);
        CHECK(ended.out == picture_of(kept_run(), 80, false, entry.colored));
    }
}

TEST_CASE("the width is --width, else COLUMNS, else the terminal's, else 80") {
    struct Case {
        Words environment;
        Words options;
        int terminal;  // columns; 0 for none
        int width;
    };
    const std::vector<Case> cases{
        {{}, {}, 0, 80},
        {{"COLUMNS="}, {}, 0, 80},
        {{"COLUMNS=57"}, {}, 0, 57},
        {{"COLUMNS=20"}, {}, 0, 40},
        {{"COLUMNS=200"}, {}, 0, 120},
        {{"COLUMNS=57"}, {"--width", "100"}, 0, 100},
        {{"COLUMNS=abc"}, {"--width", "100"}, 0, 100},
        {{}, {}, 100, 100},
        {{}, {}, 30, 40},
        {{}, {}, 200, 120},
        {{"COLUMNS=57"}, {}, 100, 57},
        {{"COLUMNS=57"}, {"--width", "90"}, 100, 90},
    };
    for (const Case& entry : cases) {
        CAPTURE(joined(entry.environment + entry.options));
        CAPTURE(entry.terminal);
        const Ended ended = run(Launch{.arguments = Words{"render", kept_file().path()} + entry.options,
                                       .environment = entry.environment + Words{"NO_COLOR=1"},
                                       .terminal = entry.terminal > 0,
                                       .columns = entry.terminal});
        check_done(ended);
        CHECK(ended.out == picture_of(kept_run(), entry.width));
    }
    const Ended no_size = run(
        Launch{.arguments = {"render", kept_file().path(), "--color=never"}, .terminal = true, .columns = 0});
    CHECK(no_size.out == picture_of(kept_run(), 80));
}

TEST_CASE("COLUMNS that is no width is an error, never ignored") {
    const std::vector<Words> command_lines{
        {"api"}, {"render", kept_file().path()}, {"--help"}, {"help", "api"}};
    for (const Words& arguments : command_lines) {
        for (const std::string& value :
             Words{"abc", "0", "-80", "80.5", "80x", " 80", "99999999999999999999"}) {
            CAPTURE(joined(arguments));
            check_refused(run(arguments, {"COLUMNS=" + value}), 2, {"COLUMNS", "'" + value + "'"});
        }
    }
}

TEST_CASE("no line of a live picture is wider than the width") {
    for (const int width : {40, 57, 80, 120, 200}) {
        CAPTURE(width);
        const Ended piped = run({"api", "--latency", "5ms"}, {"COLUMNS=" + std::to_string(width)});
        check_done(piped);
        CHECK(widest_line(piped.out) <= std::min(width, 120));
        const Ended on_terminal = run(Launch{
            .arguments = {"api", "--latency", "5ms", "--unicode"}, .terminal = true, .columns = width});
        CHECK(on_terminal.code == 0);
        CHECK(has_color(on_terminal.out));
        CHECK(widest_line(screen_after(on_terminal.out)) <= std::min(width, 120));
    }
}

// While it runs

TEST_CASE("a terminal has a progress line while it runs, erased at the end") {
    const Words arguments{"api", "--latency", "400ms", "--tasks", "2", "--way", "sequential"};
    const Ended ended = run(Launch{.arguments = arguments, .terminal = true});
    CHECK(ended.code == 0);
    const std::string screen = screen_after(ended.out);
    CAPTURE(ended.out);
    CHECK(contains(ended.out, "\r"));
    CHECK(contains(ended.out, "sequential: task 1 of 2"));
    CHECK_FALSE(contains(screen, "task 1 of 2"));
    CHECK(screen.starts_with("2 calls"));
}

TEST_CASE("a dumb terminal has no progress line, and what is piped has nothing decorative") {
    const Words arguments{"api", "--latency", "400ms", "--tasks", "1", "--way", "sequential"};
    const Ended dumb = run(Launch{.arguments = arguments, .environment = {"TERM=dumb"}, .terminal = true});
    CHECK(dumb.code == 0);
    CHECK_FALSE(contains(dumb.out, "\r"));
    CHECK_FALSE(contains(dumb.out, "\x1b"));
    const Ended piped = run(arguments);
    check_done(piped);
    CHECK_FALSE(contains(piped.out, "\r"));
    CHECK_FALSE(contains(piped.out, "\x1b"));
}

// Failures are data

TEST_CASE("calls to a port nobody listens on are drawn as failed, with why") {
    const std::string url = "http://127.0.0.1:" + unused_port() + "/";
    const Ended ended = run({"api", "--url", url});
    CHECK(ended.code == 1);
    CHECK(ended.err.empty());
    CHECK(count_of(ended.out, "\nTotal: ") == 3);
    CHECK(contains(ended.out, "!"));
    CHECK(contains(ended.out, "! failed"));
    CHECK(contains(ended.out, "connection refused"));
    CHECK(contains(ended.out, "3 of 3 failed"));
    const Json document = run_as_json({"api", "--url", url}, 1);
    for (const Json& way : document["ways"]) {
        CHECK(way["metrics"]["tasks"]["failed"] == 3);
        CHECK(way["server"].is_null());
        CHECK(way["lanes"][0]["error"] == "connection refused");
    }
}

TEST_CASE("calls that take too long are drawn as timed out") {
    const Words arguments{"api", "--timeout", "50ms", "--latency", forever, "--way", "coroutines,pool"};
    const Ended ended = Process(Launch{.arguments = arguments}).wait(long_before_that);
    CHECK(ended.code == 1);
    CHECK(ended.err.empty());
    CHECK(contains(ended.out, "timed out"));
    CHECK(contains(ended.out, "! failed"));
    CHECK(count_of(ended.out, "3 of 3 failed") >= 2);
}

TEST_CASE("answers that say the server failed are drawn as failed") {
    const Serving serving({"--fail-rate", "1"});
    const Ended ended = run({"api", "--url", serving.url + "/"});
    CHECK(ended.code == 1);
    CHECK(ended.err.empty());
    CHECK(contains(ended.out, "HTTP 503"));
    CHECK(contains(ended.out, "! failed"));
    CHECK(contains(ended.out, "3 of 3 failed"));
}

TEST_CASE("one failure leaves the other calls to go on") {
    const Serving serving({"--latency", "20ms"});
    const std::string nowhere = "http://127.0.0.1:" + unused_port() + "/";
    const Json document = run_as_json({"api", "--url", serving.url + "/", "--url", nowhere}, 1);
    for (const Json& way : document["ways"]) {
        CHECK(way["metrics"]["tasks"]["done"] == 1);
        CHECK(way["metrics"]["tasks"]["failed"] == 1);
    }
}

TEST_CASE("what a foreign server saw is left out, not invented") {
    const Serving serving({"--latency", "20ms"});
    const Json document = run_as_json({"api", "--url", serving.url + "/"});
    CHECK(document["urls"] == Json{serving.url + "/"});
    REQUIRE(document["ways"].size() == 3);
    for (const Json& way : document["ways"]) {
        CHECK(way["server"].is_null());
        CHECK(way["metrics"]["tasks"]["done"] == 3);
        CHECK(way["metrics"]["latency_min_ns"] >= 20'000'000);
    }
    const Ended ended = run({"api", "--url", serving.url + "/"});
    check_done(ended);
    CHECK_FALSE(contains(ended.out, "server saw"));
    CHECK(contains(ended.out, serving.url));
}

TEST_CASE("https is refused before anything runs") {
    check_refused(run({"api", "--url", "https://127.0.0.1/"}), 2, {"https", "not supported"});
}

TEST_CASE("a server process that dies ends the run with one line, not with a hang") {
    for (const std::string& way : Words{"sequential", "coroutines", "pool"}) {
        CAPTURE(way);
        Process process(Launch{.arguments = {"api", "--latency", forever, "--way", way}});
        const pid_t server = wait_for_calls(process, way == "sequential" ? 1 : 3);
        ::kill(server, SIGKILL);
        check_refused(process.wait(long_before_that), 1, {"server"});
    }
}

// Ctrl-C

TEST_CASE("Ctrl-C ends any way at once, with the picture so far and no process left behind") {
    for (const int number : {SIGINT, SIGTERM}) {
        for (const std::string& way : Words{"sequential", "coroutines", "pool"}) {
            CAPTURE(number);
            CAPTURE(way);
            Process process(Launch{.arguments = {"api", "--latency", forever, "--tasks", "3", "--way", way}});
            const pid_t server = wait_for_calls(process, way == "sequential" ? 1 : 3);
            process.signal(number);
            const Ended ended = process.wait(long_before_that);
            CAPTURE(ended.out);
            CHECK(ended.code == 130);
            CHECK(ended.err == "");
            CHECK(says_interrupted(ended.out));
            CHECK(contains(ended.out, "\nTask1:"));
            CHECK_FALSE(test::is_alive(server));
        }
    }
}

TEST_CASE("Ctrl-C typed at a terminal leaves the picture there, and no progress line") {
    Process process(Launch{.arguments = {"api", "--latency", forever}, .terminal = true});
    const pid_t server = wait_for_calls(process, 1);
    process.read_until("task 1 of 3");
    process.type("\x03");
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    const std::string screen = screen_after(ended.out);
    CHECK(says_interrupted(screen));
    CHECK_FALSE(contains(screen, "task 1 of 3"));
    CHECK_FALSE(test::is_alive(server));
}

TEST_CASE("Ctrl-C under --json still gives a whole document, marked as interrupted") {
    Process process(Launch{.arguments = {"api", "--latency", forever, "--json"}});
    wait_for_calls(process, 1);
    process.signal(SIGINT);
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    CHECK(ended.err == "");
    REQUIRE(Json::accept(ended.out));
    const Json document = Json::parse(ended.out);
    CHECK(document["schema"] == run_schema);
    REQUIRE(document["ways"].size() == 1);
    CHECK(document["ways"][0]["interrupted"] == true);
    CHECK(document["ways"][0]["metrics"]["tasks"]["done"] == 0);
    const Ended drawn = run(Launch{.arguments = {"render", "-"}, .input = ended.out});
    check_done(drawn);
    CHECK(says_interrupted(drawn.out));
}

TEST_CASE("Ctrl-C among many calls stops them all") {
    for (const std::string& way : Words{"coroutines", "pool"}) {
        CAPTURE(way);
        Process process(Launch{.arguments = {"api", "--latency", forever, "--tasks", "300", "--way", way}});
        const pid_t server = wait_for_calls(process, 30);
        process.signal(SIGINT);
        const Ended ended = process.wait(long_before_that);
        CHECK(ended.code == 130);
        CHECK(ended.err == "");
        CHECK(says_interrupted(ended.out));
        CHECK_FALSE(test::is_alive(server));
    }
}

TEST_CASE("Ctrl-C during a later repeat is marked too") {
    const Words arguments{"api", "--latency", "30ms", "--way", "coroutines", "--repeat", "1000"};
    Process process(Launch{.arguments = arguments, .terminal = true});
    process.read_until(", repeat ");  // that line comes late enough for the first repeat to be over
    process.type("\x03");
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    CHECK(says_interrupted(screen_after(ended.out)));
}

TEST_CASE("Ctrl-C however early ends it, with nothing half-printed and no process left behind") {
    for (int i = 0; i < 8; ++i) {
        Process process(Launch{.arguments = {"api", "--latency", forever, "--json"}});
        const pid_t server = server_of(process);
        if (i % 2 == 1) test::eventually([&] { return sockets_of(process.pid()) >= 1; });
        process.signal(SIGINT);
        const Ended ended = process.wait(long_before_that);
        CHECK(ended.code == 130);
        CHECK(ended.err == "");
        REQUIRE(Json::accept(ended.out));
        const Ended drawn = run(Launch{.arguments = {"render", "-"}, .input = ended.out});
        check_done(drawn);
        CAPTURE(drawn.out);
        CHECK(says_interrupted(drawn.out));
        CHECK(is_gone(server));
    }
}

TEST_CASE("a second Ctrl-C ends it without waiting, and no process is left behind") {
    Process process(Launch{.arguments = {"api", "--latency", forever}});
    const pid_t server = wait_for_calls(process, 1);
    process.signal(SIGINT);
    process.signal(SIGINT);
    const Ended ended = process.wait(long_before_that);
    CHECK((ended.code == 130 || ended.signal == SIGINT));
    CHECK(ended.err == "");
    CHECK(is_gone(server));
}

TEST_CASE("killing it leaves no server process behind") {
    for (const bool under_way : {true, false}) {
        Process process(Launch{.arguments = {"api", "--latency", forever}});
        const pid_t server = under_way ? wait_for_calls(process, 1) : server_of(process);
        process.signal(SIGKILL);
        CHECK(is_gone(server));
        CHECK(process.wait().signal == SIGKILL);
    }
}

// Output that cannot be written

TEST_CASE("a closed pipe ends it quietly") {
    for (const Words& arguments : std::vector<Words>{{},
                                                     {"list"},
                                                     {"--help"},
                                                     {"code", "api"},
                                                     {"render", kept_file().path()},
                                                     {"api", "--latency", "5ms"},
                                                     {"api", "--latency", "5ms", "--json"},
                                                     {"serve"}}) {
        CAPTURE(joined(arguments));
        Process process(Launch{.arguments = arguments, .input = "go\n", .wrapper = once_awaited});
        process.close_output();
        const Ended ended = process.wait();
        CHECK(ended.signal == SIGPIPE);
        CHECK(ended.err == "");
    }
}

TEST_CASE("a closed pipe ends it quietly also where SIGPIPE was ignored before") {
    const Words ignoring{"sh", "-c", R"(trap '' PIPE; read go; exec "$0" "$@")"};
    Process process(Launch{.arguments = {"list"}, .input = "go\n", .wrapper = ignoring});
    process.close_output();
    const Ended ended = process.wait();
    CHECK(ended.signal == SIGPIPE);
    CHECK(ended.err == "");
}

TEST_CASE("output onto a full disk is an error in one line") {
    for (const Words& arguments : std::vector<Words>{{},
                                                     {"--version"},
                                                     {"list"},
                                                     {"--help"},
                                                     {"help", "api"},
                                                     {"code", "api"},
                                                     {"render", kept_file().path()},
                                                     {"api", "--latency", "5ms"},
                                                     {"api", "--latency", "5ms", "--json"},
                                                     {"serve"}}) {
        CAPTURE(joined(arguments));
        check_refused(run(Launch{.arguments = arguments, .wrapper = onto_full_disk}), 1, {"standard output"});
    }
}

// File descriptors

TEST_CASE("where too few files may be open, it says how many calls fit, and that many do") {
    const Words few_files{"prlimit", "--nofile=100:100"};
    const auto with_tasks = [&](int tasks) {
        return run(Launch{.arguments = {"api", "--way", "coroutines", "--latency", "20ms", "--tasks",
                                        std::to_string(tasks)},
                          .wrapper = few_files});
    };
    const Ended ended = with_tasks(200);
    check_refused(ended, 1, {"200", "fit"});
    std::smatch found;
    static const std::regex fitting(R"((\d+) connections fit)");
    REQUIRE(std::regex_search(ended.err, found, fitting));
    const int fit = std::stoi(found[1]);
    CHECK(fit > 0);
    CHECK(fit < 100);
    check_done(with_tasks(fit));
    check_refused(with_tasks(fit + 1), 1, {"fit"});
}

TEST_CASE("a soft limit on open files that is too low is raised") {
    rlimit limit{};
    REQUIRE(::getrlimit(RLIMIT_NOFILE, &limit) == 0);
    const rlim_t hard = std::min<rlim_t>(limit.rlim_max, 4096);
    const Words low_soft_limit{"prlimit", "--nofile=100:" + std::to_string(hard)};
    const Ended ended =
        run(Launch{.arguments = {"api", "--tasks", "200", "--latency", "50ms", "--way", "coroutines"},
                   .wrapper = low_soft_limit});
    check_done(ended);
}

// serve

TEST_CASE("serve prints its url, answers, and stops on a signal with a summary") {
    for (const int number : {SIGINT, SIGTERM}) {
        Serving serving;
        CHECK(serving.url.starts_with("http://127.0.0.1:"));
        for (int i = 0; i < 3; ++i) CHECK(get(serving.url + "/json").ok());
        CHECK(get(serving.url + "/nowhere").status == 404);
        serving.process.signal(number);
        const Ended ended = serving.process.wait();
        check_done(ended);
        const std::vector<std::string> lines = lines_of(ended.out);
        REQUIRE(lines.size() == 2);
        CHECK(contains(lines[1], "4 requests"));
    }
}

TEST_CASE("serve --log writes a line on standard error for each request") {
    Serving serving({"--log"});
    CHECK(get(serving.url + "/json").ok());
    CHECK(get(serving.url + "/nowhere").status == 404);
    serving.process.read_errors_until("/nowhere");  // logged once the client has its answer
    serving.process.signal(SIGINT);
    const Ended ended = serving.process.wait();
    CHECK(ended.code == 0);
    const std::vector<std::string> lines = lines_of(ended.err);
    REQUIRE(lines.size() == 2);
    CHECK(contains(lines[0], "/json"));
    CHECK(contains(lines[0], "200"));
    CHECK(contains(lines[1], "/nowhere"));
    CHECK(contains(lines[1], "404"));
}

TEST_CASE("serve listens where it was told to") {
    const std::string port = unused_port();
    const Serving serving({"--port", port, "--host", "127.0.0.1"});
    CHECK(serving.url == "http://127.0.0.1:" + port);
    CHECK(get(serving.url + "/json").ok());
    check_refused(run({"serve", "--port", port}), 1, {port, "in use"});
}

TEST_CASE("serve refuses an address that is none, or none of this machine's") {
    check_refused(run({"serve", "--host", "localhorst"}), 2, {"'localhorst'"});
    check_refused(run({"serve", "--host", "192.0.2.1"}), 1, {"192.0.2.1"});
}

TEST_CASE("serve ends while requests are being answered") {
    Serving serving({"--latency", forever});
    Process client(Launch{.arguments = {"api", "--url", serving.url + "/", "--way", "coroutines"}});
    CHECK(test::eventually(
        [&] { return sockets_of(client.pid()) >= 3 && sockets_of(serving.process.pid()) >= 4; }));
    serving.process.signal(SIGINT);
    check_done(serving.process.wait(long_before_that));
    const Ended ended = client.wait(long_before_that);
    CHECK(ended.code == 1);
    CHECK(contains(ended.out, "3 of 3 failed"));
}

TEST_SUITE_END();

}  // namespace
}  // namespace overlap
