// Ctrl-C and other signals: what is left to see, and that no process is left behind.
#include <doctest/doctest.h>

#include <csignal>
#include <nlohmann/json.hpp>
#include <string>

#include "render/json.hpp"
#include "support/calls_under_way.hpp"
#include "support/cli.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_stop");

bool says_interrupted(const std::string& text) { return contains(text, "nterrupted"); }

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
            CHECK_FALSE(is_alive(server));
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
    CHECK_FALSE(is_alive(server));
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
        CHECK_FALSE(is_alive(server));
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
        if (i % 2 == 1) eventually([&] { return sockets_of(process.pid()).size() >= 1; });
        process.signal(SIGINT);
        const Ended ended = process.wait(long_before_that);
        CHECK(ended.code == 130);
        CHECK(ended.err == "");
        REQUIRE(Json::accept(ended.out));
        const Ended drawn = run(Launch{.arguments = {"render", "-"}, .input = ended.out});
        check_done(drawn);
        CAPTURE(drawn.out);
        CHECK(says_interrupted(drawn.out));
        CHECK(ends_soon(server));
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
    CHECK(ends_soon(server));
}

TEST_CASE("killing it leaves no server process behind") {
    for (const bool under_way : {true, false}) {
        Process process(Launch{.arguments = {"api", "--latency", forever}});
        const pid_t server = under_way ? wait_for_calls(process, 1) : server_of(process);
        process.signal(SIGKILL);
        CHECK(ends_soon(server));
        CHECK(process.wait().signal == SIGKILL);
    }
}

}  // namespace
}  // namespace overlap::test
