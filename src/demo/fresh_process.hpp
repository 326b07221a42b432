// Measuring in a process of its own, which starts with nothing and leaves nothing.
#pragma once

#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

namespace overlap {

/// Starts `program` as `overlap DEMO --part PART` in a fresh process, waits for its end and gives the bytes
/// that it sent. None when `stop` was requested: then the process has been killed. It ends with us in any
/// case. Throws Error when it cannot be started or ended without an answer; what() says how.
std::optional<std::string> in_fresh_process(const std::string& program, std::string_view demo,
                                            const std::string& part, const std::stop_token& stop);

/// The other end, to be called first: this process is killed when its parent ends. Then sends `bytes`.
void end_with_parent(int control);
void send_to_parent(int control, std::string_view bytes);

}  // namespace overlap
