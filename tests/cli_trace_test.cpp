// `overlap trace -- COMMAND...`.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <string>

#include "support/calls_under_way.hpp"
#include "support/cli.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "support/tracing.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_trace");

// The client of these tests is one that is there on every machine that builds them: overlap itself.
Words client(const std::string& way, int tasks = 3) {
    return {OVERLAP_BINARY,        "api",   "--url", "{url}/json", "--way", way, "--tasks",
            std::to_string(tasks), "--json"};
}

Json traced_of(const Traced& traced) {
    REQUIRE(Json::accept(traced.document));
    return Json::parse(traced.document).at("traced");
}

Json warnings_of(const Traced& traced) {
    REQUIRE(Json::accept(traced.document));
    return Json::parse(traced.document).at("warnings");
}

// Whether one of the warnings holds all of these words.
bool warns(const Traced& traced, const Words& words) {
    for (const Json& warning : warnings_of(traced)) {
        const auto text = warning.get<std::string>();
        if (std::all_of(words.begin(), words.end(),
                        [&](const std::string& word) { return contains(text, word); }))
            return true;
    }
    return false;
}

TEST_CASE("calls one at a time are told from calls that overlap") {
    const Traced sequential = trace_of(client("sequential"));
    CHECK(sequential.ended.code == 0);
    CHECK(seen_of(sequential).at("metrics").at("in_flight_peak") == 1);
    CHECK(traced_of(sequential).at("verdict") == "one at a time");
    const Traced coroutines = trace_of(client("coroutines"));
    CHECK(coroutines.ended.code == 0);
    CHECK(seen_of(coroutines).at("metrics").at("in_flight_peak") == 3);
    CHECK(traced_of(coroutines).at("verdict") == "overlapped, peak 3");
    CHECK(warnings_of(coroutines).empty());
}

TEST_CASE("what the record holds is what the server counted and what the client did") {
    const Traced traced = trace_of(client("coroutines", 30));
    const Json client_saw = Json::parse(traced.ended.out).at("ways").at(0);
    const Json server_saw = seen_of(traced);
    CHECK(client_saw.at("lanes").size() == 31);  // and the loop
    CHECK(server_saw.at("lanes").size() == 30);
    CHECK(server_saw.at("server").at("requests") == 30);
    CHECK(server_saw.at("server").at("connections") == 30);
    CHECK(server_saw.at("server").at("peak_in_flight") == server_saw.at("metrics").at("in_flight_peak"));
    CHECK(server_saw.at("metrics").at("tasks").at("done") == 30);
    // The server holds every answer back, so no client can have it sooner.
    CHECK(client_saw.at("metrics").at("latency_min_ns") >= 200'000'000);
    CHECK(server_saw.at("metrics").at("latency_min_ns") >= 200'000'000);
}

TEST_CASE("the command's output comes through byte for byte, and the picture after it") {
    const Words binary = shell(R"(printf 'a\000b\377'; printf 'to stderr' >&2; head -c 3000000 /dev/zero)");
    const Traced traced = trace_of(binary);
    CHECK(traced.ended.out == std::string("a\0b\377", 4) + std::string(3'000'000, '\0'));
    CHECK(traced.ended.err == "to stderr");
    const Ended both = run(Words{"trace", "--"} + shell("echo first; printf unended"));
    CHECK(both.out.starts_with("first\nunended\nWhat the server saw of: sh -c"));
}

TEST_CASE("the command reads our standard input") {
    std::string bytes;
    for (int i = 0; i < 100'000; ++i) bytes += static_cast<char>(i * 7);
    CHECK(trace_of({"cat"}, {}, {}, bytes).ended.out == bytes);
}

TEST_CASE("the command finds the address in its arguments and in its environment, and no proxy in the way") {
    const Words environment{"http_proxy=http://192.0.2.1:9/", "no_proxy=example.org"};
    const Traced traced =
        trace_of(shell(R"(echo "$OVERLAP_URL $0 $no_proxy $NO_PROXY")") + Words{"{url}"}, {}, environment);
    const std::string& line = traced.ended.out;
    const std::string url = line.substr(0, line.find(' '));
    CHECK(url.starts_with("http://127.0.0.1:"));
    CHECK(line == url + " " + url + " example.org,127.0.0.1 example.org,127.0.0.1\n");
}

TEST_CASE("the exit code is the command's") {
    for (const int code : {0, 1, 3, 255}) {
        const Traced traced = trace_of(shell("exit " + std::to_string(code)));
        CHECK(traced.ended.code == code);
        CHECK(traced_of(traced).at("exit_code") == code);
        CHECK(warns(traced, {"exit code " + std::to_string(code)}) == (code != 0));
    }
}

TEST_CASE("a command that crashes is said to, and its signal is in the exit code") {
    const Traced traced = trace_of(shell("kill -SEGV $$"));
    CHECK(traced.ended.code == 128 + SIGSEGV);
    CHECK(traced_of(traced).at("signal") == SIGSEGV);
    CHECK(warns(traced, {"signal 11"}));
}

TEST_CASE("a command that cannot be started is one line and the shell's exit code") {
    check_refused(run({"trace", "--", "/no/such/program"}), 127, {"'/no/such/program'", "No such file"});
    check_refused(run({"trace", "--", "/"}), 126, {"'/'", "denied"});
    check_refused(run({"trace", "--", "no\nsuch"}), 127);
}

TEST_CASE("a command that never calls is said to, and how it could") {
    const Ended ended = run({"trace", "--", "true"});
    check_done(ended);
    CHECK(contains(ended.out, "never called"));
    CHECK(contains(ended.out, "OVERLAP_URL"));
    CHECK_FALSE(contains(ended.out, "Time:"));
}

TEST_CASE("a command that outlives its timeout is ended, with what it had started") {
    const Traced traced = trace_of(shell("sleep 600 & echo $!; sleep 600; true"), {"--timeout", "500ms"});
    CHECK(traced.ended.code == 124);
    CHECK(traced_of(traced).at("timed_out") == true);
    CHECK(warns(traced, {"--timeout", "SIGTERM"}));
    CHECK(ends_soon(std::stoi(traced.ended.out)));
}

TEST_CASE("a command that does not end when told to is killed") {
    const Traced traced = trace_of(shell("trap '' TERM; while :; do sleep 1; done"), {"--timeout", "300ms"});
    CHECK(traced.ended.code == 124);
    CHECK(traced_of(traced).at("signal") == SIGKILL);
    CHECK(warns(traced, {"killed"}));
}

// Interrupts a client in the middle of its calls; gives what was printed.
std::string interrupted_trace(int number) {
    Process process(Launch{.arguments = Words{"trace", "--latency", forever, "--"} + client("coroutines")});
    REQUIRE(eventually([&] { return children_of(process.pid()).size() == 1; }));
    const pid_t command = children_of(process.pid())[0];
    REQUIRE(eventually([&] { return sockets_of(command).size() >= 3; }));
    process.signal(number);
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    CHECK_FALSE(is_alive(command));
    return ended.out;
}

TEST_CASE("a signal is passed on; what was seen is drawn; nothing is left behind") {
    for (const int number : {SIGINT, SIGTERM}) {
        CAPTURE(number);
        // A client that has its sockets may not have used them yet: then there is nothing to draw, and it is
        // again.
        CHECK(eventually([&] {
            const std::string shown = interrupted_trace(number);
            CHECK(contains(shown, "Interrupted"));
            return contains(shown, "hung up, connection 3") && contains(shown, "overlapped, peak 3");
        }));
    }
}

TEST_CASE("Ctrl-C at a terminal reaches the command once, and is waited for") {
    const std::string script = "trap 'echo trapped; exit 7' INT; echo ready; while :; do sleep 0.1; done";
    Process process(Launch{.arguments = Words{"trace", "--"} + shell(script), .terminal = true});
    process.read_until("ready");
    process.type("\x03");
    const Ended ended = process.wait(long_before_that);
    CAPTURE(ended.out);
    CAPTURE(ended.signal);
    CHECK(ended.code == 130);
    CHECK(count_of(ended.out, "trapped\n") == 1);
    CHECK(contains(ended.out, "Interrupted"));
}

TEST_CASE("a command that ignores the first Ctrl-C is ended by the second") {
    Process process(Launch{
        .arguments = Words{"trace", "--"} + shell("trap '' INT; echo ready; while :; do sleep 1; done"),
        .terminal = true});
    process.read_until("ready");
    process.type("\x03");
    process.type("\x03");
    // The terminal may make one signal of two that come so soon after each other.
    CHECK(eventually([&] {
        process.signal(SIGINT);
        return !is_alive(process.pid());
    }));
    // One more, when all is drawn, ends it as it would any program.
    const Ended ended = process.wait(long_before_that);
    CHECK((ended.code == 130 || ended.signal == SIGINT));
}

TEST_CASE("requests that the command left in flight are said to be") {
    // The client is left behind once it has its three connections, and a moment later their requests are in.
    // The client is left behind once it has its three connections, and a moment later their requests are in.
    const std::string script = R"sh("$0" api --url "$1/json" --way coroutines >/dev/null 2>&1 &
        until [ "$(ls -l /proc/$!/fd | grep -c socket)" -ge 3 ]; do sleep 0.1; done; sleep 1)sh";
    const Traced traced = trace_of(shell(script) + Words{OVERLAP_BINARY, "{url}"}, {"--latency", forever});
    CHECK(traced.ended.code == 0);
    CHECK(traced_of(traced).at("unanswered") == 3);
    CHECK(warns(traced, {"in flight when the command had ended"}));
    const Json seen = seen_of(traced);
    for (const Json& lane : seen.at("lanes")) {
        CHECK(contains(lane.at("note").get<std::string>(), "unanswered"));
    }
}

TEST_CASE("a client that gives up is seen to hang up") {
    const Traced traced =
        trace_of(client("coroutines") + Words{"--timeout", "300ms"}, {"--latency", forever});
    CHECK(traced.ended.code == 1);
    CHECK(seen_of(traced).at("server").at("hung_up") == 3);
    CHECK(seen_of(traced).at("metrics").at("tasks").at("cancelled") == 3);
    CHECK(warns(traced, {"3 clients hung up"}));
    CHECK(traced_of(traced).at("unanswered") == 0);
}

TEST_CASE("the server's options are there: failures, and a limit that refuses or queues") {
    const Traced failed = trace_of(client("coroutines"), {"--fail-rate", "1"});
    CHECK(seen_of(failed).at("metrics").at("tasks").at("failed") == 3);
    CHECK(warns(failed, {"3 of 3 requests", "HTTP 503"}));
    const Traced refused = trace_of(client("coroutines"), {"--max-in-flight", "2"});
    CHECK(seen_of(refused).at("server").at("refused") == 1);
    CHECK(seen_of(refused).at("metrics").at("in_flight_peak") == 2);
    const Traced queued = trace_of(client("coroutines"), {"--max-in-flight", "2", "--when-full", "queue"});
    CHECK(seen_of(queued).at("metrics").at("tasks").at("done") == 3);
    CHECK(seen_of(queued).at("metrics").at("in_flight_peak") == 2);
    const auto is_queued = [](const Json& span) { return span.at("state") == "queued"; };
    const Json spans = seen_of(queued).at("spans");
    CHECK(std::any_of(spans.begin(), spans.end(), is_queued));
}

TEST_CASE("a kept trace is drawn again, as a picture and in plain lines") {
    const Traced traced = trace_of(client("coroutines"));
    const TemporaryFile kept(traced.document);
    const Ended picture = run({"render", kept.path()});
    check_done(picture);
    CHECK(contains(picture.out, "overlapped, peak 3"));
    CHECK(contains(picture.out, "GET /json: every answer is held back at least 200ms"));
    const Ended plain = run({"render", "--plain", kept.path()});
    check_done(plain);
    CHECK(contains(plain.out, "\nserver\tverdict\toverlapped, peak 3\n"));
    CHECK(contains(plain.out, "\nserver\ttask\t1\t0.0"));
}

TEST_CASE("more requests than are kept are counted, and said to be left out") {
    const std::string wrk = program_named("wrk");
    if (wrk.empty()) {
        MESSAGE("passed over: wrk is not installed");
        return;
    }
    const Traced traced =
        trace_of({wrk, "-t", "1", "-c", "10", "-d", "4s", "{url}/json"}, {"--latency", "0ms"});
    CHECK(traced.ended.code == 0);
    const Json seen = seen_of(traced);
    const auto requests = seen.at("server").at("requests").get<std::int64_t>();
    const auto left_out = traced_of(traced).at("left_out").get<std::int64_t>();
    CHECK(requests > 0);
    CHECK(static_cast<std::int64_t>(seen.at("lanes").size()) + left_out == requests);
    CHECK(seen.at("lanes").size() <= 100'000);
    CHECK(warns(traced, {"are drawn and timed"}) == (left_out > 0));
    const TemporaryFile kept(traced.document);
    const Ended picture = run({"render", kept.path()});
    check_done(picture);
    CHECK(lines_of(picture.out).size() < 60);
}

TEST_CASE("curl's calls are seen, on one connection") {
    const std::string curl = program_named("curl");
    if (curl.empty()) {
        MESSAGE("passed over: curl is not installed");
        return;
    }
    const Traced traced = trace_of({curl, "-s", "{url}/json", "{url}/json", "{url}/nowhere"});
    CHECK(traced.ended.code == 0);
    const Json seen = seen_of(traced);
    CHECK(seen.at("server").at("requests") == 3);
    CHECK(seen.at("server").at("connections") == 1);
    CHECK(traced_of(traced).at("verdict") == "one at a time");
    CHECK(warns(traced, {"HTTP 404", "{url}/"}));
    const Traced parallel =
        trace_of({curl, "-s", "-Z", "--parallel-immediate", "{url}/json", "{url}/json", "{url}/json"});
    CHECK(traced_of(parallel).at("verdict") == "overlapped, peak 3");
}

TEST_CASE("node's calls are seen") {
    const std::string node = program_named("node");
    if (node.empty()) {
        MESSAGE("passed over: node is not installed");
        return;
    }
    const std::string script =
        "const url = process.env.OVERLAP_URL + '/json';"
        "if (typeof fetch === 'undefined') process.exit(9);"
        "Promise.all([1, 2, 3].map(() => fetch(url).then((answer) => answer.text())))";
    const Traced traced = trace_of({node, "-e", script});
    if (traced.ended.code == 9) {
        MESSAGE("passed over: this node has no fetch");
        return;
    }
    CHECK(traced.ended.code == 0);
    CHECK(traced_of(traced).at("verdict") == "overlapped, peak 3");
}

TEST_CASE("a wrong command line starts nothing") {
    check_refused(run({"trace"}), 2, {"COMMAND", "--"});
    check_refused(run({"trace", "--"}), 2, {"COMMAND"});
    check_refused(run({"trace", "--", ""}), 2, {"COMMAND"});
    check_refused(run({"trace", "curl", "{url}"}), 2, {"'curl'", "'--'"});
    check_refused(run({"trace", "--lattency", "1ms", "--", "true"}), 2, {"--latency"});
    check_refused(run({"trace", "--timeout", "0ms", "--", "true"}), 2, {"--timeout"});
    check_refused(run({"trace", "--output", "/no/such/folder/file", "--", "true"}), 1,
                  {"/no/such/folder/file"});
}

TEST_CASE("what follows -- is the command's, whatever it looks like") {
    const Ended ended = run({"trace", "--", "echo", "--help", "--json", "--", "-h"});
    check_done(ended);
    CHECK(ended.out.starts_with("--help --json -- -h\n"));
}

}  // namespace
}  // namespace overlap::test
