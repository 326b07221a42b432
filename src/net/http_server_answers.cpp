// The server's answers: how they are written, counted and logged.
#include <array>
#include <asio/buffer.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <ctime>

#include "net/http_server.hpp"
#include "net/http_server_connection.hpp"
#include "record/clock.hpp"
#include "timeline/duration.hpp"

namespace overlap::net {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;
using asio::ip::tcp;
using clock = std::chrono::steady_clock;

void Server::count_status(int status) {
    if (status == 429) {
        ++counts_.refused;
    } else if (status >= 500) {
        ++counts_.failed;
    } else if (status == 400 || status == 404 || status == 405 || status == 413 || status == 431) {
        ++counts_.bad_requests;
    }
}

// `in_flight`: the request holds a place, which ends as the last bytes go out.
awaitable<void> Server::send(ConnectionPtr connection, const Plan& plan, bool keep_alive, bool in_flight) {
    count_status(plan.status);
    const bool at_once = plan.interval == 0 || plan.parts.size() <= 1;
    std::string bytes =
        head_of(plan, keep_alive, date(), at_once ? std::optional(steady_now()) : std::nullopt);
    const bool with_body = connection->parser.method() != "HEAD";
    const std::size_t count = with_body ? plan.parts.size() : 0;
    asio::error_code ignored;
    if (plan.send_buffer > 0)
        connection->socket.set_option(tcp::socket::send_buffer_size(plan.send_buffer), ignored);
    bool sent = true;
    clock::time_point due = clock::now();
    for (std::size_t i = 0; i < count && sent; ++i) {
        bytes += part_of(plan, i);
        if (plan.interval == 0 || i + 1 == count) continue;
        sent = co_await write(connection, bytes);
        bytes.clear();
        due += std::chrono::nanoseconds(plan.interval);
        if (sent) co_await hold(connection, due);
        sent = sent && !connection->hung_up;
    }
    if (plan.chunked && with_body && !plan.cut) bytes += "0\r\n\r\n";
    log(*connection, connection->hung_up ? 0 : plan.status);
    if (in_flight) leave_flight();
    if (sent) co_await write(connection, bytes);
    if (plan.cut) connection->socket.close(ignored);
}

void Server::log(Connection& connection, int status) const {
    connection.answering = false;
    if (options_.log) options_.log(served(connection, status));
}

Served Server::served(const Connection& connection, int status) {
    // Where a request was no HTTP, the parser's method and target mean nothing.
    const bool unread = !connection.taken && (status == 400 || status == 413 || status == 431);
    return {.method = unread ? "(unread)" : std::string(connection.parser.method()),
            .target = unread ? "" : connection.parser.target(),
            .connection = connection.number,
            .status = status,
            .hung_up = status == 0,
            .read = connection.began,
            .taken = connection.taken,
            .end = clock::now()};
}

std::string log_line(const Served& served) {
    const auto took = std::chrono::duration_cast<std::chrono::nanoseconds>(served.end - served.read);
    return served.method + " " + served.target + " " +
           (served.hung_up ? "hung up" : std::to_string(served.status)) + " " +
           format_duration(took.count()) + ", connection " + std::to_string(served.connection);
}

// What the kernel has room for goes out at once. Where it has none, the client has not read what it was sent.
awaitable<bool> Server::write(ConnectionPtr connection, std::string_view bytes) {
    asio::error_code error;
    bytes.remove_prefix(connection->socket.write_some(asio::buffer(bytes), error));
    if (error == asio::error::would_block) error = {};
    if (!error && !bytes.empty()) {
        const clock::time_point full = clock::now();
        connection->deadline = full + options_.idle_timeout;
        co_await asio::async_write(connection->socket, asio::buffer(bytes),
                                   redirect_error(use_awaitable, error));
        counts_.stalled += std::chrono::nanoseconds(clock::now() - full).count();
    }
    if (error && error != asio::error::operation_aborted) note_hangup(*connection);
    co_return !error;
}

// The Date header's value, made anew once a second.
const std::string& Server::date() {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    if (now != date_of_ || date_.empty()) {
        const std::time_t time = std::chrono::system_clock::to_time_t(now);
        std::tm utc{};
        ::gmtime_r(&time, &utc);
        std::array<char, 64> text{};
        const std::size_t size = std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &utc);
        date_.assign(text.data(), size);
        date_of_ = now;
    }
    return date_;
}

}  // namespace overlap::net
