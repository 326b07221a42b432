// What two runs of the same command have in common: the structure of what they print, without its times.
#pragma once

#include <string>
#include <vector>

namespace overlap::test {

/// A line, or several that belong together, reduced to what does not vary between runs.
struct ShapeLine {
    std::size_t line = 0;   ///< in the text, from 0
    std::string text = {};  ///< "Total:", "in flight, peak", "Task1:"; "..." skips any number of lines
    std::string end = {};   ///< of a lane: "blocked", "queued #"
    std::string most = {};  ///< of a lane: the glyph that fills more than half of it, where it is wide
    std::string all = {};   ///< of a lane: all its glyphs
};

/// Numbers, times and sizes become '#', runs of blanks one. A lane keeps its name, the words in parentheses
/// at its end and its glyphs; the loop's its name only. Of a table stay the names of its rows and columns, of
/// Why and Next that they are there. Notes tell of a busy machine, and are left out.
/// `many_lanes`: some of them are drawn only, and count as one.
std::vector<ShapeLine> shape_of(const std::string& text, bool many_lanes);

/// Where they differ, in words, and in which line of the sample; empty where `printed` has the shape of
/// `sample`.
struct ShapeDifference {
    std::size_t line = 0;  ///< of the sample, from 0
    std::string what;
};
ShapeDifference difference_of_shapes(const std::string& sample, const std::string& printed);

}  // namespace overlap::test
