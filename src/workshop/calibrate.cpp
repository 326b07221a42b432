#include "workshop/calibrate.hpp"

#include <algorithm>
#include <ctime>
#include <string>

#include "workshop/work.hpp"

namespace overlap::workshop {
namespace {

Nanoseconds cpu_now() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return Nanoseconds{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

}  // namespace

std::int64_t rounds_that_take(Nanoseconds time) {
    constexpr std::int64_t most = 10'000'000'000;
    constexpr Nanoseconds enough = 4'000'000;
    for (std::int64_t rounds = 100'000;; rounds *= 4) {
        const Nanoseconds begin = cpu_now();
        const bool used = !digest("calibration", rounds).empty();
        const Nanoseconds took = std::max<Nanoseconds>(1, cpu_now() - begin);
        if (used && took < enough && rounds < most / 4) continue;
        const double each = static_cast<double>(took) / static_cast<double>(rounds);
        return std::clamp<std::int64_t>(static_cast<std::int64_t>(static_cast<double>(time) / each), 1, most);
    }
}

}  // namespace overlap::workshop
