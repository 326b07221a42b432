#include "timeline/timeline.hpp"

#include <algorithm>
#include <tuple>

namespace overlap {

std::string_view name_of(State state) {
    switch (state) {
        case State::queued:
            return "queued";
        case State::waiting:
            return "waiting";
        case State::blocked:
            return "blocked";
        case State::running:
            return "running";
        case State::ready:
            return "ready";
        case State::backoff:
            return "backoff";
        case State::reading:
            return "reading";
        case State::at_server:
            return "at_server";
    }
    return "?";
}

std::string_view name_of(Phase phase) {
    switch (phase) {
        case Phase::none:
            return "";
        case Phase::connect:
            return "connect";
        case Phase::user:
            return "user";
        case Phase::posts:
            return "posts";
        case Phase::first_token:
            return "first_token";
        case Phase::token:
            return "token";
        case Phase::finish:
            return "finish";
        case Phase::history:
            return "history";
        case Phase::format:
            return "format";
        case Phase::model:
            return "model";
        case Phase::answer:
            return "answer";
        case Phase::save:
            return "save";
    }
    return "?";
}

std::string_view name_of(Outcome outcome) {
    switch (outcome) {
        case Outcome::done:
            return "done";
        case Outcome::failed:
            return "failed";
        case Outcome::cancelled:
            return "cancelled";
    }
    return "?";
}

std::string_view name_of(LaneKind kind) {
    switch (kind) {
        case LaneKind::task:
            return "task";
        case LaneKind::loop:
            return "loop";
    }
    return "?";
}

void sort_spans(Timeline& timeline) {
    std::sort(timeline.spans.begin(), timeline.spans.end(), [](const Span& a, const Span& b) {
        return std::tie(a.lane, a.begin, a.end) < std::tie(b.lane, b.begin, b.end);
    });
}

}  // namespace overlap
