#include "demo/call_job.hpp"

#include <charconv>
#include <chrono>
#include <sstream>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "demo/in_process.hpp"
#include "net/http_client.hpp"

namespace overlap {
namespace {

std::string request_of(const net::ClientOptions& client, const std::vector<Call>& calls) {
    std::string text =
        std::to_string(client.connect_timeout.count()) + ' ' + std::to_string(client.timeout.count());
    for (const Call& call : calls) {
        text += ' ' + std::to_string(static_cast<int>(call.phase)) + " http://" + call.target.authority +
                call.target.target;
    }
    return text;
}

std::string make_calls(const TaskLane& lane, std::string_view request) {
    std::istringstream words{std::string(request)};
    std::int64_t connect_timeout = 0;
    std::int64_t timeout = 0;
    if (!(words >> connect_timeout >> timeout)) throw std::invalid_argument("no timeouts in the request");
    net::ClientOptions options;
    options.connect_timeout = std::chrono::nanoseconds(connect_timeout);
    options.timeout = std::chrono::nanoseconds(timeout);
    net::BlockingClient client(options);

    net::Answer answer;
    int phase = 0;
    for (std::string url; answer.ok() && words >> phase >> url;) {
        const net::Target target = net::resolve(net::parse_url(url));
        ScopedSpan span = lane.span(State::blocked, static_cast<Phase>(phase));
        answer = client.get(target);
        const std::string step = phase == 0 ? "" : std::string(name_of(static_cast<Phase>(phase))) + ": ";
        if (!answer.ok()) span.fail(step + answer.error);
    }
    return std::to_string(answer.status);
}

// A worker that died is a call without an answer, and so is a reply that is no number.
net::Answer answer_of(const JobReply& reply) {
    if (!reply.ok()) return {.status = 0, .body = {}, .error = reply.error};
    net::Answer answer{.status = 0, .body = {}, .error = reply.lane_error};
    const char* const end = reply.result.data() + reply.result.size();
    const auto [rest, error] = std::from_chars(reply.result.data(), end, answer.status);
    if (error != std::errc() || rest != end)
        return {.status = 0, .body = {}, .error = "the reply is no status"};
    return answer;
}

}  // namespace

const Job call_job{"call", make_calls};

asio::awaitable<JobReply> calls_in_process(Context& run, ProcessPool& workers, int id,
                                           std::vector<Call> calls) {
    return in_process(run, workers, id, std::string(call_job.name), request_of(run.client(), calls),
                      State::blocked);
}

asio::awaitable<void> call_in_process(Context& run, ProcessPool& workers, int id) {
    for (Backoff backoff = run.backoff(id);; co_await backoff.async_wait()) {
        const JobReply reply =
            co_await calls_in_process(run, workers, id, std::vector<Call>(1, {run.target(id)}));
        if (!backoff.again(answer_of(reply))) co_return;
    }
}

}  // namespace overlap
