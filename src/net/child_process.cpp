#include "net/child_process.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "record/child.hpp"
#include "timeline/error.hpp"

namespace overlap::net {
namespace {

// A server that takes longer to say a few bytes is stuck.
constexpr int patience_ms = 10'000;

bool read_all(int socket, void* data, std::size_t size) {
    char* at = static_cast<char*>(data);
    while (size > 0) {
        pollfd entry{socket, POLLIN, 0};
        const int ready = ::poll(&entry, 1, patience_ms);
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        const ssize_t count = ::read(socket, at, size);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        at += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

}  // namespace

ChildProcess::ChildProcess(const std::string& program, const std::string& command,
                           const std::vector<std::string>& options)
    : called_("the " + (command == "serve" ? std::string("server") : command) + " process") {
    std::vector<std::string> arguments{command};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {"--control", std::to_string(control_in_child)});
    const Child child = spawn_child(program, arguments);
    socket_ = child.socket;
    pid_ = child.pid;
    AddressMessage address{};
    if (!read_all(socket_, address.data(), address.size())) {
        ::close(socket_);
        end_child(pid_);
        throw Error(called_ + " ended before it was ready; its message is above");
    }
    address_ = address.data();
}

ChildProcess::~ChildProcess() {
    ::close(socket_);
    end_child(pid_);
}

void ChildProcess::ask(char question, void* reply, std::size_t size) {
    const bool sent = ::send(socket_, &question, 1, MSG_NOSIGNAL) == 1;
    if (!sent || !read_all(socket_, reply, size)) throw Error(called_ + " has ended, or does not answer");
}

void ChildProcess::reset_counts() {
    char done = 0;
    ask('r', &done, sizeof done);
}

}  // namespace overlap::net
