// The notes' cases A, B and C: where a task belongs, by what it does. Plain data and functions of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/timeline.hpp"

namespace overlap {

/// The notes' AsyncPattern.
enum class Pattern : std::uint8_t {
    pure_async,    ///< case A: await it on the event loop
    to_thread,     ///< case B: hand it to a thread of a pool
    process_pool,  ///< case C: hand it to a process of a pool
};

std::string_view name_of(Pattern pattern);  ///< "PURE_ASYNC"
char case_of(Pattern pattern);              ///< 'A'

/// The arguments of the notes' classify_task, under its names.
struct TaskTraits {
    bool uses_blocking_io = false;
    bool uses_sync_lib = false;
    double cpu_cost_ms = 0;  ///< CPU time of one task in milliseconds, finite and not negative
    bool has_async_api = false;

    friend bool operator==(const TaskTraits&, const TaskTraits&) = default;
};

/// From here up the notes call a task heavy; a decimal below is not.
inline constexpr double heavy_cpu_ms = 100;

/// From here up a task that runs on an event loop makes others noticeably late. Ours, not the notes'.
inline constexpr double noticeable_cpu_ms = 10;

/// The notes' classify_task, branch for branch. Note the first: a task with an async API that does not block
/// is PURE_ASYNC whatever its CPU time; cautions_of() warns of that.
Pattern classify_task(const TaskTraits& task);

/// Which of our sources shows how it is written: demos/patterns/NAME.cpp.
std::string_view code_name(const TaskTraits& task);

/// Which branch was taken and why, in one or two sentences.
std::string reason_of(const TaskTraits& task);

/// What to mind although the answer stands; may be none.
std::vector<std::string> cautions_of(const TaskTraits& task);

/// Where the answer is Python's only, and what holds in C++.
std::string in_cpp(Pattern pattern);

/// The same in one line of Python.
std::string_view in_python(const TaskTraits& task);

/// Commands that show it.
std::vector<std::string> next_of(const TaskTraits& task);

/// Milliseconds: "99.999ms", "500ms"; never rounded across heavy_cpu_ms.
std::string milliseconds_in_words(double milliseconds);

/// A measured number: `words` for people, `number` (in the unit that `key` ends with) for scripts.
struct Fact {
    std::string key;    ///< "wall_ms"
    std::string label;  ///< "wall time"
    std::string words;  ///< "201ms"
    std::optional<double> number = std::nullopt;

    friend bool operator==(const Fact&, const Fact&) = default;
};

/// Of a time; `note` goes behind it: "200ms (99%)".
Fact time_fact(std::string key, std::string label, Nanoseconds time, const std::string& note = "");

/// What was measured, and why each trait was taken from it as it was.
struct Evidence {
    std::string title;
    std::vector<Fact> facts;
    std::string blocking_io;
    std::string sync_lib;
    std::string cpu;
    std::string async_api;
    std::vector<std::string> notes;  ///< what is not known, or went wrong
};

/// Another answer for the same task, and when it holds.
struct Otherwise {
    std::string when;
    Pattern pattern = Pattern::pure_async;
};

/// All there is to say of a task.
struct Classification {
    TaskTraits traits;
    std::optional<Evidence> evidence;  ///< where the traits were measured, not given
    std::optional<Otherwise> otherwise;
    std::string code;  ///< the source that code_name() names
};

}  // namespace overlap
