// Values in Redis: GET KEY gives the result of a key.
#include <algorithm>
#include <map>
#include <set>

#include "workshop/scenario.hpp"
#include "workshop/scenarios.hpp"

namespace overlap::workshop {
namespace {

using asio::awaitable;
using net::RedisReply;

constexpr ScenarioNumber redis_numbers[] = {
    {"reads",
     {8, 14},
     "how many keys there are; none is answered before all GETs have come on one connection",
     1,
     500},
    {"hold", {60'000'000, 60'000'000}, "how long answers are held back then"},
};

constexpr ScenarioFact redis_facts[] = {
    {"delivered", "values that were handed in right"},
    {"commands", "commands that came, greetings not counted"},
    {"pipelined", "different keys whose GET was unanswered on one connection at once, at most"},
    {"redis-connections", "connections to Redis"},
    {"threads", "threads of the program while all commands were held back"},
    {"processes", "its processes then"},
    {"cpu-percent", "how busy it was then: 100 is one core, all the time"},
};

class Reads : public Scenario {
  public:
    explicit Reads(Stage& stage) : Scenario(stage, stage.number("reads")) {
        for (const char* fact : {"commands", "pipelined", "redis-connections"}) stage.facts[fact] = 0;
    }

    awaitable<void> direct() override {
        const HeldAtGate held(stage_);
        const auto all = [this] { return stage_.facts["pipelined"] >= stage_.number("reads"); };
        co_await stage_.until([&] { return stage_.open() || all(); });
        if (all()) co_await stage_.watch(stage_.number("hold"));
        may_ = true;
        stage_.changed();
    }

    void command_read(std::int64_t connection, const RedisReply& command) override {
        ++stage_.facts["commands"];
        if (is_get(command) && !may_) {
            std::set<std::string>& unanswered = unanswered_[connection];
            if (is_key(command.items[1].text)) unanswered.insert(command.items[1].text);
            stage_.raise("pipelined", static_cast<std::int64_t>(unanswered.size()));
        }
        stage_.raise("redis-connections", connection);
        stage_.changed();
    }

    awaitable<RedisReply> command(const RedisReply& command) override {
        if (!is_get(command))
            co_return RedisReply{.kind = RedisReply::Kind::error, .text = "ERR only GET is to be had here"};
        co_await stage_.until([this] { return may_; });
        const std::string& key = command.items[1].text;
        if (!is_key(key)) co_return RedisReply{};
        const auto known = minted_.find(key);
        co_return RedisReply{.kind = RedisReply::Kind::string,
                             .text = known != minted_.end() ? known->second : mint(key)};
    }

  private:
    static bool is_get(const RedisReply& command) {
        std::string name = command.items.empty() ? "" : command.items[0].text;
        for (char& c : name) c = static_cast<char>(c | 0x20);
        return command.items.size() == 2 && name == "get";
    }

    awaitable<bool> work(Exchange&) override { co_return false; }

    bool may_ = false;
    std::map<std::int64_t, std::set<std::string>> unanswered_;  ///< for each connection
};

}  // namespace

const ScenarioKind redis_scenario{
    .name = "redis",
    .summary = "values in Redis (OVERLAP_REDIS), to be read with GET",
    .numbers = redis_numbers,
    .facts = redis_facts,
    .derived = {},
    .make = [](Stage& stage) -> std::unique_ptr<Scenario> { return std::make_unique<Reads>(stage); },
};

}  // namespace overlap::workshop
