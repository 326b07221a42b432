#include "conversation.hpp"

#include <string>
#include <vector>

#include "demo/calibrate.hpp"

namespace overlap {
namespace {

const std::vector<std::string> said{"How do I run \"three calls\" at once?\n\nThey take 2 s each.",
                                    "Start them all, then wait for all of them.",
                                    "And if one of them computes\tfor a while?",
                                    "Then the others wait,  unless it computes elsewhere."};

// A prompt for a model: "1. [USER]: How do I ...", a line for each of 100 messages, in one kind of white
// space.
std::string format_conversation(std::span<const std::string> messages) {
    std::string prompt;
    for (std::size_t i = 0; i < 100; ++i) {
        prompt += std::to_string(i + 1) + (i % 2 == 0 ? ". [USER]: " : ". [ASSISTANT]: ");
        for (const char c : messages[i % messages.size()]) {
            const bool space = c == ' ' || c == '\n' || c == '\t';
            if (c == '"') prompt += '\\';
            if (!space || prompt.back() != ' ') prompt += space ? ' ' : c;
        }
        prompt += '\n';
    }
    return prompt;
}

std::string format(const TaskLane& lane, std::string_view conversations) {
    return format_messages(lane, said, std::stoll(std::string(conversations)), Phase::none);
}

}  // namespace

std::string format_messages(const TaskLane& lane, std::span<const std::string> messages,
                            std::int64_t conversations, Phase phase) {
    const ScopedSpan span = lane.span(State::running, phase);
    std::string prompt;
    for (; conversations > 0 && !lane.stopped(); --conversations) prompt = format_conversation(messages);
    return prompt;
}

const Job format_job{"format", format};

std::int64_t conversations_in(Nanoseconds work) {
    volatile std::size_t used = 0;  // what nobody uses, the compiler need not do
    return calibrate(work, [&used](std::int64_t conversations) {
        for (std::int64_t i = 0; i < conversations; ++i) used = used + format_conversation(said).size();
    });
}

}  // namespace overlap
