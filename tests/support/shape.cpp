#include "support/shape.hpp"

#include <algorithm>
#include <regex>
#include <utility>

#include "support/text.hpp"

namespace overlap::test {
namespace {

constexpr const char* skip = "...";

std::string collapsed(const std::string& text) {
    static const std::regex number(
        R"([<~]?\d[\d.,]*(?:ns|us|ms|s|min|[KMG]i?B|B|%|x|[kM]?/s|k)?(?![A-Za-z]))");
    static const std::regex blanks(" +");
    return std::regex_replace(std::regex_replace(text, number, "#"), blanks, " ");
}

// "Task1:   |=====|    200ms (blocked)"
bool read_lane(const std::string& line, ShapeLine& shape) {
    static const std::regex form(R"(([^\s|:][^|:]*):(?:\s{2,}|\s+(?=\|))(.*))");
    static const std::regex end(R"((?:\s+\S+)?\s\(([^()]*)\)$)");
    std::smatch parts;
    if (line.starts_with("Time:") || !std::regex_match(line, parts, form)) return false;
    shape.text = collapsed(parts[1]) + ":";  // of many lanes some are drawn, which varies
    if (shape.text == "Loop:") return true;
    std::string picture = " " + parts[2].str();
    std::smatch behind;
    if (std::regex_search(picture, behind, end)) {
        shape.end = collapsed(behind[1]);
        picture = behind.prefix();
    }
    constexpr std::size_t wide = 8;  // in columns: what is narrower is rounded from run to run
    std::erase_if(picture, [](char c) { return c == ' ' || c == '|' || c == '\''; });
    for (const char glyph : picture) {
        if (shape.all.find(glyph) != std::string::npos) continue;
        shape.all += glyph;
        const auto count = static_cast<std::size_t>(std::count(picture.begin(), picture.end(), glyph));
        if (2 * count > picture.size() && picture.size() >= wide) shape.most = glyph;
    }
    return true;
}

std::string reduced(const std::string& line) {
    static const std::regex ticks(R"(\s*\+[-+]+\s*)");
    static const std::regex chart(R"(\s*(?:[\d.]+\S*)?\s+\|.*)");
    static const std::regex legend(R"([^\w\s"($|+\[] [a-z].*|(?:.* )?1 column = .*)");
    static const std::regex first_cell(R"(\s*(\S+(?: \S+)*)\s{2,}.*)");
    static const std::regex only_numbers(R"([\s\d.,]+)");
    std::smatch parts;
    for (const char* label : {"Time:", "Total:", "Why:", "Next:", "Measured with", "Bars are"}) {
        if (line.starts_with(label)) return label;
    }
    if (std::regex_match(line, ticks)) return "(ticks)";
    if (std::regex_match(line, chart) || std::regex_match(line, only_numbers)) return "(chart)";
    if (std::regex_match(line, legend)) return "(legend)";
    const bool heading = line.starts_with("          ");
    if (!heading && std::regex_match(line, parts, first_cell)) return collapsed(parts[1]);
    return collapsed(trimmed(line));
}

bool explains_chart(const std::vector<std::string>& lines, std::size_t at) {
    for (; at < lines.size() && !lines[at].empty(); ++at) {
        if (contains(lines[at], "Across:")) return true;
    }
    return false;
}

// Of many lanes some are drawn, "...90 more" stands for the others; which and how many varies.
constexpr const char* some_lanes = "(some lanes)";

bool is_more(const std::string& line) {
    static const std::regex more(R"(\.\.\. ?\d+ more.*)");
    return std::regex_match(line, more);
}

bool leaves_out_lanes(const std::string& text) {
    const std::vector<std::string> lines = lines_of(text);
    return std::any_of(lines.begin(), lines.end(), is_more);
}

bool is_prose(const std::string& text) { return text == "Why:" || text == "Next:" || text == "Note:"; }

}  // namespace

std::vector<ShapeLine> shape_of(const std::string& text, bool many_lanes) {
    const std::vector<std::string> lines = lines_of(text);
    std::vector<ShapeLine> shape;
    std::string before;  // what the line before was, also where it was left out
    for (std::size_t i = 0; i < lines.size(); ++i) {
        const std::string& line = lines[i];
        ShapeLine now;
        now.line = i;
        if (line == skip) {
            now.text = skip;
        } else if (is_more(line)) {
            now.text = some_lanes;
        } else if (line.empty()) {
            before.clear();
            continue;
        } else if (is_prose(before) && line.starts_with("    ")) {
            continue;  // it goes on
        } else if (line.starts_with("Note:") || line.starts_with("server stalled") ||
                   line.starts_with("loop lag")) {
            before = line.substr(0, 5);  // said only where it happened
            continue;
        } else if (before == "(explains)" ||
                   (before != "(chart)" && explains_chart(lines, i) && before.empty()) ||
                   (before == "(chart)" && !line.starts_with(" ") && explains_chart(lines, i))) {
            now.text = "(explains)";
        } else if (!read_lane(line, now)) {
            now.text = reduced(line);
        }
        if (now.text == some_lanes || (many_lanes && now.text.ends_with("#:"))) {
            now = {};
            now.line = i;
            now.text = some_lanes;
        }
        const bool again = now.text == before && now.text.starts_with('(');
        before = now.text;
        if (!again) shape.push_back(std::move(now));
    }
    return shape;
}

namespace {

// Which task is served first, and which has to queue, differs from run to run.
bool is_of_this_run(const std::string& end) {
    return end.starts_with("queued") || end.starts_with("ready") || end.starts_with("running");
}

// Whether the server saw a client hang up depends on whether its answer was already on its way.
bool are_same_end(const std::string& one, const std::string& other) {
    return one == other || (one.starts_with("cancelled") && other.starts_with("cancelled"));
}

// What keeps the line from being the same; empty: nothing.
std::string difference(const ShapeLine& sample, const ShapeLine& printed) {
    const auto said = [](const ShapeLine& line) {
        return "'" + line.text + (line.end.empty() ? "'" : " ... (" + line.end + ")'");
    };
    const bool same_end = are_same_end(sample.end, printed.end);
    const bool may_differ = is_of_this_run(sample.end) || is_of_this_run(printed.end);
    if (sample.text != printed.text || (!same_end && !may_differ))
        return "expected " + said(sample) + ", the command printed " + said(printed);
    if (may_differ) return "";
    const bool none_shared = printed.all.find_first_of(sample.all) == std::string::npos;
    const bool differs = (none_shared && !sample.all.empty() && !printed.all.empty()) ||
                         printed.all.find(sample.most) == std::string::npos ||
                         sample.all.find(printed.most) == std::string::npos;
    if (!differs) return "";
    return "expected " + said(sample) + " drawn with '" + sample.all + "', the command drew it with '" +
           printed.all + "'";
}

}  // namespace

ShapeDifference difference_of_shapes(const std::string& sample, const std::string& printed) {
    const bool many = leaves_out_lanes(printed) || leaves_out_lanes(sample);
    const std::vector<ShapeLine> wanted = shape_of(sample, many);
    const std::vector<ShapeLine> got = shape_of(printed, many);
    // The farthest line of the sample that some way of skipping led to, and what kept it from going on.
    ShapeDifference farthest;
    std::size_t reached = 0;
    std::vector<bool> ends(got.size() + 1, false);  // of `got`, where the sample so far may end
    ends[0] = true;
    bool may_skip = false;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        if (wanted[i].text == skip) {
            may_skip = true;
            for (std::size_t at = 1; at < ends.size(); ++at) ends[at] = ends[at] || ends[at - 1];
            continue;
        }
        std::vector<bool> next(got.size() + 1, false);
        std::string why;
        std::size_t ways = 0;
        for (std::size_t at = 0; at <= got.size(); ++at) {
            if (!ends[at]) continue;
            // More of the lanes before, behind three dots.
            if (wanted[i].text == some_lanes && at > 0 && got[at - 1].text == some_lanes) next[at] = true;
            ++ways;
            const std::string differs = at == got.size()
                                            ? "expected '" + wanted[i].text + "', the command printed no more"
                                            : difference(wanted[i], got[at]);
            if (differs.empty()) {
                next[at + 1] = true;
            } else if (why.empty() || (at < got.size() && got[at].text == wanted[i].text)) {
                why = differs;
            }
        }
        if (std::find(next.begin(), next.end(), true) == next.end()) {
            const bool any = may_skip && ways > 1 && contains(why, ", the command printed");
            return {wanted[i].line,
                    any ? "expected '" + wanted[i].text + "', the command printed no such line" : why};
        }
        may_skip = false;
        ends = std::move(next);
        reached = i;
    }
    if (ends[got.size()]) return {};
    const std::size_t at = static_cast<std::size_t>(std::find(ends.begin(), ends.end(), true) - ends.begin());
    farthest.line = wanted.empty() ? 0 : wanted[reached].line;
    farthest.what = "the command went on with '" + got[std::min(at, got.size() - 1)].text +
                    "': expected its end ('...' leaves out the rest)";
    return farthest;
}

}  // namespace overlap::test
