#include <fmt/format.h>

#include <utility>

#include "render/table.hpp"
#include "render/text.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"

namespace overlap {

std::vector<std::string> trace_table(const Run& run, int width) {
    const WayRun& way = run.ways.front();
    const ServerCounts server = way.server.value_or(ServerCounts{});
    const Latency latency = latency_of(summarize_tasks(way.timeline));
    std::vector<std::pair<std::string, std::string>> rows;
    const auto count = [&](const char* name, std::int64_t value) {
        if (value > 0) rows.emplace_back(name, fmt::format("{}", value));
    };
    count("requests", server.requests);
    count("in flight, peak", server.peak_in_flight);
    count("connections opened", server.connections);
    count("refused (429)", server.refused);
    count("failed (5xx)", server.failed);
    count("bad requests", server.bad_requests);
    count("hung up", server.hung_up);
    rows.emplace_back("one request, median", format_duration(latency.median));
    if (latency.p99) rows.emplace_back("one request, p99", format_duration(*latency.p99));
    rows.emplace_back("command took", format_duration(run.traced->took));
    rows.emplace_back("its CPU time", format_duration(way.usage.cpu));

    std::vector<std::string> lines;
    for (const auto& [name, value] : rows) {
        lines.push_back(pad_right(name, width < 64 ? 20 : 22) + pad_left(value, 10));
    }
    return lines;
}

}  // namespace overlap
