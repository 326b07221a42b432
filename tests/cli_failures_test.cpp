// Calls that fail are shown like any others; what keeps a run from starting is said in one line.
#include <doctest/doctest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <nlohmann/json.hpp>
#include <regex>
#include <string>

#include "support/calls_under_way.hpp"
#include "support/cli.hpp"
#include "support/listener.hpp"
#include "support/process.hpp"
#include "support/serving.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_failures");

TEST_CASE("calls to a port nobody listens on are drawn as failed, with why") {
    const std::string url = url_without_server();
    const Ended ended = run({"api", "--url", url});
    CHECK(ended.code == 1);
    CHECK(ended.err.empty());
    CHECK(count_of(ended.out, "\nTotal: ") == 3);
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
    const Json document = run_as_json({"api", "--url", serving.url + "/", "--url", url_without_server()}, 1);
    for (const Json& way : document["ways"]) {
        CHECK(way["metrics"]["tasks"]["done"] == 1);
        CHECK(way["metrics"]["tasks"]["failed"] == 1);
    }
}

TEST_CASE("a server process that dies ends the run, not with a hang, and what was measured is shown") {
    for (const std::string& way : Words{"sequential", "coroutines", "pool"}) {
        CAPTURE(way);
        Process process(Launch{.arguments = {"api", "--latency", forever, "--way", way}});
        const pid_t server = wait_for_calls(process, way == "sequential" ? 1 : 3);
        ::kill(server, SIGKILL);
        const Ended ended = process.wait(long_before_that);
        CHECK(ended.code == 1);
        CHECK(ended.err == "");
        CHECK(contains(ended.out, "our server was gone"));
        CHECK(contains(ended.out, "failed"));
    }
}

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

}  // namespace
}  // namespace overlap::test
