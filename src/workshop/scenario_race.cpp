#include "workshop/scenario_race.hpp"

#include <algorithm>
#include <utility>

#include "record/clock.hpp"
#include "workshop/scenarios.hpp"

namespace overlap::workshop {
namespace {

constexpr ScenarioNumber race_numbers[] = {
    {"rounds", {3, 4}, "how many keys there are, two or more", 2, 100},
    {"hold", {60'000'000, 60'000'000}, "how long answers are held back once both models are asked"},
};

constexpr ScenarioFact race_facts[] = {
    {"delivered", "keys whose first good answer was handed in"},
    {"asked", "different keys that were asked for"},
    {"both-at-once", "keys for which both models were in flight at once; neither answers before"},
    {"cancelled", "losing calls that the program hung up on; the number 'losers' is all of them"},
    {"threads", "threads of the program while both models were in flight"},
    {"processes", "its processes then"},
    {"cpu-percent", "how busy it was then: 100 is one core, all the time"},
    {"connections", "connections that calls came on"},
    {"left-open", "calls still owed their answer when the results came"},
};

constexpr ScenarioFact race_derived[] = {
    {"losers", "calls that never get an answer, as the other model has given its own"}};

}  // namespace

using asio::awaitable;

Race::Race(Stage& stage, std::int64_t count) : Scenario(stage, count) {
    std::int64_t losers = 0;
    for (std::size_t i = 0; i < keys().size(); ++i) {
        Round& round = rounds_[keys()[i]];
        round.winner = static_cast<int>(stage.between(0, 1));
        round.error_first = i == 0 ? false : i == 1 ? true : stage.between(0, 1) == 1;
        losers += round.error_first ? 0 : 1;
    }
    stage.draw("losers", losers);
}

std::string Race::refusal(const Exchange&, const std::string&) { return ""; }

awaitable<bool> Race::work(Exchange& exchange) {
    for (const int model : {0, 1}) {
        const auto key = exchange.behind(model == 0 ? "/main/" : "/fallback/");
        if (!key || !is_key(*key)) continue;
        note_asked(exchange, *key);
        const std::string why_not = refusal(exchange, *key);
        if (!why_not.empty())
            co_await exchange.answer(400, why_not);
        else
            co_await run(exchange, *key, rounds_[*key], model);
        co_return true;
    }
    co_return false;
}

awaitable<void> Race::run(Exchange& exchange, const std::string& key, Round& round, int model) {
    const HeldAtGate held(stage_);
    if (++round.in_flight >= 2) round.both = true;
    stage_.changed();
    co_await exchange.until([&] { return stage_.open() || round.both; });
    if (round.both && !std::exchange(round.watched, true)) {
        co_await stage_.watch(stage_.number("hold"));
        round.ready = true;
        stage_.changed();
    }
    // Also when the gates stand open, the other model gets a moment to be asked.
    const Nanoseconds late = steady_now() + 20'000'000;
    co_await exchange.until([&] { return round.both || steady_now() >= late; });
    co_await exchange.until([&] { return round.ready || !round.both; });
    const bool wins = model == round.winner;
    bool there = true;
    if (wins) {
        there =
            co_await exchange.until([&] { return stage_.open() || !round.error_first || round.error_sent; });
        // A failure that comes first is to be seen before the good answer is there.
        if (there && round.error_first) co_await stage_.pause(stage_.number("hold"));
    } else {
        there = co_await exchange.until([&] { return round.error_first || stage_.open(); });
    }
    --round.in_flight;
    if (!there) {
        if (!wins && round.answered && !handed_in()) round.cancelled = true;
    } else if (!wins && round.error_first) {
        round.error_sent = true;
        stage_.changed();
        co_await exchange.answer(503, "this model is down\n");
    } else if (const bool first = !std::exchange(round.answered, true); first) {
        co_await exchange.answer(200, mint(key));
    } else {
        co_await exchange.answer(200, stage_.mint());  // good, and too late
    }
    stage_.changed();
}

void Race::finish() {
    const auto count = [this](bool Round::* what) {
        return std::count_if(rounds_.begin(), rounds_.end(),
                             [what](const auto& entry) { return entry.second.*what; });
    };
    stage_.facts["both-at-once"] = count(&Round::both);
    // What was hung up when the program ended was not cancelled.
    if (count(&Round::both) > 0 && handed_in()) stage_.facts["cancelled"] = count(&Round::cancelled);
}

const ScenarioKind race_scenario{
    .name = "race",
    .summary = "two models can answer, /main/KEY and /fallback/KEY; the first good answer is the result",
    .numbers = race_numbers,
    .facts = race_facts,
    .derived = race_derived,
    .make = [](Stage& stage) -> std::unique_ptr<Scenario> {
        return std::make_unique<Race>(stage, stage.number("rounds"));
    },
};

}  // namespace overlap::workshop
