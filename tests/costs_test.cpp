// What things cost as data: drawn, kept, drawn again, put in words.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "render/costs.hpp"
#include "render/json.hpp"
#include "support/cli.hpp"
#include "support/files.hpp"
#include "support/golden.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"
#include "timeline/costs.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("costs");

using test::contains;

constexpr std::nullopt_t none = std::nullopt;

CostMeasure measure(std::string_view name, CostUnit unit, bool drawn = false) {
    return {.name = std::string(name), .unit = unit, .drawn = drawn};
}

// A thread costs forty times a coroutine, and comes to a limit.
Costs spawned() {
    Costs costs;
    costs.demo = "spawn";
    costs.title = "A coroutine against a thread: up to 100000 of each, all suspended at once";
    costs.at_once = "suspended at once";
    costs.knobs = {{"tasks", "", 100'000}};
    costs.machine = {
        .cores = 2, .kernel = "Linux", .compiler = "clang 19.1.7", .build = "Release", .versions = {}};
    costs.measures = {measure(spawn_measure::start, CostUnit::time, true),
                      measure(spawn_measure::resident, CostUnit::bytes, true),
                      measure(spawn_measure::finish, CostUnit::time),
                      measure(spawn_measure::switches, CostUnit::count),
                      measure(spawn_measure::page_tables, CostUnit::bytes),
                      measure(spawn_measure::kernel_stack, CostUnit::bytes)};
    costs.kinds = {{.name = "coroutine",
                    .points = {{10, {2'000., 0., 600., 0.1, 0., none}},
                               {100, {1'000., 2'000., 200., 0.01, 0., none}},
                               {1'000, {900., 1'150., 190., 0., 4., 0.}},
                               {10'000, {1'000., 1'150., 200., 0.0002, 2., 0.}},
                               {100'000, {1'200., 1'140., 260., 0.0001, 2., 0.}}}},
                   {.name = "thread",
                    .points = {{10, {90'000., 8'600., 40'000., 1.7, 4'096., none}},
                               {100, {42'000., 8'500., 40'000., 3., 4'096., none}},
                               {1'000, {28'000., 8'540., 42'000., 3.6, 4'100., 16'384.}},
                               {10'000, {40'000., 8'550., 36'000., 2., 4'100., 16'384.}},
                               {32'110, {45'000., 8'550., 37'000., 2., 4'100., 16'384.}}},
                    .limit = "kernel.pid_max is 32768 and 102 are in use"}};
    costs.next = {"overlap layers", "overlap code spawn"};
    return costs;
}

Costs layered() {
    Costs costs;
    costs.demo = "layers";
    costs.title = "What a layer costs";
    costs.at_once = "at once";
    costs.machine = {
        .cores = 4, .kernel = "Linux", .compiler = "g++ 13.2.0", .build = "Release", .versions = {}};
    costs.measures = {measure(layer_measure::time, CostUnit::time),
                      measure(layer_measure::cpu, CostUnit::time, true),
                      measure(layer_measure::allocations, CostUnit::count),
                      measure(layer_measure::throughput, CostUnit::per_second)};
    costs.kinds = {{.name = "callbacks",
                    .points = {{1, {3'000., 3'000., 0., 333'333.}}, {10, {2'500., 2'500., 1.7, 400'000.}}}},
                   {.name = "use_awaitable",
                    .points = {{1, {3'010., 3'010., 0., 332'225.}}, {10, {2'600., 2'600., 1.7, 384'615.}}}},
                   {.name = "nested coroutines",
                    .points = {{1, {3'500., 3'500., 2., 285'714.}}, {10, {3'000., 3'000., 3.7, 333'333.}}}},
                   {.name = "HTTP client", .points = {{1, {60'000., 11'000., 4., 16'666.}}}}};
    return costs;
}

std::string all_of(const std::vector<std::string>& sentences) {
    std::string text;
    for (const std::string& sentence : sentences) text += sentence + "\n";
    return text;
}

TEST_CASE("the pictures") {
    test::check_golden("costs-spawn", [](int width) { return render_ascii(spawned(), {.width = width}); });
    test::check_golden("costs-layers", [](int width) { return render_ascii(layered(), {.width = width}); });
    test::check_golden("costs-unicode", [](int width) {
        return render_ascii(spawned(), {.width = width, .theme = {.unicode = true}});
    });
}

TEST_CASE("costs read with their unit, in three digits at most") {
    CHECK(format_cost(0, CostUnit::time) == "0ns");
    CHECK(format_cost(415, CostUnit::time) == "415ns");
    CHECK(format_cost(1'150, CostUnit::time) == "1.1us");
    CHECK(format_cost(41'499, CostUnit::time) == "41us");
    CHECK(format_cost(2'000'000, CostUnit::time) == "2.0ms");
    CHECK(format_cost(945.8, CostUnit::bytes) == "946B");
    CHECK(format_cost(8'550, CostUnit::bytes) == "8.35KiB");
    CHECK(format_cost(16'384, CostUnit::bytes) == "16.0KiB");
    CHECK(format_cost(8'388'608, CostUnit::bytes) == "8.00MiB");
    CHECK(format_cost(0, CostUnit::count) == "0");
    CHECK(format_cost(0.004, CostUnit::count) == "<0.01");
    CHECK(format_cost(1.7, CostUnit::count) == "1.70");
    CHECK(format_cost(333'333, CostUnit::per_second) == "333k/s");
}

TEST_CASE("no picture is wider than asked for, whatever is in it, and all of it is printable") {
    Costs costs = spawned();
    costs.title = "A title with \x1b[31m and a very long text " + std::string(300, 'x');
    costs.kinds[1].name = "a thread with a name that goes on and on and on \xc3\xa9";
    costs.kinds[1].limit = std::string(200, 'y');
    costs.at_once = std::string(90, 'z');
    costs.measures[0].name = std::string(150, 'm');
    costs.kinds[1].points.push_back({1'000'000'000, {1e17, 1e17, 1e17, 1e17, 1e17, 1e17}});
    costs.kinds[0].points.front().values = {1e-9, 1e-9, 0., 0., 0., 0.};
    costs.next = {std::string(200, 'n')};
    for (const int width : {1, 40, 41, 80, 120, 1'000}) {
        CAPTURE(width);
        const std::string picture = render_ascii(costs, {.width = width});
        CHECK(test::widest_line(picture) <= std::clamp(width, 40, 120));
        for (const char c : picture) CHECK((c == '\n' || (c >= ' ' && c <= '~')));
    }
}

// Where each letter stands in the picture of a measure: line and column.
std::vector<std::pair<std::size_t, std::size_t>> places(const std::string& chart, char letter) {
    std::vector<std::pair<std::size_t, std::size_t>> found;
    const std::vector<std::string> lines = test::lines_of(chart);
    for (std::size_t row = 0; row < lines.size(); ++row) {
        const std::size_t wall = lines[row].find('|');
        if (wall == std::string::npos) continue;
        for (std::size_t i = wall + 1; i < lines[row].size(); ++i) {
            if (lines[row][i] == letter) found.emplace_back(row, i);
        }
    }
    return found;
}

TEST_CASE("the picture is to scale: the same factor is the same way, up and across") {
    Costs costs = spawned();
    costs.kinds = {{.name = "a",
                    .points = {{1, {100., none, none, none, none, none}},
                               {10, {1'000., none, none, none, none, none}},
                               {100, {10'000., none, none, none, none, none}}}}};
    const auto found = places(costs_chart(costs, 0, 91, {}), 'a');
    REQUIRE(found.size() == 3);
    CHECK(found[1].first - found[0].first == found[2].first - found[1].first);
    CHECK(found[1].first > found[0].first);
    const auto across = [&](std::size_t i) { return static_cast<int>(found[i].second); };
    CHECK(std::abs((across(0) - across(1)) - (across(1) - across(2))) <= 1);
}

TEST_CASE(
    "values of 0 have no place on a logarithmic axis, and that is said; without values there is no picture") {
    Costs costs = spawned();
    CHECK(contains(costs_chart(costs, 1, 200, {}), "no place on it"));
    CHECK_FALSE(contains(costs_chart(costs, 0, 200, {}), "no place on it"));
    costs.kinds.clear();
    CHECK(costs_chart(costs, 0, 80, {}).empty());
    CHECK(contains(render_ascii(costs, {.width = 80}), "A coroutine against a thread"));
}

TEST_CASE("what a single measurement costs can be drawn too") {
    Costs costs = spawned();
    for (CostKind& kind : costs.kinds) kind.points.resize(1);
    const std::string chart = costs_chart(costs, 0, 80, {});
    CHECK(places(chart, 'c').size() == 1);
    CHECK(places(chart, 't').size() == 1);
}

TEST_CASE("the sentences say what was measured, and no more") {
    Costs costs = spawned();
    std::string why = all_of(explain(costs));
    CHECK(contains(why, "With 10000 suspended at once"));
    CHECK(contains(why, "to start 40us against 1.0us (40 times)"));
    CHECK(contains(why, "16.0KiB of kernel stack"));
    CHECK(contains(why, "Limit of 'thread': 32110 were reached; kernel.pid_max is 32768"));
    CHECK_FALSE(contains(why, "Interrupted"));
    costs.kinds[1].points.clear();
    costs.interrupted = true;
    why = all_of(explain(costs));
    CHECK_FALSE(contains(why, "against"));
    CHECK(contains(why, "Limit of 'thread': 0 were reached"));
    CHECK(contains(why, "Interrupted"));
    costs.kinds.clear();
    costs.interrupted = false;
    CHECK(explain(costs).empty());
}

TEST_CASE("a coroutine that took longer is not called cheaper") {
    Costs costs = spawned();
    costs.kinds[0].points[3].values[0] = 80'000.;
    CHECK(contains(all_of(explain(costs)), "to start 40us against 80us (the coroutine 2.0 times)"));
}

TEST_CASE(
    "what a layer adds is told where it is more than noise; when it becomes visible is called computed") {
    Costs costs = layered();
    const std::string why = all_of(explain(costs));
    CHECK(contains(why, "use_awaitable no measurable difference"));
    CHECK(contains(why, "nested coroutines +500ns"));
    CHECK(contains(why, "Computed from that, not measured: what 'nested coroutines' adds"));
    // 1% of a core is 10 ms a second: 20'000 calls a second of 500 ns more, 20 at once where each takes 1 ms.
    CHECK(contains(
        why, "20 at once for calls of 1ms, 400 at once for calls of 20ms, 4000 at once for calls of 200ms"));
    costs.kinds[2].points[0].values[1] = 3'001.;
    CHECK_FALSE(contains(all_of(explain(costs)), "Computed"));
    costs.kinds[0].points.clear();
    CHECK(explain(costs).empty());
}

TEST_CASE("costs that were kept come back as they were") {
    for (const Costs& costs : {spawned(), layered(), Costs{}}) {
        CHECK(parse_costs(render_json(costs)) == costs);
    }
    CHECK_FALSE(parse_costs("{}").has_value());
    CHECK_FALSE(parse_costs("[").has_value());
    CHECK_FALSE(parse_costs("").has_value());
}

TEST_CASE("damaged costs are refused with the place") {
    const auto damaged = [](auto change) {
        auto document = nlohmann::json::parse(render_json(spawned()));
        change(document);
        return document.dump();
    };
    using Document = nlohmann::json;
    CHECK_THROWS_WITH(parse_costs(damaged([](Document& d) { d["kinds"][0]["points"][1]["n"] = 10; })),
                      "costs.kinds[0].points[1].n is 10, expected a whole number from 11 to 1000000000");
    CHECK_THROWS_WITH(parse_costs(damaged([](Document& d) { d["kinds"][0]["points"][0]["values"][0] = -1; })),
                      "costs.kinds[0].points[0].values[0] is -1, expected null or a number from 0 to 1e17");
    CHECK_THROWS_WITH(
        parse_costs(damaged([](Document& d) { d["kinds"][1]["points"][0]["values"] = {1}; })),
        "costs.kinds[1].points[0].values has 1 entries, expected one for each of the 6 measures");
    CHECK_THROWS_AS(parse_costs(damaged([](Document& d) { d.erase("machine"); })), RunFormatError);
    CHECK_THROWS_AS(parse_costs(damaged([](Document& d) { d["measures"][0]["unit"] = "miles"; })),
                    RunFormatError);
}

TEST_CASE("overlap render draws kept costs, as a picture and as lines") {
    const test::TemporaryFile file(render_json(spawned()));
    const test::Ended drawn = test::run({"render", file.path(), "--width", "80"});
    test::check_done(drawn);
    CHECK(drawn.out == render_ascii(spawned(), {.width = 80}));
    const test::Ended plain = test::run({"render", file.path(), "--plain"});
    test::check_done(plain);
    CHECK(plain.out == render_plain(spawned()));
    CHECK(contains(plain.out, "cost\tthread\t32110\ttime to start, each\t45000.000\tns\n"));
    CHECK(contains(plain.out, "limit\tthread\tkernel.pid_max"));
    const test::TemporaryFile damaged(R"({"schema": "overlap.costs/1"})");
    test::check_refused(test::run({"render", damaged.path()}), 1, {"costs has no"});
}

}  // namespace
}  // namespace overlap
