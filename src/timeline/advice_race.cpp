#include <algorithm>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

const std::string& name_of_task(const WayRun& way, const TaskSummary& task) {
    return way.timeline.lanes[task.lane].name;
}

std::string error_of(const WayRun& way, const TaskSummary& task) {
    const std::string& error = way.timeline.lanes[task.lane].error;
    return error.empty() ? "failed" : error;
}

// The one whose answer was the result. Of two that answer at about the same time the first to end need not be
// it: the result is whose answer was taken first, and that one's lane says so. Where one was asked after the
// other no lane does, and the winner is the only one that was done.
const TaskSummary* winner_of(const WayRun& way, const std::vector<TaskSummary>& tasks) {
    const TaskSummary* winner = nullptr;
    for (const TaskSummary& task : tasks) {
        if (task.outcome != Outcome::done) continue;
        if (way.timeline.lanes[task.lane].note == "won") return &task;
        if (winner == nullptr || task.end < winner->end) winner = &task;
    }
    return winner;
}

void explain_sequential(const WayRun& way, std::vector<std::string>& sentences) {
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    const TaskSummary* const winner = winner_of(way, tasks);
    if (winner == nullptr) return;
    const TaskSummary& first = tasks.front();
    if (winner == &first) {
        sentences.push_back("The sequential way had " + name_of_task(way, first) + "'s answer after " +
                            format_duration(total_of(way)) + " and asked nobody else.");
        return;
    }
    sentences.push_back("The sequential way spent " + format_duration(first.latency()) + " on " +
                        name_of_task(way, first) + " (" + error_of(way, first) + ") before it asked " +
                        name_of_task(way, *winner) + ", and had an answer after " +
                        format_duration(total_of(way)) + ".");
}

// Who won, whom that cancelled, and who was earlier but no good.
void explain_loop(const WayRun& way, std::vector<std::string>& sentences) {
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    const TaskSummary* const winner = winner_of(way, tasks);
    if (winner == nullptr) return;
    std::string fact = capitalized(subject(way)) + " asked " + std::to_string(tasks.size()) +
                       " at once: the first good answer was " + name_of_task(way, *winner) + "'s, after " +
                       format_duration(total_of(way)) + ".";
    for (const TaskSummary& task : tasks) {
        if (task.outcome == Outcome::failed && task.end <= winner->end) {
            fact += " " + capitalized(name_of_task(way, task)) + " had failed before, after " +
                    format_duration(task.latency()) + " (" + error_of(way, task) + "), and did not win.";
        }
        if (task.outcome == Outcome::cancelled) {
            fact += " " + capitalized(name_of_task(way, task)) + " was cancelled then";
            fact += way.server && way.server->hung_up == 1 ? ", and the server saw it hang up." : ".";
        }
    }
    sentences.push_back(fact);
}

// A thread that waits cannot be cancelled from outside: what that cost.
void explain_threads(const WayRun& way, std::vector<std::string>& sentences) {
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    const TaskSummary* const winner = winner_of(way, tasks);
    if (winner == nullptr) return;
    const Nanoseconds total = total_of(way);
    std::string fact = "The thread pool had " + name_of_task(way, *winner) + "'s answer after " +
                       format_duration(total) + ".";
    for (const TaskSummary& task : tasks) {
        const Span& last = way.timeline.spans[task.last - 1];
        const Nanoseconds after = task.end - std::max(total, last.begin);
        if (&task == winner || last.state != State::blocked || after < 1'000'000 || after * 20 < total)
            continue;
        const std::string for_nothing = format_duration(after) + ", for an answer that nobody needed.";
        if (last.begin >= total) {
            fact += " " + capitalized(name_of_task(way, task)) +
                    " was still queued, and was asked all the same: that held a thread for " + for_nothing;
        } else {
            fact += " But a thread cannot be cancelled: the one that asked " + name_of_task(way, task) +
                    " was held for another " + for_nothing;
        }
    }
    sentences.push_back(fact);
}

// Failures are warned of; that nothing failed and still there was no answer is said here.
void explain_no_answer(const WayRun& way, std::vector<std::string>& sentences) {
    const Outcomes outcomes = outcomes_of(summarize_tasks(way.timeline));
    if (outcomes.cancelled == 0) return;
    std::string fact = capitalized(subject(way)) + " had no answer when the deadline passed, after " +
                       format_duration(total_of(way)) + ", and cancelled what was under way";
    if (way.server && way.server->hung_up == static_cast<std::int64_t>(outcomes.cancelled)) {
        fact += "; the server saw " + std::to_string(way.server->hung_up) + " hang up";
    }
    sentences.push_back(fact + ".");
}

}  // namespace

std::vector<std::string> explain_race(const Run& run) {
    std::vector<std::string> sentences;
    for (const WayRun& way : run.ways) {
        if (way.result && !way.result->good) explain_no_answer(way, sentences);
        if (!work_done(way) || !way.result) continue;
        if (way.way == Way::sequential) explain_sequential(way, sentences);
        if (way.way == Way::coroutines) explain_loop(way, sentences);
        if (way.way == Way::pool) explain_threads(way, sentences);
    }
    return sentences;
}

}  // namespace overlap
