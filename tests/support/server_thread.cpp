#include "support/server_thread.hpp"

#include <asio/post.hpp>
#include <future>

namespace overlap::test {

ServerThread::ServerThread(net::ServerOptions options)
    : server_(loop_, std::move(options)), url_(server_.url()), port_(server_.endpoint().port()) {
    server_.start();
    thread_ = std::thread([this] { loop_.run(); });
}

ServerThread::~ServerThread() {
    loop_.stop();
    thread_.join();
}

ServerCounts ServerThread::counts() {
    std::promise<ServerCounts> promise;
    asio::post(loop_, [&] { promise.set_value(server_.counts()); });
    return promise.get_future().get();
}

std::vector<std::string> ServerThread::order() {
    std::promise<std::vector<std::string>> promise;
    asio::post(loop_, [&] { promise.set_value(server_.order()); });
    return promise.get_future().get();
}

}  // namespace overlap::test
