#include "render/json.hpp"

#include <nlohmann/json.hpp>

#include "render/json_machine.hpp"
#include "timeline/advice.hpp"
#include "timeline/metrics.hpp"

namespace overlap {
namespace {

using Json = nlohmann::ordered_json;

Json lanes_json(const Timeline& timeline) {
    Json lanes = Json::array();
    for (const Lane& lane : timeline.lanes) {
        lanes.push_back(
            {{"name", lane.name}, {"kind", name_of(lane.kind)}, {"error", lane.error}, {"note", lane.note}});
    }
    return lanes;
}

Json spans_json(const Timeline& timeline) {
    Json spans = Json::array();
    for (const Span& span : timeline.spans) {
        spans.push_back({{"lane", span.lane},
                         {"state", name_of(span.state)},
                         {"outcome", name_of(span.outcome)},
                         {"phase", name_of(span.phase)},
                         {"thread", span.thread},
                         {"begin_ns", span.begin},
                         {"end_ns", span.end}});
    }
    return spans;
}

Json usage_json(const Usage& usage) {
    return {{"threads", usage.threads},
            {"cpu_ns", usage.cpu},
            {"voluntary_switches", usage.voluntary_switches},
            {"involuntary_switches", usage.involuntary_switches},
            {"peak_memory_bytes", usage.peak_memory ? Json(*usage.peak_memory) : Json(nullptr)}};
}

Json heartbeat_json(const Heartbeat& heartbeat) {
    return {
        {"beats", heartbeat.beats}, {"worst_lag_ns", heartbeat.worst_lag}, {"p99_lag_ns", heartbeat.p99_lag}};
}

Json server_json(const ServerCounts& server) {
    return {{"requests", server.requests},       {"peak_in_flight", server.peak_in_flight},
            {"connections", server.connections}, {"refused", server.refused},
            {"failed", server.failed},           {"bad_requests", server.bad_requests},
            {"hung_up", server.hung_up},         {"overflows", server.overflows},
            {"stalled_ns", server.stalled}};
}

Json result_json(const Result& result) {
    return {{"good", result.good}, {"text", result.text}, {"at_ns", result.at}};
}

Json metrics_json(const Run& run, const WayRun& way) {
    const std::vector<TaskSummary> tasks = summarize_tasks(way.timeline);
    const Latency latency = latency_of(tasks);
    const Outcomes outcomes = outcomes_of(tasks);
    const std::optional<double> times = speedup(run, way);
    const std::optional<LoopUse> loop = loop_use(way.timeline);
    return {
        {"makespan_ns", makespan(way.timeline)},
        {"total_ns", total_of(way)},
        {"speedup", times ? Json(*times) : Json(nullptr)},
        {"in_flight_peak", in_flight_peak(way.timeline)},
        {"tasks", {{"done", outcomes.done}, {"failed", outcomes.failed}, {"cancelled", outcomes.cancelled}}},
        {"latency_min_ns", latency.min},
        {"latency_median_ns", latency.median},
        {"latency_max_ns", latency.max},
        {"latency_p99_ns", latency.p99 ? Json(*latency.p99) : Json(nullptr)},
        {"loop_busy_ns", loop ? Json(loop->busy) : Json(nullptr)},
        {"loop_idle_ns", loop ? Json(loop->idle) : Json(nullptr)}};
}

Json way_json(const Run& run, const WayRun& way) {
    return {{"way", run.traced ? way_of_server : name_of(way.way)},
            {"variant", way.variant},
            {"caption", way.caption},
            {"workers", way.workers},
            {"pool", name_of(way.pool)},
            {"part_of", way.part_of},
            {"result", way.result ? result_json(*way.result) : Json(nullptr)},
            {"interrupted", way.interrupted},
            {"repeats", way.repeats},
            {"failed_repeats", way.failed_repeats},
            {"makespans_ns", way.makespans},
            {"metrics", metrics_json(run, way)},
            {"usage", usage_json(way.usage)},
            {"heartbeat", way.heartbeat ? heartbeat_json(*way.heartbeat) : Json(nullptr)},
            {"server", way.server ? server_json(*way.server) : Json(nullptr)},
            {"lanes", lanes_json(way.timeline)},
            {"spans", spans_json(way.timeline)}};
}

Json traced_json(const Run& run) {
    const TracedCommand& command = *run.traced;
    return {{"command", command.line},
            {"exit_code", command.exit_code},
            {"signal", command.signal},
            {"timed_out", command.timed_out},
            {"took_ns", command.took},
            {"before_first_ns", command.before_first},
            {"left_out", command.left_out},
            {"unanswered", command.unanswered},
            {"verdict", run.ways.empty() ? "" : verdict(run.ways.front())}};
}

}  // namespace

std::string json_version() {
    return std::to_string(NLOHMANN_JSON_VERSION_MAJOR) + "." + std::to_string(NLOHMANN_JSON_VERSION_MINOR) +
           "." + std::to_string(NLOHMANN_JSON_VERSION_PATCH);
}

std::string render_json(const Run& run) {
    Json knobs = Json::array();
    for (const KnobValue& knob : run.knobs) {
        knobs.push_back({{"name", knob.name}, {"unit", knob.unit}, {"value", knob.value}});
    }
    Json ways = Json::array();
    for (const WayRun& way : run.ways) ways.push_back(way_json(run, way));
    const Json document{{"schema", run_schema},
                        {"demo", run.demo},
                        {"title", run.title},
                        {"knobs", knobs},
                        {"urls", run.urls},
                        {"seed", run.seed},
                        {"interrupted", run.interrupted},
                        {"server_gone", run.server_gone},
                        {"machine", machine_json(run.machine)},
                        {"traced", run.traced ? traced_json(run) : Json(nullptr)},
                        {"ways", ways},
                        {"why", explain(run)},
                        {"warnings", warnings(run)},
                        {"next", run.next}};
    // Errors can quote bytes of a foreign server: what is not UTF-8 is replaced.
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace overlap
