#include "cli/shared_options.hpp"

#include <fmt/format.h>

#include "cli/values.hpp"

namespace overlap {

std::vector<OptionSpec> drawing_options() {
    return {
        {"--width", "N",
         "columns to draw in, 40 or more, 120 used at most (default: COLUMNS, the terminal's, 80)"},
        {.name = "--color",
         .value = "WHEN",
         .meaning = "auto, always or never (default auto: on a terminal, unless NO_COLOR is set)",
         .words = color_words()},
        {"--unicode", "", "draw with box characters instead of ASCII", OptionKind::flag},
        {"--plain", "", "no picture: one fact a line, fields separated by tabs", OptionKind::flag},
    };
}

OptionSpec json_option() {
    return {"--json", "", "print the whole run as JSON, for 'overlap render' and for scripts",
            OptionKind::flag};
}

std::vector<OptionSpec> server_options(const std::string& usual_latency) {
    return {
        {"--latency", "TIME", fmt::format("hold every answer back this long (default {})", usual_latency)},
        {"--jitter", "TIME", "and up to this much longer, at random (default 0ms)"},
        {"--fail-rate", "SHARE", "answer this share of the requests with 503, 0 to 1 (default 0)"},
        {"--max-in-flight", "N", "answer at most N requests at once (default: no limit)"},
        {.name = "--when-full",
         .value = "WHAT",
         .meaning = "refuse (429) or queue what comes above --max-in-flight (default refuse)",
         .words = when_full_words()},
        {"--seed", "N", "of jitter, failures and /bytes (default 0)"},
    };
}

void add_options(CommandSpec& command, const std::vector<OptionSpec>& more) {
    command.options.insert(command.options.end(), more.begin(), more.end());
}

}  // namespace overlap
