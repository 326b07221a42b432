// A small HTTP/1.1 server in coroutines, to be called by the demos, the tests and anybody else.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "net/http_message.hpp"
#include "net/http_routes.hpp"
#include "timeline/run.hpp"

namespace overlap::net {

/// What to do with a request when max_in_flight are being answered already.
enum class WhenFull : std::uint8_t { refuse, queue };

/// A request as the server saw it.
struct Served {
    using Time = std::chrono::steady_clock::time_point;

    std::string method;
    std::string target;
    std::int64_t connection = 0;  ///< numbered from 1 in the order they were accepted
    int status = 0;               ///< of its answer; 0 when it had none
    bool hung_up = false;         ///< the client left before its answer
    Time read;                    ///< when all of it had come
    std::optional<Time> taken;    ///< when it got in flight; none when it never did: refused, or not HTTP
    Time end;  ///< when its answer was handed to the socket, or the client was seen to leave
};

/// "GET /json 200 64us, connection 3"; "hung up" in place of the status.
std::string log_line(const Served& served);

struct ServerOptions {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;          ///< 0: any free one
    Nanoseconds latency = 0;         ///< to hold every answer back
    Nanoseconds jitter = 0;          ///< up to this much more, evenly spread
    double fail_rate = 0;            ///< share of requests answered 503
    std::int64_t max_in_flight = 0;  ///< 0: no limit
    WhenFull when_full = WhenFull::refuse;
    std::uint64_t seed = 0;  ///< of jitter, failures and /bytes
    MessageLimits limits;
    /// For a whole request to come, or a part of an answer to be taken. Also how long a connection may stay
    /// unused.
    std::chrono::nanoseconds idle_timeout = std::chrono::seconds(30);
    /// Called once per request, as it ends, when not empty.
    std::function<void(const Served&)> log;
};

/// Listens from construction on; answers once start() was called, on the loop it was given. All calls on that
/// loop's thread. A request is in flight from when it has been read (or, above max_in_flight, taken from the
/// queue) until its answer (or the last part of it) is handed to the socket, so no client can see an answer
/// that still counts.
class Server {
  public:
    /// Throws Error when the address cannot be listened on.
    Server(asio::io_context& loop, ServerOptions options);

    void start();

    [[nodiscard]] asio::ip::tcp::endpoint endpoint() const { return acceptor_.local_endpoint(); }

    /// "http://127.0.0.1:40123"
    [[nodiscard]] std::string url() const;

    /// What was counted since the start or the last reset_counts().
    [[nodiscard]] ServerCounts counts() const;

    /// Also starts the randomness anew: the n-th request for a target meets the same jitter and failures
    /// again.
    void reset_counts();

    /// The targets of the requests in the order they were read, the first 10,000 since the last
    /// reset_counts().
    [[nodiscard]] const std::vector<std::string>& order() const { return order_; }

    /// Requests that were read and not answered yet, as if they ended now.
    [[nodiscard]] std::vector<Served> unanswered() const;

  private:
    struct Connection;
    class OpenGuard;
    using OpenConnections = std::unordered_set<Connection*>;
    using ConnectionPtr = std::shared_ptr<Connection>;

    asio::awaitable<void> accept();
    asio::awaitable<void> close_idle();
    asio::awaitable<void> converse(ConnectionPtr connection);
    asio::awaitable<void> answer(ConnectionPtr connection);
    asio::awaitable<void> answer_bad(ConnectionPtr connection, Progress problem);
    asio::awaitable<bool> enter_flight(ConnectionPtr connection);
    asio::awaitable<void> hold(ConnectionPtr connection, std::chrono::steady_clock::time_point due);
    asio::awaitable<void> send(ConnectionPtr connection, const Plan& plan, bool keep_alive, bool counted);
    asio::awaitable<bool> write(ConnectionPtr connection, std::string_view bytes);
    void watch_hangup(const ConnectionPtr& connection);
    void leave_flight();
    void note_hangup(Connection& connection);
    void log(Connection& connection, int status) const;
    static Served served(const Connection& connection, int status);
    void count_status(int status);
    std::uint64_t times_asked(const std::string& target);
    Plan plan_for(MessageParser& parser);
    const std::string& date();

    asio::io_context& loop_;
    ServerOptions options_;
    asio::ip::tcp::acceptor acceptor_;
    std::mt19937_64 random_;                                ///< of /bytes
    std::unordered_map<std::string, std::uint64_t> asked_;  ///< how often each target was asked for
    ServerCounts counts_;
    std::int64_t overflows_before_ = 0;
    std::vector<std::string> order_;
    std::int64_t in_flight_ = 0;
    std::int64_t last_connection_ = 0;
    std::shared_ptr<OpenConnections> open_ = std::make_shared<OpenConnections>();
    std::deque<ConnectionPtr> queue_;  ///< requests held until a place is free
    std::string date_;
    std::chrono::sys_seconds date_of_{};
};

}  // namespace overlap::net
