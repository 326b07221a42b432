// The table of scenarios: what an exercise.toml can name.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "workshop/exercise.hpp"

namespace overlap::workshop {

class Scenario;
class Stage;

/// A number that an exercise may set, with its usual range.
struct ScenarioNumber {
    std::string_view name;
    Range usual;
    std::string_view meaning;
    std::int64_t least = 0;
    std::int64_t most = 60'000'000'000;  ///< a minute, where it is a time
};

/// Something a scenario counts, for requirements to look at.
struct ScenarioFact {
    std::string_view name;
    std::string_view meaning;
};

struct ScenarioKind {
    std::string_view name;
    std::string_view summary;
    std::span<const ScenarioNumber> numbers;
    std::span<const ScenarioFact> facts;
    std::span<const ScenarioFact>
        derived;  ///< numbers that follow from the others, beside "tasks": the results needed
    std::unique_ptr<Scenario> (*make)(Stage& stage);
};

/// All of them.
std::span<const ScenarioKind* const> all_scenarios();

/// Null when there is none of that name.
const ScenarioKind* find_scenario(std::string_view name);

/// "calls, chain, race"
std::string scenario_words();

extern const ScenarioKind calls_scenario;
extern const ScenarioKind chain_scenario;
extern const ScenarioKind race_scenario;
extern const ScenarioKind beat_scenario;
extern const ScenarioKind jobs_scenario;
extern const ScenarioKind stream_scenario;
extern const ScenarioKind redis_scenario;
extern const ScenarioKind chatbot_scenario;

}  // namespace overlap::workshop
