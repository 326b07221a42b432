// Spans of one lane -> one glyph per column.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "render/axis.hpp"
#include "timeline/timeline.hpp"

namespace overlap {

enum class Glyph : std::uint8_t {
    blank,
    queued,
    waiting,
    blocked,
    running,
    ready,
    backoff,
    reading,
    token,  ///< a part of a stream came
    at_server,
    history,  ///< a chatbot's stage begins here: this one and the next four
    format,
    model,
    answer,
    save,
    failed,
    cancelled,
    cap,    ///< the end of a bar
    brief,  ///< a span too short to win a column
};

/// Draws one lane. The rules:
/// - Spans of a task that follow one another are one bar. A bar takes the columns from that of its begin to
/// that of its
///   end, the last one excluded: so bars that follow one another never share a column, in this lane or in
///   another. A bar shorter than half a column takes none.
/// - Where several states fall into a taken column, the one that fills most of it is shown.
/// - A bar that takes no column, or a span of which nothing else is seen, shows as `brief` where it is. In an
/// event loop's lane, whose bars are many and short, a
///   column that such bars fill more than half of shows them as running.
/// - Bars of three columns and more get caps, unless the lane is an event loop's. Where one phase of a task
/// follows another in the same state, a cap ends the first.
/// - In a bar, the column in which a token came shows that, whatever else is there; a cap too.
/// - In a bar, the first column of a chatbot's stage shows which one it is. A stage that takes no column is
/// not seen.
/// - The last column of a failed or cancelled span says so, whatever else is there.
/// `spans`: the lane's, in order of time. Gives axis.columns glyphs; adds to `brief` how many are shown so.
std::vector<Glyph> draw_lane(std::span<const Span> spans, LaneKind kind, const Axis& axis, int& brief);

}  // namespace overlap
