#include "demo/fresh_process.hpp"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <functional>

#include "record/child.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

class Descriptor {
  public:
    explicit Descriptor(int fd) : fd_(fd) {}
    ~Descriptor() { ::close(fd_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] int fd() const { return fd_; }

  private:
    int fd_;
};

}  // namespace

std::optional<std::string> in_fresh_process(const std::string& program, std::string_view demo,
                                            const std::string& part, const std::stop_token& stop) {
    const Child child = spawn_child(
        program, {std::string(demo), "--part", part, "--control", std::to_string(control_in_child)});
    const Descriptor ours(child.socket);
    std::string bytes;
    {
        // Gone before waitpid(): until then the id is the child's.
        const std::stop_callback<std::function<void()>> kill(stop, [&child] { ::kill(child.pid, SIGKILL); });
        std::array<char, 4096> buffer{};
        for (;;) {
            const ssize_t count = ::read(ours.fd(), buffer.data(), buffer.size());
            if (count < 0 && errno == EINTR) continue;
            if (count <= 0) break;
            bytes.append(buffer.data(), static_cast<std::size_t>(count));
        }
    }
    // It has closed its end, so it is ending, or hangs: only the first has a status of its own.
    const int status = end_child(child.pid);
    if (stop.stop_requested()) return std::nullopt;
    if (status != 0) throw Error("the process that measured " + part + " " + words_of_end(status));
    return bytes;
}

void end_with_parent(int control) {
    // A process pool's worker watches its socket in a thread instead, because this is tied to the thread that
    // started us. Here that thread waits for our answer, and a thread more would be in what is measured.
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    pollfd entry{control, POLLIN, 0};
    // It may have died before it could be asked for.
    if (::poll(&entry, 1, 0) == 1 && (entry.revents & POLLHUP) != 0) ::raise(SIGKILL);
}

void send_to_parent(int control, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(control, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw Error("cannot answer: " + message_of(errno));
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

}  // namespace overlap
