#include "cli/workshop_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

#include "cli/suggest.hpp"
#include "cli/values.hpp"
#include "timeline/error.hpp"
#include "workshop/exercise.hpp"

namespace overlap {
namespace {

// An option that the action has no use for is told, not passed over. An unknown action is told by the
// command.
void check_action(const OptionValues& values, const Invocation& invocation) {
    const std::string action = invocation.argument.empty() ? "list" : invocation.argument;
    const std::vector<std::string>& actions = invocation.command->argument_words;
    if (std::find(actions.begin(), actions.end(), action) == actions.end()) return;
    constexpr std::pair<const char*, const char*> uses[] = {{"--give-up", "solution"},
                                                            {"--level", "hint"},
                                                            {"--json", "check"},
                                                            {"--runs", "verify"},
                                                            {"--jobs", "verify"}};
    for (const auto& [option, of] : uses) {
        if (values.has(option) && action != of)
            throw UsageError(
                fmt::format("{} is for 'overlap exercise {}': '{}' has no use for it", option, of, action));
    }
}

}  // namespace

void read_workshop(const OptionValues& values, std::vector<std::string> words, Invocation& invocation) {
    WorkshopRequest& request = invocation.workshop;
    request.command = std::move(words);
    for (const auto& [option, into] : {std::pair{"--dir", &request.folder}, {"--from", &request.from}}) {
        if (!values.has(option)) continue;
        *into = values.text(option);
        if (into->empty() || into->starts_with('-'))
            throw UsageError(fmt::format("{} is '{}': expected the name of a folder", option, *into));
    }
    if (values.has("--exercise")) {
        request.exercises = split_list(values.texts("--exercise"));
        if (request.exercises.empty())
            throw UsageError("--exercise is '': expected names of exercises, 'overlap exercise' lists them");
        // Those of --from are known once they have been read.
        for (const std::string& name : request.exercises) {
            const bool is_known = workshop::find_exercise(workshop::all_exercises(), name) != nullptr;
            if (values.has("--from") || is_known) continue;
            throw UsageError(fmt::format(
                "--exercise is '{}'{}: expected names of exercises, 'overlap exercise' lists them", name,
                did_you_mean(name, workshop::embedded_exercise_names())));
        }
    }
    std::int64_t seed = 0;
    values.whole("--seed", 0, std::numeric_limits<std::int64_t>::max(), seed);
    if (values.has("--seed")) request.seed = static_cast<std::uint64_t>(seed);
    values.whole("--runs", 1, 1'000, request.runs);
    values.whole("--jobs", 1, 64, request.jobs);
    values.whole("--level", 1, 3, request.level);
    request.give_up = values.has("--give-up");
    request.junit = values.has("--junit");
    request.csv = values.has("--csv");
    if (static_cast<int>(values.has("--json")) + request.junit + request.csv + values.has("--plain") > 1)
        throw UsageError("--json, --junit and --csv exclude each other: expected one of them");
    if (invocation.command->name == "exercise") check_action(values, invocation);
}

}  // namespace overlap
