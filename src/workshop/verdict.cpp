#include "workshop/verdict.hpp"

#include <string.h>

#include <algorithm>
#include <charconv>
#include <string_view>

#include "timeline/duration.hpp"

namespace overlap::workshop {
namespace {

constexpr std::string_view finish = "finish";

std::int64_t needed_by(const Requirement& requirement, const Numbers& drawn) {
    if (const auto found = drawn.find(requirement.needed); found != drawn.end()) return found->second;
    std::int64_t number = 0;
    std::from_chars(requirement.needed.data(), requirement.needed.data() + requirement.needed.size(), number);
    return number;
}

std::string filled(std::string text, std::string_view place, const std::string& value) {
    for (std::size_t at = 0; (at = text.find(place, at)) != std::string::npos; at += value.size())
        text.replace(at, place.size(), value);
    return text;
}

bool holds(Relation relation, std::int64_t seen, std::int64_t needed) {
    switch (relation) {
        case Relation::at_least:
            return seen >= needed;
        case Relation::at_most:
            return seen <= needed;
        case Relation::exactly:
            return seen == needed;
    }
    return false;
}

Mark mark_of(const Requirement& requirement, const Numbers& facts, std::int64_t needed, bool work_done) {
    const auto seen = facts.find(requirement.fact);
    if (seen == facts.end()) return Mark::not_shown;
    if (!holds(requirement.relation, seen->second, needed)) return Mark::missed;
    return requirement.relation == Relation::at_least || work_done ? Mark::met : Mark::not_shown;
}

Judged judged(const Requirement& requirement, const Numbers& drawn, const Numbers& facts, bool work_done) {
    const std::int64_t needed = needed_by(requirement, drawn);
    Judged one{.name = requirement.name,
               .text = requirement.text,
               .mark = mark_of(requirement, facts, needed, work_done),
               .points = requirement.points,
               .evidence = {}};
    const auto seen = facts.find(requirement.fact);
    if (seen == facts.end()) {
        one.evidence = "it did not come to that";
    } else {
        one.evidence = filled(filled(requirement.seen, "{seen}", std::to_string(seen->second)), "{needed}",
                              std::to_string(needed));
        one.seen = true;
        if (one.mark == Mark::not_shown) one.evidence += ", which counts once the work is done";
    }
    return one;
}

}  // namespace

bool failed_by_itself(const ProgramEnd& end) {
    if (!end.could_not.empty() || ended_well(end)) return false;
    return end.stopped != Stopped::waits && end.stopped != Stopped::hangs && end.stopped != Stopped::wall &&
           end.stopped != Stopped::asked;
}

bool ended_well(const ProgramEnd& end) {
    return end.stopped == Stopped::no && end.could_not.empty() && end.exit_code == 0 && end.signal == 0;
}

std::string words_of(const ProgramEnd& end, const Limits& limits) {
    if (!end.could_not.empty()) return end.could_not;
    switch (end.stopped) {
        case Stopped::no:
            break;
        case Stopped::waits:
            return "still waiting for a reply after " + format_exact(limits.wait) + ", nothing else runnable";
        case Stopped::hangs:
            return "asleep for " + format_exact(limits.hang) + ", and no call is open that could wake it";
        case Stopped::spins:
            return "spinning at 100 % CPU: ended after " + format_duration(end.cpu) + " of CPU time";
        case Stopped::wall:
            return "not at its end after " + format_exact(limits.wall);
        case Stopped::memory:
            return "ended for its memory: " + end.used + " resident, " +
                   std::to_string(limits.memory / (1024 * 1024)) + "MiB are allowed";
        case Stopped::processes:
            return "ended for its processes: " + end.used + " at once; " + std::to_string(limits.processes) +
                   " are allowed";
        case Stopped::threads:
            return "ended for its threads: " + end.used + " at once, " + std::to_string(limits.threads) +
                   " are allowed";
        case Stopped::output:
            return "ended for its output: more than " + std::to_string(limits.output / 1024) +
                   "KiB were printed";
        case Stopped::asked:
            return "interrupted";
    }
    if (end.signal != 0) {
        const char* const name = ::sigabbrev_np(end.signal);
        const char* const words = ::sigdescr_np(end.signal);
        return "crashed: SIG" + std::string(name == nullptr ? std::to_string(end.signal) : name) +
               (words == nullptr ? "" : " (" + std::string(words) + ")");
    }
    return end.exit_code == 0 ? "" : "ended with exit code " + std::to_string(end.exit_code);
}

Judgement judge(const Exercise& exercise, const Numbers& drawn, const Numbers& facts, const ProgramEnd& end,
                const std::string& trouble) {
    Judgement judgement{.trouble = trouble};
    const auto delivered = facts.find("delivered");
    const auto tasks = drawn.find("tasks");
    const bool work_done =
        delivered != facts.end() && tasks != drawn.end() && delivered->second >= tasks->second;
    for (const Requirement& requirement : exercise.requirements)
        judgement.requirements.push_back(judged(requirement, drawn, facts, work_done));
    const bool well = ended_well(end);
    Judged last{.name = std::string(finish),
                .text = "The program comes to its end by itself, with exit code 0.",
                .mark = !well       ? Mark::missed
                        : work_done ? Mark::met
                                    : Mark::not_shown,
                .points = 1,
                .evidence = well ? "it ended by itself" : words_of(end, exercise.limits)};
    if (last.mark == Mark::not_shown) last.evidence += ", which counts once the work is done";
    judgement.requirements.push_back(std::move(last));
    bool all = true;
    for (const Judged& one : judgement.requirements) {
        judgement.of += one.points;
        if (one.mark == Mark::met) judgement.points += one.points;
        all = all && one.mark == Mark::met;
    }
    judgement.verdict = all ? Verdict::pass : trouble.empty() ? Verdict::fail : Verdict::inconclusive;
    if (all) return judgement;
    if (const Requirement* requirement = to_mend(exercise, judgement)) judgement.gap = requirement->gap;
    // What an exercise says of a gap is about calls that came.
    const auto requests = facts.find("requests");
    if (requests != facts.end() && requests->second == 0)
        judgement.gap = "The server saw nothing of the work: not one request for it came.";
    // Whatever else it did or did not: who crashed, or was ended, hears of that first.
    if (!well) judgement.gap = "The program did not end well: " + words_of(end, exercise.limits) + ".";
    return judgement;
}

const Requirement* to_mend(const Exercise& exercise, const Judgement& judgement) {
    const auto first = [&](const auto& is_it) -> const Requirement* {
        for (std::size_t i = 0; i < exercise.requirements.size(); ++i) {
            if (is_it(judgement.requirements[i])) return &exercise.requirements[i];
        }
        return nullptr;
    };
    if (const Requirement* missed = first([](const Judged& one) { return one.mark == Mark::missed; }))
        return missed;
    return first([](const Judged& one) { return one.mark == Mark::not_shown && !one.seen; });
}

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass:
            return "pass";
        case Verdict::fail:
            return "fail";
        case Verdict::inconclusive:
            break;
    }
    return "inconclusive";
}

std::string_view name_of(Mark mark) {
    switch (mark) {
        case Mark::met:
            return "met";
        case Mark::missed:
            return "missed";
        case Mark::not_shown:
            break;
    }
    return "not shown";
}

std::string_view name_of(Stopped stopped) {
    switch (stopped) {
        case Stopped::no:
            return "no";
        case Stopped::waits:
            return "waits";
        case Stopped::hangs:
            return "hangs";
        case Stopped::spins:
            return "spins";
        case Stopped::wall:
            return "wall";
        case Stopped::memory:
            return "memory";
        case Stopped::processes:
            return "processes";
        case Stopped::threads:
            return "threads";
        case Stopped::output:
            return "output";
        case Stopped::asked:
            break;
    }
    return "asked";
}

}  // namespace overlap::workshop
