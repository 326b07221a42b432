// classify_task, and what is said of its answers.
#include <doctest/doctest.h>

#include <array>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "demos/patterns.hpp"
#include "render/classification.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"
#include "timeline/classify.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("classify");

TaskTraits task(bool blocking_io, bool sync_lib, double cpu_ms, bool async_api) {
    return {.uses_blocking_io = blocking_io,
            .uses_sync_lib = sync_lib,
            .cpu_cost_ms = cpu_ms,
            .has_async_api = async_api};
}

constexpr auto A = Pattern::pure_async;
constexpr auto B = Pattern::to_thread;
constexpr auto C = Pattern::process_pool;

// What the notes' Python function gives, for CPU times below the border and from it on.
struct Row {
    bool blocking_io, sync_lib, async_api;
    Pattern light, heavy;
};
constexpr std::array<Row, 8> table{{
    {false, false, false, A, C},
    {false, false, true, A, A},
    {false, true, false, B, C},
    {false, true, true, B, C},
    {true, false, false, B, C},
    {true, false, true, B, C},
    {true, true, false, B, C},
    {true, true, true, B, C},
}};
constexpr std::array<double, 4> light{0, 50, 99, 99.999};
constexpr std::array<double, 4> heavy{100, 100.001, 500, 1e9};

std::vector<TaskTraits> all_tasks() {
    std::vector<TaskTraits> all;
    for (const Row& row : table) {
        for (const double cpu : light) all.push_back(task(row.blocking_io, row.sync_lib, cpu, row.async_api));
        for (const double cpu : heavy) all.push_back(task(row.blocking_io, row.sync_lib, cpu, row.async_api));
    }
    return all;
}

bool one_holds(const std::vector<std::string>& texts, const std::string& part) {
    for (const std::string& text : texts) {
        if (contains(text, part)) return true;
    }
    return false;
}

TEST_CASE("every answer is that of the notes' function, on both sides of 100ms") {
    for (const Row& row : table) {
        CAPTURE(row.blocking_io);
        CAPTURE(row.sync_lib);
        CAPTURE(row.async_api);
        for (const double cpu : light) {
            CHECK(classify_task(task(row.blocking_io, row.sync_lib, cpu, row.async_api)) == row.light);
        }
        for (const double cpu : heavy) {
            CHECK(classify_task(task(row.blocking_io, row.sync_lib, cpu, row.async_api)) == row.heavy);
        }
    }
}

TEST_CASE("patterns have the notes' names and cases") {
    CHECK(name_of(A) == "PURE_ASYNC");
    CHECK(name_of(B) == "TO_THREAD");
    CHECK(name_of(C) == "PROCESS_POOL");
    CHECK(case_of(A) == 'A');
    CHECK(case_of(B) == 'B');
    CHECK(case_of(C) == 'C');
}

TEST_CASE("the reason tells the branch that was taken") {
    CHECK(contains(reason_of(task(false, false, 500, true)), "has an async API"));
    CHECK(contains(reason_of(task(true, false, 5, false)), "does blocking I/O and needs less than 100ms"));
    CHECK(contains(reason_of(task(false, true, 5, false)), "uses a synchronous library and needs less"));
    CHECK(contains(reason_of(task(true, true, 5, false)), "blocking I/O through a synchronous library"));
    CHECK(contains(reason_of(task(true, false, 100, true)),
                   "does blocking I/O and needs 100ms of CPU or more"));
    CHECK(contains(reason_of(task(false, false, 100, false)), "no blocking I/O, but needs 100ms"));
    CHECK(contains(reason_of(task(false, false, 99.9999, false)), "less than 100ms of CPU (99.999ms)"));
}

TEST_CASE("CPU time on the event loop is warned of, the more of it the more clearly") {
    CHECK(cautions_of(task(false, false, 9.9, true)).empty());
    CHECK(one_holds(cautions_of(task(false, false, 10, true)), "p99"));
    CHECK(one_holds(cautions_of(task(false, false, 50, false)), "p99"));
    const auto cautions = cautions_of(task(false, false, 500, true));
    CHECK(one_holds(cautions, "500ms of CPU on the event loop hold up every other task"));
    CHECK(one_holds(cautions, "to_thread(pool, compute)"));
    CHECK_FALSE(one_holds(cautions_of(task(true, false, 500, true)), "on the event loop"));
}

TEST_CASE("an async API that is not used, the border, and threads in a library are warned of") {
    CHECK(one_holds(cautions_of(task(true, false, 1, true)), "the answer is PURE_ASYNC"));
    CHECK(one_holds(cautions_of(task(true, false, 50, false)), "50 to 100ms"));
    CHECK(cautions_of(task(true, false, 49, false)).empty());
    CHECK(one_holds(cautions_of(task(false, true, 1, false)), "thread-safe"));
}

TEST_CASE("where the advice is Python's only is said, and when processes win in C++") {
    for (const Pattern pattern : {B, C}) {
        CHECK(contains(in_cpp(pattern), "C++ threads use all cores"));
        for (const char* reason : {"isolation", "not thread-safe", "crash"})
            CHECK(contains(in_cpp(pattern), reason));
    }
    CHECK(contains(in_cpp(A), "agree"));
}

TEST_CASE("a time is never shown as one on the other side of the border") {
    CHECK(milliseconds_in_words(0) == "0ms");
    CHECK(milliseconds_in_words(0.25) == "250us");
    CHECK(milliseconds_in_words(98.96) == "99ms");
    CHECK(milliseconds_in_words(99) == "99ms");
    CHECK(milliseconds_in_words(99.5) == "99.5ms");
    CHECK(milliseconds_in_words(99.99999) == "99.999ms");
    CHECK(milliseconds_in_words(100) == "100ms");
    CHECK(milliseconds_in_words(1500) == "1.50s");
    CHECK_FALSE(milliseconds_in_words(1e300).empty());
}

TEST_CASE("each answer has the code for it") {
    CHECK(contains(pattern_source(code_name(task(false, false, 0, true))), "co_await client.get("));
    CHECK(contains(pattern_source(code_name(task(true, false, 0, false))), "to_thread(pool, "));
    CHECK(contains(pattern_source(code_name(task(false, false, 100, false))), "co_await workers.run("));
    CHECK_FALSE(contains(pattern_source(code_name(task(false, false, 0, false))), "co_await"));
    for (const TaskTraits& each : all_tasks()) {
        CHECK_FALSE(pattern_source(code_name(each)).empty());
        CHECK_FALSE(in_python(each).empty());
        CHECK_FALSE(next_of(each).empty());
    }
}

TEST_CASE("the answer keeps to its width, but for the code") {
    for (const TaskTraits& each : all_tasks()) {
        for (const int width : {40, 80, 120})
            CHECK(widest_line(render_ascii({.traits = each}, width)) <= width);
    }
}

TEST_CASE("text, JSON and plain lines give the same answer") {
    for (const TaskTraits& each : all_tasks()) {
        const Classification classification{.traits = each, .code = "code\n"};
        const std::string name(name_of(classify_task(each)));
        CHECK(contains(render_ascii(classification, 80), "\n" + name + " (case "));
        CHECK(contains(render_plain(classification), "pattern\t" + name + "\n"));
        const auto document = nlohmann::json::parse(render_json(classification));
        CHECK(document.at("schema") == classification_schema);
        CHECK(document.at("pattern") == name);
        CHECK(document.at("traits").at("cpu_cost_ms") == each.cpu_cost_ms);
        CHECK(document.at("traits").at("has_async_api") == each.has_async_api);
        CHECK(document.at("code") == "code\n");
        CHECK_FALSE(document.contains("measured"));
    }
}

}  // namespace
}  // namespace overlap::test
