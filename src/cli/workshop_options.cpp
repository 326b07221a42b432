#include "cli/workshop_options.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <limits>
#include <utility>

#include "cli/suggest.hpp"
#include "cli/values.hpp"
#include "timeline/error.hpp"
#include "workshop/exercise.hpp"

namespace overlap {
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
    for (const OptionSpec& option : invocation.command->options) {
        if (values.has(option.name)) request.options.push_back(option.name);
    }
}

}  // namespace overlap
