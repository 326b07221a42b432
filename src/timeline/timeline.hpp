// A timeline: what each task was doing, and when. Plain data; everything that is drawn is a function of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace overlap {

/// A point in time or a duration in nanoseconds. Points count from the start of the way they belong to.
using Nanoseconds = std::int64_t;

/// What a task is doing during a span.
enum class State : std::uint8_t {
    queued,     ///< submitted, but no worker has taken it yet
    waiting,    ///< suspended: waits for an answer, its thread is free for others
    blocked,    ///< waits for an answer and holds its thread
    running,    ///< uses a CPU
    ready,      ///< could run, but its event loop is busy, or a lock that it runs under is held
    backoff,    ///< an attempt failed: waits before it tries again
    reading,    ///< has a part of its answer, and takes its time over it before it reads on
    at_server,  ///< a server has the request and owes the answer; what its client does meanwhile is not known
};

/// How a span ended.
enum class Outcome : std::uint8_t {
    done,
    failed,
    cancelled,  ///< ended from outside: it lost a race, or the run was interrupted
};

/// Which step of its task a span belongs to, where a task has several.
enum class Phase : std::uint8_t {
    none,
    connect,      ///< opens a connection
    user,         ///< asks for a user
    posts,        ///< asks for that user's posts
    first_token,  ///< until the first part of a stream
    token,        ///< until the next one
    finish,       ///< from the last one until the stream said that it was the last
    history,      ///< reads a conversation back: this and what follows are the stages of a chatbot
    format,       ///< makes a prompt of it
    model,        ///< until the first token of an answer
    answer,       ///< the rest of that stream
    save,         ///< keeps the question and the answer
};

/// Whether a task in this state has asked for something and has not got it yet, or works on it.
constexpr bool in_flight(State state) { return state != State::queued && state != State::backoff; }

/// The last one, for those who read its number from elsewhere.
inline constexpr Phase last_phase = Phase::save;

/// The stages of a chatbot, in order.
inline constexpr Phase chatbot_stages[] = {Phase::history, Phase::format, Phase::model, Phase::answer,
                                           Phase::save};

constexpr bool is_stage(Phase phase) { return phase >= Phase::history && phase <= Phase::save; }

/// One stretch of one lane in one state: [begin, end).
struct Span {
    std::uint32_t lane = 0;    ///< index into Timeline::lanes
    std::uint32_t thread = 0;  ///< the thread that closed it, numbered from 0 within the way
    State state = State::running;
    Outcome outcome = Outcome::done;
    Phase phase = Phase::none;
    Nanoseconds begin = 0;
    Nanoseconds end = 0;

    friend bool operator==(const Span&, const Span&) = default;
};

/// Whether a part of a stream came at the span's end.
constexpr bool brings_token(const Span& span) {
    return span.outcome == Outcome::done && (span.phase == Phase::first_token || span.phase == Phase::token);
}

enum class LaneKind : std::uint8_t {
    task,
    loop,  ///< an event loop: its spans are `running`, the gaps between them are idle
};

/// One row of the picture.
struct Lane {
    std::string name;
    LaneKind kind = LaneKind::task;
    std::string error = {};  ///< why its last attempt that failed did, empty when none did
    std::string note = {};   ///< what to say of it in the picture; empty: what its spans say

    friend bool operator==(const Lane&, const Lane&) = default;
};

/// All that one way of doing the work did. The spans of a lane are in order of time and do not overlap.
struct Timeline {
    std::vector<Lane> lanes;
    std::vector<Span> spans;

    friend bool operator==(const Timeline&, const Timeline&) = default;
};

/// The words for states, outcomes and lane kinds, as in JSON and in the legend.
std::string_view name_of(State state);
std::string_view name_of(Outcome outcome);
std::string_view name_of(Phase phase);
std::string_view name_of(LaneKind kind);

/// Sorts the spans by lane, then by begin: the order every reader of a Timeline may rely on.
void sort_spans(Timeline& timeline);

}  // namespace overlap
