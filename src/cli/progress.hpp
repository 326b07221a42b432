// One line on standard error that says what is running, erased at the end.
#pragma once

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

#include "demo/runner.hpp"

namespace overlap {

/// Shows the line while it lives; where standard error is no terminal, does nothing.
class ProgressLine {
  public:
    explicit ProgressLine(int repeats);
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    [[nodiscard]] Observer observer();

  private:
    void draw_until_over();
    [[nodiscard]] std::string line() const;

    int repeats_;
    bool enabled_;
    mutable std::mutex mutex_;  ///< guards what follows
    std::condition_variable changed_;
    bool over_ = false;
    std::string way_;
    int repeat_ = 0;
    int tasks_ = 0;
    const std::atomic<int>* started_ = nullptr;  ///< null between two ways
    std::string doing_;                          ///< of a demo that measures costs
    CpuSample cost_;                             ///< of drawing, so far
    std::thread drawer_;
};

}  // namespace overlap
