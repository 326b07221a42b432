#include "support/proxy_thread.hpp"

#include <asio/post.hpp>
#include <future>
#include <utility>

namespace overlap::test {

ProxyThread::ProxyThread(net::ProxyOptions options)
    : proxy_(loop_, std::move(options)), endpoint_(proxy_.endpoint()) {
    proxy_.start();
    thread_ = std::thread([this] { loop_.run(); });
}

ProxyThread::~ProxyThread() {
    loop_.stop();
    thread_.join();
}

net::ProxyCounts ProxyThread::counts() {
    std::promise<net::ProxyCounts> promise;
    asio::post(loop_, [&] { promise.set_value(proxy_.counts()); });
    return promise.get_future().get();
}

net::ProxyOptions distant(std::uint16_t port, Nanoseconds rtt) {
    net::ProxyOptions options;
    options.to = {.host = "127.0.0.1", .port = port};
    options.rtt = rtt;
    return options;
}

net::ProxyOptions tunnel_to(std::uint16_t port, Nanoseconds rtt) {
    net::ProxyOptions options = distant(port, rtt);
    options.tunnel = true;
    return options;
}

}  // namespace overlap::test
