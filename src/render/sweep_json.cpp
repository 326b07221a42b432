#include "render/json_node.hpp"
#include "render/sweep.hpp"

namespace overlap {
namespace {

constexpr std::int64_t most_calls = 1'000'000;

Json point_json(const SweepPoint& point) {
    return {{"concurrency", point.concurrency},
            {"calls", point.calls},
            {"failed", point.failed},
            {"error", point.error},
            {"makespan_ns", point.makespan},
            {"median_ns", point.median},
            {"p99_ns", point.p99},
            {"in_flight_peak", point.in_flight_peak},
            {"server_peak", point.server_peak},
            {"throughput_per_s", point.throughput()}};
}

SweepPoint parse_point(const Node& node) {
    SweepPoint point;
    point.concurrency = node.at("concurrency").number(1, most_calls);
    point.calls = node.at("calls").number(0, most_calls);
    point.failed = node.at("failed").number(0, point.calls);
    point.error = node.at("error").text();
    point.makespan = node.at("makespan_ns").number(0, latest);
    point.median = node.at("median_ns").number(0, latest);
    point.p99 = node.at("p99_ns").number(0, latest);
    point.in_flight_peak = node.at("in_flight_peak").number(0, most_calls);
    point.server_peak = node.at("server_peak").number(0, most_calls);
    return point;
}

Sweep parse_sweep_document(const Json& document) {
    const Node root(document, "sweep");
    Sweep sweep;
    sweep.demo = root.at("demo").text();
    sweep.title = root.at("title").text();
    root.at("urls").each([&](const Node& url) { sweep.urls.push_back(url.text()); });
    sweep.seed = static_cast<std::uint64_t>(root.at("seed").number());
    sweep.interrupted = root.at("interrupted").flag();
    sweep.server_gone = root.at("server_gone").flag();
    root.at("points").each([&](const Node& point) { sweep.points.push_back(parse_point(point)); });
    return sweep;
}

}  // namespace

std::optional<Sweep> parse_sweep(std::string_view text) {
    const Json document = Json::parse(text.begin(), text.end(), nullptr, false);
    if (!document.is_object() || document.value("schema", Json()) != sweep_schema) return std::nullopt;
    return parse_sweep_document(document);
}

std::string render_json(const Sweep& sweep) {
    Json points = Json::array();
    for (const SweepPoint& point : sweep.points) points.push_back(point_json(point));
    const std::size_t knee = knee_of(sweep.points);
    const Json document{
        {"schema", sweep_schema},
        {"demo", sweep.demo},
        {"title", sweep.title},
        {"urls", sweep.urls},
        {"seed", sweep.seed},
        {"interrupted", sweep.interrupted},
        {"server_gone", sweep.server_gone},
        {"points", points},
        {"knee", knee < sweep.points.size() ? Json(sweep.points[knee].concurrency) : Json(nullptr)},
        {"why", explain(sweep)}};
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace overlap
