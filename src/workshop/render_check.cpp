#include "workshop/render_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "render/text.hpp"
#include "timeline/duration.hpp"
#include "workshop/compiler_help.hpp"

namespace overlap::workshop {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_compiler_lines = 40;
constexpr std::size_t most_output_lines = 12;

// On one line where they fit, else a line for each, so that each can be copied.
void add_next(std::string& text, const std::vector<std::string>& commands, int width) {
    std::string line;
    for (const std::string& command : commands) line += (line.empty() ? "" : " | ") + command;
    if (line.empty()) return;
    if (static_cast<int>(line.size()) + 6 <= width) {
        text += "Next: " + line + '\n';
        return;
    }
    const char* margin = "Next: ";
    for (const std::string& command : commands) text += std::exchange(margin, "      ") + command + '\n';
}

// A program's own words, each line behind a bar: nobody takes them for ours.
void add_quoted(std::string& text, const std::string& heading, const std::string& quoted, std::size_t most,
                int width) {
    if (quoted.empty()) return;
    text += heading + '\n';
    std::size_t lines = 0;
    for (std::size_t at = 0; at < quoted.size(); ++lines) {
        const std::size_t end = std::min(quoted.find('\n', at), quoted.size());
        if (lines < most) {
            for (const std::string& line : wrap(printable(quoted.substr(at, end - at)), width - 2))
                text += "| " + line + '\n';
        }
        at = end + 1;
    }
    if (lines > most) text += fmt::format("| ...{} more lines\n", lines - most);
    text += '\n';
}

// As it is, colours included: learners search for these words.
void add_compiler(std::string& text, const std::string& output, int width) {
    if (output.empty()) return;
    std::size_t lines = 0;
    std::size_t shown = output.size();
    for (std::size_t at = 0; at < output.size() && shown == output.size(); ++at) {
        if (output[at] == '\n' && ++lines == most_compiler_lines) shown = at + 1;
    }
    text += output.substr(0, shown);
    if (!text.ends_with('\n')) text += '\n';
    if (shown < output.size())
        text +=
            fmt::format("...{} more lines\n",
                        std::count(output.begin() + static_cast<std::ptrdiff_t>(shown), output.end(), '\n'));
    if (const std::string help = help_for(output); !help.empty())
        add_paragraph(text, "Help: " + help, width, 6);
    text += '\n';
}

void add_requirements(std::string& text, const Judgement& judgement, int width) {
    text += "Requirements\n";
    for (const Judged& one : judgement.requirements) {
        const char* const mark = one.mark == Mark::met      ? "ok"
                                 : one.mark == Mark::missed ? "MISSED"
                                                            : "not shown";
        text += beside(mark, 11, printable(one.text), width);
        text += beside("", 11, printable(one.evidence), width);
    }
    text += '\n';
}

// "/call/" where every lane's name begins so, and leaves something to tell them apart.
std::size_t common_folder(const std::vector<const Timeline*>& timelines) {
    std::optional<std::string> common;
    for (const Timeline* timeline : timelines) {
        for (const Lane& lane : timeline->lanes) {
            const std::string folder = lane.name.substr(0, lane.name.rfind('/') + 1);
            if (common && *common != folder) return 0;
            common = folder;
        }
    }
    return common ? common->size() : 0;
}

std::string heading(const Exercise& exercise) {
    return fmt::format("Exercise {}: {}", short_id(exercise.id), exercise.title);
}

}  // namespace

std::string render_lanes(const Timeline& yours, const std::optional<Timeline>& target,
                         const AsciiOptions& options) {
    Run run;
    run.demo = "exercise";
    run.traced.emplace();
    const std::size_t dropped = common_folder(target ? std::vector{&yours, &*target} : std::vector{&yours});
    const auto panel = [dropped](const std::string& caption, const Timeline& timeline) {
        WayRun way;
        way.caption = caption;
        way.timeline = timeline;
        for (Lane& lane : way.timeline.lanes) lane.name.erase(0, dropped);
        return way;
    };
    if (!yours.spans.empty()) run.ways.push_back(panel("Yours: what the server saw", yours));
    if (target && !target->spans.empty())
        run.ways.push_back(panel("Target: the solution, with the same work", *target));
    if (run.ways.empty()) return "";
    return render_panels(run, options);
}

std::string render_hint(const Exercise& exercise, const Judgement& judgement, int level, int width) {
    const Requirement* const requirement = to_mend(exercise, judgement);
    if (requirement == nullptr || level < 1) return "";
    const std::size_t index =
        std::min<std::size_t>(static_cast<std::size_t>(level), requirement->hints.size());
    std::string text;
    add_paragraph(
        text,
        fmt::format("Hint {} of {}: {}", index, requirement->hints.size(), requirement->hints[index - 1]),
        width, 2);
    return text;
}

std::string render_check(const Exercise& exercise, const Checked& checked, const CheckView& view,
                         const AsciiOptions& options) {
    const int width = std::clamp(options.width, narrowest_width, widest_width);
    const Judgement& judgement = checked.judgement;
    std::string text;
    add_paragraph(text, heading(exercise), width);
    text += '\n';
    add_compiler(text, checked.report.compiler_output, width);
    if (checked.report.compiled) {
        add_quoted(text, "It printed:", checked.report.output, most_output_lines, width);
        text += render_lanes(checked.report.seen, view.target, options);
        if (checked.report.facts.contains("waited-in-vain")) {
            add_paragraph(text,
                          "The server held its answers back to see more at once. When nothing more came, it "
                          "answered all the same.",
                          width);
            text += '\n';
        }
        add_requirements(text, judgement, width);
        add_quoted(text, "Where it crashed:", checked.crash_site, most_output_lines, width);
    }
    const char* const verdict = judgement.verdict == Verdict::pass   ? "PASS"
                                : judgement.verdict == Verdict::fail ? "FAIL"
                                                                     : "INCONCLUSIVE";
    text += emphasize(verdict, options.theme) +
            fmt::format("   {} of {} points\n", judgement.points, judgement.of);
    if (judgement.verdict == Verdict::inconclusive)
        add_paragraph(text, "Nothing is held against you: " + judgement.trouble + ". Try again.", width);
    else if (!judgement.gap.empty())
        add_paragraph(text, judgement.gap, width);
    if (checked.report.compiled && judgement.verdict == Verdict::fail &&
        !failed_by_itself(checked.report.end))
        text += render_hint(exercise, judgement, view.hint_level, width);
    add_next(text, view.next, width);
    return text;
}

std::string render_check_json(const Exercise& exercise, const Checked& checked, std::uint64_t seed) {
    const Judgement& judgement = checked.judgement;
    Json requirements = Json::array();
    for (const Judged& one : judgement.requirements) {
        requirements.push_back({{"name", one.name},
                                {"text", one.text},
                                {"mark", name_of(one.mark)},
                                {"points", one.points},
                                {"evidence", one.evidence}});
    }
    Json lanes = Json::array();
    for (const Lane& lane : checked.report.seen.lanes)
        lanes.push_back({{"name", lane.name}, {"note", lane.note}});
    Json spans = Json::array();
    for (const Span& span : checked.report.seen.spans) {
        spans.push_back({{"lane", span.lane},
                         {"outcome", overlap::name_of(span.outcome)},
                         {"begin_ns", span.begin},
                         {"end_ns", span.end}});
    }
    const ProgramEnd& end = checked.report.end;
    const Json document{{"schema", check_schema},
                        {"exercise", exercise.name},
                        {"id", exercise.id},
                        {"seed", seed},
                        {"verdict", name_of(judgement.verdict)},
                        {"points", judgement.points},
                        {"of", judgement.of},
                        {"gap", judgement.gap},
                        {"trouble", judgement.trouble},
                        {"compiled", checked.report.compiled},
                        {"compiler_output", checked.report.compiler_output},
                        {"requirements", requirements},
                        {"drawn", checked.report.drawn},
                        {"facts", checked.report.facts},
                        {"end",
                         {{"stopped", name_of(end.stopped)},
                          {"exit_code", end.exit_code},
                          {"signal", end.signal},
                          {"took_ns", end.took},
                          {"cpu_ns", end.cpu},
                          {"words", words_of(end, exercise.limits)}}},
                        {"crash_site", checked.crash_site},
                        {"isolation", words_of(checked.report.isolation)},
                        {"lanes", lanes},
                        {"spans", spans}};
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace overlap::workshop
