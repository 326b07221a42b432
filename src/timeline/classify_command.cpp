#include <algorithm>
#include <array>
#include <cstdio>

#include "timeline/classify_observed.hpp"
#include "timeline/duration.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

std::string share_in_words(Nanoseconds part, Nanoseconds whole) {
    if (whole <= 0) return "";
    return " (" + percent(static_cast<double>(part) / static_cast<double>(whole)) + ")";
}

std::string asleep_in_words(const LookedAt& seen) {
    std::string words;
    for (std::size_t i = 0; i < seen.asleep_in.size() && i < 4; ++i) {
        if (i > 0) words += ", ";
        words += seen.asleep_in[i].first + " " + std::to_string(seen.asleep_in[i].second);
    }
    if (seen.asleep_in.size() > 4) words += ", ...";
    return words;
}

Fact times(std::string key, std::string label, std::int64_t count) {
    return {std::move(key), std::move(label), plural(static_cast<std::size_t>(count), "time"),
            static_cast<double>(count)};
}

// A unit of 512 bytes is half a KiB.
Fact kib(std::string key, std::string label, std::int64_t blocks) {
    return {std::move(key), std::move(label), std::to_string(blocks / 2) + " KiB",
            static_cast<double>(blocks) / 2};
}

Fact at_once(std::string key, std::string label, int count) {
    return {std::move(key), std::move(label), std::to_string(count), static_cast<double>(count)};
}

std::vector<Fact> facts_of(const CommandUse& use) {
    const Nanoseconds at_least = waited_at_least(use);
    const LookedAt& seen = use.seen;
    std::vector<Fact> facts{
        time_fact("wall_ms", "wall time", use.wall),
        time_fact("cpu_ms", "CPU time", use.cpu, share_in_words(use.cpu, use.wall)),
        time_fact("run_delay_ms", "ready, no CPU free", seen.run_delay),
        time_fact("noticed_late_ms", "end noticed late", seen.noticed_late,
                  seen.noticed_late > 0 ? " or less" : ""),
        time_fact("waited_ms", "nothing of it ran", at_least,
                  share_in_words(at_least, use.wall) + (at_least > 0 ? " or more" : "")),
        times("voluntary_switches", "gave its CPU up", use.voluntary_switches),
        times("involuntary_switches", "lost its CPU", use.involuntary_switches),
        kib("read_kib", "read from disk", use.block_reads),
        kib("written_kib", "written to disk", use.block_writes),
        times("looks", "looked at", seen.looks),
    };
    facts.push_back(time_fact("asleep_ms", "  asleep meanwhile", seen.asleep_time,
                              share_in_words(seen.asleep_time, use.wall)));
    facts.push_back(
        time_fact("ran_ms", "  ran meanwhile", seen.ran_time, share_in_words(seen.ran_time, use.wall)));
    facts.push_back(times("looks_running", "  a thread ran", seen.running));
    facts.push_back(times("looks_disk", "  one in disk wait", seen.disk));
    facts.push_back(times("looks_asleep", "  all asleep", seen.asleep));
    facts.push_back(at_once("peak_threads", "threads at once", seen.peak_threads));
    facts.push_back(at_once("peak_processes", "processes at once", seen.peak_processes));
    if (!seen.asleep_in.empty()) facts.push_back({"asleep_in", "threads slept in", asleep_in_words(seen)});
    return facts;
}

// The CPU time lacks children that were not waited for; the looks see those too.
std::string wait_in_words(const CommandUse& use) {
    const Nanoseconds waits = waited(use);
    if (waits == 0) return "no time was found in which nothing of it ran";
    const std::string time = milliseconds_in_words(milliseconds(waits));
    if (waits > waited_at_least(use)) return "by the looks, nothing of it ran for about " + time;
    return "nothing of it, or of what it waited for, ran for at least " + time;
}

std::string end_in_words(const CommandUse& use) {
    if (use.signal != 0)
        return "Signal " + std::to_string(use.signal) + " ended it: this is of the time until then.";
    if (use.exit_code != 0)
        return "It ended with exit code " + std::to_string(use.exit_code) +
               ": if it failed early, this is not what it usually does.";
    return "";
}

}  // namespace

bool ran_unaccounted(const CommandUse& use) {
    // Two looks may both have met a thread that slept between them: less than a noticeable wait says nothing.
    return use.seen.ran_time > use.cpu + use.seen.run_delay + noticeable_wait;
}

Nanoseconds waited_at_least(const CommandUse& use) {
    if (ran_unaccounted(use)) return 0;
    return std::max(Nanoseconds{0}, use.wall - use.cpu - use.seen.run_delay - use.seen.noticed_late);
}

Nanoseconds waited(const CommandUse& use) { return std::max(waited_at_least(use), use.seen.asleep_time); }

bool waits_for_many(const std::string& system_call) {
    static const std::array<std::string, 8> calls{
        "epoll_wait", "epoll_pwait", "epoll_pwait2", "poll", "ppoll", "select", "pselect6", "io_uring_enter"};
    return std::find(calls.begin(), calls.end(), system_call) != calls.end();
}

Classification classify_command(const CommandUse& use) {
    const Nanoseconds waits = waited(use);
    Classification result;
    result.traits.cpu_cost_ms = milliseconds(use.cpu);
    result.traits.uses_blocking_io = waits >= noticeable_wait;
    Evidence& evidence = result.evidence.emplace();
    evidence.title = "What was measured of: " + use.line;
    evidence.facts = facts_of(use);
    evidence.blocking_io = wait_in_words(use) + "; " + format_duration(noticeable_wait) +
                           " or more count as blocking, for whoever calls it and waits";
    evidence.sync_lib = "from outside it cannot be told from blocking I/O";
    evidence.cpu = "of it and of the children that it waited for";
    evidence.async_api = "cannot be measured: taken as no";

    if (std::string end = end_in_words(use); !end.empty()) evidence.notes.push_back(std::move(end));
    if (use.interrupted) evidence.notes.emplace_back("Interrupted: this is of the time until then.");
    const bool as_a_loop = std::any_of(use.seen.asleep_in.begin(), use.seen.asleep_in.end(),
                                       [](const auto& entry) { return waits_for_many(entry.first); });
    if (as_a_loop) {
        evidence.notes.emplace_back(
            "It was found in a system call that can wait for many things at once, as event loops do: "
            "inside, its waits may overlap. To its caller it is one call that blocks all the same.");
    }
    if (use.cpu > use.wall) {
        evidence.notes.emplace_back(
            "It used more CPU time than wall time: it ran on several cores at once by itself.");
    }
    if (ran_unaccounted(use)) {
        evidence.notes.emplace_back(
            "Its threads were found running for longer than the CPU time explains, which lacks children that "
            "were not waited for: how long it waited is known from the looks alone.");
    }
    if (use.seen.run_delay > use.wall) {
        evidence.notes.emplace_back(
            "Its threads were ready at the same time, so their delays add up to more than there was time: "
            "how "
            "long it waited is known from the looks alone.");
    }
    if (use.seen.looks < 5) {
        evidence.notes.emplace_back(
            "It was over before it could be looked at often: how many threads it had, and what they slept "
            "in, is hardly known.");
    }
    if (result.traits.uses_blocking_io) {
        TaskTraits other = result.traits;
        other.uses_blocking_io = false;
        other.has_async_api = true;
        result.otherwise = {"with an async API for what it waits for, used in place of the blocking calls",
                            classify_task(other)};
        if (other.cpu_cost_ms >= heavy_cpu_ms)
            result.otherwise->when += ", and its computing handed over all the same";
    }
    return result;
}

}  // namespace overlap
