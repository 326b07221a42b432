#include <array>
#include <asio/buffer.hpp>
#include <asio/error.hpp>
#include <asio/redirect_error.hpp>
#include <asio/system_error.hpp>
#include <asio/this_coro.hpp>
#include <asio/use_awaitable.hpp>
#include <asio/write.hpp>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "net/chat_client.hpp"
#include "net/http_client.hpp"
#include "workshop/kit/environment.hpp"
#include "workshop/kit/options.hpp"
#include "workshop/kit/workshop.hpp"

namespace workshop {
namespace {

using asio::redirect_error;
using asio::use_awaitable;
using overlap::net::MessageParser;
using overlap::net::Progress;

// Bytes of one read: what is not asked for is to stay with the server.
constexpr std::size_t small_read = 256;

constexpr overlap::net::MessageLimits no_limits{.header = 64 * 1024,
                                                .body = std::numeric_limits<std::size_t>::max()};

}  // namespace

struct Stream::Impl {
    explicit Impl(std::string of) : path(std::move(of)) {}

    awaitable<void> ask();
    awaitable<void> read();
    std::optional<std::string> take_line();
    [[noreturn]] void fail(int status, const std::string& why);

    static awaitable<std::optional<std::string>> next(Impl& stream);

    std::string path;
    std::optional<overlap::net::Connection> connection;  ///< once it has been asked, until the end
    MessageParser parser{MessageParser::Kind::response, no_limits};
    std::string text;  ///< that has come and was not given yet
    bool over = false;
};

void Stream::Impl::fail(int status, const std::string& why) {
    over = true;
    connection.reset();
    throw HttpError(status, why + " for " + path);
}

// When it is cancelled, nothing was asked: the next call begins anew.
awaitable<void> Stream::Impl::ask() {
    const overlap::net::Target target = server_target(path);
    overlap::net::AsyncClient client(co_await asio::this_coro::executor,
                                     overlap::net::for_streams(patient_options()));
    overlap::net::Connection opened = co_await client.connect(target);
    if (!opened.is_open()) fail(0, opened.error);
    const std::string request = overlap::net::request_text(target, false);
    asio::error_code error;
    co_await asio::async_write(opened.socket, asio::buffer(request), redirect_error(use_awaitable, error));
    if (error == asio::error::operation_aborted) throw asio::system_error(error);
    connection = std::move(opened);  // if the request did not get through, reading says why
}

// One read.
awaitable<void> Stream::Impl::read() {
    std::array<char, small_read> buffer;
    asio::error_code error;
    const std::size_t count = co_await connection->socket.async_read_some(
        asio::buffer(buffer), redirect_error(use_awaitable, error));
    if (error == asio::error::operation_aborted) throw asio::system_error(error);
    std::string_view bytes(buffer.data(), count);
    Progress progress = parser.feed(bytes);
    if (error == asio::error::eof && parser.started()) progress = parser.finish();
    const std::string body = std::exchange(parser.body(), {});
    const bool status_is_known = !body.empty() || progress == Progress::complete;
    if (status_is_known && parser.status() / 100 != 2)
        fail(parser.status(), "HTTP " + std::to_string(parser.status()));
    text += body;
    if (progress == Progress::complete) {
        over = true;
        connection.reset();
    } else if (progress != Progress::incomplete) {
        fail(0, overlap::net::answer_from(parser, progress).error);
    } else if (error) {
        fail(0, overlap::net::describe(error));
    }
}

// At the end of the stream a line needs no end of its own.
std::optional<std::string> Stream::Impl::take_line() {
    const std::size_t end = text.find('\n');
    if (end == std::string::npos && (!over || text.empty())) return std::nullopt;
    std::string line = text.substr(0, end);
    text.erase(0, end == std::string::npos ? end : end + 1);
    return line;
}

awaitable<std::optional<std::string>> Stream::Impl::next(Impl& stream) {
    for (;;) {
        if (auto line = stream.take_line()) co_return line;
        if (stream.over) co_return std::nullopt;
        if (!stream.connection) co_await stream.ask();
        co_await stream.read();
    }
}

Stream::Stream(std::string path) : impl_(std::make_unique<Impl>(std::move(path))) {}
Stream::~Stream() = default;
Stream::Stream(Stream&&) noexcept = default;

awaitable<std::optional<std::string>> Stream::next() { return Impl::next(*impl_); }

}  // namespace workshop
