// overlap spawn: what is measured, in processes of their own; limits; being stopped.
#include <doctest/doctest.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "demo/spawn_costs.hpp"
#include "demos/demos.hpp"
#include "support/cli.hpp"
#include "support/eventually.hpp"
#include "support/machine_use.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("spawn");

const Json& kind_of(const Json& document, const std::string& name) {
    for (const Json& kind : document["kinds"]) {
        if (kind["name"] == name) return kind;
    }
    FAIL("there is no " << name);
    return document;
}

// The value of the last point; -1: not measured.
double last_value(const Json& document, const std::string& kind, std::string_view measure) {
    const Json& point = kind_of(document, kind)["points"].back();
    for (std::size_t i = 0; i < document["measures"].size(); ++i) {
        if (document["measures"][i]["name"] != measure) continue;
        const Json& value = point["values"][i];
        return value.is_null() ? -1 : value.get<double>();
    }
    FAIL("there is no measure " << measure);
    return -1;
}

std::vector<std::int64_t> numbers_of(const Json& kind) {
    std::vector<std::int64_t> numbers;
    for (const Json& point : kind["points"]) numbers.push_back(point["n"]);
    return numbers;
}

TEST_CASE("both kinds are measured with 10, 100 and as many as asked for") {
    const Json document = run_as_json({"spawn", "--tasks", "120", "--repeat", "1"});
    CHECK(document["schema"] == "overlap.costs/1");
    for (const char* name : {"coroutine", "thread"}) {
        CAPTURE(name);
        CHECK(numbers_of(kind_of(document, name)) == std::vector<std::int64_t>{10, 100, 120});
        CHECK(kind_of(document, name)["limit"] == "");
        for (const std::string_view measure :
             {spawn_measure::start, spawn_measure::finish, spawn_measure::cpu, spawn_measure::resident}) {
            CAPTURE(measure);
            CHECK(last_value(document, name, measure) > 0);
        }
        CHECK(last_value(document, name, spawn_measure::kernel_stack) == -1);  // too few to tell
    }
    // Each has to be woken at least once; the coroutines' thread never sleeps.
    CHECK(last_value(document, "thread", spawn_measure::switches) > 0);
}

TEST_CASE("fewer than ten are one measurement") {
    const Json document = run_as_json({"spawn", "--tasks", "3", "--repeat", "2"});
    CHECK(numbers_of(kind_of(document, "thread")) == std::vector<std::int64_t>{3});
}

TEST_CASE("a suspended coroutine takes less memory than a blocked thread") {
    if (sanitized) return;  // which adds memory of its own to both
    const Json document = run_as_json({"spawn", "--tasks", "1000", "--repeat", "1"});
    const double coroutine = last_value(document, "coroutine", spawn_measure::resident);
    const double thread = last_value(document, "thread", spawn_measure::resident);
    CHECK(coroutine > 0);
    CHECK(thread > 2 * coroutine);
    CHECK(last_value(document, "thread", spawn_measure::page_tables) >
          last_value(document, "coroutine", spawn_measure::page_tables));
}

SpawnSample measured(const std::string& part) {
    const std::string bytes = spawn.measure_part(part);
    SpawnSample sample;
    REQUIRE(bytes.size() == sizeof sample);
    std::memcpy(&sample, bytes.data(), sizeof sample);
    return sample;
}

TEST_CASE("all of them are suspended at once, and all of them end") {
    for (const char* part : {"coroutine:57", "thread:57"}) {
        CAPTURE(part);
        const SpawnSample sample = measured(part);
        CHECK(sample.started == 57);
        CHECK(sample.start > 0);
        CHECK(sample.finish > 0);
        CHECK(sample.limit[0] == '\0');
    }
}

TEST_CASE("a measurement that left some suspended is none") {
    SpawnMeter meter(1, Room{.count = 10, .limit = {}});
    meter.begin();
    CHECK(meter.one_more());
    CHECK_FALSE(meter.one_more());
    meter.suspended(1);
    CHECK_THROWS_AS(meter.finished(1), Error);
}

TEST_CASE("where there is room for fewer, so many are started and the limit is named") {
    SpawnMeter meter(10, Room{.count = 2, .limit = "two chairs"});
    CHECK(meter.one_more());
    CHECK(meter.one_more());
    CHECK_FALSE(meter.one_more());
    CHECK(std::string(meter.sample().limit.data()) == "two chairs");
}

TEST_CASE("parts that are none are told") {
    for (const char* part : {"", "thread", "thread:", "thread:0", "thread:-1", "process:5"}) {
        CAPTURE(part);
        CHECK_THROWS_AS(spawn.measure_part(part), UsageError);
    }
    check_refused(run({"spawn", "--part", "thread:5"}), 2, {"--part"});
}

TEST_CASE("wrong options are told") {
    check_refused(run({"spawn", "--tasks", "0"}), 2, {"--tasks", "1 to 1000000"});
    check_refused(run({"spawn", "--tasks", "1000001"}), 2, {"--tasks"});
    check_refused(run({"spawn", "--repeat", "0"}), 2, {"--repeat"});
    check_refused(run({"spawn", "--json", "--plain"}), 2, {"--plain"});
    for (const char* option : {"--seed", "--workers", "--way", "--url", "--as-in-notes"}) {
        check_refused(run({"spawn", option, "1"}), 2, {option});
    }
}

TEST_CASE("a low limit of address space stops threads in time, and is a finding") {
    if (sanitized) return;  // whose shadow memory is larger than any such limit
    const Ended ended = run(Launch{.arguments = {"spawn", "--tasks", "1000", "--repeat", "1"},
                                   .wrapper = {"prlimit", "--as=1000000000"}});
    check_done(ended);
    CHECK(contains(ended.out, "Limit of 'thread':"));
    CHECK(contains(ended.out, "(ulimit -v)"));
    CHECK_FALSE(contains(ended.out, "Limit of 'coroutine'"));
}

// As a user that limits of processes bind; no words where that cannot be had.
Words as_bound_user(int processes) {
    if (::geteuid() != 0) return {};
    const Words as_nobody{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"};
    Words wrapper = as_nobody + Words{"prlimit", "--nproc=" + std::to_string(processes)};
    const Ended ended = run(Launch{.arguments = {"--version"}, .wrapper = wrapper});
    return ended.code == 0 ? wrapper : Words{};
}

TEST_CASE("a low limit of the user's processes stops threads in time") {
    const Words wrapper = as_bound_user(60);
    if (wrapper.empty()) {
        MESSAGE("left out: needs root, and a build folder that all may read");
        return;
    }
    const Ended ended =
        run(Launch{.arguments = {"spawn", "--tasks", "1000", "--repeat", "1"}, .wrapper = wrapper});
    check_done(ended);
    CHECK(contains(ended.out, "(ulimit -u)"));
    CHECK(contains(ended.out, "is 60"));
}

TEST_CASE("where no thread can be started at all, there is nothing to show of them: exit code 1") {
    const Words wrapper = as_bound_user(10);
    if (wrapper.empty()) return;
    const Ended ended =
        run(Launch{.arguments = {"spawn", "--tasks", "100", "--repeat", "1"}, .wrapper = wrapper});
    CHECK(ended.code == 1);
    CHECK(contains(ended.out, "Limit of 'thread': 0 were reached"));
}

TEST_CASE("a thread that is refused in spite of all is no end: what was started is measured and joined") {
    if (sanitized) return;  // which stand in the same place
    const Ended ended = run(Launch{.arguments = {"spawn", "--tasks", "100", "--repeat", "1", "--plain"},
                                   .environment = {"LD_PRELOAD=" OVERLAP_REFUSE_THREADS}});
    check_done(ended);
    CHECK(contains(ended.out, "limit\tthread\tanother thread was refused"));
    CHECK(contains(ended.out, "cost\tthread\t39\t"));
}

TEST_CASE("Ctrl-C ends it at once, and its child") {
    for (const int number : {SIGINT, SIGTERM}) {
        Process process(Launch{.arguments = {"spawn", "--tasks", "1000000", "--repeat", "100"}});
        std::vector<pid_t> children;
        REQUIRE(eventually([&] { return !(children = children_of(process.pid())).empty(); }));
        process.signal(number);
        const Ended ended = process.wait(long_before_that);
        CHECK(ended.code == 130);
        CHECK(ended.err == "");
        CHECK(contains(ended.out, "Interrupted"));
        for (const pid_t child : children) CHECK_FALSE(is_alive(child));
    }
}

TEST_CASE("Ctrl-C under --json gives a whole document, which can be drawn") {
    Process process(Launch{.arguments = {"spawn", "--tasks", "1000000", "--repeat", "100", "--json"}});
    REQUIRE(eventually([&] { return !children_of(process.pid()).empty(); }));
    process.signal(SIGINT);
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    REQUIRE(Json::accept(ended.out));
    CHECK(Json::parse(ended.out)["interrupted"] == true);
    const Ended drawn = run(Launch{.arguments = {"render", "-"}, .input = ended.out});
    check_done(drawn);
    CHECK(contains(drawn.out, "Interrupted"));
}

TEST_CASE("killing it leaves no process behind") {
    Process process(Launch{.arguments = {"spawn", "--tasks", "1000000", "--repeat", "100"}});
    std::vector<pid_t> children;
    REQUIRE(eventually([&] { return !(children = children_of(process.pid())).empty(); }));
    process.signal(SIGKILL);
    for (const pid_t child : children) CHECK(ends_soon(child));
    CHECK(process.wait().signal == SIGKILL);
}

}  // namespace
}  // namespace overlap::test
