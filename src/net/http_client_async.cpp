#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/steady_timer.hpp>
#include <asio/system_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <memory>

#include "net/chat_client.hpp"
#include "net/http_client.hpp"

namespace overlap::net {

using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;

namespace {

// Closes a socket when time is up, which ends whatever it is waiting for. One timer for both limits, set
// once: most calls are over before the first. Its handler may still be in the loop's queue when the call is
// over and the socket gone, so what they share outlives both.
class Deadline {
  public:
    Deadline(const asio::any_io_executor& executor, Connection& connection, const ClientOptions& options)
        : shared_(std::make_shared<Shared>(executor, connection.socket, connection.begin + options.timeout)) {
        wait(shared_, connection.begin + std::min(options.connect_timeout, options.timeout));
    }
    ~Deadline() {
        shared_->socket = nullptr;
        shared_->timer.cancel();
    }
    Deadline(const Deadline&) = delete;
    Deadline& operator=(const Deadline&) = delete;

    void connected() { shared_->connected = true; }
    [[nodiscard]] bool passed() const { return shared_->passed; }

  private:
    struct Shared {
        Shared(const asio::any_io_executor& executor, tcp::socket& s, clock::time_point in_all)
            : timer(executor), socket(&s), deadline(in_all) {}

        asio::steady_timer timer;
        tcp::socket* socket;  ///< null once the call is over
        clock::time_point deadline;
        bool connected = false;
        bool passed = false;
    };

    static void wait(const std::shared_ptr<Shared>& shared, clock::time_point time) {
        shared->timer.expires_at(time);
        shared->timer.async_wait([shared](const asio::error_code& cancelled) {
            if (cancelled || shared->socket == nullptr) return;
            if (shared->connected && clock::now() < shared->deadline) return wait(shared, shared->deadline);
            shared->passed = true;
            asio::error_code ignored;
            shared->socket->close(ignored);
        });
    }

    std::shared_ptr<Shared> shared_;
};

// Asks a proxy to pass on what follows. `refusal`: why it does not, in words.
asio::awaitable<asio::error_code> open_tunnel(tcp::socket& socket, const Target& target,
                                              std::string& refusal) {
    const std::string request = tunnel_text(target);
    asio::error_code error;
    co_await asio::async_write(socket, asio::buffer(request), redirect_error(use_awaitable, error));
    MessageParser parser(MessageParser::Kind::tunnel, {});
    Progress progress = Progress::incomplete;
    std::array<char, 1024> buffer;
    std::string_view bytes;
    while (!error && progress == Progress::incomplete) {
        const std::size_t count =
            co_await socket.async_read_some(asio::buffer(buffer), redirect_error(use_awaitable, error));
        bytes = {buffer.data(), count};
        progress = parser.feed(bytes);
    }
    if (!error) refusal = tunnel_refusal(parser, progress, bytes);
    co_return error;
}

// Opens the connection, through the proxy if there is one: tries the endpoints in turn, until one takes it or
// time is up. What goes wrong is told in its `error`.
asio::awaitable<void> open(Connection& connection, const Target& target, const ClientOptions& options,
                           Deadline& time_limit) {
    asio::error_code error = asio::error::host_not_found;
    for (const tcp::endpoint& endpoint : endpoints_of(target, options)) {
        asio::error_code ignored;
        connection.socket.close(ignored);
        connection.socket.open(endpoint.protocol(), error);
        if (!error && options.receive_buffer > 0)
            connection.socket.set_option(tcp::socket::receive_buffer_size(options.receive_buffer), error);
        if (error) continue;
        co_await connection.socket.async_connect(endpoint, redirect_error(use_awaitable, error));
        if (!error || error == asio::error::operation_aborted || time_limit.passed()) break;
    }
    std::string refusal;
    if (!error && options.via) error = co_await open_tunnel(connection.socket, target, refusal);
    time_limit.connected();
    if (!error && refusal.empty()) co_return;
    if (time_limit.passed()) {
        connection.error = "timed out";
    } else if (error == asio::error::operation_aborted) {
        throw asio::system_error(error);
    } else if (!options.via) {
        connection.error = describe(error);
    } else {
        connection.error = error ? "proxy: " + describe(error) : refusal;
    }
    connection.socket.close(error);
}

}  // namespace

AsyncClient::AsyncClient(asio::any_io_executor executor, ClientOptions options)
    : executor_(std::move(executor)), options_(std::move(options)), idle_(options_.keep_alive) {}

Connection AsyncClient::kept(const Target& target) {
    std::optional<tcp::socket> kept = idle_.take(target.authority);
    return {.socket = kept ? std::move(*kept) : tcp::socket(executor_),
            .begin = clock::now(),
            .reused = kept.has_value()};
}

asio::awaitable<Connection> AsyncClient::connect(const Target& target) {
    Connection connection{.socket = tcp::socket(executor_), .begin = clock::now()};
    Deadline time_limit(executor_, connection, options_);
    co_await open(connection, target, options_, time_limit);
    co_return connection;
}

asio::awaitable<Answer> AsyncClient::call(std::optional<Connection> given, const Target& target) {
    Connection connection = given ? std::move(*given) : kept(target);
    const std::string request = request_text(target, options_.keep_alive > 0);

    for (;; connection.reused = false) {
        // 1. Connect, unless there is a connection.
        Deadline time_limit(executor_, connection, options_);
        if (!connection.is_open() && connection.error.empty())
            co_await open(connection, target, options_, time_limit);
        if (!connection.is_open()) co_return Answer{.status = 0, .body = {}, .error = connection.error};
        time_limit.connected();
        tcp::socket& socket = connection.socket;

        // 2. Send the request.
        asio::error_code error;
        co_await asio::async_write(socket, asio::buffer(request), redirect_error(use_awaitable, error));

        // 3. Read until the answer is whole.
        MessageParser parser(MessageParser::Kind::response, options_.limits);
        Progress progress = Progress::incomplete;
        std::array<char, 1024> buffer;
        std::string_view bytes;
        while (!error && progress == Progress::incomplete) {
            const std::size_t count =
                co_await socket.async_read_some(asio::buffer(buffer), redirect_error(use_awaitable, error));
            bytes = {buffer.data(), count};
            progress = parser.feed(bytes);
        }

        // 4. Say what came of it.
        if (time_limit.passed()) co_return Answer{.status = 0, .body = {}, .error = "timed out"};
        if (error == asio::error::operation_aborted) throw asio::system_error(error);
        if (error && connection.reused && !parser.started()) {
            socket.close(error);  // the server had closed the kept connection: a new one
            continue;
        }
        if (error == asio::error::eof && parser.started()) progress = parser.finish();
        if (progress == Progress::incomplete)
            co_return Answer{.status = 0, .body = {}, .error = describe(error)};
        const bool keep = progress == Progress::complete && parser.keep_alive() && bytes.empty() && !error;
        if (keep) idle_.put(target.authority, std::move(socket));
        co_return answer_from(parser, progress);
    }
}

struct AsyncChat::Link {
    Link(const asio::any_io_executor& executor, const ClientOptions& options)
        : connection{.socket = tcp::socket(executor), .begin = clock::now()},
          time_limit(executor, connection, options) {}

    Connection connection;
    Deadline time_limit;
    std::array<char, 4096> buffer;
};

AsyncChat::AsyncChat(asio::any_io_executor executor, ClientOptions options, Target target,
                     std::string_view prompt)
    : executor_(std::move(executor)),
      options_(for_streams(std::move(options))),
      target_(std::move(target)),
      request_(chat_request_text(target_, prompt)),
      reader_(options_.limits) {}

AsyncChat::~AsyncChat() = default;

asio::awaitable<void> AsyncChat::ask() {
    link_ = std::make_unique<Link>(executor_, options_);

    // 1. Connect.
    co_await open(link_->connection, target_, options_, link_->time_limit);
    if (!link_->connection.is_open()) co_return reader_.fail(link_->connection.error);

    // 2. Send the request. If that fails, so does reading.
    asio::error_code error;
    co_await asio::async_write(link_->connection.socket, asio::buffer(request_),
                               redirect_error(use_awaitable, error));
    if (error == asio::error::operation_aborted && !link_->time_limit.passed())
        throw asio::system_error(error);
}

asio::awaitable<std::optional<std::string>> AsyncChat::next() {
    if (!std::exchange(asked_, true)) co_await ask();

    // 3. Read until a token has come, or nothing will.
    for (;;) {
        if (auto token = reader_.next()) co_return token;
        if (reader_.over()) break;
        asio::error_code error;
        const std::size_t count = co_await link_->connection.socket.async_read_some(
            asio::buffer(link_->buffer), redirect_error(use_awaitable, error));
        if (link_->time_limit.passed()) error = asio::error::timed_out;
        if (error == asio::error::operation_aborted) throw asio::system_error(error);
        error ? reader_.end(error) : reader_.feed({link_->buffer.data(), count});
    }
    link_.reset();
    co_return std::nullopt;
}

}  // namespace overlap::net
