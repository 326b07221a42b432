// What our server answers to which path. No I/O: a request in, the plan of an answer out.
#pragma once

#include <cstdint>
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
    Nanoseconds interval = 0;        ///< to wait between two parts
    std::vector<std::string> parts;  ///< the body; one part unless it comes drop by drop
};

/// Plans the answer to a request. The paths and their parameters are httpbin's (https://httpbin.org) where it
/// has them; `/delay?ms=` is ours. Values out of range give 400, unknown paths 404, methods other than GET
/// and HEAD 405. `random` fills /bytes.
Plan plan_answer(std::string_view method, std::string_view target, std::mt19937_64& random);

/// An answer that only says what went wrong.
Plan plan_error(int status, std::string_view message);

/// "Not Found" for 404; "Status" for codes without a name.
std::string_view reason_phrase(int status);

/// Status line, headers and blank line of `plan`. `date`: an IMF-fixdate (RFC 9110, section 5.6.7).
std::string head_of(const Plan& plan, bool keep_alive, std::string_view date);

}  // namespace overlap::net
