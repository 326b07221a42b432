#include <cmath>

#include "render/costs.hpp"
#include "render/json_machine.hpp"

namespace overlap {
namespace {

constexpr std::int64_t most_at_once = 1'000'000'000;
constexpr double largest_value = 1e17;  // as nanoseconds they can still be counted in 64 bits, times ten
constexpr std::array units{CostUnit::time, CostUnit::bytes, CostUnit::count, CostUnit::per_second};

Json point_json(const CostPoint& point) {
    Json values = Json::array();
    for (const std::optional<double>& value : point.values)
        values.push_back(value ? Json(*value) : Json(nullptr));
    return {{"n", point.n}, {"values", values}};
}

Json kind_json(const CostKind& kind) {
    Json points = Json::array();
    for (const CostPoint& point : kind.points) points.push_back(point_json(point));
    return {{"name", kind.name}, {"limit", kind.limit}, {"error", kind.error}, {"points", points}};
}

std::optional<double> parse_value(const Node& node) {
    if (node.is_null()) return std::nullopt;
    const double value = node.json().is_number() ? node.json().get<double>() : -1;
    if (!(value >= 0 && value <= largest_value)) {
        throw RunFormatError(node.path() + " is " +
                             node.json().dump(-1, ' ', true, Json::error_handler_t::replace) +
                             ", expected null or a number from 0 to 1e17");
    }
    return value;
}

CostKind parse_kind(const Node& node, std::size_t measures) {
    CostKind kind;
    kind.name = node.at("name").text();
    kind.limit = node.at("limit").text();
    if (const auto error = node.find("error")) kind.error = error->text();  // older documents lack it
    node.at("points").each([&](const Node& place) {
        CostPoint point;
        const std::int64_t least = kind.points.empty() ? 1 : kind.points.back().n + 1;
        point.n = place.at("n").number(least, most_at_once);
        place.at("values").each([&](const Node& value) { point.values.push_back(parse_value(value)); });
        if (point.values.size() != measures) {
            throw RunFormatError(place.path() + ".values has " + std::to_string(point.values.size()) +
                                 " entries, expected one for each of the " + std::to_string(measures) +
                                 " measures");
        }
        kind.points.push_back(std::move(point));
    });
    return kind;
}

Costs parse_costs_document(const Json& document) {
    const Node root(document, "costs");
    Costs costs;
    costs.demo = root.at("demo").text();
    costs.title = root.at("title").text();
    costs.at_once = root.at("at_once").text();
    costs.interrupted = root.at("interrupted").flag();
    root.at("knobs").each([&](const Node& knob) {
        costs.knobs.push_back({knob.at("name").text(), knob.at("unit").text(), knob.at("value").number()});
    });
    costs.machine = parse_machine(root.at("machine"));
    root.at("measures").each([&](const Node& measure) {
        costs.measures.push_back({.name = measure.at("name").text(),
                                  .unit = measure.at("unit").one_of(units),
                                  .drawn = measure.at("drawn").flag()});
    });
    root.at("kinds").each(
        [&](const Node& kind) { costs.kinds.push_back(parse_kind(kind, costs.measures.size())); });
    root.at("next").each([&](const Node& command) { costs.next.push_back(command.text()); });
    return costs;
}

}  // namespace

std::optional<Costs> parse_costs(std::string_view text) {
    const Json document = Json::parse(text.begin(), text.end(), nullptr, false);
    if (!document.is_object() || document.value("schema", Json()) != costs_schema) return std::nullopt;
    return parse_costs_document(document);
}

std::string render_json(const Costs& costs) {
    Json knobs = Json::array();
    for (const KnobValue& knob : costs.knobs)
        knobs.push_back({{"name", knob.name}, {"unit", knob.unit}, {"value", knob.value}});
    Json measures = Json::array();
    for (const CostMeasure& measure : costs.measures) {
        measures.push_back(
            {{"name", measure.name}, {"unit", name_of(measure.unit)}, {"drawn", measure.drawn}});
    }
    Json kinds = Json::array();
    for (const CostKind& kind : costs.kinds) kinds.push_back(kind_json(kind));
    const Json document{{"schema", costs_schema},
                        {"demo", costs.demo},
                        {"title", costs.title},
                        {"at_once", costs.at_once},
                        {"knobs", knobs},
                        {"interrupted", costs.interrupted},
                        {"machine", machine_json(costs.machine)},
                        {"measures", measures},
                        {"kinds", kinds},
                        {"next", costs.next},
                        {"why", explain(costs)}};
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace overlap
