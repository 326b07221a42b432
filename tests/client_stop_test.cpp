// Ending calls early: threads by a stop token, coroutines by cancellation.
#include <doctest/doctest.h>

#include <asio/bind_cancellation_slot.hpp>
#include <asio/cancellation_signal.hpp>
#include <asio/co_spawn.hpp>
#include <asio/error.hpp>
#include <asio/io_context.hpp>
#include <asio/system_error.hpp>
#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "net/http_client.hpp"
#include "net/url.hpp"
#include "support/clients.hpp"
#include "support/eventually.hpp"
#include "support/listener.hpp"
#include "support/scripted_server.hpp"
#include "support/server_thread.hpp"
#include "support/sockets.hpp"

namespace overlap::test {
namespace {

using net::Answer;
using net::ClientOptions;
using net::Target;
using namespace std::chrono_literals;

TEST_SUITE_BEGIN("client_stop");

// The options with which `stop` ends the calls.
ClientOptions stopped_by(const std::stop_source& stop, ClientOptions options = patient()) {
    options.stop = stop.get_token();
    return options;
}

// A call under way on a thread of its own.
std::future<Answer> call(net::BlockingClient& client, Target target) {
    return std::async(std::launch::async,
                      [&client, target = std::move(target)] { return client.get(target); });
}

TEST_CASE("a stop ends a blocking call that waits for its answer") {
    ServerThread server;
    std::stop_source stop;
    net::BlockingClient client(stopped_by(stop));
    std::vector<std::future<Answer>> calls;
    for (int i = 0; i < 3; ++i) calls.push_back(call(client, server.target("/delay/60")));
    CHECK(eventually([&] { return server.counts().requests == 3; }));
    stop.request_stop();
    for (auto& waiting : calls) CHECK(waiting.get() == no_answer("interrupted"));
    CHECK(eventually([&] { return server.counts().hung_up == 3; }));
}

TEST_CASE("a stop ends a blocking call in the middle of an answer") {
    std::promise<void> started;
    ScriptedServer server([&](int fd) {
        receive_request(fd);
        send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        started.set_value();
        wait_until_client_leaves(fd);
    });
    std::stop_source stop;
    net::BlockingClient client(stopped_by(stop));
    auto waiting = call(client, server.target());
    started.get_future().wait();
    stop.request_stop();
    CHECK(waiting.get() == no_answer("interrupted"));
}

TEST_CASE("a stop ends a blocking call that is connecting") {
    const FullListener full;
    std::stop_source stop;
    net::BlockingClient client(stopped_by(stop));
    auto waiting = call(client, full.target());
    CHECK(eventually([&] { return full.somebody_connects(); }));
    stop.request_stop();
    CHECK(waiting.get() == no_answer("interrupted"));
}

TEST_CASE("after a stop no blocking call begins") {
    ServerThread server;
    std::stop_source stop;
    net::BlockingClient client(stopped_by(stop, keeping(1)));
    CHECK(client.get(server.target("/json")).ok());
    stop.request_stop();
    CHECK(client.get(server.target("/json")) == no_answer("interrupted"));
    CHECK(server.counts().requests == 1);
}

TEST_CASE("a stop at any moment ends a blocking call that connects for ever") {
    const FullListener full;
    for (int round = 0; round < 100; ++round) {
        std::stop_source stop;
        net::BlockingClient client(stopped_by(stop));
        auto waiting = call(client, full.target());
        for (int pause = round; pause > 0; --pause) std::this_thread::yield();
        stop.request_stop();
        CHECK(waiting.get() == no_answer("interrupted"));
    }
}

TEST_CASE("a stop at the very end of a blocking call ends it or comes too late for it") {
    // For the thread sanitizer: the stop meets the call while it reads its answer or puts its connection
    // away.
    std::mutex mutex;
    std::stop_source stop;
    std::chrono::microseconds pause{};
    ScriptedServer server([&](int fd) {
        if (receive_request(fd).empty()) return;
        std::unique_lock lock(mutex);
        std::stop_source own = stop;
        const auto before = pause;
        lock.unlock();
        send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        const auto moment = std::chrono::steady_clock::now() + before;
        while (std::chrono::steady_clock::now() < moment) {
        }
        own.request_stop();
    });
    const Target target = server.target();
    for (int round = 0; round < 3000; ++round) {
        const std::stop_source fresh;
        {
            const std::lock_guard lock(mutex);
            stop = fresh;
            pause = std::chrono::microseconds(round % 100);
        }
        net::BlockingClient client(stopped_by(fresh, keeping(1)));
        const Answer answer = client.get(target);
        CHECK((answer == no_answer("interrupted") || answer == Answer{200, "ok", ""}));
    }
}

// A call of the client for coroutines, to be cancelled.
class Cancellable {
  public:
    explicit Cancellable(const Target& target, ClientOptions options = patient())
        : client_(loop_.get_executor(), std::move(options)) {
        asio::co_spawn(
            loop_, client_.get(target),
            asio::bind_cancellation_slot(signal_.slot(), [this](std::exception_ptr error, const Answer&) {
                done_ = true;
                error_ = std::move(error);
            }));
    }

    // Does what there is to do now.
    void poll() { loop_.poll(); }

    // Goes on until `condition` holds.
    template <typename Condition>
    void poll_until(Condition condition) {
        CHECK(eventually([&] {
            loop_.poll();
            return condition();
        }));
    }

    void cancel() {
        signal_.emit(asio::cancellation_type::terminal);
        loop_.run();
        CHECK(done_);
    }

    [[nodiscard]] bool aborted() const {
        if (!error_) return false;
        try {
            std::rethrow_exception(error_);
        } catch (const asio::system_error& error) {
            return error.code() == asio::error::operation_aborted;
        } catch (...) {
            return false;
        }
    }

  private:
    asio::io_context loop_{1};
    net::AsyncClient client_;
    asio::cancellation_signal signal_;
    bool done_ = false;
    std::exception_ptr error_;
};

TEST_CASE("cancelling a coroutine that waits for its answer throws, and the server sees it hang up") {
    ServerThread server;
    const Target target = server.target("/delay/60");
    Cancellable call(target);
    call.poll_until([&] { return server.counts().requests == 1; });
    CHECK(server.counts().hung_up == 0);
    call.cancel();
    CHECK(call.aborted());
    CHECK(eventually([&] { return server.counts().hung_up == 1; }));
}

TEST_CASE("cancelling a coroutine in the middle of an answer throws") {
    std::promise<void> left;
    std::atomic<bool> started = false;
    ScriptedServer server([&](int fd) {
        receive_request(fd);
        send(fd, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        started = true;
        wait_until_client_leaves(fd);
        left.set_value();
    });
    const Target target = server.target();
    Cancellable call(target);
    call.poll_until([&] { return started.load(); });
    call.poll();
    call.cancel();
    CHECK(call.aborted());
    // Its socket is closed although the client lives on.
    CHECK(left.get_future().wait_for(20s) == std::future_status::ready);
}

TEST_CASE("cancelling a coroutine that is connecting throws") {
    const FullListener full;
    const Target target = full.target();
    Cancellable call(target);
    call.poll_until([&] { return full.somebody_connects(); });
    call.cancel();
    CHECK(call.aborted());
}

TEST_CASE("cancelling at any moment throws or comes too late") {
    ServerThread server;
    const Target target = server.target("/status/200");
    for (int round = 0; round < 100; ++round) {
        Cancellable call(target, keeping(1));
        for (int i = 0; i < round; ++i) call.poll();
        call.cancel();
    }
    CHECK(Blocking(patient()).get(target).ok());
}

}  // namespace
}  // namespace overlap::test
