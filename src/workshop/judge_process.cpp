#include "workshop/judge_process.hpp"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>

#include "net/descriptors.hpp"
#include "record/child.hpp"
#include "timeline/error.hpp"
#include "workshop/judge_json.hpp"

namespace overlap::workshop {
namespace {

constexpr std::uint32_t most_message = 256 * 1024 * 1024;

bool send_all(int socket, const char* data, std::size_t size) {
    while (size > 0) {
        const ssize_t count = ::send(socket, data, size, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        data += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

bool send_message(int socket, const std::string& text) {
    const auto size = static_cast<std::uint32_t>(text.size());
    return send_all(socket, reinterpret_cast<const char*>(&size), sizeof size) &&
           send_all(socket, text.data(), text.size());
}

bool read_all(int socket, char* data, std::size_t size, const std::stop_token& stop) {
    while (size > 0) {
        constexpr int look_around_ms = 20;
        pollfd entry{socket, POLLIN, 0};
        const int ready = ::poll(&entry, 1, stop.stop_possible() ? look_around_ms : -1);
        if (stop.stop_requested()) return false;
        if (ready == 0 || (ready < 0 && errno == EINTR)) continue;
        const ssize_t count = ::read(socket, data, size);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        data += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

std::optional<std::string> read_message(int socket, const std::stop_token& stop) {
    std::uint32_t size = 0;
    if (!read_all(socket, reinterpret_cast<char*>(&size), sizeof size, stop) || size > most_message)
        return std::nullopt;
    std::string text(size, '\0');
    if (!read_all(socket, text.data(), size, stop)) return std::nullopt;
    return text;
}

}  // namespace

JudgeReport judge_in_process(const JudgeRequest& request, const std::stop_token& stop) {
    const Child child =
        spawn_child("/proc/self/exe", {"judge", "--control", std::to_string(control_in_child)});
    std::optional<std::string> answer;
    if (send_message(child.socket, to_json(request))) answer = read_message(child.socket, stop);
    ::close(child.socket);
    // It ends the program first, and all that that has started.
    constexpr int moment_ms = 2'000;
    for (int waited = 0; !answer && waited < moment_ms; waited += 5) {
        siginfo_t info{};
        const int options = WEXITED | WNOHANG | WNOWAIT;
        if (::waitid(P_PID, static_cast<id_t>(child.pid), &info, options) != 0 || info.si_pid == child.pid)
            break;
        ::poll(nullptr, 0, 5);
    }
    const int status = end_child(child.pid);
    if (answer) return report_from(*answer);
    JudgeReport report;
    if (stop.stop_requested()) {
        report.end.stopped = Stopped::asked;
        report.trouble = "interrupted";
    } else {
        report.trouble = "the judge's process was lost: " + words_of_end(status);
    }
    return report;
}

int run_judge(int control) {
    // Whom a program could look into, it could learn the answers from.
    ::prctl(PR_SET_DUMPABLE, 0);
    // A program that opens as many connections as it can must not blind us.
    net::raise_descriptor_limit();
    const std::optional<std::string> request = read_message(control, {});
    if (!request) return 1;
    JudgeReport report;
    try {
        report = judge_program(request_from(*request), control);
    } catch (const std::exception& error) {
        report.trouble = error.what();
    }
    return send_message(control, to_json(report)) ? 0 : 1;
}

}  // namespace overlap::workshop
