#include "demo/call_job.hpp"

#include <chrono>
#include <sstream>
#include <string>

#include "demo/in_process.hpp"
#include "net/http_client.hpp"

namespace overlap {
namespace {

std::string request_of(const Context& run, int id) {
    const net::Target& target = run.target(id);
    const net::ClientOptions& client = run.client();
    return std::to_string(client.connect_timeout.count()) + ' ' + std::to_string(client.timeout.count()) +
           " http://" + target.authority + target.target;
}

std::string call(const TaskLane& lane, std::string_view request) {
    std::istringstream words{std::string(request)};
    std::int64_t connect_timeout = 0;
    std::int64_t timeout = 0;
    std::string url;
    words >> connect_timeout >> timeout >> url;
    net::ClientOptions options;
    options.connect_timeout = std::chrono::nanoseconds(connect_timeout);
    options.timeout = std::chrono::nanoseconds(timeout);
    net::BlockingClient client(options);
    const net::Target target = net::resolve(net::parse_url(url));

    ScopedSpan span = lane.span(State::blocked);
    const net::Answer answer = client.get(target);
    if (!answer.ok()) span.fail(answer.error);
    return std::to_string(answer.status);
}

// A worker that died is a call without an answer.
net::Answer answer_of(const JobReply& reply) {
    const std::string& error = reply.ok() ? reply.lane_error : reply.error;
    return {.status = reply.ok() ? std::stoi(reply.result) : 0, .body = {}, .error = error};
}

}  // namespace

const Job call_job{"call", call};

asio::awaitable<void> call_in_process(Context& run, ProcessPool& workers, int id) {
    for (Backoff backoff = run.backoff(id);; co_await backoff.async_wait()) {
        const JobReply reply = co_await in_process(run, workers, id, std::string(call_job.name),
                                                   request_of(run, id), State::blocked);
        if (!backoff.again(answer_of(reply))) co_return;
    }
}

}  // namespace overlap
