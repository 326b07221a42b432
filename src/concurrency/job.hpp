// Work with a name: what a thread can do, a worker process can do too, if both know it by name.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "record/recorder.hpp"

namespace overlap {

/// The lane that a job draws on, in whatever process it runs.
struct TaskLane {
    Recorder* recorder = nullptr;
    std::uint32_t lane = 0;

    /// Whether the run is being stopped (Ctrl-C): a job that computes for long looks now and then.
    [[nodiscard]] bool stopped() const { return recorder->interrupted(); }

    /// Times a state of the task, to the end of the scope.
    [[nodiscard]] ScopedSpan span(State state, Phase phase = Phase::none) const {
        return {*recorder, lane, state, phase};
    }
};

/// Blocks the thread it runs on. Takes and gives bytes, as all that goes between processes does.
struct Job {
    std::string_view name;
    /// Records what it does on `lane`. Throws what derives from std::exception when it cannot be done.
    std::string (*run)(const TaskLane& lane, std::string_view argument) = nullptr;
};

/// The one of that name; null when there is none.
const Job* find_job(std::span<const Job> jobs, std::string_view name);

}  // namespace overlap
