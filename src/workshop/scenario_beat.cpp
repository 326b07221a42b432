// An event loop that has something else to do: /beat is to be called again and again, while the work is under
// way. The work either blocks (/call/KEY, held back) or computes (/text/KEY gives what to format,
// /done/KEY?digest=D is told the digest).
#include <algorithm>
#include <map>

#include "timeline/units.hpp"
#include "workshop/calibrate.hpp"
#include "workshop/scenario.hpp"
#include "workshop/scenarios.hpp"
#include "workshop/work.hpp"

namespace overlap::workshop {
namespace {

using asio::awaitable;

constexpr ScenarioNumber beat_numbers[] = {
    {"tasks", {3, 4}, "how many keys there are", 1, 100},
    {"compute", {0, 0}, "1: the work computes; 0: it waits for an answer", 0, 1},
    {"work", {250'000'000, 250'000'000}, "what formatting one text takes of CPU time, about"},
    {"beats", {3, 3}, "how many beats must come while the work is under way", 1, 1000},
    {"hold", {60'000'000, 60'000'000}, "how long answers are held back once the gate is reached"},
};

constexpr ScenarioFact beat_facts[] = {
    {"delivered", "results that were right"},
    {"asked", "different keys that were asked for"},
    {"in-flight", "calls for work in flight at once, at most"},
    {"beats",
     "beats that came while all calls were held back; with 'compute' beats before which the program had "
     "computed, one each 10 ms or so at most, while a text was being formatted, of the text that had fewest"},
    {"threads", "threads of the program while all calls were held back"},
    {"processes", "its processes then"},
    {"cpu-percent", "how busy it was then: 100 is one core, all the time"},
    {"connections", "connections that calls came on"},
    {"left-open", "calls still owed their answer when the results came"},
};

class Beat : public Scenario {
  public:
    explicit Beat(Stage& stage) : Scenario(stage, stage.number("tasks")) {
        stage.facts["in-flight"] = 0;
        if (stage.number("compute") != 0) rounds_ = rounds_that_take(stage.number("work"));
    }

    awaitable<void> direct() override {
        const HeldAtGate held(stage_);
        const auto all = [this] { return in_flight_ >= stage_.number("tasks"); };
        co_await stage_.until([&] { return stage_.open() || all(); });
        const bool computes = stage_.number("compute") != 0;
        if (all()) {
            co_await stage_.watch(stage_.number("hold"));
            if (!computes) {
                const std::int64_t before = beats_;
                co_await stage_.until([&] {
                    stage_.facts["beats"] = beats_ - before;
                    return stage_.open() || beats_ - before >= stage_.number("beats");
                });
            }
        }
        may_ = true;
        stage_.changed();
    }

    // A text that was not done had no beats that were seen to be beside it.
    void finish() override {
        const auto is_done = [](const auto& entry) { return entry.second.done; };
        if (std::none_of(texts_.begin(), texts_.end(), is_done)) return;
        for (const auto& [key, text] : texts_) {
            const auto [fact, is_new] = stage_.facts.emplace("beats", text.beats);
            if (!is_new) fact->second = std::min(fact->second, text.beats);
        }
    }

  private:
    struct Text {
        std::int64_t beats_before = 0;
        std::int64_t beats = 0;
        bool done = false;
    };

    awaitable<bool> work(Exchange& exchange) override {
        const bool computes = stage_.number("compute") != 0;
        if (exchange.path() == "/beat") {
            // Work that holds the loop is over when its beats come, all together: only the first of them
            // counts. A kernel that does not tell what a thread has run says 0.
            const Nanoseconds run = stage_.program.run;
            if (!computes || run == 0 || run - run_at_beat_ >= 5 * ms) {
                ++beats_;
                run_at_beat_ = run;
            }
            stage_.changed();
            co_await exchange.answer(200, "beat\n");
            co_return true;
        }
        if (const auto key = exchange.behind("/done/"); computes && key && texts_.contains(*key)) {
            Text& text = texts_[*key];
            const bool right = exchange.query("digest") == result_of(*key);
            if (right && !text.done) text.beats = beats_ - text.beats_before;
            text.done = text.done || right;
            co_await exchange.answer(right ? 200 : 400, right ? "thanks\n" : "that is not its digest\n");
            co_return true;
        }
        const auto key = exchange.behind(computes ? "/text/" : "/call/");
        if (!key || !is_key(*key)) co_return false;
        note_asked(exchange, *key);
        ++in_flight_;
        stage_.raise("in-flight", in_flight_);
        stage_.changed();
        const bool there = co_await exchange.until([this] { return may_; });
        --in_flight_;
        if (there && computes) {
            texts_[*key] = {.beats_before = beats_};
            if (!minted_.contains(*key)) minted_[*key] = *key + "-" + stage_.mint();
            co_await exchange.answer(200, minted_[*key] + ":" + std::to_string(rounds_));
        } else if (there) {
            co_await exchange.answer(200, mint(*key));
        }
        co_return true;
    }

    [[nodiscard]] std::optional<std::string> result_of(const std::string& key) const override {
        const auto text = minted_.find(key);
        if (text == minted_.end() || stage_.number("compute") == 0) return Scenario::result_of(key);
        return digest_expected(text->second, rounds_);
    }

    std::int64_t rounds_ = 0;
    std::int64_t in_flight_ = 0;
    std::int64_t beats_ = 0;
    Nanoseconds run_at_beat_ = 0;  ///< the program's time on a CPU at the last one that counted
    bool may_ = false;
    std::map<std::string, Text> texts_;
};

}  // namespace

const ScenarioKind beat_scenario{
    .name = "beat",
    .summary =
        "/beat must go on being called while the work blocks (/call/KEY) or computes (/text/KEY, /done/KEY)",
    .numbers = beat_numbers,
    .facts = beat_facts,
    .derived = {},
    .make = [](Stage& stage) -> std::unique_ptr<Scenario> { return std::make_unique<Beat>(stage); },
};

}  // namespace overlap::workshop
