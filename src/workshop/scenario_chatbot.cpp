// A chatbot: for each key GET history:KEY from Redis, then /main/KEY?history=H and /fallback/KEY?history=H
// with what it gave, then SET answer:KEY to the first good answer, which is the result of the key.
#include <algorithm>

#include "workshop/scenario_race.hpp"
#include "workshop/scenarios.hpp"

namespace overlap::workshop {
namespace {

using asio::awaitable;
using net::RedisReply;

constexpr ScenarioNumber chatbot_numbers[] = {
    {"users",
     {3, 4},
     "how many keys there are, two or more; no history is given before all have been asked for",
     2,
     100},
    {"hold", {60'000'000, 60'000'000}, "how long answers are held back once a gate is reached"},
};

constexpr ScenarioFact chatbot_facts[] = {
    {"delivered", "users whose answer was handed in right"},
    {"asked", "different users for whom a model was asked"},
    {"users-at-once", "histories that were asked for before any was given"},
    {"both-at-once", "users for whom both models were asked at once, as in 'race'"},
    {"cancelled",
     "losing calls that the program hung up on, as in 'race'; the number 'losers' is all of them"},
    {"saved", "answers that were saved, and the reply to that waited for, before the results were handed in"},
    {"redis-connections", "connections to Redis"},
    {"threads", "threads of the program while all histories were held back, or both models in flight"},
    {"processes", "its processes then"},
    {"cpu-percent", "how busy it was then: 100 is one core, all the time"},
    {"connections", "connections that calls came on"},
    {"left-open", "calls still owed their answer when the results came"},
};

constexpr ScenarioFact chatbot_derived[] = {
    {"losers", "calls that never get an answer, as the other model has given its own"}};

class Chatbot : public Race {
  public:
    explicit Chatbot(Stage& stage) : Race(stage, stage.number("users")) {
        for (const std::string& key : keys()) histories_[key] = "h" + stage.mint();
        for (const char* fact : {"users-at-once", "saved", "redis-connections"}) stage.facts[fact] = 0;
    }

    awaitable<void> direct() override {
        const HeldAtGate held(stage_);
        const auto all = [this] { return stage_.facts["users-at-once"] >= stage_.number("users"); };
        co_await stage_.until([&] { return stage_.open() || all(); });
        if (all()) co_await stage_.watch(stage_.number("hold"));
        may_ = true;
        stage_.changed();
    }

    void command_read(std::int64_t connection, const RedisReply& command) override {
        stage_.raise("redis-connections", connection);
        if (is(command, "get", 2) && !may_) {
            reading_.insert(command.items[1].text);
            stage_.raise("users-at-once", static_cast<std::int64_t>(reading_.size()));
        }
        stage_.changed();
    }

    awaitable<RedisReply> command(const RedisReply& command) override {
        if (is(command, "get", 2)) {
            co_await stage_.until([this] { return may_; });
            for (const auto& [key, history] : histories_) {
                if (command.items[1].text == "history:" + key)
                    co_return RedisReply{.kind = RedisReply::Kind::string, .text = history};
            }
            co_return RedisReply{};
        }
        if (is(command, "set", 3)) {
            for (const std::string& key : keys()) {
                if (command.items[1].text != "answer:" + key || command.items[2].text != result_of(key))
                    continue;
                // Who does not wait for it has handed the results in by then.
                co_await stage_.until(Taken(stage_));
                if (!handed_in() && saved_.insert(key).second)
                    stage_.facts["saved"] = static_cast<std::int64_t>(saved_.size());
            }
            co_return RedisReply{.kind = RedisReply::Kind::status, .text = "OK"};
        }
        co_return RedisReply{.kind = RedisReply::Kind::error,
                             .text = "ERR only GET and SET are to be had here"};
    }

  private:
    static bool is(const RedisReply& command, std::string_view name, std::size_t words) {
        if (command.items.size() != words) return false;
        const std::string& text = command.items[0].text;
        return std::equal(text.begin(), text.end(), name.begin(), name.end(),
                          [](char a, char b) { return (a | 0x20) == b; });
    }

    std::string refusal(const Exchange& exchange, const std::string& key) override {
        return exchange.query("history") == histories_[key] ? "" : "that is not the history of " + key + "\n";
    }

    std::map<std::string, std::string> histories_;
    std::set<std::string> saved_;
    std::set<std::string> reading_;  ///< histories that are waited for
    bool may_ = false;
};

}  // namespace

const ScenarioKind chatbot_scenario{
    .name = "chatbot",
    .summary = "history from Redis, a race of two models, and the answer saved in Redis, for several users",
    .numbers = chatbot_numbers,
    .facts = chatbot_facts,
    .derived = chatbot_derived,
    .make = [](Stage& stage) -> std::unique_ptr<Scenario> { return std::make_unique<Chatbot>(stage); },
};

}  // namespace overlap::workshop
