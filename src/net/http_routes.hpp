// What our server answers to which path. No I/O: a request in, the plan of an answer out.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/timeline.hpp"

namespace overlap::net {

/// An answer that has yet to be sent.
struct Plan {
    int status = 200;
    std::string content_type = "text/plain";
    std::string extra_header;        ///< one more header line with its CRLF, or empty
    Nanoseconds delay = 0;           ///< to wait before the first byte
    bool chunked = false;            ///< parts go out as chunks, else with a Content-Length
    Nanoseconds interval = 0;        ///< from when one part is due to when the next is
    std::vector<std::string> parts;  ///< the body; one part unless it comes drop by drop
    bool cut = false;                ///< then the connection is closed, as if there should have been more
    int send_buffer =
        0;  ///< bytes the kernel may hold of what the client has not read; 0: as many as it likes
};

/// Plans the answer to a request. The paths and their parameters are httpbin's (https://httpbin.org) where it
/// has them; `/delay?ms=` is ours, /v1/chat/completions is of chat.hpp. Values out of range give 400, unknown
/// paths 404, methods other than GET and HEAD (for chats: POST) 405. `body`: of a POST. `random` fills
/// /bytes.
Plan plan_answer(std::string_view method, std::string_view target, std::string_view body,
                 std::mt19937_64& random);

/// What the jitter, and then the failure, of a request are drawn from. `nth`: how often `target` was asked
/// for before. So the n-th request for a target meets the same in each way, whatever else was asked in
/// between.
std::mt19937_64 luck_of(std::uint64_t seed, const std::string& target, std::uint64_t nth);

/// An answer that only says what went wrong.
Plan plan_error(int status, std::string_view message);

/// "Not Found" for 404; "Status" for codes without a name.
std::string_view reason_phrase(int status);

/// Status line, headers and blank line of `plan`. `date`: an IMF-fixdate (RFC 9110, section 5.6.7). `sent`:
/// for sent_header; none where the answer does not go out at once.
std::string head_of(const Plan& plan, bool keep_alive, std::string_view date,
                    std::optional<Nanoseconds> sent = std::nullopt);

/// One part of the body as it goes over the wire: a chunk, where `plan` says so.
std::string part_of(const Plan& plan, std::size_t number);

}  // namespace overlap::net
