// What a server on another thread logs.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "net/http_server.hpp"

namespace overlap::test {

class Log {
  public:
    /// For ServerOptions::log. Adds a line; used no longer than this object lives.
    std::function<void(const net::Served&)> writer() {
        return [this](const net::Served& served) {
            const std::lock_guard lock(mutex_);
            lines_.push_back(net::log_line(served));
        };
    }

    /// The lines so far.
    std::vector<std::string> lines() {
        const std::lock_guard lock(mutex_);
        return lines_;
    }

  private:
    std::mutex mutex_;
    std::vector<std::string> lines_;
};

}  // namespace overlap::test
