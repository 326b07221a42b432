#include "demo/backoff.hpp"

#include <algorithm>

#include "demo/context.hpp"
#include "demo/pause.hpp"

namespace overlap {
namespace {

constexpr Nanoseconds longest = 10'000'000'000;

// Made when it is needed: most calls never wait, and a generator is 2.5 KB.
std::mt19937_64 random_of(std::uint64_t seed, int id, int retry) {
    std::seed_seq sequence{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32),
                           static_cast<std::uint32_t>(id), static_cast<std::uint32_t>(retry)};
    return std::mt19937_64(sequence);
}

}  // namespace

Nanoseconds backoff_time(Nanoseconds base, int retry, std::mt19937_64& random) {
    Nanoseconds most = base;
    for (int i = 1; i < retry && most < longest; ++i) most *= 2;
    return std::uniform_int_distribution<Nanoseconds>(0, std::min(most, longest))(random);
}

Backoff::Backoff(Context& run, int id) : run_(run), id_(id) {}

bool Backoff::again(const net::Answer& answer) {
    if (answer.ok() || run_.warming_up() || run_.stop().stop_requested()) return false;
    const bool may_pass = answer.status == 0 || answer.status == 429 || answer.status >= 500;
    return may_pass && retries_ < run_.settings().get("retries");
}

Nanoseconds Backoff::next() {
    ++retries_;
    std::mt19937_64 random = random_of(run_.seed(), id_, retries_);
    return backoff_time(run_.settings().get("backoff"), retries_, random);
}

void Backoff::wait() { pause(run_, id_, State::backoff, next()); }

asio::awaitable<void> Backoff::async_wait() { return async_pause(run_, id_, State::backoff, next()); }

}  // namespace overlap
