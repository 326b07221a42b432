#include "demo/count_job.hpp"

#include <algorithm>
#include <mutex>
#include <sstream>
#include <stdexcept>

#include "demo/calibrate.hpp"
#include "timeline/duration.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

// Between two looks at whether to stop or to hand the lock over: some tens of microseconds.
constexpr std::int64_t steps_at_once = 10'000;

// An empty statement that says to the compiler: this value is read and changed here. So each step must be
// done, in its turn: no vectors, no formula in place of the loop. (Google Benchmark's DoNotOptimize is the
// same.)
void keep(std::uint64_t& value) { asm volatile("" : "+r"(value)); }

std::string run_count(const TaskLane& lane, std::string_view argument) {
    std::istringstream words{std::string(argument)};
    Count work;
    if (!(words >> work.n >> work.iterations >> work.gil)) {
        throw std::invalid_argument("count takes n, iterations and 0 or 1");
    }
    Gil own;
    return std::to_string(count(lane, work, work.gil ? &own : nullptr));
}

}  // namespace

const Job count_job{"count", run_count};

std::string argument_of(const Count& work) {
    return std::to_string(work.n) + ' ' + std::to_string(work.iterations) + ' ' + (work.gil ? '1' : '0');
}

std::int64_t count_steps(std::int64_t n, std::int64_t begin, std::int64_t end) {
    const auto factor = static_cast<std::uint64_t>(n);
    const auto last = static_cast<std::uint64_t>(end);
    std::uint64_t sum = 0;
    for (auto i = static_cast<std::uint64_t>(begin); i < last; ++i) {
        sum += (i * factor) % 7;
        keep(sum);
    }
    return static_cast<std::int64_t>(sum);
}

std::int64_t count_expected(const Count& work) {
    const auto sum_of = [&](std::int64_t steps) {
        std::int64_t sum = 0;
        for (std::int64_t i = 0; i < steps; ++i) sum += i * (work.n % 7) % 7;
        return sum;
    };
    return work.iterations / 7 * sum_of(7) + sum_of(work.iterations % 7);
}

void check_count(ScopedSpan& span, const Count& work, std::int64_t sum) {
    if (sum == count_expected(work)) {
        span.end();
    } else {
        span.fail("wrong result");
    }
}

std::int64_t count(const TaskLane& lane, const Count& work, Gil* gil) {
    Recorder& recorder = *lane.recorder;
    ScopedSpan span = lane.span(gil != nullptr ? State::ready : State::running);
    Nanoseconds waited = 0;
    // While the thread waits for the lock it is not running, and only while it has the lock is it.
    const auto wait_for_it = [&](void (Gil::*take)()) {
        const Nanoseconds begin = recorder.now();
        (gil->*take)();
        span.enter(State::running);
        waited += recorder.now() - begin;
    };
    std::unique_lock<Gil> held;
    if (gil != nullptr) {
        wait_for_it(&Gil::lock);
        held = std::unique_lock(*gil, std::adopt_lock);
    }

    std::int64_t sum = 0;
    for (std::int64_t i = 0; i < work.iterations && !recorder.interrupted();) {
        const std::int64_t next = std::min(work.iterations, i + steps_at_once);
        sum += count_steps(work.n, i, next);
        i = next;
        if (gil != nullptr && gil->wanted() && i < work.iterations) {
            span.enter(State::ready);
            wait_for_it(&Gil::hand_over);
        }
    }
    check_count(span, work, sum);
    if (held) held.unlock();
    constexpr Nanoseconds noticeable = 1'000'000;
    if (waited >= noticeable && !recorder.interrupted()) {
        recorder.note(lane.lane, "lock wait " + format_duration(waited));
    }
    return sum;
}

std::int64_t steps_of_counting(const Settings& settings) {
    if (settings.get("iterations") > 0) return settings.get("iterations");
    return calibrate(settings.get("work"), [](std::int64_t steps) { count_steps(3, 0, steps); });
}

Nanoseconds time_of_counting(const Settings& settings) {
    return settings.get("iterations") > 0 ? 0 : settings.get("work") * settings.get("tasks");
}

std::string title_of_counting(const Settings& settings, std::span<const std::string>) {
    const std::int64_t steps = settings.get("iterations");
    return plural(static_cast<std::size_t>(settings.get("tasks")), "task") +
           " that compute count += (i * n) % 7, " +
           (steps > 0 ? plural(static_cast<std::size_t>(steps), "step")
                      : "about " + format_exact(settings.get("work"))) +
           " each";
}

}  // namespace overlap
