// overlap layers: that reads do wait, what is counted as an operation, limits and failures.
#include <doctest/doctest.h>

#include <asio/read.hpp>
#include <csignal>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "demo/layer_costs.hpp"
#include "demos/demos.hpp"
#include "support/calls_under_way.hpp"
#include "support/cli.hpp"
#include "support/machine_use.hpp"
#include "support/process.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("layers");

const Words quick{"layers", "--operations", "50", "--concurrency", "10", "--repeat", "1"};

RunOptions quick_options() {
    RunOptions options{Settings(layers.knobs)};
    options.program = OVERLAP_BINARY;
    options.settings.set("operations", 50);
    options.settings.set("concurrency", 10);
    options.settings.set("repeat", 1);
    return options;
}

TEST_CASE("each layer is measured at each concurrency") {
    const Json document = run_as_json(quick);
    CHECK(document["schema"] == "overlap.costs/1");
    REQUIRE(document["kinds"].size() == 5);
    for (const Json& kind : document["kinds"]) {
        CAPTURE(kind["name"]);
        REQUIRE(kind["points"].size() == 2);
        CHECK(kind["points"][0]["n"] == 1);
        CHECK(kind["points"][1]["n"] == 10);
        for (const Json& point : kind["points"]) {
            CHECK(point["values"][0] > 0);  // time
            CHECK(point["values"][2].is_null() == sanitized);
            CHECK(point["values"][3] > 0);  // operations a second
        }
    }
}

TEST_CASE("a read that follows send_soon() finds nothing, and waits until the bytes come") {
    asio::io_context loop;
    Line line(loop);
    line.send_soon();
    CHECK(line.socket().available() == 0);
    std::size_t read = 0;
    asio::async_read(line.socket(), line.buffer(), [&](asio::error_code error, std::size_t count) {
        CHECK_FALSE(error);
        read = count;
    });
    CHECK(loop.run_one() == 1);  // the bytes are sent
    CHECK(read == 0);
    loop.run();
    CHECK(read == 8);
    CHECK(line.socket().available() == 0);
}

int started = 0;

void fails(LayerRun& run, Line&) {
    ++started;
    run.fail("the dog ate it");
}

asio::awaitable<void> throws(LayerRun&, Line&) {
    throw std::runtime_error("so did the cat");
    co_return;
}

TEST_CASE("a layer whose operations fail is not measured, and says why; it is not tried again") {
    constexpr Layer bad[] = {{.name = "fails", .start = fails}, {.name = "throws", .coroutine = throws}};
    started = 0;
    RunOptions options = quick_options();
    options.settings.set("repeat", 5);
    const Costs costs = measure_layers(layers, options, bad);
    REQUIRE(costs.kinds.size() == 2);
    CHECK(costs.kinds[0].points.empty());
    CHECK(contains(costs.kinds[0].error, "the dog ate it"));
    CHECK(contains(costs.kinds[1].error, "so did the cat"));
    CHECK(costs.kinds[0].limit.empty());
    CHECK(started == 1);
}

std::vector<std::int64_t> asked_for;

void counts(LayerRun& run, Line&) {
    asked_for.push_back(run.operations());
    for (std::int64_t i = 0; i < run.operations(); ++i) run.done();
}

TEST_CASE("operations are shared out among the readers, and each has enough to be measured") {
    constexpr Layer counting[] = {{.name = "counts", .start = counts}};
    asked_for.clear();
    RunOptions options = quick_options();
    options.settings.set("operations", 1'000);
    measure_layers(layers, options, counting);
    std::vector<std::int64_t> expected{1'000};
    expected.insert(expected.end(), 10, 100);
    CHECK(asked_for == expected);
    asked_for.clear();
    options.settings.set("operations", 10);
    measure_layers(layers, options, counting);
    for (const std::int64_t count : asked_for) CHECK(count >= 20);
}

TEST_CASE("few files: the concurrency that fits is measured, and the limit is named") {
    const Ended ended = run(Launch{
        .arguments = {"layers", "--operations", "50", "--concurrency", "1000", "--repeat", "1", "--plain"},
        .wrapper = {"prlimit", "--nofile=200:200"}});
    check_done(ended);
    CHECK(contains(ended.out, "Limit of 'callbacks': 10 were reached"));
    CHECK(contains(ended.out, "open files"));
}

TEST_CASE("wrong options are told") {
    check_refused(run({"layers", "--operations", "9"}), 2, {"--operations", "10 to"});
    check_refused(run({"layers", "--concurrency", "2001"}), 2, {"--concurrency"});
    check_refused(run({"layers", "--part", "x", "--control", "3"}), 2, {"--part"});
    check_refused(run({"layers", "--seed", "1"}), 2, {"--seed"});
}

TEST_CASE("Ctrl-C ends it at once, with what was measured, and no process left behind") {
    Process process(Launch{.arguments = {"layers", "--operations", "10000000", "--json"}});
    const pid_t server = server_of(process);
    process.signal(SIGINT);
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    CHECK(ended.err == "");
    REQUIRE(Json::accept(ended.out));
    CHECK(Json::parse(ended.out)["interrupted"] == true);
    CHECK_FALSE(is_alive(server));
}

}  // namespace
}  // namespace overlap::test
