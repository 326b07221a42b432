#include "support/clients.hpp"

#include <asio/co_spawn.hpp>
#include <asio/use_future.hpp>
#include <chrono>
#include <exception>
#include <future>
#include <optional>
#include <ostream>
#include <utility>

namespace overlap::net {

bool operator==(const Answer& a, const Answer& b) {
    return a.status == b.status && a.body == b.body && a.error == b.error;
}

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
    return out << answer.status << " '" << answer.body.substr(0, 100) << "' (" << answer.error << ")";
}

}  // namespace overlap::net

namespace overlap::test {

using net::Answer;
using net::ClientOptions;
using net::Target;

Answer no_answer(std::string error) { return {.status = 0, .body = {}, .error = std::move(error)}; }

ClientOptions patient() {
    ClientOptions options;
    options.connect_timeout = options.timeout = std::chrono::seconds(60);
    return options;
}

ClientOptions keeping(std::size_t connections) {
    ClientOptions options = patient();
    options.keep_alive = connections;
    return options;
}

Blocking::Blocking(ClientOptions options) : client_(std::move(options)) {}

Answer Blocking::get(const Target& target) { return client_.get(target); }

std::vector<Answer> Blocking::get_all(const Target& target, std::size_t count) {
    std::vector<std::future<Answer>> calls;
    for (std::size_t i = 0; i < count; ++i) {
        calls.push_back(std::async(std::launch::async, [&] { return client_.get(target); }));
    }
    std::vector<Answer> answers;
    for (auto& call : calls) answers.push_back(call.get());
    return answers;
}

Async::Async(ClientOptions options) : client_(loop_.get_executor(), std::move(options)) {}

Answer Async::get(const Target& target) { return get_all(target, 1).front(); }

std::vector<Answer> Async::get_all(const Target& target, std::size_t count) {
    std::vector<Answer> answers(count);
    for (Answer& answer : answers) {
        asio::co_spawn(loop_, client_.get(target), [&answer](const std::exception_ptr& error, Answer got) {
            answer = error ? no_answer("thrown") : std::move(got);
        });
    }
    loop_.restart();
    loop_.run();
    return answers;
}

namespace {

// co_spawn() takes no coroutine whose result has no default.
asio::awaitable<void> connect_into(std::optional<net::Connection>& connection, net::AsyncClient& client,
                                   const Target& target) {
    connection.emplace(co_await client.connect(target));
}

}  // namespace

net::Connection Async::connect(const Target& target) {
    std::optional<net::Connection> connection;
    auto done = asio::co_spawn(loop_, connect_into(connection, client_, target), asio::use_future);
    loop_.restart();
    loop_.run();
    done.get();
    return std::move(*connection);
}

Answer Async::get(net::Connection connection, const Target& target) {
    auto answer = asio::co_spawn(loop_, client_.get(std::move(connection), target), asio::use_future);
    loop_.restart();
    loop_.run();
    return answer.get();
}

}  // namespace overlap::test
