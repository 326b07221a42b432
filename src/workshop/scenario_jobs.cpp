// Records that a parser with a bug has to read: /record/KEY gives one. The result of a key is the record's
// digest; of the one that crashes the parser it is "failed".
#include "workshop/calibrate.hpp"
#include "workshop/scenario.hpp"
#include "workshop/scenarios.hpp"
#include "workshop/work.hpp"

namespace overlap::workshop {
namespace {

using asio::awaitable;

constexpr ScenarioNumber jobs_numbers[] = {
    {"records",
     {5, 7},
     "how many keys there are, two or more; one of their records crashes its parser",
     2,
     100},
    {"work",
     {160'000'000, 160'000'000},
     "what parsing one record takes of CPU time, about; less than 100ms are too short for 'worked-at-once'"},
};

constexpr ScenarioFact jobs_facts[] = {
    {"delivered", "results that were right"},
    {"asked", "different keys that were asked for"},
    {"processes", "the most processes of the program at once, once it had a record"},
    {"worked-at-once",
     "looks, every 10 ms or so, at which two of its processes were computing, and had for longer than 30 ms"},
    {"threads", "the most threads of all its processes together"},
    {"connections", "connections that records were asked for on"},
    {"left-open", "calls still owed their answer when the results came"},
    {"left-behind", "processes that were still there when the program had ended"},
};

class Jobs : public Scenario {
  public:
    explicit Jobs(Stage& stage)
        : Scenario(stage, stage.number("records")), rounds_(rounds_that_take(stage.number("work"))) {
        // Not the last one: what comes behind it must be done too.
        poison_ = keys()[static_cast<std::size_t>(stage.between(0, stage.number("records") - 2))];
        for (const std::string& key : keys()) fields_[key] = stage.mint();
    }

    awaitable<void> direct() override {
        co_await stage_.until([this] { return stage_.facts.at("asked") > 0; });
        stage_.facts["worked-at-once"] = 0;
        for (Nanoseconds last = stage_.program.at;; last = stage_.program.at) {
            co_await stage_.until([&] { return stage_.program.at != last; });
            stage_.raise("threads", stage_.program.threads);
            stage_.raise("processes", stage_.program.processes);
            if (stage_.program.working >= 2) ++stage_.facts["worked-at-once"];
        }
    }

  private:
    awaitable<bool> work(Exchange& exchange) override {
        const auto key = exchange.behind("/record/");
        if (!key || !is_key(*key)) co_return false;
        note_asked(exchange, *key);
        std::string record = *key + ":" + std::to_string(rounds_);
        if (*key != poison_) record += ":" + fields_[*key];
        co_await exchange.answer(200, record);
        co_return true;
    }

    [[nodiscard]] std::optional<std::string> result_of(const std::string& key) const override {
        if (key == poison_) return "failed";
        return digest_expected(key + fields_.at(key), rounds_);
    }

    std::int64_t rounds_;
    std::string poison_;
    std::map<std::string, std::string> fields_;
};

}  // namespace

const ScenarioKind jobs_scenario{
    .name = "jobs",
    .summary = "/record/KEY gives records to parse, one of which crashes the parser",
    .numbers = jobs_numbers,
    .facts = jobs_facts,
    .derived = {},
    .make = [](Stage& stage) -> std::unique_ptr<Scenario> { return std::make_unique<Jobs>(stage); },
};

}  // namespace overlap::workshop
