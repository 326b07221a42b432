#include "workshop/render_grade.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "render/text.hpp"
#include "timeline/words.hpp"

namespace overlap::workshop {
namespace {

using Json = nlohmann::ordered_json;

std::string cell(const Graded& one) {
    if (!one.handed_in) return "-";
    if (one.verdict == Verdict::inconclusive) return "?";
    return one.verdict == Verdict::pass ? "ok" : std::to_string(one.points);
}

bool is_utf8(std::string_view text) {
    try {
        return !Json(text).dump().empty();
    } catch (const Json::exception&) {
        return false;
    }
}

std::string in_xml(std::string_view text) {
    const bool utf8 = is_utf8(text);
    std::string out;
    for (const char c : text) {
        switch (c) {
            case '&':
                out += "&amp;";
                break;
            case '<':
                out += "&lt;";
                break;
            case '>':
                out += "&gt;";
                break;
            case '"':
                out += "&quot;";
                break;
            default:
                // XML 1.0 has no other control characters, not even escaped; and what a learner's compiler
                // says may be no UTF-8.
                out += c == '\n' || (c >= ' ' && c < 0x7f) || (utf8 && (c & 0x80) != 0) ? c : '?';
        }
    }
    return out;
}

std::string in_csv(std::string text) {
    std::replace(text.begin(), text.end(), '\n', ' ');
    // A cell that begins so is a formula to a spreadsheet: a learner's folder can be called anything.
    if (!text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos)
        text.insert(0, "'");
    if (text.find_first_of(",\"\r") == std::string::npos) return text;
    for (std::size_t at = 0; (at = text.find('"', at)) != std::string::npos; at += 2) text.insert(at, "\"");
    return "\"" + text + "\"";
}

std::string_view word_of(const Graded& one) { return one.handed_in ? name_of(one.verdict) : "not handed in"; }

}  // namespace

std::string render_grades(const std::vector<Submission>& submissions, const GradeSettings& settings,
                          int width) {
    std::string text;
    std::size_t longest = 7;
    for (const Submission& one : submissions) longest = std::max(longest, printable(one.name).size());
    const int name_width = static_cast<int>(
        std::min<std::size_t>(longest, static_cast<std::size_t>(std::clamp(width - 22, 8, 20))));
    // As many exercises beside each other as fit; the sum stands in the first block.
    constexpr int column = 5;
    constexpr int sum_width = 17;
    const std::size_t count = submissions.empty() ? 0 : submissions.front().exercises.size();
    for (std::size_t first = 0; first < count;) {
        const int room = width - name_width - (first == 0 ? sum_width : 0);
        const std::size_t last =
            std::min(count, first + static_cast<std::size_t>(std::max(1, room / column)));
        std::string head = pad_right("Learner", name_width);
        if (first == 0) head += pad_left("points", 10) + pad_left("passed", 7);
        for (std::size_t i = first; i < last; ++i)
            head += pad_left(short_id(submissions.front().exercises[i].id), column);
        text += head + '\n';
        for (const Submission& one : submissions) {
            std::string line = pad_right(elide(printable(one.name), name_width), name_width);
            if (first == 0) {
                line += pad_left(fmt::format("{}/{}", one.points(), one.of()), 10);
                line += pad_left(std::to_string(one.passed()), 7);
            }
            for (std::size_t i = first; i < last; ++i) line += pad_left(cell(one.exercises[i]), column);
            text += line + '\n';
        }
        text += '\n';
        first = last;
    }
    add_paragraph(text, "ok passed, N points only, - not handed in, ? inconclusive", width, 0);
    text += '\n';
    for (const Submission& one : submissions) {
        for (const Graded& graded : one.exercises) {
            if (!graded.handed_in || graded.verdict == Verdict::pass) continue;
            const std::string what =
                fmt::format("{}, {} {}: {} of {} points. {}", one.name, short_id(graded.id), graded.exercise,
                            graded.points, graded.of, graded.words);
            add_paragraph(text, what, width, 2);
            for (const Judged& requirement : graded.requirements) {
                if (requirement.mark == Mark::met || graded.words.starts_with("does not compile")) continue;
                text += beside("", 4,
                               printable(fmt::format("{} {}: {}", requirement.name, name_of(requirement.mark),
                                                     requirement.evidence)),
                               width);
            }
        }
    }
    const auto open = std::count_if(submissions.begin(), submissions.end(),
                                    [](const auto& one) { return !one.conclusive(); });
    if (open > 0)
        add_paragraph(text,
                      fmt::format("Inconclusive: {}. Grade them again, with fewer --jobs.",
                                  plural(static_cast<std::size_t>(open), "learner")),
                      width, 2);
    add_paragraph(text,
                  fmt::format("Seed {}, {} of each. A program had {}.", settings.seed,
                              plural(static_cast<std::size_t>(settings.runs), "run"), settings.isolation),
                  width, 2);
    return text;
}

std::string render_grades_json(const std::vector<Submission>& submissions, const GradeSettings& settings) {
    Json learners = Json::array();
    for (const Submission& one : submissions) {
        Json exercises = Json::array();
        for (const Graded& graded : one.exercises) {
            Json requirements = Json::array();
            for (const Judged& requirement : graded.requirements) {
                requirements.push_back({{"name", requirement.name},
                                        {"mark", name_of(requirement.mark)},
                                        {"points", requirement.points},
                                        {"evidence", requirement.evidence}});
            }
            exercises.push_back({{"exercise", graded.exercise},
                                 {"id", graded.id},
                                 {"handed_in", graded.handed_in},
                                 {"verdict", name_of(graded.verdict)},
                                 {"points", graded.points},
                                 {"of", graded.of},
                                 {"runs", graded.runs},
                                 {"words", graded.words},
                                 {"requirements", requirements}});
        }
        learners.push_back({{"name", one.name},
                            {"points", one.points()},
                            {"of", one.of()},
                            {"passed", one.passed()},
                            {"conclusive", one.conclusive()},
                            {"exercises", exercises}});
    }
    const Json document{{"schema", grade_schema},
                        {"seed", settings.seed},
                        {"runs", settings.runs},
                        {"isolation", settings.isolation},
                        {"learners", learners}};
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string render_grades_junit(const std::vector<Submission>& submissions) {
    std::string suites;
    std::size_t all = 0;
    std::size_t all_failed = 0;
    std::size_t all_errors = 0;
    for (const Submission& one : submissions) {
        std::size_t failed = 0;
        std::size_t errors = 0;
        std::size_t skipped = 0;
        std::string cases;
        for (const Graded& graded : one.exercises) {
            cases += fmt::format("    <testcase classname=\"{}\" name=\"{} {}\">", in_xml(one.name),
                                 short_id(graded.id), in_xml(graded.exercise));
            std::string evidence;
            for (const Judged& requirement : graded.requirements)
                evidence += fmt::format("{} {}: {}\n", requirement.name, name_of(requirement.mark),
                                        requirement.evidence);
            if (!graded.handed_in) {
                ++skipped;
                cases += fmt::format("\n      <skipped message=\"{}\"/>\n    ", in_xml(graded.words));
            } else if (graded.verdict != Verdict::pass) {
                const bool is_error = graded.verdict == Verdict::inconclusive;
                ++(is_error ? errors : failed);
                const char* const tag = is_error ? "error" : "failure";
                cases += fmt::format("\n      <{} message=\"{} of {} points. {}\">{}</{}>\n    ", tag,
                                     graded.points, graded.of, in_xml(graded.words), in_xml(evidence), tag);
            }
            cases += "</testcase>\n";
        }
        suites += fmt::format(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\">\n{}  "
            "</testsuite>\n",
            in_xml(one.name), one.exercises.size(), failed, errors, skipped, cases);
        all += one.exercises.size();
        all_failed += failed;
        all_errors += errors;
    }
    return fmt::format(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"overlap\" tests=\"{}\" "
        "failures=\"{}\" errors=\"{}\">\n{}</testsuites>\n",
        all, all_failed, all_errors, suites);
}

std::string render_grades_csv(const std::vector<Submission>& submissions) {
    std::string text = "learner,exercise,verdict,points,of,words\r\n";
    for (const Submission& one : submissions) {
        for (const Graded& graded : one.exercises) {
            text += fmt::format("{},{},{},{},{},{}\r\n", in_csv(one.name), in_csv(graded.exercise),
                                word_of(graded), graded.points, graded.of, in_csv(graded.words));
        }
    }
    return text;
}

}  // namespace overlap::workshop
