#include "concurrency/process_worker.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <string>
#include <thread>

#include "concurrency/process_frame.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

// Spans to reserve for: a job records a few.
constexpr std::size_t usual_spans = 64;

// Give false when the other end is gone.
bool read_all(int socket, char* at, std::size_t size) {
    while (size > 0) {
        const ssize_t count = ::recv(socket, at, size, 0);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        at += count;
        size -= static_cast<std::size_t>(count);
    }
    return true;
}

bool write_all(int socket, std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t count = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(count));
    }
    return true;
}

// A thread that waits for the other end to close: whatever the job does meanwhile, its parent's end is ours.
// PR_SET_PDEATHSIG would be less, but it is tied to the thread that started us, not to its process: a pool
// that replaces a worker on a thread that ends before the pool does would lose that worker.
void end_with_parent(int socket) {
    std::thread([socket] {
        pollfd entry{socket, POLLRDHUP, 0};
        while (::poll(&entry, 1, -1) < 1) {
        }
        ::_exit(0);
    }).detach();
}

std::string names_of(std::span<const Job> jobs) {
    std::string names;
    for (const Job& job : jobs) names += (names.empty() ? "" : ", ") + std::string(job.name);
    return names;
}

JobReply do_job(const JobRequest& request, std::span<const Job> jobs) {
    Recorder recorder(usual_spans);  // never started: its times are steady_now()
    const std::uint32_t lane = recorder.add_lane(request.job);
    JobReply reply;
    const Job* const job = find_job(jobs, request.job);
    if (job == nullptr) {
        reply.error = "there is no job '" + request.job + "': expected one of " + names_of(jobs);
        return reply;
    }
    try {
        reply.result = job->run({&recorder, lane}, request.argument);
    } catch (const std::exception& error) {
        reply.error = error.what();
        if (reply.error.empty()) reply.error = "the job failed and gave no reason";
    } catch (...) {
        reply.error = "the job threw what is no exception";
    }
    Timeline timeline = recorder.take();
    reply.spans = std::move(timeline.spans);
    reply.lane_error = std::move(timeline.lanes.front().error);
    reply.lane_note = std::move(timeline.lanes.front().note);
    return reply;
}

// The reply, or why there can be none.
std::string frame_of(JobReply reply, const std::string& job) {
    try {
        return encode(reply);
    } catch (const std::exception& error) {
        reply = {};
        reply.error = "the result of '" + job + "' is too large: " + error.what();
        return encode(reply);
    }
}

}  // namespace

int run_worker(int socket, std::span<const Job> jobs) {
    // What a job starts is not to hold our end: the pool would not see us end.
    const bool said_hello = ::fcntl(socket, F_SETFD, FD_CLOEXEC) == 0 && write_all(socket, encode_hello());
    if (!said_hello && errno == EPIPE) return 0;  // the pool is gone already
    if (!said_hello) {
        throw Error("file descriptor " + std::to_string(socket) +
                    " is no socket of a process pool: workers are started by one");
    }
    end_with_parent(socket);
    std::string body;
    for (FrameHead head{}; read_all(socket, head.data(), head.size());) {
        body.resize(body_size(head));
        if (!read_all(socket, body.data(), body.size())) break;
        const JobRequest request = decode_request(body);
        if (!write_all(socket, frame_of(do_job(request, jobs), request.job))) break;
    }
    return 0;
}

}  // namespace overlap
