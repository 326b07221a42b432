#include <nlohmann/json.hpp>

#include "render/sweep.hpp"

namespace overlap {
namespace {

using Json = nlohmann::ordered_json;

Json point_json(const SweepPoint& point) {
    return {{"concurrency", point.concurrency},
            {"calls", point.calls},
            {"failed", point.failed},
            {"makespan_ns", point.makespan},
            {"median_ns", point.median},
            {"p99_ns", point.p99},
            {"in_flight_peak", point.in_flight_peak},
            {"server_peak", point.server_peak},
            {"throughput_per_s", point.throughput()}};
}

}  // namespace

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
        {"points", points},
        {"knee", knee < sweep.points.size() ? Json(sweep.points[knee].concurrency) : Json(nullptr)},
        {"why", explain(sweep)}};
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace overlap
