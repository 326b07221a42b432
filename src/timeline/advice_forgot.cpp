#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

// "; the server counted 3 requests." Where our server did not count: ".".
std::string as_counted(const WayRun& way) {
    if (!way.server) return ".";
    return "; the server counted " + plural(static_cast<std::size_t>(way.server->requests), "request") + ".";
}

const WayRun* find_panel(const Run& run, Way way, std::string_view variant) {
    for (const WayRun& each : run.ways) {
        if (each.way == way && each.variant == variant && !each.interrupted) return &each;
    }
    return nullptr;
}

// Tasks without a span: nothing of them was ever timed.
std::size_t never_started(const WayRun& way) {
    std::size_t lanes = 0;
    for (const Lane& lane : way.timeline.lanes) lanes += lane.kind == LaneKind::task ? 1 : 0;
    return lanes - summarize_tasks(way.timeline).size();
}

void explain_forgotten(const WayRun& way, std::vector<std::string>& sentences) {
    const std::size_t count = never_started(way);
    if (count == 0) return;
    sentences.push_back(
        "Without co_await " + plural(count, "call") + " never started" + as_counted(way) +
        " To call a coroutine only makes it; one that nobody awaits is thrown away unrun. "
        "Python then says 'coroutine ... was never awaited', C++ nothing. The compiler warns "
        "(-Wunused-result) of an awaitable that is dropped on the spot, not of one with a name.");
}

void explain_detached(const WayRun& way, std::vector<std::string>& sentences) {
    const std::size_t failed = outcomes_of(summarize_tasks(way.timeline)).failed;
    const bool unheard = work_done(way) && way.result && !way.result->text.starts_with("heard");
    if (failed == 0 || !unheard) return;
    sentences.push_back("Detached, " + plural(failed, "call") + " failed" + as_counted(way) +
                        " Nothing came out of loop.run(): asio::detached throws exceptions away. Python says "
                        "at last 'Task exception was never retrieved'.");
}

void explain_heard(const WayRun& way, std::vector<std::string>& sentences) {
    const std::size_t failed = outcomes_of(summarize_tasks(way.timeline)).failed;
    if (failed == 0 || !way.result || !way.result->good) return;
    sentences.push_back(
        "Awaited, with a completion handler that rethrows, the exception of the first call to fail came out "
        "of "
        "loop.run() after " +
        format_duration(total_of(way)) + ".");
}

void explain_blocked(const WayRun& way, std::vector<std::string>& sentences) {
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    if (!way.result || !way.result->good || tasks.empty()) return;
    sentences.push_back(
        "Blocked on, the first call held the loop's thread for " + format_duration(tasks.front().latency()) +
        as_counted(way) +
        " That thread alone could have gone on with the call, and it waited for the answer: a deadlock, "
        "until the watchdog ended it (--patience).");
}

void explain_future(const WayRun& way, std::vector<std::string>& sentences) {
    if (!work_done(way)) return;
    sentences.push_back("The same wait in other threads than the loop's got every answer" + as_counted(way));
}

}  // namespace

std::vector<std::string> explain_forgot(const Run& run) {
    std::vector<std::string> sentences;
    const auto explain = [&](Way of, std::string_view variant,
                             void (*add)(const WayRun&, std::vector<std::string>&)) {
        if (const WayRun* way = find_panel(run, of, variant)) add(*way, sentences);
    };
    explain(Way::coroutines, "forgotten", explain_forgotten);
    explain(Way::coroutines, "detached", explain_detached);
    explain(Way::coroutines, "heard", explain_heard);
    explain(Way::coroutines, "blocked", explain_blocked);
    explain(Way::pool, "future", explain_future);
    return sentences;
}

}  // namespace overlap
