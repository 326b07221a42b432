#include "trace/trace.hpp"

#include <algorithm>
#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <asio/post.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/use_future.hpp>
#include <chrono>
#include <cmath>
#include <iterator>
#include <optional>
#include <thread>

#include "demo/runner.hpp"
#include "net/descriptors.hpp"
#include "timeline/duration.hpp"
#include "timeline/metrics.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

using net::Served;

// A target can be long, and there can be very many of them.
constexpr std::size_t longest_target = 200;

// All that a server has seen. Filled on its thread, read when that has ended.
struct Seen {
    std::vector<Served> requests;            ///< those that ended first, most_requests of them
    std::optional<Served::Time> first_read;  ///< of all; the first that was read need not end among the first
    std::vector<Served> unanswered;          ///< that had not ended when the command had
    ServerCounts counts;
};

void note_read(Seen& seen, const Served& request) {
    seen.first_read = std::min(seen.first_read.value_or(request.read), request.read);
}

// What the command had sent before it ended is read first: until nothing new comes in a few turns of the
// loop.
asio::awaitable<void> read_what_came(net::Server& server) {
    constexpr int quiet_turns = 8;
    constexpr int most_turns = 10'000;  // what it left behind may call on and on
    std::int64_t before = -1;
    for (int turn = 0, quiet = 0; turn < most_turns && quiet < quiet_turns; ++turn) {
        const ServerCounts counts = server.counts();
        const std::int64_t events = counts.requests + counts.connections + counts.hung_up;
        quiet = events == before ? quiet + 1 : 0;
        before = events;
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
}

asio::awaitable<void> finish(net::Server& server, Seen& seen) {
    co_await read_what_came(server);
    seen.unanswered = server.unanswered();
    seen.counts = server.counts();
    for (const Served& request : seen.unanswered) note_read(seen, request);
    seen.counts.hung_up += std::count_if(seen.unanswered.begin(), seen.unanswered.end(),
                                         [](const Served& request) { return request.hung_up; });
}

// The server on a thread of its own: no client of ours is there that it could disturb.
class Watch {
  public:
    explicit Watch(const TraceOptions& options) : server_(loop_, watched(options)) {}

    ~Watch() {
        loop_.stop();
        if (thread_.joinable()) thread_.join();
    }
    Watch(const Watch&) = delete;
    Watch& operator=(const Watch&) = delete;

    [[nodiscard]] std::string url() const { return server_.url(); }

    void start() {
        server_.start();
        thread_ = std::thread([this] { loop_.run(); });
    }

    Seen stop() {
        asio::co_spawn(loop_, finish(server_, seen_), asio::use_future).get();
        loop_.stop();
        thread_.join();
        return std::move(seen_);
    }

  private:
    net::ServerOptions watched(const TraceOptions& options) {
        net::ServerOptions server = options.server;
        server.log = [this, most = options.most_requests](const Served& request) {
            note_read(seen_, request);
            if (seen_.requests.size() >= most) return;
            seen_.requests.push_back(request);
            std::string& target = seen_.requests.back().target;
            if (target.size() > longest_target) target.resize(longest_target);
        };
        return server;
    }

    Seen seen_;
    asio::io_context loop_{1};
    net::Server server_;
    std::thread thread_;
};

Nanoseconds at(Served::Time time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

std::string asked(const Served& request) { return request.method + " " + request.target; }

bool all_the_same(const std::vector<Served>& requests) {
    return std::all_of(requests.begin(), requests.end(),
                       [&](const Served& request) { return asked(request) == asked(requests.front()); });
}

// What its end was, where that is not a good answer, and the connection it came on.
std::string note(const Served& request) {
    const std::string connection = "connection " + std::to_string(request.connection);
    if (request.status >= 400) return "HTTP " + std::to_string(request.status) + ", " + connection;
    if (request.status > 0) return connection;
    return (request.hung_up ? "hung up, " : "unanswered, ") + connection;
}

// In the order they were read, `most` of them: those that ended first.
std::vector<Served> all_of(Seen seen, std::size_t most) {
    std::vector<Served> all = std::move(seen.requests);
    std::move(seen.unanswered.begin(), seen.unanswered.end(), std::back_inserter(all));
    if (all.size() > most) all.resize(most);
    std::sort(all.begin(), all.end(), [](const Served& a, const Served& b) { return a.read < b.read; });
    return all;
}

std::vector<KnobValue> knobs(const TraceOptions& options) {
    return {{"latency", "ns", options.server.latency},
            {"jitter", "ns", options.server.jitter},
            {"fail-rate", "ppm", std::llround(options.server.fail_rate * 1e6)},
            {"max-in-flight", "", options.server.max_in_flight},
            {"timeout", "ns", options.timeout}};
}

}  // namespace

std::string caption_of(const std::vector<Served>& requests, const net::ServerOptions& server) {
    std::string text = requests.empty() || !all_the_same(requests) ? "" : asked(requests.front()) + ": ";
    const bool held = server.latency > 0 || server.jitter > 0;
    const std::string first = held ? "every" : "no";
    text += text.empty() ? capitalized(first) : first;
    text += " answer is held back ";
    // What a path asks for, /delay?ms=100, comes on top.
    if (held && server.jitter == 0) text += "at least " + format_exact(server.latency);
    if (server.jitter > 0) {
        text += format_exact(server.latency) + " to " + format_exact(server.latency + server.jitter) + " ";
    }
    if (!held || server.jitter > 0) text += "more than its path asks";
    if (server.fail_rate > 0) text += ", some fail on purpose";
    if (server.max_in_flight > 0) {
        text += ", at most " + std::to_string(server.max_in_flight) + " at once, others ";
        text += server.when_full == net::WhenFull::refuse ? "are refused" : "queue";
    }
    return text;
}

Timeline timeline_of(const std::vector<Served>& requests, Served::Time first_read) {
    Timeline timeline;
    timeline.lanes.reserve(requests.size());
    timeline.spans.reserve(requests.size());
    const Nanoseconds zero = at(first_read);
    const bool same = all_the_same(requests);
    for (const Served& request : requests) {
        const auto index = static_cast<std::uint32_t>(timeline.lanes.size());
        const Outcome outcome = request.status == 0     ? Outcome::cancelled
                                : request.status >= 400 ? Outcome::failed
                                                        : Outcome::done;
        Lane lane{.name = std::to_string(index + 1)};
        if (!same) lane.name += " " + (request.method == "GET" ? request.target : asked(request));
        if (outcome == Outcome::failed) lane.error = "HTTP " + std::to_string(request.status);
        lane.note = note(request);
        timeline.lanes.push_back(std::move(lane));

        const Nanoseconds read = at(request.read) - zero;
        const Nanoseconds end = at(request.end) - zero;
        const Nanoseconds taken = request.taken ? at(*request.taken) - zero : end;
        const bool waited = request.taken || request.status == 429;
        Span span{
            .lane = index, .state = waited ? State::queued : State::at_server, .begin = read, .end = taken};
        // A request that was taken at once did not queue: what reading the clock twice takes is no span.
        const bool queued = !request.taken || taken - read >= 100'000;
        if (!request.taken) span.outcome = outcome;
        if (queued) timeline.spans.push_back(span);
        if (!request.taken) continue;
        span = {.lane = index, .state = State::at_server, .outcome = outcome, .begin = taken, .end = end};
        timeline.spans.push_back(span);
    }
    return timeline;
}

Run trace(const TraceOptions& options) {
    std::optional<HeldSignals> own;
    const HeldSignals& signals = options.held != nullptr ? *options.held : own.emplace();
    Watch watch(options);
    const std::string url = watch.url();
    Command command(words_with(options.command, url), environment_with(url), signals);
    net::raise_descriptor_limit();  // only now: the command keeps the limit that we were given
    watch.start();
    const CommandEnd end = command.wait(options.timeout, options.grace);
    Seen seen = watch.stop();

    Run run;
    run.demo = "trace";
    run.title = "What the server saw of: " + command_line(options.command);
    run.knobs = knobs(options);
    run.seed = options.server.seed;
    run.interrupted = end.interrupted;
    run.machine = describe_machine();
    run.next = {"overlap api", "overlap help trace"};
    run.traced =
        TracedCommand{.line = command_line(options.command),
                      .exit_code = end.exit_code,
                      .signal = end.signal,
                      .timed_out = end.timed_out,
                      .took = end.took,
                      .unanswered = std::count_if(seen.unanswered.begin(), seen.unanswered.end(),
                                                  [](const Served& request) { return !request.hung_up; })};
    const ServerCounts counts = seen.counts;
    const Served::Time first_read = seen.first_read.value_or(Served::Time{});
    const std::vector<Served> requests = all_of(std::move(seen), options.most_requests);
    run.traced->left_out = counts.requests - static_cast<std::int64_t>(requests.size());
    if (!requests.empty()) run.traced->before_first = at(first_read) - command.started();
    WayRun& way = run.ways.emplace_back();
    way.caption = caption_of(requests, options.server);
    way.timeline = timeline_of(requests, first_read);
    way.usage.cpu = end.cpu;
    way.usage.voluntary_switches = end.voluntary_switches;
    way.usage.involuntary_switches = end.involuntary_switches;
    way.server = counts;
    way.interrupted = end.interrupted;
    way.makespans = {makespan(way.timeline)};
    return run;
}

int exit_code_of(const TracedCommand& command, bool interrupted) {
    if (interrupted) return 130;
    if (command.timed_out) return 124;
    return command.signal != 0 ? 128 + command.signal : command.exit_code;
}

}  // namespace overlap
