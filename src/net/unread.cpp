#include "net/unread.hpp"

#include <cinttypes>
#include <cstdio>
#include <sstream>
#include <string>

#include "record/proc_files.hpp"

namespace overlap::net {

Ends ends_of(const asio::ip::tcp::socket& socket) {
    asio::error_code gone;
    const Ends ends{socket.local_endpoint(gone).port(), socket.remote_endpoint(gone).port()};
    return gone ? Ends{} : ends;
}

Unread unread(const Ends& ends) {
    Unread bytes;
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
            if (local == ends.here && remote == ends.there) bytes.here += static_cast<std::int64_t>(sent);
            if (local == ends.there && remote == ends.here)
                bytes.there += static_cast<std::int64_t>(received);
        }
    }
    return bytes;
}

}  // namespace overlap::net
