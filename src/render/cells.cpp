#include "render/cells.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace overlap {
namespace {

constexpr std::size_t state_count = 8;

struct CellColumn {
    std::array<Nanoseconds, state_count> by_state{};  ///< time in each state
    Nanoseconds in_brief_bars = 0;                    ///< time in bars that take no column
    bool taken = false;
};

Glyph glyph_of(State state) {
    switch (state) {
        case State::queued:
            return Glyph::queued;
        case State::waiting:
            return Glyph::waiting;
        case State::blocked:
            return Glyph::blocked;
        case State::running:
            return Glyph::running;
        case State::ready:
            return Glyph::ready;
        case State::backoff:
            return Glyph::backoff;
        case State::reading:
            return Glyph::reading;
        case State::at_server:
            return Glyph::at_server;
    }
    return Glyph::blank;
}

Glyph fullest_state(const CellColumn& column) {
    const auto most = std::max_element(column.by_state.begin(), column.by_state.end());
    return glyph_of(static_cast<State>(most - column.by_state.begin()));
}

// Spans of a task that follow one another without a gap that could be seen, or a single span of a loop: drawn
// as one. It takes the columns [first, last), none when it is too short.
struct Bar {
    std::span<const Span> spans;
    int first = 0;
    int last = 0;

    [[nodiscard]] bool brief() const { return first >= last; }
    [[nodiscard]] Nanoseconds begin() const { return spans.front().begin; }
    [[nodiscard]] Nanoseconds end() const { return spans.back().end; }
};

std::vector<Bar> make_bars(std::span<const Span> spans, LaneKind kind, const Axis& axis) {
    const Nanoseconds half_column = axis.total / axis.columns / 2;
    std::vector<Bar> bars;
    for (std::size_t i = 0; i < spans.size(); ++i) {
        if (spans[i].begin > axis.total) break;  // a loop may work on after the last task has ended
        const bool joins =
            kind == LaneKind::task && i > 0 && spans[i].begin - spans[i - 1].end <= half_column;
        if (joins) {
            std::span<const Span>& joined = bars.back().spans;
            joined = {joined.data(), joined.size() + 1};
        } else {
            bars.push_back({.spans = spans.subspan(i, 1)});
        }
    }
    for (Bar& bar : bars) {
        bar.first = axis.column_of(bar.begin());
        bar.last = axis.column_of(bar.end());
        // A moment that happens to fall on the border of two columns would fill a whole one.
        if (bar.last - bar.first == 1 && bar.end() - bar.begin() < half_column) bar.last = bar.first;
    }
    return bars;
}

std::vector<CellColumn> fill_columns(const std::vector<Bar>& bars, const Axis& axis) {
    std::vector<CellColumn> columns(static_cast<std::size_t>(axis.columns));
    for (const Bar& bar : bars) {
        for (const Span& span : bar.spans) {
            const int last = std::min(axis.column_of(span.end), axis.columns - 1);
            for (int c = axis.column_of(span.begin); c <= last; ++c) {
                CellColumn& column = columns[static_cast<std::size_t>(c)];
                const Nanoseconds inside =
                    std::min(span.end, axis.begin_of(c + 1)) - std::max(span.begin, axis.begin_of(c));
                column.by_state[static_cast<std::size_t>(span.state)] += inside;
                if (bar.brief()) column.in_brief_bars += inside;
            }
        }
        for (int c = bar.first; c < bar.last; ++c) columns[static_cast<std::size_t>(c)].taken = true;
    }
    return columns;
}

// The column that holds most of [begin, end). What is at the very end of the axis belongs to the last one.
int best_column(Nanoseconds begin, Nanoseconds end, const Axis& axis) {
    const int first = std::min(axis.column_of(begin), axis.columns - 1);
    const int last = std::min(axis.column_of(end), axis.columns - 1);
    if (last - first > 1) return first + 1;
    const Nanoseconds border = axis.begin_of(last);
    return end - border > border - begin ? last : first;
}

// Spans of which nothing is drawn yet: brief bars, and brief spans at a bar's end, where the bar takes no
// column more.
void mark_brief_spans(const std::vector<Bar>& bars, const Axis& axis, std::vector<Glyph>& glyphs,
                      int& brief) {
    const auto nothing_drawn = [](Glyph glyph) { return glyph == Glyph::blank || glyph == Glyph::brief; };
    for (const Bar& bar : bars) {
        for (const Span& span : bar.spans) {
            if (span.phase == Phase::finish) continue;  // seen by the last token, which it follows
            const auto first = glyphs.begin() + std::min(axis.column_of(span.begin), axis.columns - 1);
            const auto last = glyphs.begin() + std::min(axis.column_of(span.end), axis.columns - 1);
            if (!std::all_of(first, last + 1, nothing_drawn)) continue;
            glyphs[static_cast<std::size_t>(best_column(span.begin, span.end, axis))] = Glyph::brief;
            ++brief;
        }
    }
}

void cap_bars(std::vector<Glyph>& glyphs) {
    const auto in_bar = [](Glyph glyph) { return glyph != Glyph::blank && glyph != Glyph::brief; };
    for (auto first = glyphs.begin(); first != glyphs.end();) {
        first = std::find_if(first, glyphs.end(), in_bar);
        const auto last = std::find_if_not(first, glyphs.end(), in_bar);
        if (last - first >= 3) *first = *(last - 1) = Glyph::cap;
        first = last;
    }
}

// Without it, two phases in the same state would look like one.
void cap_phases(const std::vector<Bar>& bars, const Axis& axis, std::vector<Glyph>& glyphs) {
    for (const Bar& bar : bars) {
        for (std::size_t i = 1; i < bar.spans.size(); ++i) {
            const Span& before = bar.spans[i - 1];
            if (before.phase == Phase::none || is_stage(before.phase) || brings_token(before) ||
                before.state != bar.spans[i].state)
                continue;
            const int last = axis.column_of(before.end);
            const bool wide = last - axis.column_of(before.begin) >= 2;
            if (wide) glyphs[static_cast<std::size_t>(last - 1)] = Glyph::cap;
        }
    }
}

// A token is an instant, and the end of the wait for it: its column shows it rather than the wait.
void mark_tokens(const std::vector<Bar>& bars, const Axis& axis, std::vector<Glyph>& glyphs) {
    for (const Bar& bar : bars) {
        if (bar.brief()) continue;
        for (const Span& span : bar.spans) {
            if (!brings_token(span)) continue;
            const int column = std::clamp(axis.column_of(span.end), bar.first, bar.last - 1);
            glyphs[static_cast<std::size_t>(column)] = Glyph::token;
        }
    }
}

Glyph glyph_of(Phase phase) {
    switch (phase) {
        case Phase::history:
            return Glyph::history;
        case Phase::format:
            return Glyph::format;
        case Phase::model:
            return Glyph::model;
        case Phase::answer:
            return Glyph::answer;
        case Phase::save:
            return Glyph::save;
        case Phase::none:
        case Phase::connect:
        case Phase::user:
        case Phase::posts:
        case Phase::first_token:
        case Phase::token:
        case Phase::finish:
            break;  // no stages: their bars show the state
    }
    return Glyph::blank;
}

// A stage may go through several states: queued, and then running.
void mark_stages(const std::vector<Bar>& bars, const Axis& axis, std::vector<Glyph>& glyphs) {
    for (const Bar& bar : bars) {
        if (bar.brief()) continue;
        for (std::size_t i = 0; i < bar.spans.size();) {
            const Phase stage = bar.spans[i].phase;
            const int first = axis.column_of(bar.spans[i].begin);
            while (i + 1 < bar.spans.size() && bar.spans[i + 1].phase == stage) ++i;
            const int last = std::min(axis.column_of(bar.spans[i].end), bar.last);
            if (is_stage(stage) && last > first) glyphs[static_cast<std::size_t>(first)] = glyph_of(stage);
            ++i;
        }
    }
}

void mark_ends(const std::vector<Bar>& bars, const Axis& axis, std::vector<Glyph>& glyphs) {
    for (const Bar& bar : bars) {
        for (const Span& span : bar.spans) {
            if (span.outcome == Outcome::done) continue;
            const int last = axis.column_of(span.end);
            const bool wide = !bar.brief() && last > axis.column_of(span.begin);
            const int column = wide ? last - 1 : best_column(span.begin, span.end, axis);
            glyphs[static_cast<std::size_t>(column)] =
                span.outcome == Outcome::failed ? Glyph::failed : Glyph::cancelled;
        }
    }
}

}  // namespace

std::vector<Glyph> draw_lane(std::span<const Span> spans, LaneKind kind, const Axis& axis, int& brief) {
    const std::vector<Bar> bars = make_bars(spans, kind, axis);
    const std::vector<CellColumn> columns = fill_columns(bars, axis);
    std::vector<Glyph> glyphs(columns.size(), Glyph::blank);
    for (int c = 0; c < axis.columns; ++c) {
        const CellColumn& column = columns[static_cast<std::size_t>(c)];
        const Nanoseconds width = axis.begin_of(c + 1) - axis.begin_of(c);
        const bool mostly_busy = kind == LaneKind::loop && column.in_brief_bars * 2 > width;
        if (column.taken || mostly_busy) glyphs[static_cast<std::size_t>(c)] = fullest_state(column);
    }
    mark_brief_spans(bars, axis, glyphs, brief);
    if (kind == LaneKind::task) {
        cap_bars(glyphs);
        cap_phases(bars, axis, glyphs);
        mark_tokens(bars, axis, glyphs);
        mark_stages(bars, axis, glyphs);
    }
    mark_ends(bars, axis, glyphs);
    return glyphs;
}

}  // namespace overlap
