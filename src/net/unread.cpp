#include "net/unread.hpp"

#include <cinttypes>
#include <cstdio>
#include <sstream>
#include <string>

#include "record/proc_files.hpp"

namespace overlap::net {

std::int64_t unread(const asio::ip::tcp::socket& socket) {
    asio::error_code gone;
    const unsigned here = socket.local_endpoint(gone).port();
    const unsigned there = socket.remote_endpoint(gone).port();
    if (gone) return 0;
    std::int64_t bytes = 0;
    // A client may have come by a socket for IPv6.
    for (const char* const file : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        std::istringstream lines(whole_text_of(file));
        for (std::string line; std::getline(lines, line);) {
            unsigned local = 0;
            unsigned remote = 0;
            std::uint64_t sent = 0;
            std::uint64_t received = 0;
            if (std::sscanf(line.c_str(), "%*[^:]: %*[^:]:%x %*[^:]:%x %*x %" SCNx64 ":%" SCNx64, &local,
                            &remote, &sent, &received) != 4)
                continue;
            if (local == here && remote == there) bytes += static_cast<std::int64_t>(sent);
            if (local == there && remote == here) bytes += static_cast<std::int64_t>(received);
        }
    }
    return bytes;
}

}  // namespace overlap::net
