#include "net/unread.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/sockios.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

namespace overlap::net {
namespace {

// A question about one socket. /proc/net/tcp has all of them, which takes 50 ms when there are thousands.
struct Question {
    nlmsghdr header{};
    inet_diag_req_v2 about{};
};

Question question_about(const Ends& ends) {
    Question question;
    question.header.nlmsg_len = sizeof(Question);
    question.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    question.header.nlmsg_flags = NLM_F_REQUEST;
    question.about.sdiag_family = AF_INET;  // finds a socket for IPv6 too, if its address is a mapped one
    question.about.sdiag_protocol = IPPROTO_TCP;
    inet_diag_sockid& id = question.about.id;
    id.idiag_sport = htons(ends.there);
    id.idiag_dport = htons(ends.here);
    id.idiag_src[0] = id.idiag_dst[0] = htonl(INADDR_LOOPBACK);
    std::fill(std::begin(id.idiag_cookie), std::end(id.idiag_cookie), INET_DIAG_NOCOOKIE);
    return question;
}

// Open to the end of the process; -1 where there is none.
int kernel_socket() {
    static const int file = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    return file;
}

}  // namespace

Ends ends_of(const asio::ip::tcp::socket& socket) {
    asio::error_code gone;
    const Ends ends{.here = socket.local_endpoint(gone).port(), .there = socket.remote_endpoint(gone).port()};
    return gone ? Ends{} : ends;
}

std::int64_t unread_there(const Ends& ends) {
    if (ends.there == 0) return 0;
    const Question question = question_about(ends);
    if (::send(kernel_socket(), &question, sizeof question, 0) != sizeof question) return 0;
    // The kernel answers before send() returns.
    std::array<char, 4096> bytes{};
    const ssize_t count = ::recv(kernel_socket(), bytes.data(), bytes.size(), MSG_DONTWAIT);
    nlmsghdr header{};
    inet_diag_msg answer{};
    if (count < static_cast<ssize_t>(NLMSG_HDRLEN + sizeof answer)) return 0;
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.nlmsg_type != SOCK_DIAG_BY_FAMILY) return 0;
    std::memcpy(&answer, bytes.data() + NLMSG_HDRLEN, sizeof answer);
    // Where there is no such connection, a socket that listens on that port is told of.
    if (answer.id.idiag_dport != question.about.id.idiag_dport) return 0;
    return answer.idiag_rqueue;
}

std::int64_t unread(asio::ip::tcp::socket& socket) {
    int unsent = 0;
    if (::ioctl(socket.native_handle(), SIOCOUTQ, &unsent) == -1) unsent = 0;
    return unsent + unread_there(ends_of(socket));
}

}  // namespace overlap::net
