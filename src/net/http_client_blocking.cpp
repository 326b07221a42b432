#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <cerrno>

#include "net/blocking_wait.hpp"
#include "net/chat_client.hpp"
#include "net/http_client.hpp"

namespace overlap::net {

using asio::ip::tcp;
using clock = std::chrono::steady_clock;

namespace {

// Sockets belong to a loop; blocking calls make no use of it.
tcp::socket new_socket() {
    static asio::io_context no_loop;
    return tcp::socket(no_loop);
}

asio::error_code connect_one(tcp::socket& socket, const tcp::endpoint& endpoint, clock::time_point deadline,
                             const ClientOptions& options) {
    asio::error_code error;
    socket.open(endpoint.protocol(), error);
    if (!error) socket.non_blocking(true, error);
    if (!error && options.receive_buffer > 0)
        socket.set_option(tcp::socket::receive_buffer_size(options.receive_buffer), error);
    if (error) return error;
    const HangUpOnStop hang_up_on_stop(options.stop, HangUp{socket.native_handle()});
    // Not socket.connect(): Asio's own blocking calls wait in poll(2) without a limit.
    if (::connect(socket.native_handle(), endpoint.data(), static_cast<socklen_t>(endpoint.size())) == 0)
        return {};
    if (errno != EINPROGRESS) return {errno, asio::error::get_system_category()};
    return wait_connected(socket.native_handle(), deadline);
}

asio::error_code connect(tcp::socket& socket, const Target& target, clock::time_point deadline,
                         const ClientOptions& options) {
    asio::error_code error = asio::error::host_not_found;
    for (const tcp::endpoint& endpoint : endpoints_of(target, options)) {
        asio::error_code ignored;
        socket.close(ignored);
        error = connect_one(socket, endpoint, deadline, options);
        if (!error || error == asio::error::timed_out || options.stop.stop_requested()) break;
    }
    return error;
}

asio::error_code write(tcp::socket& socket, std::string_view bytes, clock::time_point deadline) {
    while (!bytes.empty()) {
        asio::error_code error;
        bytes.remove_prefix(socket.write_some(asio::buffer(bytes), error));
        if (error == asio::error::would_block) error = wait_ready(socket.native_handle(), POLLOUT, deadline);
        if (error) return error;
    }
    return {};
}

std::size_t read_some(tcp::socket& socket, asio::mutable_buffer buffer, clock::time_point deadline,
                      asio::error_code& error) {
    for (;;) {
        const std::size_t count = socket.read_some(buffer, error);
        if (error != asio::error::would_block) return count;
        error = wait_ready(socket.native_handle(), POLLIN, deadline);
        if (error) return 0;
    }
}

// Asks a proxy to pass on what follows. `refusal`: why it does not, in words.
asio::error_code open_tunnel(tcp::socket& socket, const Target& target, clock::time_point deadline,
                             std::string& refusal) {
    asio::error_code error = write(socket, tunnel_text(target), deadline);
    MessageParser parser(MessageParser::Kind::tunnel, {});
    Progress progress = Progress::incomplete;
    std::array<char, 1024> buffer;
    std::string_view bytes;
    while (!error && progress == Progress::incomplete) {
        const std::size_t count = read_some(socket, asio::buffer(buffer), deadline, error);
        bytes = {buffer.data(), count};
        progress = parser.feed(bytes);
    }
    if (!error) refusal = tunnel_refusal(parser, progress, bytes);
    return error;
}

// Opens the connection, through the proxy if there is one. What goes wrong is told in its `error`.
void open(Connection& connection, const Target& target, const ClientOptions& options) {
    const clock::time_point deadline = connection.begin + std::min(options.connect_timeout, options.timeout);
    asio::error_code error = connect(connection.socket, target, deadline, options);
    std::string refusal;
    if (!error && options.via) {
        const HangUpOnStop hang_up_on_stop(options.stop, HangUp{connection.socket.native_handle()});
        error = open_tunnel(connection.socket, target, deadline, refusal);
    }
    if (!error && refusal.empty()) return;
    if (options.stop.stop_requested()) {
        connection.error = "interrupted";
    } else if (error == asio::error::timed_out || !options.via) {
        connection.error = describe(error);
    } else {
        connection.error = error ? "proxy: " + describe(error) : refusal;
    }
    connection.socket.close(error);
}

}  // namespace

BlockingClient::BlockingClient(ClientOptions options)
    : options_(std::move(options)), idle_(options_.keep_alive) {}

Connection BlockingClient::kept(const Target& target) {
    std::optional<tcp::socket> kept = idle_.take(target.authority);
    return {
        .socket = kept ? std::move(*kept) : new_socket(), .begin = clock::now(), .reused = kept.has_value()};
}

Connection BlockingClient::connect(const Target& target) {
    Connection connection{.socket = new_socket(), .begin = clock::now()};
    open(connection, target, options_);
    return connection;
}

Answer BlockingClient::get(Connection connection, const Target& target) {
    const clock::time_point deadline = connection.begin + options_.timeout;
    const std::string request = request_text(target, options_.keep_alive > 0);

    if (options_.stop.stop_requested()) return {.status = 0, .body = {}, .error = "interrupted"};
    for (;; connection.reused = false) {
        // 1. Connect, unless there is a connection.
        if (!connection.is_open() && connection.error.empty()) open(connection, target, options_);
        if (!connection.is_open()) return {.status = 0, .body = {}, .error = connection.error};
        tcp::socket& socket = connection.socket;
        std::optional<HangUpOnStop> hang_up_on_stop(std::in_place, options_.stop,
                                                    HangUp{socket.native_handle()});

        // 2. Send the request.
        asio::error_code error = write(socket, request, deadline);

        // 3. Read until the answer is whole.
        MessageParser parser(MessageParser::Kind::response, options_.limits);
        Progress progress = Progress::incomplete;
        std::array<char, 1024> buffer;
        std::string_view bytes;
        while (!error && progress == Progress::incomplete) {
            const std::size_t count = read_some(socket, asio::buffer(buffer), deadline, error);
            bytes = {buffer.data(), count};
            progress = parser.feed(bytes);
        }

        hang_up_on_stop.reset();  // before the socket may be another call's

        // 4. Say what came of it.
        if (options_.stop.stop_requested()) return {.status = 0, .body = {}, .error = "interrupted"};
        if (error && error != asio::error::timed_out && connection.reused && !parser.started()) {
            socket.close(error);  // the server had closed the kept connection: a new one
            continue;
        }
        if (error == asio::error::eof && parser.started()) progress = parser.finish();
        if (progress == Progress::incomplete) return {.status = 0, .body = {}, .error = describe(error)};
        const bool keep = progress == Progress::complete && parser.keep_alive() && bytes.empty() && !error;
        if (keep) idle_.put(target.authority, std::move(socket));
        return answer_from(parser, progress);
    }
}

// The hanging up ends before the connection does: members go in reverse order.
struct BlockingChat::Link {
    Connection connection{.socket = new_socket(), .begin = clock::now()};
    std::optional<HangUpOnStop> hang_up_on_stop;
    std::array<char, 4096> buffer;
};

BlockingChat::BlockingChat(ClientOptions options, Target target, std::string_view prompt)
    : options_(for_streams(std::move(options))),
      target_(std::move(target)),
      request_(chat_request_text(target_, prompt)),
      reader_(options_.limits) {}

BlockingChat::~BlockingChat() = default;

void BlockingChat::ask() {
    if (options_.stop.stop_requested()) return reader_.end(asio::error::operation_aborted);
    link_ = std::make_unique<Link>();

    // 1. Connect.
    open(link_->connection, target_, options_);
    if (!link_->connection.is_open()) return reader_.fail(link_->connection.error);
    link_->hang_up_on_stop.emplace(options_.stop, HangUp{link_->connection.socket.native_handle()});

    // 2. Send the request. If that fails, so does reading.
    write(link_->connection.socket, request_, link_->connection.begin + options_.timeout);
}

std::optional<std::string> BlockingChat::next(std::chrono::nanoseconds limit) {
    if (!std::exchange(asked_, true)) ask();

    // 3. Read until a token has come, or nothing will.
    for (;;) {
        if (auto token = reader_.next()) return token;
        if (reader_.over()) break;
        asio::error_code error;
        const std::size_t count = read_some(
            link_->connection.socket, asio::buffer(link_->buffer),
            link_->connection.begin + std::min<std::chrono::nanoseconds>(options_.timeout, limit), error);
        if (options_.stop.stop_requested()) error = asio::error::operation_aborted;
        error ? reader_.end(error) : reader_.feed({link_->buffer.data(), count});
    }
    link_.reset();
    return std::nullopt;
}

}  // namespace overlap::net
