#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

#include "render/json_machine.hpp"
#include "render/json_node.hpp"

namespace overlap {
namespace {

constexpr std::int64_t most_switches = 1'000'000'000'000;

constexpr std::array states{State::queued, State::waiting, State::blocked, State::running,
                            State::ready,  State::backoff, State::reading, State::at_server};
constexpr std::array phases{Phase::none,        Phase::connect, Phase::user,   Phase::posts,
                            Phase::first_token, Phase::token,   Phase::finish, Phase::history,
                            Phase::format,      Phase::model,   Phase::answer, Phase::save};
constexpr std::array all_outcomes{Outcome::done, Outcome::failed, Outcome::cancelled};
constexpr std::array lane_kinds{LaneKind::task, LaneKind::loop};
constexpr std::array ways{Way::sequential, Way::coroutines, Way::pool};
constexpr std::array pools{PoolKind::threads, PoolKind::processes};

Timeline parse_timeline(const Node& way) {
    Timeline timeline;
    way.at("lanes").each([&](const Node& lane) {
        timeline.lanes.push_back(
            {lane.at("name").text(), lane.at("kind").one_of(lane_kinds), lane.at("error").text(), {}});
        if (const auto note = lane.find("note")) timeline.lanes.back().note = note->text();
    });
    const auto last_lane = static_cast<std::int64_t>(timeline.lanes.size()) - 1;
    way.at("spans").each([&](const Node& node) {
        Span span;
        span.lane = static_cast<std::uint32_t>(node.at("lane").number(0, last_lane));
        span.state = node.at("state").one_of(states);
        span.outcome = node.at("outcome").one_of(all_outcomes);
        if (const auto phase = node.find("phase")) span.phase = phase->one_of(phases);
        span.thread = static_cast<std::uint32_t>(node.at("thread").number(0, 1'000'000));
        span.begin = node.at("begin_ns").number(0, latest);
        span.end = node.at("end_ns").number(span.begin, latest);
        timeline.spans.push_back(span);
    });
    sort_spans(timeline);
    for (std::size_t i = 1; i < timeline.spans.size(); ++i) {
        const Span& before = timeline.spans[i - 1];
        const Span& span = timeline.spans[i];
        if (before.lane == span.lane && before.end > span.begin) {
            throw RunFormatError(
                fmt::format("{}.spans has overlapping spans in lane {}", way.path(), span.lane));
        }
    }
    return timeline;
}

Usage parse_usage(const Node& node) {
    Usage usage;
    usage.threads = static_cast<int>(node.at("threads").number(0, 1'000'000));
    usage.cpu = node.at("cpu_ns").number(0, latest);
    usage.voluntary_switches = node.at("voluntary_switches").number(0, most_switches);
    usage.involuntary_switches = node.at("involuntary_switches").number(0, most_switches);
    const Node memory = node.at("peak_memory_bytes");
    if (!memory.is_null()) usage.peak_memory = memory.number();
    return usage;
}

TracedCommand parse_traced(const Node& node) {
    return {.line = node.at("command").text(),
            .exit_code = static_cast<int>(node.at("exit_code").number(0, 255)),
            .signal = static_cast<int>(node.at("signal").number(0, 127)),
            .timed_out = node.at("timed_out").flag(),
            .took = node.at("took_ns").number(0, latest),
            .before_first = node.at("before_first_ns").number(0, latest),
            .left_out = node.at("left_out").number(),
            .unanswered = node.at("unanswered").number()};
}

WayRun parse_way(const Node& node, bool traced) {
    WayRun way;
    const Node name = node.at("way");
    if (!traced) {
        way.way = name.one_of(ways);
    } else if (name.text() != way_of_server) {
        throw RunFormatError(
            fmt::format("{} is \"{}\", expected {}", name.path(), name.text(), way_of_server));
    }
    way.caption = node.at("caption").text();
    if (const auto variant = node.find("variant")) way.variant = variant->text();
    if (const auto part = node.find("part_of")) way.part_of = static_cast<int>(part->number(0, 1'000'000));
    if (const auto result = node.find("result")) {
        way.result = Result{result->at("good").flag(), result->at("text").text(),
                            result->at("at_ns").number(0, latest)};
    }
    way.workers = static_cast<int>(node.at("workers").number(0, 1'000'000));
    if (const auto pool = node.find("pool")) way.pool = pool->one_of(pools);
    way.interrupted = node.at("interrupted").flag();
    way.repeats = static_cast<int>(node.at("repeats").number(1, 1'000'000));
    way.failed_repeats = static_cast<int>(node.at("failed_repeats").number(0, way.repeats));
    node.at("makespans_ns").each([&](const Node& time) { way.makespans.push_back(time.number(0, latest)); });
    way.usage = parse_usage(node.at("usage"));
    if (const Node heartbeat = node.at("heartbeat"); !heartbeat.is_null()) {
        way.heartbeat =
            Heartbeat{heartbeat.at("beats").number(), heartbeat.at("worst_lag_ns").number(0, latest),
                      heartbeat.at("p99_lag_ns").number(0, latest)};
    }
    if (const Node server = node.at("server"); !server.is_null()) {
        way.server = ServerCounts{.requests = server.at("requests").number(),
                                  .peak_in_flight = server.at("peak_in_flight").number(),
                                  .connections = server.at("connections").number(),
                                  .refused = server.at("refused").number(),
                                  .failed = server.at("failed").number(),
                                  .bad_requests = server.at("bad_requests").number(),
                                  .hung_up = server.at("hung_up").number(),
                                  .overflows = server.at("overflows").number(),
                                  .stalled = server.at("stalled_ns").number()};
    }
    way.timeline = parse_timeline(node);
    return way;
}

Run parse_run_document(const Json& document) {
    const Node root(document, "run");
    if (!document.is_object() || !document.contains("schema")) {
        throw RunFormatError(fmt::format("it is JSON, but has no \"schema\": \"{}\"", run_schema));
    }
    const std::string schema = root.at("schema").text();
    if (schema != run_schema) {
        throw RunFormatError(fmt::format("its schema is \"{}\", expected \"{}\"", schema, run_schema));
    }
    Run run;
    run.demo = root.at("demo").text();
    run.title = root.at("title").text();
    root.at("knobs").each([&](const Node& knob) {
        run.knobs.push_back({knob.at("name").text(), knob.at("unit").text(),
                             knob.at("value").number(std::numeric_limits<std::int64_t>::min())});
    });
    root.at("urls").each([&](const Node& url) { run.urls.push_back(url.text()); });
    run.seed = static_cast<std::uint64_t>(root.at("seed").number());
    run.interrupted = root.at("interrupted").flag();
    run.server_gone = root.at("server_gone").flag();
    run.machine = parse_machine(root.at("machine"));
    if (const auto traced = root.find("traced")) run.traced = parse_traced(*traced);
    root.at("ways").each([&](const Node& node) {
        WayRun way = parse_way(node, run.traced.has_value());
        if (std::any_of(run.ways.begin(), run.ways.end(), [&](const WayRun& other) {
                return other.way == way.way && other.variant == way.variant && other.pool == way.pool;
            })) {
            throw RunFormatError(fmt::format("{} is a second \"{}\"", node.path(), name_of(way.way)));
        }
        run.ways.push_back(std::move(way));
    });
    root.at("next").each([&](const Node& command) { run.next.push_back(command.text()); });
    return run;
}

}  // namespace

Run parse_run(std::string_view text) {
    try {
        return parse_run_document(Json::parse(text.begin(), text.end()));
    } catch (const Json::parse_error& error) {
        throw RunFormatError(fmt::format("it is not JSON (damaged at byte {})", error.byte));
    } catch (const Json::exception& error) {
        throw RunFormatError(error.what());
    }
}

}  // namespace overlap
