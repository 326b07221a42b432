// Measuring what it costs to have N of something suspended at once, each N in a fresh process.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "demo/demo.hpp"
#include "demo/runner.hpp"
#include "record/limits.hpp"
#include "record/usage.hpp"
#include "timeline/costs.hpp"

namespace overlap {

/// What was measured of N, as it goes from process to process: both are the same binary.
struct SpawnSample {
    std::int64_t started = 0;  ///< that were suspended at once
    Nanoseconds start = 0;     ///< from the first to all being suspended
    Nanoseconds finish = 0;    ///< from the signal that released them to the end of all
    Nanoseconds cpu = 0;
    std::int64_t switches = 0;
    std::int64_t resident = -1;  ///< growth in bytes while all were suspended; -1: not measurable
    std::int64_t page_tables = -1;
    std::int64_t kernel_stacks = -1;
    std::array<char, 240> limit{};  ///< why fewer were started than asked for; empty: they were not
};

/// Told by the demo where it is; measures between.
class SpawnMeter {
  public:
    /// `count` to start, or as many as there is room for.
    SpawnMeter(std::int64_t count, const Room& room);

    void begin();

    /// Whether another one is to be started. No more than there is room for; none once memory gets short.
    bool one_more();

    [[nodiscard]] std::int64_t most() const { return most_; }

    /// The last one could not be started.
    void refused(const std::string& reason) { say_limit(reason); }

    /// All that were started are suspended. Memory is read here, outside the times.
    void suspended(std::int64_t count);

    /// They have been released and have ended. `left` are still suspended: none, or the measurement is wrong.
    /// Throws Error.
    void finished(std::int64_t left);

    [[nodiscard]] const SpawnSample& sample() const { return sample_; }

  private:
    void say_limit(const std::string& reason);
    bool memory_is_short();

    std::int64_t most_;
    std::string limit_;  ///< what `most_` comes from, where it is less than asked for
    MemoryGuard guard_;
    SpawnSample sample_;
    std::int64_t begun_ = 0;
    MemoryUse memory_before_;
    CpuSample cpu_before_;
    CpuSample reading_;  ///< what reading memory took
    Nanoseconds since_ = 0;
};

/// What is started: `run` starts them, has them suspended, releases and joins them.
struct SpawnKind {
    std::string_view name;
    void (*run)(SpawnMeter& meter) = nullptr;
    Room (*room)() = nullptr;
};

Room room_for_threads_here();  ///< with the stack that std::thread gives
Room room_for_coroutines_here();

/// Each kind with 10, 100, ... and as many as the knob "tasks" says, the knob "repeat" times each, in turns;
/// of the repeats the one with the median time to start is kept. A kind whose limit is reached stops there.
Costs measure_spawning(const Demo& demo, const RunOptions& options, std::span<const SpawnKind> kinds);

/// One measurement, in the fresh process. `part`: "thread:1000". Throws UsageError when it is none.
std::string measure_spawn_part(const std::string& part, std::span<const SpawnKind> kinds);

}  // namespace overlap
