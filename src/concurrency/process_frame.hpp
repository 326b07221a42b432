// What a ProcessPool and its workers send one another, as bytes. No sockets here.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <variant>

#include "concurrency/process_pool.hpp"

namespace overlap {

// A frame is a head, which says how long the body is, and the body. Both ends are the same binary on the same
// machine, so numbers travel as they lie in memory. A worker sends a hello, then a reply to each request.

/// Of a frame's body. What is longer stays where it is: its sender, or its reader, says so.
inline constexpr std::size_t most_frame_bytes = 64 * 1024 * 1024;

/// The size of the body that follows.
using FrameHead = std::array<char, 4>;

/// From the pool to a worker.
struct JobRequest {
    std::string job;
    std::string argument;

    friend bool operator==(const JobRequest&, const JobRequest&) = default;
};

/// "I am ready."
struct WorkerHello {};

/// Whole frames, ready to be sent. Of a reply: what was done and measured, not `worker` and `attempts`. All
/// throw Error that says how long the body is when that is too long.
std::string encode_hello();
std::string encode(const JobRequest& request);
std::string encode(const JobReply& reply);

/// How long the body is that follows. Throws Error when it is too long.
std::size_t body_size(const FrameHead& head);

/// What a body says. They throw Error when it is none, whatever the bytes.
JobRequest decode_request(std::string_view body);
std::variant<WorkerHello, JobReply> decode_from_worker(std::string_view body);

}  // namespace overlap
