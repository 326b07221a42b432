#include "render/ascii.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "render/lanes.hpp"
#include "render/table.hpp"
#include "render/text.hpp"
#include "timeline/advice.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

// One lane of a panel before it is drawn: the text left and right of its bar.
struct Row {
    std::string label;
    std::string duration;
    std::string note;
    LaneKind kind = LaneKind::task;
    std::span<const Span> spans;
};

struct Panel {
    const WayRun& way;
    std::vector<Row> tasks;
    std::vector<Row> loops;
    std::size_t hidden = 0;
    std::size_t hidden_failures = 0;
    Outcomes outcomes;
};

// The columns of a line: label, bar, duration, note.
struct Layout {
    int width = 80;
    int label = 9;
    int bar = 48;
    int duration = 5;
    int note = 13;
};

// What was drawn, for the legend.
struct Drawn {
    std::set<Glyph> glyphs;
    int brief = 0;
    bool busy_loop = false;  ///< the glyph for running stands in a loop's lane
    std::string in_flight;   ///< the words for its digits or blocks; empty without such a row
    int in_flight_columns = 0;
};

std::string loop_note(const WayRun& way) {
    const std::optional<LoopUse> use = loop_use(way.timeline);
    const Nanoseconds total = makespan(way.timeline);
    if (!use || total == 0) return "";
    // A loop that did something is never called 100 % idle, nor one that idled 0 %.
    const Nanoseconds share = use->idle > 0 ? std::max<Nanoseconds>(1, use->idle * 100 / total) : 0;
    std::string note = fmt::format("idle {}%", use->busy > 0 ? std::min<Nanoseconds>(share, 99) : share);
    if (way.heartbeat && way.heartbeat->beats > 0)
        note += ", lag " + format_duration(way.heartbeat->worst_lag);
    return note;
}

// Tasks that were never timed have no bar; they have a row where there is something to say of them.
void add_untimed(Panel& panel, const std::vector<TaskSummary>& timed) {
    const std::vector<Lane>& lanes = panel.way.timeline.lanes;
    std::vector<Row> rows;
    auto next = timed.begin();  // in lane order
    for (std::size_t i = 0; i < lanes.size(); ++i) {
        while (next != timed.end() && next->lane < i) ++next;
        const bool is_timed = next != timed.end() && next->lane == i;
        if (is_timed || lanes[i].kind != LaneKind::task || lanes[i].note.empty()) continue;
        rows.push_back(
            {printable(lanes[i].name) + ":", "", "(" + printable(lanes[i].note) + ")", LaneKind::task, {}});
    }
    constexpr std::size_t some = 3;  // of very many, which are all alike
    if (rows.size() > most_lanes) {
        panel.hidden += rows.size() - some;
        rows.resize(some);
    }
    panel.tasks.insert(panel.tasks.end(), rows.begin(), rows.end());
}

Panel make_panel(const WayRun& way) {
    const Timeline& timeline = way.timeline;
    const std::vector<TaskSummary> tasks = summarize_tasks(timeline);
    const LaneChoice choice = choose_lanes(tasks);
    Panel panel{way, {}, {}, choice.hidden, choice.hidden_failures, outcomes_of(tasks)};
    const std::span<const Span> spans(timeline.spans);
    for (const TaskSummary& task : choice.shown) {
        panel.tasks.push_back({printable(timeline.lanes[task.lane].name) + ":",
                               format_duration(task.latency()), "(" + printable(describe(way, task)) + ")",
                               LaneKind::task, spans.subspan(task.first, task.last - task.first)});
    }
    add_untimed(panel, tasks);
    for (std::size_t i = 0; i < timeline.lanes.size(); ++i) {
        if (timeline.lanes[i].kind != LaneKind::loop) continue;
        const auto in_lane = [&](const Span& span) { return span.lane == i; };
        const auto first = std::find_if(spans.begin(), spans.end(), in_lane);
        const auto last = std::find_if_not(first, spans.end(), in_lane);
        panel.loops.push_back({printable(timeline.lanes[i].name) + ":", "", loop_note(way), LaneKind::loop,
                               std::span(first, last)});
    }
    return panel;
}

Layout make_layout(const std::vector<Panel>& panels, int width) {
    std::size_t label = 5;  // "Time:"
    std::size_t duration = 5;
    std::size_t note = 0;
    std::size_t loop = 0;
    for (const Panel& panel : panels) {
        for (const Row& row : panel.tasks) {
            label = std::max(label, row.label.size());
            duration = std::max(duration, row.duration.size());
            note = std::max(note, row.note.size());
        }
        for (const Row& row : panel.loops) {
            label = std::max(label, row.label.size());
            loop = std::max(loop, row.note.size());
        }
        if (panel.hidden > 0) label = std::max(label, std::size_t{10});  // "In flight:"
    }
    const bool narrow = width < 64;
    Layout layout{.width = width};
    layout.label = static_cast<int>(std::min<std::size_t>(label, narrow ? 10 : 16)) + (narrow ? 1 : 3);
    layout.duration = static_cast<int>(duration);
    // Notes take at most two fifths of the line; narrow pictures go without.
    const int right = static_cast<int>(std::max(duration + 1 + note, loop));
    layout.note = narrow ? std::max(0, 8 - layout.duration)
                         : std::clamp(right, layout.duration, width * 2 / 5) - layout.duration - 1;
    layout.bar = width - layout.label - 1 - layout.duration - (layout.note > 0 ? 1 + layout.note : 0);
    return layout;
}

std::string bar_text(const std::vector<Glyph>& glyphs, const Theme& theme, Drawn& drawn) {
    std::string text;
    for (auto first = glyphs.begin(); first != glyphs.end();) {
        const auto last = std::find_if(first, glyphs.end(), [&](Glyph glyph) { return glyph != *first; });
        std::string stretch;
        for (auto i = first; i != last; ++i) stretch += character(*i, theme);
        text += paint(stretch, *first, theme);
        drawn.glyphs.insert(*first);
        first = last;
    }
    return text;
}

std::string label_text(const std::string& label, const Layout& layout) {
    return pad_right(elide(label, layout.label - 1), layout.label);
}

void add_row(std::string& picture, const Row& row, const Layout& layout, const Axis& axis, const Theme& theme,
             Drawn& drawn) {
    const std::vector<Glyph> glyphs = draw_lane(row.spans, row.kind, axis, drawn.brief);
    const bool busy = std::find(glyphs.begin(), glyphs.end(), Glyph::running) != glyphs.end();
    if (row.kind == LaneKind::loop && busy) drawn.busy_loop = true;
    std::string line = label_text(row.label, layout) + bar_text(glyphs, theme, drawn) + ' ';
    const int right = layout.duration + (layout.note > 0 ? 1 + layout.note : 0);
    if (row.kind == LaneKind::loop) {
        // A word that does not fit whole is left out from its comma on.
        std::string note = row.note;
        while (static_cast<int>(note.size()) > right && note.find(',') != std::string::npos) {
            note.resize(note.rfind(','));
        }
        line += elide(note, right);
    } else {
        line += pad_left(row.duration, layout.duration);
        // In a narrow picture the room for a note is too small for words.
        if (layout.width >= 64) line += ' ' + elide(row.note, layout.note);
    }
    add_line(picture, line);
}

// One character per column for the mean number in flight: up to 9 as it is, above as ninths of the peak.
// Rounded to nearest, but never to nothing where something was in flight.
void add_in_flight(std::string& picture, const Panel& panel, const Layout& layout, const Axis& axis,
                   const Theme& theme, Drawn& drawn) {
    static constexpr const char* blocks[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    const int levels = theme.unicode ? 8 : 9;
    const int peak = in_flight_peak(panel.way.timeline);
    const double scale = peak > levels ? static_cast<double>(levels) / peak : 1.0;
    std::string bar;
    for (const double count : mean_in_flight(panel.way.timeline, axis)) {
        if (count <= 0) {
            bar += ' ';
            continue;
        }
        const int level = std::clamp(static_cast<int>(std::lround(count * scale)), 1, levels);
        bar += theme.unicode ? std::string(blocks[level - 1]) : std::to_string(level);
    }
    const bool scaled = peak > levels;
    const std::string highest = theme.unicode ? "█" : std::to_string(levels);
    const std::string key = scaled ? fmt::format("{}={}", highest, peak) : fmt::format("peak {}", peak);
    if (scaled || drawn.in_flight.empty()) {
        const std::string words =
            scaled ? fmt::format(" in flight, {} = the peak", highest) : std::string(" in flight");
        drawn.in_flight = fmt::format("{}-{}{}", theme.unicode ? "▁" : "1", highest, words);
        drawn.in_flight_columns = 3 + static_cast<int>(words.size()) - (scaled && theme.unicode ? 2 : 0);
    }
    add_line(picture, label_text("In flight:", layout) + bar + ' ' + key);
}

std::vector<std::string> traced_parts(const Run& run, const Panel& panel) {
    const WayRun& way = panel.way;
    std::vector<std::string> parts{"Total: " + format_duration(makespan(way.timeline))};
    if (run.traced->left_out > 0) {
        parts.back() += fmt::format(" for the {} drawn", way.timeline.lanes.size());
    }
    const bool several = way.server && way.server->requests > 1;
    if (several && !verdict(way).empty()) parts.push_back(verdict(way));
    parts.push_back(connections_in_words(way));
    if (panel.outcomes.failed > 0) parts.push_back(fmt::format("{} failed", panel.outcomes.failed));
    return parts;
}

std::vector<std::string> total_parts(const Run& run, const Panel& panel) {
    const WayRun& way = panel.way;
    if (run.traced) return traced_parts(run, panel);
    std::vector<std::string> parts{"Total: " + format_duration(total_of(way))};
    if (way.repeats > 1) parts.back() += fmt::format(" (median of {})", way.makespans.size());
    if (way.interrupted) parts.push_back("interrupted");
    if (way.result) parts.push_back(printable(way.result->text));
    if (way.part_of > 0) {
        parts.push_back(fmt::format("for {} of {} tasks", summarize_tasks(way.timeline).size(), way.part_of));
    }
    const Outcomes& outcomes = panel.outcomes;
    if (outcomes.failed > 0 && !way.result) {
        parts.push_back(fmt::format("{} of {} failed", outcomes.failed,
                                    outcomes.done + outcomes.failed + outcomes.cancelled));
    } else if (const std::optional<double> times = speedup(run, way)) {
        if (is_faster(*times)) {
            parts.push_back(fmt::format("{:.1f}x faster", *times));
        } else if (!is_slower(*times)) {
            parts.emplace_back("no faster");
        } else {
            parts.push_back(fmt::format("{:.1f}x slower", 1 / *times));
        }
    }
    return parts;
}

void add_panel(std::string& picture, const Run& run, const Panel& panel, const Layout& layout,
               const Axis& axis, const Theme& theme, Drawn& drawn) {
    for (const std::string& line : wrap(printable(panel.way.caption), layout.width)) {
        add_line(picture, emphasize(line, theme));
    }
    for (const Row& row : panel.tasks) add_row(picture, row, layout, axis, theme, drawn);
    if (panel.hidden > 0) {
        std::string more = fmt::format("...{} more", panel.hidden);
        if (panel.hidden_failures > 0) more += fmt::format(" ({} of them failed)", panel.hidden_failures);
        add_line(picture, more);
        const bool any = in_flight_peak(panel.way.timeline) > 0;
        if (any) add_in_flight(picture, panel, layout, axis, theme, drawn);
    }
    for (const Row& row : panel.loops) add_row(picture, row, layout, axis, theme, drawn);
    std::string line;
    for (const std::string& part : total_parts(run, panel)) {
        if (!line.empty() && static_cast<int>(line.size() + 3 + part.size()) > layout.width) {
            add_line(picture, line);
            line = "      ";
        }
        line += (line.empty() ? "" : "   ") + part;
    }
    add_line(picture, line);
    picture += '\n';
}

std::string_view meaning_in(const Run& run, Glyph glyph) {
    if (run.traced) return meaning_at_server(glyph);
    return knob_of(run, "gil").value_or(0) != 0 ? meaning_with_lock(glyph) : meaning(glyph);
}

void add_legend(std::string& picture, const Run& run, const Axis& axis, const Layout& layout,
                const Theme& theme, const Drawn& drawn) {
    std::vector<std::pair<Glyph, std::string>> items;
    for (const Glyph glyph : drawn.glyphs) {
        std::string words(meaning_in(run, glyph));
        if (words.empty()) continue;
        if (glyph == Glyph::running && drawn.busy_loop) words += " (the loop: busy)";
        if (glyph == Glyph::brief) words += fmt::format(" ({})", drawn.brief);
        items.emplace_back(glyph, words);
    }
    const std::string scale = "1 column = " + format_duration(axis.total / axis.columns);

    std::string line;
    int used = 0;
    const auto add = [&](const std::string& text, int columns) {
        if (used > 0 && used + 3 + columns > layout.width) {
            add_line(picture, line);
            line.clear();
            used = 0;
        }
        if (used > 0) line += "   ";
        used += columns + (used > 0 ? 3 : 0);
        line += text;
    };
    for (const auto& [glyph, words] : items) {
        add(paint(character(glyph, theme), glyph, theme) + ' ' + words, static_cast<int>(words.size()) + 2);
    }
    if (!drawn.in_flight.empty()) add(drawn.in_flight, drawn.in_flight_columns);
    add(scale, static_cast<int>(scale.size()));
    add_line(picture, line);
    picture += '\n';
}

// Lines are broken between commands, so that each can be copied, unless one alone is too long.
void add_next(std::string& picture, const std::vector<std::string>& commands, int width) {
    std::string margin = "Next: ";
    const int room = width - static_cast<int>(margin.size());
    std::string line;
    const auto flush = [&] {
        for (const std::string& part : wrap(line, room, 2)) {
            add_line(picture, margin + part);
            margin.assign(margin.size(), ' ');
        }
    };
    for (const std::string& command : commands) {
        const std::string text = printable(command);
        if (!line.empty() && static_cast<int>(line.size() + 3 + text.size()) > room) {
            flush();
            line.clear();
        }
        line += (line.empty() ? "" : " | ") + text;
    }
    if (!line.empty()) flush();
}

void add_words(std::string& picture, const Run& run, int width) {
    std::string why;
    for (const std::string& sentence : explain(run)) why += (why.empty() ? "Why: " : " ") + sentence;
    if (!why.empty()) add_paragraph(picture, why, width, 5);
    for (const std::string& sentence : warnings(run)) add_paragraph(picture, "Note: " + sentence, width, 6);
    add_next(picture, run.next, width);
}

void add_panels(std::string& picture, const Run& run, int width, const Theme& theme) {
    std::vector<Panel> panels;
    for (const WayRun& way : run.ways) panels.push_back(make_panel(way));
    const Layout layout = make_layout(panels, width);
    const Axis axis{std::max<Nanoseconds>(layout.bar, longest_makespan(run)), layout.bar};
    const std::vector<Tick> ticks = ticks_of(axis, width - layout.label);
    add_line(picture, label_text("Time:", layout) + tick_labels(ticks));
    add_line(picture, label_text("", layout) +
                          ruler(axis, ticks, theme.unicode ? "┼" : "+", theme.unicode ? "─" : "-"));
    picture += '\n';

    Drawn drawn;
    for (const Panel& panel : panels) add_panel(picture, run, panel, layout, axis, theme, drawn);
    add_legend(picture, run, axis, layout, theme, drawn);
}

void add_table(std::string& picture, const Run& run, int width) {
    const std::vector<std::string> table =
        run.traced ? trace_table(run, width) : comparison_table(run, width);
    for (const std::string& row : table) add_line(picture, row);
    picture += '\n';
}

}  // namespace

std::string render_ascii(const Run& run, const AsciiOptions& options) {
    const int width = std::clamp(options.width, narrowest_width, widest_width);
    const Theme& theme = options.theme;
    std::string picture;
    for (const std::string& line : wrap(printable(run.title), width))
        add_line(picture, emphasize(line, theme));
    picture += '\n';
    // None: interrupted before the first, or a traced command that never called.
    const bool any = !run.ways.empty() && !(run.traced && run.ways.front().timeline.spans.empty());
    if (any) {
        add_panels(picture, run, width, theme);
        add_table(picture, run, width);
    }
    add_words(picture, run, width);
    return picture;
}

std::string render_panels(const Run& run, const AsciiOptions& options) {
    std::string picture;
    add_panels(picture, run, std::clamp(options.width, narrowest_width, widest_width), options.theme);
    return picture;
}

}  // namespace overlap
