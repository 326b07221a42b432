// What a demo's tasks call.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "timeline/run.hpp"

namespace overlap {

struct RunOptions;

/// Runs from construction to destruction, best in a process of its own, so that its CPU time, memory and
/// descriptors are not its client's. Constructing it throws Error when it cannot be used, or when the run's
/// stop ended that early.
class Backend {
  public:
    Backend() = default;
    virtual ~Backend() = default;
    Backend(const Backend&) = delete;
    Backend& operator=(const Backend&) = delete;

    /// Where it listens: "http://127.0.0.1:40123", "127.0.0.1:6379". Or a folder's path.
    [[nodiscard]] virtual std::string address() const = 0;

    /// The forward proxy to reach it through: "127.0.0.1:40124"; empty: none.
    [[nodiscard]] virtual std::string proxy() const { return ""; }

    /// Where the Redis is that stands beside it: "127.0.0.1:6379"; empty: none.
    [[nodiscard]] virtual std::string redis() const { return ""; }

    /// To be added to the run's title, when there is something to say of it.
    [[nodiscard]] virtual std::string note() const { return ""; }

    /// Sets the counts to zero and starts its randomness anew, so that all ways meet the same. Throws Error
    /// when it is gone; so does counts().
    virtual void reset() = 0;
    virtual std::optional<ServerCounts> counts() = 0;  ///< none of what does not count
};

/// Our HTTP server, with the knobs jitter, fail-rate and max-in-flight where the demo has them; at a
/// distance, behind a proxy, where it has the knob rtt and that is not 0.
std::unique_ptr<Backend> http_backend(const RunOptions& options);

/// For tasks that call nothing.
std::unique_ptr<Backend> no_backend(const RunOptions& options);

}  // namespace overlap
