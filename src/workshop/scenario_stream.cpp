// An answer that comes line by line, /stream/KEY, and somebody who takes the words one at a time:
// /say/KEY?word=W. A line is a word, a blank and filling. The result of a key: its words in order, with a "-"
// between two.
#include <algorithm>

#include "workshop/scenario.hpp"
#include "workshop/scenarios.hpp"

namespace overlap::workshop {
namespace {

using asio::awaitable;

constexpr std::int64_t kib = 1024;

constexpr ScenarioNumber stream_numbers[] = {
    {"lines", {8, 10}, "lines of the stream, four or more", 4, 1000},
    {"line_kib", {256, 256}, "the size of a line, in KiB", 1, 1024},
};

constexpr ScenarioFact stream_facts[] = {
    {"delivered", "streams whose words were handed in right"},
    {"asked", "different streams that were asked for"},
    {"first-early", "1 when the first word was said while all the other lines were held back"},
    {"said", "words that were said, in their order; the number 'lines' is all"},
    {"read-ahead", "KiB that the program read of what comes behind a word whose saying was held back"},
    {"threads", "threads of the program then"},
    {"processes", "its processes then"},
    {"cpu-percent", "how busy it was then: 100 is one core, all the time"},
    {"connections", "connections that calls came on"},
    {"left-open", "calls still owed their answer when the results came"},
};

class Streaming : public Scenario {
  public:
    explicit Streaming(Stage& stage) : Scenario(stage, 1) {
        for (std::int64_t i = 0; i < stage.number("lines"); ++i) words_.push_back("w" + stage.mint());
        stage.facts["said"] = 0;
        held_word_ = static_cast<std::size_t>(stage.between(1, stage.number("lines") - 3));
    }

  private:
    awaitable<bool> work(Exchange& exchange) override {
        if (const auto key = exchange.behind("/stream/"); key && is_key(*key)) {
            note_asked(exchange, *key);
            co_await stream(exchange);
            co_return true;
        }
        if (const auto key = exchange.behind("/say/"); key && is_key(*key)) {
            co_await say(exchange, exchange.query("word").value_or(""));
            co_return true;
        }
        co_return false;
    }

    awaitable<void> stream(Exchange& exchange) {
        stage_.facts["first-early"] = 0;
        bool there = co_await exchange.begin();
        streaming_ = &exchange;
        for (std::size_t i = 0; i < words_.size() && there; ++i) {
            std::string line = words_[i] + " ";
            line.append(static_cast<std::size_t>(stage_.number("line_kib") * kib) - line.size() - 1, '.');
            there = co_await exchange.part(line + "\n");
            behind_.push_back(exchange.taken());
            ++sent_;
            stage_.changed();
            if (i > 0 || !there) continue;
            const HeldAtGate held(stage_);
            there = co_await exchange.until([this] { return stage_.open() || said_ > 0 || saying_ > 0; });
            if (!stage_.open()) stage_.facts["first-early"] = 1;
        }
        if (there) there = co_await end_may_come(exchange);
        if (there) co_await exchange.end();
        streaming_ = nullptr;
        stage_.changed();
    }

    // The kernel may have taken all for the program. How much of it lies unread is to be seen while the held
    // word is said, so the stream is not over before.
    awaitable<bool> end_may_come(Exchange& exchange) {
        const HeldAtGate held(stage_);
        co_return co_await exchange.until(
            [this] { return said_ > held_word_ || (stage_.open() && !holding_); });
    }

    awaitable<void> say(Exchange& exchange, const std::string& word) {
        const bool next = said_ < words_.size() && word == words_[said_];
        ++saying_;
        stage_.changed();
        const bool there = !next || said_ != held_word_ || co_await hold(exchange);
        --saying_;
        if (next && there) stage_.facts["said"] = static_cast<std::int64_t>(++said_);
        stage_.changed();
        co_await exchange.answer(next ? 200 : 400, next ? "said\n" : "that is not the next word\n");
    }

    // While it is not said, the stream goes on for as long as the program or the kernel takes it.
    // Gives whether the program has waited for that.
    awaitable<bool> hold(Exchange& exchange) {
        constexpr Nanoseconds quiet = 150'000'000;
        holding_ = true;
        std::int64_t last = -1;
        const auto stalled = [this, &last] {
            const std::int64_t now = streaming_ != nullptr ? streaming_->taken() : 0;
            const bool moved = std::exchange(last, now) != now;
            return streaming_ == nullptr || stage_.open() || (!moved && stage_.program.asleep > quiet);
        };
        bool there = co_await exchange.until([this] { return behind_.size() > held_word_ || stage_.open(); });
        there = there && co_await exchange.until(stalled);
        const std::int64_t all = stage_.number("line_kib") * kib * static_cast<std::int64_t>(words_.size());
        const std::int64_t read = streaming_ != nullptr ? streaming_->read() : all;
        // Of a client that has left, or when the gate was given up, even the word's own line may not be out.
        const std::int64_t behind = behind_.size() > held_word_ ? behind_[held_word_] : read;
        // Once the gate was given up all may have been sent.
        if (!stage_.open()) stage_.facts["read-ahead"] = std::max<std::int64_t>(0, read - behind) / kib;
        co_await stage_.watch(20'000'000);
        holding_ = false;
        co_return there;
    }

    [[nodiscard]] std::optional<std::string> result_of(const std::string&) const override {
        if (sent_ < words_.size()) return std::nullopt;
        std::string result;
        for (const std::string& word : words_) result += (result.empty() ? "" : "-") + word;
        return result;
    }

    std::vector<std::string> words_;
    std::vector<std::int64_t> behind_;  ///< bytes that had been taken when a line was
    std::size_t held_word_;
    std::size_t sent_ = 0;
    std::size_t said_ = 0;
    int saying_ = 0;
    bool holding_ = false;  ///< the held word is being said
    const Exchange* streaming_ = nullptr;
};

}  // namespace

const ScenarioKind stream_scenario{
    .name = "stream",
    .summary =
        "/stream/KEY comes line by line, and each line's word is to be said, /say/KEY?word=W, before the "
        "next is read",
    .numbers = stream_numbers,
    .facts = stream_facts,
    .derived = {},
    .make = [](Stage& stage) -> std::unique_ptr<Scenario> { return std::make_unique<Streaming>(stage); },
};

}  // namespace overlap::workshop
