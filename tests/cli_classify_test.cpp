// `overlap classify`: asked, given, measured.
#include <doctest/doctest.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "cli/questions.hpp"
#include "support/cli.hpp"
#include "support/error_message.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/no_more_files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_classify");

Words measure(const Words& command) { return Words{"classify", "--measure", "--"} + command; }

// A program that uses at least a second of CPU time, however fast the machine: the kernel ends its loop then.
const Words computes = shell("exec 2>/dev/null; (ulimit -t 1; while :; do :; done); exit 0");

Ended answered(const std::string& answers, const Words& options = {}) {
    return run(Launch{.arguments = Words{"classify", "--plain"} + options, .input = answers});
}

// The answer as JSON, apart from what the program prints.
struct Measured {
    Ended ended;
    Json document;
};
Measured measured(const Words& command) {
    const TemporaryFile kept("");
    const Words options{"classify", "--measure", "--json", "--output", kept.path(), "--"};
    Measured result{.ended = run(options + command), .document = {}};
    const std::string text = read_file(kept.path());
    REQUIRE(Json::accept(text));
    result.document = Json::parse(text);
    return result;
}

TEST_CASE("what is given is not asked, and --no-input takes the rest as no") {
    const auto pattern = [](const Words& options) {
        return run_as_json(Words{"classify", "--no-input", "--json"} + options)
            .at("pattern")
            .get<std::string>();
    };
    CHECK(pattern({}) == "PURE_ASYNC");
    CHECK(pattern({"--async-api", "--cpu-ms", "500"}) == "PURE_ASYNC");
    CHECK(pattern({"--blocking-io", "--cpu-ms", "99.999"}) == "TO_THREAD");
    CHECK(pattern({"--sync-lib", "--cpu-ms=100"}) == "PROCESS_POOL");
    CHECK(pattern({"--cpu-ms", "1e3"}) == "PROCESS_POOL");
    // Nor is it on a terminal.
    Process process(Launch{.arguments = {"classify", "--no-input"}, .terminal = true});
    const Ended ended = process.wait();
    CHECK(ended.code == 0);
    CHECK_FALSE(contains(ended.out, "[y/N]"));
}

TEST_CASE("answers are taken from a pipe, a line each") {
    const Ended ended = answered("y\nn\nn\n0\n");
    check_done(ended);
    CHECK(contains(ended.out, "pattern\tPURE_ASYNC\n"));
    CHECK(contains(answered("n\nYES\n no \r\n250.5").out, "pattern\tPROCESS_POOL\n"));
    CHECK(contains(answered("\n\n\n\n").out, "trait\tcpu_cost_ms\t0\n"));
    // Only what was not given.
    CHECK(contains(answered("y\n20\n", {"--async-api", "--sync-lib"}).out, "pattern\tTO_THREAD\n"));
}

TEST_CASE("an answer from a pipe that is none, or is missing, is one line that names the option") {
    check_refused(answered("maybe\n"), 2, {"--async-api", "'maybe'", "y or n"});
    check_refused(answered("y\nn\nn\nlots\n"), 2, {"--cpu-ms", "'lots'", "milliseconds"});
    check_refused(answered("y\nn\nn\n-1\n"), 2, {"--cpu-ms", "'-1'"});
    check_refused(answered("\x1b[2J\n"), 2, {"--async-api"});
    check_refused(answered(""), 2, {"--async-api", "--no-input"});
    const Words closed{"sh", "-c", R"(exec "$0" "$@" <&-)"};
    check_refused(run(Launch{.arguments = {"classify"}, .wrapper = closed}), 2,
                  {"--async-api", "--no-input"});
    check_refused(answered("y\nn\n"), 2, {"--sync-lib", "--no-input"});
    check_refused(answered(std::string(100'000, 'y')), 2, {"--async-api", "longer"});
}

TEST_CASE("a terminal is asked, and asked again after what is no answer") {
    Process process(Launch{.arguments = {"classify"}, .terminal = true});
    process.read_until("[y/N] ");
    process.type("perhaps\n");
    process.read_until("expected y or n");
    process.type("n\n");
    process.read_until("I/O that holds its thread");
    process.type("y\n\n");
    process.read_until("How many milliseconds");
    process.type("many\n");
    process.read_until("expected a number");
    process.type("20\n");
    const Ended ended = process.wait();
    CHECK(ended.code == 0);
    CHECK(contains(ended.out, "TO_THREAD (case B)"));
}

TEST_CASE("Ctrl-C at a question ends it, and so does the end of the input") {
    {
        Process process(Launch{.arguments = {"classify"}, .terminal = true});
        process.read_until("[y/N] ");
        process.type("\x03");
        CHECK(process.wait(long_before_that).code == 130);
    }
    Process process(Launch{.arguments = {"classify"}, .terminal = true});
    process.read_until("[y/N] ");
    process.type("\x04");
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 2);
    CHECK(contains(ended.out, "overlap: the input ended before the answer for --async-api"));
}

TEST_CASE("questions that cannot be had for want of a file descriptor leave Ctrl-C as it was") {
    sigset_t before{};
    sigset_t after{};
    ::pthread_sigmask(SIG_BLOCK, nullptr, &before);
    std::string why;
    // UBSan needs a descriptor when it meets a type for the first time.
    CHECK(error_message<Error>([] { throw Error(std::generic_category().message(EMFILE)); }) != "");
    {
        const NoMoreFiles no_more_files;
        why = error_message<Error>([] { const Questions questions; });
    }
    ::pthread_sigmask(SIG_BLOCK, nullptr, &after);
    CHECK(contains(why, "Too many open files"));
    CHECK(::sigismember(&after, SIGINT) == ::sigismember(&before, SIGINT));
    CHECK(::sigismember(&after, SIGTERM) == ::sigismember(&before, SIGTERM));
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

TEST_CASE("a program that waits for a pipe is blocking I/O, and is seen asleep in read") {
    const Measured waits = measured(shell("sleep 0.5 | cat"));
    CHECK(waits.ended.code == 0);
    CHECK(waits.document.at("traits").at("uses_blocking_io") == true);
    CHECK(waits.document.at("otherwise").at("pattern") == "PURE_ASYNC");
    const Json& seen = waits.document.at("measured");
    CHECK(seen.at("wall_ms") >= 500);
    CHECK(seen.at("peak_processes") >= 3);
    CHECK(seen.at("looks_asleep") > 0);
    CHECK(contains(seen.at("asleep_in").get<std::string>(), "read "));
}

TEST_CASE("a program that computes is measured with the child that does it") {
    const Measured busy = measured(computes);
    CHECK(busy.ended.code == 0);
    CHECK(busy.document.at("pattern") == "PROCESS_POOL");
    CHECK(busy.document.at("traits").at("cpu_cost_ms") >= 500);  // the limit of 1 s is kept roughly
    CHECK(busy.document.at("measured").at("looks_running") > 0);
}

TEST_CASE("a program of many threads that all wait is seen to wait") {
    const Measured many = measured({OVERLAP_BINARY, "burst", "--tasks", "200", "--way", "pool", "--workers",
                                    "200", "--latency", "2s", "--json"});
    CHECK(many.ended.code == 0);
    CHECK(many.document.at("traits").at("uses_blocking_io") == true);
    CHECK(many.document.at("measured").at("peak_threads") >= 200);
    CHECK(many.document.at("measured").at("asleep_ms") > 0);
}

TEST_CASE("a program that does next to nothing is PURE_ASYNC") {
    // A busy machine may make it wait: then again.
    CHECK(eventually([] { return measured({"true"}).document.at("pattern") == "PURE_ASYNC"; }));
}

TEST_CASE("a program that waits in an event loop is said to") {
    const Measured loops = measured({OVERLAP_BINARY, "api", "--way", "coroutines", "--latency", "500ms"});
    CHECK(loops.ended.code == 0);
    CHECK(loops.document.at("traits").at("uses_blocking_io") == true);
    CHECK(contains(loops.document.at("measured").at("asleep_in").get<std::string>(), "epoll_wait"));
    CHECK(contains(loops.document.at("measured").at("notes").dump(), "as event loops do"));
}

TEST_CASE("the answer's traits follow from the numbers that it shows") {
    for (const Words& command : {shell("sleep 0.1"), computes, Words{"true"}, shell("exit 0")}) {
        CAPTURE(joined(command));
        const Json document = measured(command).document;
        const Json& seen = document.at("measured");
        CHECK(document.at("traits").at("cpu_cost_ms") == seen.at("cpu_ms"));
        CHECK(document.at("traits").at("uses_blocking_io") ==
              (std::max(seen.at("waited_ms").get<double>(), seen.at("asleep_ms").get<double>()) >= 10));
        CHECK(seen.at("looks").get<double>() == seen.value("looks_running", 0.0) +
                                                    seen.value("looks_disk", 0.0) +
                                                    seen.value("looks_asleep", 0.0));
    }
}

TEST_CASE("the program's output comes first, its input is ours, and the exit code is its own") {
    const Ended ended =
        run(Launch{.arguments = measure(shell("cat; printf unended; exit 3")), .input = "in\n"});
    CHECK(ended.code == 3);
    CHECK(ended.out.starts_with("in\nunended\nWhat was measured of: sh -c"));
    CHECK(contains(ended.out, "exit code 3"));
    const Ended killed = run(measure(shell("kill -SEGV $$")));
    CHECK(killed.code == 128 + SIGSEGV);
    CHECK(contains(killed.out, "Signal 11"));
}

TEST_CASE("a program that cannot be started is one line and the shell's exit code") {
    check_refused(run(measure({"/no/such/program"})), 127, {"'/no/such/program'", "No such file"});
    check_refused(run(measure({"/"})), 126, {"'/'", "denied"});
}

TEST_CASE("a signal is passed on to the program, and nothing is left behind") {
    for (const int number : {SIGINT, SIGTERM}) {
        CAPTURE(number);
        Process process(Launch{.arguments = measure({"sleep", forever})});
        REQUIRE(eventually([&] { return children_of(process.pid()).size() == 1; }));
        const pid_t child = children_of(process.pid())[0];
        process.signal(number);
        const Ended ended = process.wait(long_before_that);
        CHECK(ended.code == 130);
        CHECK(contains(ended.out, "Interrupted"));
        CHECK_FALSE(is_alive(child));
    }
}

TEST_CASE("what the program left running is not waited for") {
    // Its output would be, by whoever reads it.
    const Ended ended = run(measure(shell("sleep 15 >/dev/null 2>&1 & echo $!")));
    CHECK(ended.code == 0);
    const pid_t left = std::stoi(ended.out);
    CHECK(is_alive(left));
    ::kill(left, SIGKILL);
    CHECK(ends_soon(left));
}

TEST_CASE("a demo is run and classified by what it did") {
    const Json api = run_as_json({"classify", "api", "--json"});
    CHECK(api.at("pattern") == "PURE_ASYNC");
    CHECK(api.at("traits").at("has_async_api") == true);
    CHECK(api.at("otherwise").at("pattern") == "TO_THREAD");
    CHECK(api.at("measured").at("blocked_ms") >= 200);
    CHECK(api.at("measured").at("tasks") == 3);
    const Ended race = run(Words{"classify", "race"});
    check_done(race);
    CHECK(contains(race.out, "PURE_ASYNC (case A)"));
}

TEST_CASE("a demo whose library only blocks uses a sync library") {
    const Json blocking = run_as_json({"classify", "blocking", "--json"});
    CHECK(blocking.at("traits").at("uses_sync_lib") == true);
    CHECK(blocking.at("pattern") == "TO_THREAD");
}

TEST_CASE("Ctrl-C during a demo ends it and its server") {
    Process process(Launch{.arguments = {"classify", "stream"}});
    REQUIRE(eventually([&] { return children_of(process.pid()).size() == 1; }));
    const pid_t server = children_of(process.pid())[0];
    process.signal(SIGINT);
    CHECK(process.wait(long_before_that).code == 130);
    CHECK(ends_soon(server));
}

TEST_CASE("command lines that make no sense start nothing") {
    check_refused(run({"classify", "aip"}), 2, {"'aip'", "did you mean 'api'"});
    check_refused(run({"classify", "spawn"}), 2, {"spawn measures costs"});
    check_refused(run({"classify", "api", "burst"}), 2, {"'burst'", "DEMO"});
    check_refused(run({"classify", "--measure"}), 2, {"COMMAND", "'--'"});
    check_refused(run({"classify", "--measure", "--"}), 2, {"COMMAND"});
    check_refused(run({"classify", "--measure", "--", ""}), 2, {"COMMAND"});
    check_refused(run({"classify", "--", "true"}), 2, {"--measure"});
    check_refused(run({"classify", "api", "--measure", "--", "true"}), 2, {"'api'", "--measure"});
    check_refused(run({"classify", "api", "--cpu-ms", "3"}), 2, {"--cpu-ms", "'api'"});
    check_refused(run({"classify", "--measure", "--sync-lib", "--", "true"}), 2, {"--sync-lib"});
    const TemporaryFile kept("kept");
    check_refused(run({"classify", "spawn", "--output", kept.path()}), 2, {"spawn measures costs"});
    check_refused(run({"classify", "layers", "--output", kept.path()}), 2, {"layers measures costs"});
    check_refused(run({"classify", "--measure", "--output", kept.path()}), 2, {"COMMAND"});
    check_refused(answered("maybe\n", {"--output", kept.path()}), 2, {"--async-api", "'maybe'"});
    CHECK(read_file(kept.path()) == "kept");
    check_refused(run({"classify", "--async-ap"}), 2, {"did you mean '--async-api'"});
    check_refused(run({"classify", "--no-input", "--output", "/no/such/folder/file"}), 1,
                  {"/no/such/folder/file"});
    check_refused(run(Launch{.arguments = {"classify", "--no-input"}, .wrapper = onto_full_disk}), 1,
                  {"standard output"});
}

}  // namespace
}  // namespace overlap::test
