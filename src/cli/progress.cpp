#include "cli/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>

#include "cli/terminal.hpp"

namespace overlap {
namespace {

// Runs shorter than this need no line; and drawing seldom keeps the run undisturbed.
constexpr std::chrono::milliseconds interval{150};

void write_error(const std::string& text) {
    [[maybe_unused]] const ssize_t ignored = ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

ProgressLine::ProgressLine(int repeats) : repeats_(repeats), enabled_(shows_progress()) {
    if (enabled_) drawer_ = std::thread([this] { draw_until_over(); });
}

ProgressLine::~ProgressLine() {
    if (!enabled_) return;
    {
        const std::lock_guard lock(mutex_);
        over_ = true;
    }
    changed_.notify_one();
    drawer_.join();
    write_error("\r\x1b[K");
}

Observer ProgressLine::observer() {
    return {.way_begins =
                [this](const Variant& variant, int repeat, int tasks, const std::atomic<int>& started) {
                    const std::lock_guard lock(mutex_);
                    way_ = std::string(name_of(variant.way));
                    if (!variant.name.empty()) way_ += fmt::format(" ({})", variant.name);
                    repeat_ = repeat;
                    tasks_ = tasks;
                    started_ = &started;
                },
            .way_ends =
                [this] {
                    const std::lock_guard lock(mutex_);
                    started_ = nullptr;
                },
            .doing =
                [this](const std::string& what) {
                    const std::lock_guard lock(mutex_);
                    doing_ = what;
                },
            .own_cost =
                [this] {
                    const std::lock_guard lock(mutex_);
                    return cost_;
                }};
}

std::string ProgressLine::line() const {
    std::string text = fmt::format("{}: task {} of {}", way_, started_->load(), tasks_);
    if (repeats_ > 1) text += fmt::format(", repeat {} of {}", repeat_ + 1, repeats_);
    return text;
}

void ProgressLine::draw_until_over() {
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, interval, [this] { return over_; })) {
        if (started_ != nullptr) write_error("\r\x1b[K" + line());
        if (!doing_.empty()) write_error("\r\x1b[K" + doing_);
        cost_ = sample_thread();
    }
}

}  // namespace overlap
