#include "workshop/scenarios.hpp"

#include <algorithm>
#include <array>

#include "workshop/scenario.hpp"

namespace overlap::workshop {

std::span<const ScenarioKind* const> all_scenarios() {
    static constexpr std::array all{&calls_scenario, &chain_scenario,  &race_scenario,  &beat_scenario,
                                    &jobs_scenario,  &stream_scenario, &redis_scenario, &chatbot_scenario};
    return all;
}

const ScenarioKind* find_scenario(std::string_view name) {
    const auto all = all_scenarios();
    const auto found =
        std::find_if(all.begin(), all.end(), [&](const ScenarioKind* kind) { return kind->name == name; });
    return found == all.end() ? nullptr : *found;
}

std::string scenario_words() {
    std::string words;
    for (const ScenarioKind* kind : all_scenarios())
        words += (words.empty() ? "" : ", ") + std::string(kind->name);
    return words;
}

}  // namespace overlap::workshop
