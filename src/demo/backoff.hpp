// Trying again.
#pragma once

#include <asio/awaitable.hpp>
#include <cstdint>
#include <random>

#include "net/http_client.hpp"
#include "timeline/timeline.hpp"

namespace overlap {

class Context;

/// Exponential backoff with full jitter, as in "Exponential Backoff And Jitter"
/// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/): before the n-th retry a
/// random time up to base * 2^(n-1). Without the randomness, clients that failed together would come back
/// together.
Nanoseconds backoff_time(Nanoseconds base, int retry, std::mt19937_64& random);

/// The retries of one call. Its randomness follows from the run's seed and the task, so all ways wait alike.
class Backoff {
  public:
    Backoff(Context& run, int id);

    /// Whether it is worth trying again after `answer`: there are retries left, and its failure may pass (the
    /// network's, 429, 5xx).
    [[nodiscard]] bool again(const net::Answer& answer);

    /// Waits before the next attempt, shown in the task's lane. The first holds its thread, the second
    /// suspends its coroutine. Both end early after Ctrl-C.
    void wait();
    asio::awaitable<void> async_wait();

  private:
    Nanoseconds next();

    Context& run_;
    int id_;
    int retries_ = 0;
};

}  // namespace overlap
