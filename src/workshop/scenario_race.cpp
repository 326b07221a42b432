#include "workshop/scenario_race.hpp"

#include <algorithm>
#include <utility>

#include "record/clock.hpp"
#include "timeline/units.hpp"
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
    {"both-at-once",
     "keys for which both models were asked at once: before the program slept on the first call; neither "
     "answers before"},
    {"cancelled",
     "losing calls that the program hung up on, moved by the winner's answer: before it slept on; the number "
     "'losers' is all of them"},
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
    // Each model is the one that never answers, and the one that fails, as soon as there are four keys.
    const auto first = static_cast<int>(stage.between(0, 1));
    std::vector<Round> rounds;
    for (std::size_t i = 0; i < keys().size(); ++i) {
        const bool drawn = i >= 4;
        rounds.push_back(
            {.winner = drawn ? static_cast<int>(stage.between(0, 1)) : first ^ (i == 1 || i == 2),
             .error_first = drawn ? stage.between(0, 1) == 1 : i % 2 == 1});
        losers += rounds.back().error_first ? 0 : 1;
    }
    std::shuffle(rounds.begin(), rounds.end(), stage.random());
    for (std::size_t i = 0; i < keys().size(); ++i) rounds_[keys()[i]] = rounds[i];
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
    ++round.in_flight[model];
    if (round.in_flight[1 - model] > 0) round.both = true;
    stage_.changed();
    SleptOn on_the_first(stage_, 60 * ms);
    co_await exchange.until([&] {
        round.late = round.late || (!round.both && on_the_first());
        return stage_.open() || round.both;
    });
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
        there = co_await exchange.until([&] {
            if (round.on_the_answer) (*round.on_the_answer)();
            return round.error_first || stage_.open();
        });
    }
    --round.in_flight[model];
    if (!there) {
        const bool moved = round.on_the_answer && !(*round.on_the_answer)();
        if (!wins && moved && !handed_in()) round.cancelled = true;
    } else if (!wins && round.error_first) {
        round.error_sent = true;
        stage_.changed();
        co_await exchange.answer(503, "this model is down\n");
    } else if (!round.on_the_answer) {
        round.on_the_answer.emplace(stage_, 200 * ms);
        co_await exchange.answer(200, mint(key));
    } else {
        co_await exchange.answer(200, stage_.mint());  // good, and too late
    }
    stage_.changed();
}

void Race::finish() {
    std::int64_t at_once = 0;
    std::int64_t both = 0;
    std::int64_t cancelled = 0;
    for (const auto& [key, round] : rounds_) {
        both += round.both;
        at_once += round.both && !round.late;
        cancelled += round.cancelled;
    }
    stage_.facts["both-at-once"] = at_once;
    // What was hung up when the program ended was not cancelled.
    if (both > 0 && handed_in()) stage_.facts["cancelled"] = cancelled;
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
