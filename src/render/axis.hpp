// The time axis that all panels of a picture share.
#pragma once

#include <string>
#include <vector>

#include "timeline/timeline.hpp"

namespace overlap {

/// `columns` columns over [0, total): column c covers [floor(c*total/columns), floor((c+1)*total/columns)).
/// Integers throughout. columns: 1 .. 200, total: columns .. 10^14 (28 hours).
struct Axis {
    Nanoseconds total = 1;
    int columns = 1;

    /// The first nanosecond of column c; c == columns gives the end of the axis.
    [[nodiscard]] Nanoseconds begin_of(int column) const { return column * total / columns; }

    /// The column that holds `time`; `columns` for times at or after the end.
    [[nodiscard]] int column_of(Nanoseconds time) const {
        if (time >= total) return columns;
        return static_cast<int>(((time + 1) * columns - 1) / total);
    }
};

struct Tick {
    int column = 0;
    std::string label;
};

/// Ticks at a step of {1, 2, 5} x 10^k, from 0, as many as fit without their labels touching: there are at
/// least two blanks between them, and the last one ends within `label_columns` columns.
std::vector<Tick> ticks_of(const Axis& axis, int label_columns);

/// The two rows of the axis: the labels, and the ruler (`tick` at each tick, `line` elsewhere).
std::string tick_labels(const std::vector<Tick>& ticks);
std::string ruler(const Axis& axis, const std::vector<Tick>& ticks, const std::string& tick,
                  const std::string& line);

}  // namespace overlap
