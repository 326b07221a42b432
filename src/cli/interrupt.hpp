// Ctrl-C as a stop token.
#pragma once

#include <atomic>
#include <csignal>
#include <stop_token>
#include <thread>

namespace overlap {

/// While it lives, SIGINT, SIGTERM and, unless it is ignored, SIGHUP request a stop instead of ending the
/// process; a second one ends it at once, with exit code 130. Create it before any other thread, so that all
/// inherit the blocked signals.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    [[nodiscard]] std::stop_token token() const { return source_.get_token(); }

  private:
    void wait_for_signals();

    std::stop_source source_;
    sigset_t signals_{};
    sigset_t before_{};  ///< what was held back already
    std::atomic<bool> over_ = false;
    std::thread waiter_;
};

}  // namespace overlap
