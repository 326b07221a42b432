#include <algorithm>
#include <cstring>
#include <map>

#include "timeline/advice_of_demos.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

std::string count_of(std::int64_t count, const std::string& noun) {
    return plural(static_cast<std::size_t>(count), noun);
}

void warn_errors(const WayRun& way, std::vector<std::string>& sentences) {
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    std::map<std::string, std::size_t> errors;
    std::size_t failed = 0;
    for (const TaskSummary& task : tasks) {
        if (task.outcome != Outcome::failed) continue;
        ++errors[way.timeline.lanes[task.lane].error];
        ++failed;
    }
    if (failed == 0) return;
    std::string text = std::to_string(failed) + " of " + plural(tasks.size(), "request") +
                       (failed == 1 ? " was" : " were") + " answered with an error";
    const char* separator = " (";
    for (const auto& [error, count] : errors) {
        text += separator + (errors.size() > 1 ? std::to_string(count) + " " : std::string()) + error;
        separator = ", ";
    }
    text += ").";
    if (errors.contains("HTTP 404")) text += " 'overlap trace -- curl {url}/' lists the paths there are.";
    if (errors.contains("HTTP 405")) text += " The server answers GET and HEAD, and POST for chats only.";
    sentences.push_back(text);
}

void warn_of_end(const Run& run, const TracedCommand& command, std::vector<std::string>& sentences) {
    if (run.interrupted) {
        sentences.emplace_back("Interrupted: what is drawn is what the server had seen by then.");
    } else if (command.timed_out) {
        sentences.push_back(std::string("The command outlived --timeout and was told to end (SIGTERM)") +
                            (command.signal == 9 ? "; it did not, and was killed." : "."));
    } else if (command.signal != 0) {
        const char* const name = ::strsignal(command.signal);
        sentences.push_back("The command was ended by signal " + std::to_string(command.signal) +
                            (name == nullptr ? "" : " (" + std::string(name) + ")") + ".");
    } else if (command.exit_code != 0) {
        sentences.push_back("The command ended with exit code " + std::to_string(command.exit_code) + ".");
    }
}

}  // namespace

std::vector<std::string> explain_trace(const Run& run) {
    std::vector<std::string> sentences;
    if (!run.traced || run.ways.empty() || run.ways.front().timeline.spans.empty()) return sentences;
    const WayRun& way = run.ways.front();
    sentences.push_back("Time 0 is the first request, which came " +
                        format_duration(run.traced->before_first) + " after the command was started.");
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    const int peak = in_flight_peak(way.timeline);
    if (tasks.size() < 2 || peak == 0) return sentences;
    if (peak == 1 && answered_at_once(way)) {
        sentences.push_back(
            "Each request was answered before the server had read the next one, however they were "
            "made. With a --latency it shows whether calls overlap.");
        return sentences;
    }
    if (run.traced->left_out > 0) return sentences;
    Nanoseconds waits = 0;
    for (const TaskSummary& task : tasks) waits += task.latency();
    const std::string total = format_duration(makespan(way.timeline));
    sentences.push_back(peak == 1 ? "Never more than one request was in flight, so their waits added up: " +
                                        format_duration(waits) + " of the " + total + "."
                                  : "Up to " + std::to_string(peak) +
                                        " requests were in flight at once: waits of " +
                                        format_duration(waits) + " in all took " + total + ".");
    return sentences;
}

std::vector<std::string> warnings_of_trace(const Run& run) {
    std::vector<std::string> sentences;
    const TracedCommand& command = *run.traced;
    warn_of_end(run, command, sentences);
    if (run.ways.empty() || !run.ways.front().server) return sentences;
    const WayRun& way = run.ways.front();
    const ServerCounts& server = *way.server;
    if (server.requests == 0 && server.connections == 0) {
        sentences.emplace_back(
            "The command never called. The server's address is in the environment variable OVERLAP_URL, and "
            "{url} "
            "in the command's arguments stands for it.");
    } else if (server.requests == 0) {
        sentences.push_back("The command opened " + count_of(server.connections, "connection") +
                            ", but sent no request.");
    }
    warn_errors(way, sentences);
    if (server.hung_up > 0) {
        sentences.push_back(count_of(server.hung_up, "client") + " hung up before the answer.");
    }
    if (command.unanswered > 0) {
        sentences.push_back(count_of(command.unanswered, "request") +
                            (command.unanswered == 1 ? " was" : " were") +
                            " in flight when the command had ended: something that it left behind calls on.");
    }
    if (command.left_out > 0) {
        sentences.push_back(
            std::to_string(server.requests - command.left_out) + " of " +
            count_of(server.requests, "request") +
            " are drawn and timed, those that ended first; what the server counted is of all.");
    }
    return sentences;
}

}  // namespace overlap
