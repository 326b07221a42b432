#include "render/table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <numeric>
#include <optional>
#include <span>
#include <system_error>

#include "render/text.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/tokens.hpp"

namespace overlap {
namespace {

// What the measures of one way are read from; the costly parts are computed once.
struct Column {
    const WayRun& way;
    std::vector<TaskSummary> tasks;
    Latency latency;
    int peak;
    TokenTimes tokens;
};

using Cell = std::optional<std::string>;

struct Measure {
    const char* name;
    const char* short_name;  ///< for narrow pictures
    std::function<Cell(const Column&)> cell;
};

// Growth below this is the allocator's and the kernel's doing as much as the way's.
constexpr std::int64_t memory_noise = 256 * 1024;

std::string format_bytes(std::int64_t bytes) {
    if (bytes < memory_noise) return "<256KiB";
    if (bytes < 1024 * 1024) return fmt::format("{}KiB", bytes / 1024);
    return fmt::format("{:.1f}MiB", static_cast<double>(bytes) / (1024.0 * 1024.0));
}

Cell retries(const Column& column) {
    std::size_t count = 0;
    for (const TaskSummary& task : column.tasks) count += task.retries;
    return fmt::format("{}", count);
}

// Calls that were answered, by the time they took together.
Cell throughput(const Column& column) {
    const Outcomes outcomes = outcomes_of(column.tasks);
    const Nanoseconds total = total_of(column.way);
    if (outcomes.done < 100 || total == 0) return std::nullopt;
    return fmt::format("{:.0f}/s", static_cast<double>(outcomes.done) * 1e9 / static_cast<double>(total));
}

// What the connections took to open, where a demo opens them in a step of its own.
Cell opening(const Column& column, bool median) {
    const std::vector<Nanoseconds> times = times_of(column.way.timeline, Phase::connect);
    if (times.empty()) return std::nullopt;
    return format_duration(median ? percentile(times, 50)
                                  : std::accumulate(times.begin(), times.end(), Nanoseconds{0}));
}

// At this rank of the times; nothing to say where there are fewer than `least`.
Cell ranked(const std::vector<Nanoseconds>& sorted, int percent, std::size_t least = 1) {
    if (sorted.size() < least) return std::nullopt;
    return format_duration(percentile(sorted, percent));
}

// What a stage of a chatbot took a user.
Cell stage(const Column& column, Phase phase) { return ranked(stage_times(column.way.timeline, phase), 50); }

// The fastest or slowest repeat; nothing to say of a single one.
Cell repeat(const Column& column, bool slowest) {
    const std::vector<Nanoseconds>& all = column.way.makespans;
    if (all.size() < 2) return std::nullopt;
    const auto [low, high] = std::minmax_element(all.begin(), all.end());
    return format_duration(slowest ? *high : *low);
}

const std::vector<Measure>& measures() {
    static const std::vector<Measure> all{
        {"total", "total", [](const Column& c) { return Cell(format_duration(total_of(c.way))); }},
        {"  fastest repeat", "  fastest", [](const Column& c) { return repeat(c, false); }},
        {"  slowest repeat", "  slowest", [](const Column& c) { return repeat(c, true); }},
        {"one task, median", "one task",
         [](const Column& c) {
             return c.latency.count > 0 ? Cell(format_duration(c.latency.median)) : std::nullopt;
         }},
        {"one task, p99", "  p99",
         [](const Column& c) {
             return c.latency.p99 ? Cell(format_duration(*c.latency.p99)) : std::nullopt;
         }},
        {"first token, median", "1st token", [](const Column& c) { return ranked(c.tokens.first_at, 50); }},
        {"first token, last", "  last", [](const Column& c) { return ranked(c.tokens.first_at, 100, 2); }},
        {"token gap, median", "token gap", [](const Column& c) { return ranked(c.tokens.gaps, 50); }},
        {"token gap, p99", "  p99", [](const Column& c) { return ranked(c.tokens.gaps, 99, 100); }},
        {"history, median", "history", [](const Column& c) { return stage(c, Phase::history); }},
        {"format, median", "format", [](const Column& c) { return stage(c, Phase::format); }},
        {"model, median", "model", [](const Column& c) { return stage(c, Phase::model); }},
        {"answer, median", "answer", [](const Column& c) { return stage(c, Phase::answer); }},
        {"save, median", "save", [](const Column& c) { return stage(c, Phase::save); }},
        {"throughput", "throughput", throughput},
        {"retries", "retries", retries},
        {"in flight, peak", "in flight", [](const Column& c) { return Cell(fmt::format("{}", c.peak)); }},
        {"server saw at once", "at server",
         [](const Column& c) {
             return c.way.server ? Cell(fmt::format("{}", c.way.server->peak_in_flight)) : std::nullopt;
         }},
        {"server refused", "refused",
         [](const Column& c) {
             return c.way.server ? Cell(fmt::format("{}", c.way.server->refused)) : std::nullopt;
         }},
        {"server failed", "failed",
         [](const Column& c) {
             return c.way.server ? Cell(fmt::format("{}", c.way.server->failed)) : std::nullopt;
         }},
        {"connections opened", "connections",
         [](const Column& c) {
             return c.way.server ? Cell(fmt::format("{}", c.way.server->connections)) : std::nullopt;
         }},
        {"opening them, in all", "opening", [](const Column& c) { return opening(c, false); }},
        {"  one, median", "  one", [](const Column& c) { return opening(c, true); }},
        {"server stalled, sum", "stalled",
         [](const Column& c) {
             return c.way.server && c.way.server->stalled > 0 ? Cell(format_duration(c.way.server->stalled))
                                                              : std::nullopt;
         }},
        {"threads", "threads", [](const Column& c) { return Cell(fmt::format("{}", c.way.usage.threads)); }},
        {"worker processes", "processes",
         [](const Column& c) {
             return c.way.pool == PoolKind::processes ? Cell(fmt::format("{}", c.way.workers)) : std::nullopt;
         }},
        {"CPU time", "CPU time", [](const Column& c) { return Cell(format_duration(c.way.usage.cpu)); }},
        {"context switches", "switches",
         [](const Column& c) {
             return Cell(
                 fmt::format("{}", c.way.usage.voluntary_switches + c.way.usage.involuntary_switches));
         }},
        {"memory, peak growth", "memory",
         [](const Column& c) {
             return c.way.usage.peak_memory ? Cell(format_bytes(*c.way.usage.peak_memory)) : std::nullopt;
         }},
        {"loop lag, worst", "loop lag",
         [](const Column& c) {
             return c.way.heartbeat && c.way.heartbeat->beats > 0
                        ? Cell(format_duration(c.way.heartbeat->worst_lag))
                        : std::nullopt;
         }},
        {"loop lag, p99", "  p99",
         [](const Column& c) {
             return c.way.heartbeat && c.way.heartbeat->beats >= 100
                        ? Cell(format_duration(c.way.heartbeat->p99_lag))
                        : std::nullopt;
         }},
    };
    return all;
}

const char* heading(const WayRun& way, bool narrow) {
    switch (way.way) {
        case Way::sequential:
            return narrow ? "seq" : "sequential";
        case Way::coroutines:
            return narrow ? "coro" : "coroutines";
        case Way::pool:
            if (way.pool == PoolKind::processes) return narrow ? "procs" : "processes";
            return narrow ? "pool" : "threads";
    }
    return "?";
}

// A number too long for its column, as in "9e+12MiB": columns must not touch.
std::string fitted(std::string cell, int width) {
    if (cell.size() < static_cast<std::size_t>(width)) return cell;
    double number = 0;
    const auto [rest, error] = std::from_chars(cell.data(), cell.data() + cell.size(), number);
    if (error != std::errc()) return elide(cell, width - 1);
    return fmt::format("{:.0e}{}", number, rest);
}

void add_block(std::vector<std::string>& rows, std::span<const Column> columns, bool narrow) {
    const int name_width = narrow ? 13 : 20;
    const int cell_width = narrow ? 9 : 13;
    std::string head(static_cast<std::size_t>(name_width), ' ');
    std::string variants = head;
    for (const Column& column : columns) {
        head += pad_left(heading(column.way, narrow), cell_width);
        variants += pad_left(elide(printable(column.way.variant), cell_width - 1), cell_width);
    }
    rows.push_back(head);
    if (variants.find_first_not_of(' ') != std::string::npos) rows.push_back(variants);
    for (const Measure& measure : measures()) {
        std::string row = pad_right(narrow ? measure.short_name : measure.name, name_width);
        bool any = false;  // a row of zeros says nothing
        for (const Column& column : columns) {
            const Cell cell = measure.cell(column);
            any = any || (cell && *cell != "0");
            row += pad_left(fitted(cell.value_or("-"), cell_width), cell_width);
        }
        if (any) rows.push_back(row);
    }
}

}  // namespace

std::vector<std::string> comparison_table(const Run& run, int width) {
    std::vector<Column> columns;
    for (const WayRun& way : run.ways) {
        columns.push_back({way,
                           summarize_tasks(way.timeline),
                           {},
                           in_flight_peak(way.timeline),
                           token_times(way.timeline)});
        columns.back().latency = latency_of(columns.back().tasks);
    }
    // Ways that do not fit beside one another go below, in blocks of about the same size.
    const bool narrow = width < 64;
    const std::size_t fit = narrow ? 3 : 4;
    const std::size_t blocks = std::max<std::size_t>(1, (columns.size() + fit - 1) / fit);
    const std::size_t size = (columns.size() + blocks - 1) / blocks;
    std::vector<std::string> rows;
    for (std::size_t first = 0; first < columns.size(); first += size) {
        if (first > 0) rows.emplace_back();
        add_block(rows, std::span(columns).subspan(first, std::min(size, columns.size() - first)), narrow);
    }
    return rows;
}

}  // namespace overlap
