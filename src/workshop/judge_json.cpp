#include "workshop/judge_json.hpp"

#include <nlohmann/json.hpp>

#include "timeline/error.hpp"

namespace overlap::workshop {
namespace {

using Json = nlohmann::ordered_json;

// What a program prints, or asks for, may be any bytes.
std::string text_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

Json json_of(const Limits& limits) {
    return {limits.wall,   limits.cpu,  limits.memory,      limits.processes, limits.threads,
            limits.output, limits.file, limits.descriptors, limits.wait,      limits.hang};
}

Limits limits_of(const Json& json) {
    return {.wall = json.at(0),
            .cpu = json.at(1),
            .memory = json.at(2),
            .processes = json.at(3),
            .threads = json.at(4),
            .output = json.at(5),
            .file = json.at(6),
            .descriptors = json.at(7),
            .wait = json.at(8),
            .hang = json.at(9)};
}

Json json_of(const Timeline& timeline) {
    Json lanes = Json::array();
    for (const Lane& lane : timeline.lanes) lanes.push_back({lane.name, lane.error, lane.note});
    Json spans = Json::array();
    for (const Span& span : timeline.spans)
        spans.push_back({span.lane, static_cast<int>(span.outcome), span.begin, span.end});
    return {{"lanes", lanes}, {"spans", spans}};
}

Timeline timeline_of(const Json& json) {
    Timeline timeline;
    for (const Json& lane : json.at("lanes"))
        timeline.lanes.push_back({.name = lane.at(0), .error = lane.at(1), .note = lane.at(2)});
    for (const Json& span : json.at("spans")) {
        timeline.spans.push_back({.lane = span.at(0),
                                  .state = State::at_server,
                                  .outcome = static_cast<Outcome>(span.at(1).get<int>()),
                                  .begin = span.at(2),
                                  .end = span.at(3)});
        if (timeline.spans.back().lane >= timeline.lanes.size()) throw Error("a span of no lane");
    }
    return timeline;
}

Json json_of(const ProgramEnd& end) {
    return {{"stopped", static_cast<int>(end.stopped)},
            {"exit_code", end.exit_code},
            {"signal", end.signal},
            {"could_not", end.could_not},
            {"used", end.used},
            {"took", end.took},
            {"cpu", end.cpu},
            {"starved", end.starved}};
}

ProgramEnd end_of(const Json& json) {
    return {.stopped = static_cast<Stopped>(json.at("stopped").get<int>()),
            .exit_code = json.at("exit_code"),
            .signal = json.at("signal"),
            .could_not = json.at("could_not"),
            .used = json.at("used"),
            .took = json.at("took"),
            .cpu = json.at("cpu"),
            .starved = json.at("starved")};
}

template <typename Read>
auto read_json(std::string_view text, std::string_view what, Read read) {
    try {
        return read(Json::parse(text));
    } catch (const std::exception& error) {
        throw Error(std::string(what) + " cannot be understood: " + error.what());
    }
}

}  // namespace

std::string to_json(const JudgeRequest& request) {
    Json numbers = Json::object();
    for (const auto& [name, range] : request.numbers) numbers[name] = {range.least, range.most};
    return text_of({{"scenario", request.scenario},
                    {"numbers", numbers},
                    {"limits", json_of(request.limits)},
                    {"seed", request.seed},
                    {"compile", request.compile},
                    {"program", request.program},
                    {"environment", request.environment},
                    {"folder", request.folder.string()},
                    {"scratch", request.scratch.string()}});
}

JudgeRequest request_from(std::string_view text) {
    return read_json(text, "the request to judge", [](const Json& json) {
        JudgeRequest request{.scenario = json.at("scenario"),
                             .limits = limits_of(json.at("limits")),
                             .seed = json.at("seed"),
                             .compile = json.at("compile"),
                             .program = json.at("program"),
                             .environment = json.at("environment"),
                             .folder = json.at("folder").get<std::string>(),
                             .scratch = json.at("scratch").get<std::string>()};
        for (const auto& [name, range] : json.at("numbers").items())
            request.numbers[name] = {range.at(0), range.at(1)};
        return request;
    });
}

std::string to_json(const JudgeReport& report) {
    return text_of({{"compiled", report.compiled},
                    {"compiler_output", report.compiler_output},
                    {"drawn", report.drawn},
                    {"facts", report.facts},
                    {"end", json_of(report.end)},
                    {"output", report.output},
                    {"trouble", report.trouble},
                    {"isolation", {report.isolation.namespaces, report.isolation.landlock}},
                    {"seen", json_of(report.seen)}});
}

JudgeReport report_from(std::string_view text) {
    return read_json(text, "the judge's report", [](const Json& json) {
        JudgeReport report{.compiled = json.at("compiled"),
                           .compiler_output = json.at("compiler_output"),
                           .end = end_of(json.at("end")),
                           .output = json.at("output"),
                           .trouble = json.at("trouble"),
                           .isolation = {json.at("isolation").at(0), json.at("isolation").at(1)},
                           .seen = timeline_of(json.at("seen"))};
        for (const auto& [name, value] : json.at("drawn").items()) report.drawn[name] = value;
        for (const auto& [name, value] : json.at("facts").items()) report.facts[name] = value;
        return report;
    });
}

}  // namespace overlap::workshop
