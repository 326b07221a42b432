// `overlap serve`.
#include <doctest/doctest.h>

#include <csignal>
#include <string>
#include <vector>

#include "net/http_client.hpp"
#include "net/url.hpp"
#include "support/calls_under_way.hpp"
#include "support/cli.hpp"
#include "support/eventually.hpp"
#include "support/listener.hpp"
#include "support/process.hpp"
#include "support/serving.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_serve");

net::Answer get(const std::string& url) {
    net::BlockingClient client;
    return client.get(net::resolve(net::parse_url(url)));
}

TEST_CASE("serve prints its url, answers, and stops on a signal with a summary") {
    for (const int number : {SIGINT, SIGTERM}) {
        Serving serving;
        CHECK(serving.url.starts_with("http://127.0.0.1:"));
        for (int i = 0; i < 3; ++i) CHECK(get(serving.url + "/json").ok());
        CHECK(get(serving.url + "/nowhere").status == 404);
        serving.process.signal(number);
        const Ended ended = serving.process.wait();
        check_done(ended);
        const std::vector<std::string> lines = lines_of(ended.out);
        REQUIRE(lines.size() == 2);
        CHECK(contains(lines[1], "4 requests"));
    }
}

TEST_CASE("serve --log writes a line on standard error for each request") {
    Serving serving({"--log"});
    CHECK(get(serving.url + "/json").ok());
    CHECK(get(serving.url + "/nowhere").status == 404);
    serving.process.read_errors_until("/nowhere");  // logged once the client has its answer
    serving.process.signal(SIGINT);
    const Ended ended = serving.process.wait();
    CHECK(ended.code == 0);
    const std::vector<std::string> lines = lines_of(ended.err);
    REQUIRE(lines.size() == 2);
    CHECK(contains(lines[0], "/json"));
    CHECK(contains(lines[0], "200"));
    CHECK(contains(lines[1], "/nowhere"));
    CHECK(contains(lines[1], "404"));
}

TEST_CASE("serve listens where it was told to") {
    const std::string port = std::to_string(unused_port());
    const Serving serving({"--port", port, "--host", "127.0.0.1"});
    CHECK(serving.url == "http://127.0.0.1:" + port);
    CHECK(get(serving.url + "/json").ok());
    check_refused(run({"serve", "--port", port}), 1, {port, "in use"});
}

TEST_CASE("serve refuses an address that is none, or none of this machine's") {
    check_refused(run({"serve", "--host", "localhorst"}), 2, {"'localhorst'"});
    check_refused(run({"serve", "--host", "192.0.2.1"}), 1, {"192.0.2.1"});
}

TEST_CASE("serve ends while requests are being answered") {
    Serving serving({"--latency", forever});
    Process client(Launch{.arguments = {"api", "--url", serving.url + "/", "--way", "coroutines"}});
    CHECK(eventually([&] {
        return sockets_of(client.pid()).size() >= 3 && sockets_of(serving.process.pid()).size() >= 4;
    }));
    serving.process.signal(SIGINT);
    check_done(serving.process.wait(long_before_that));
    const Ended ended = client.wait(long_before_that);
    CHECK(ended.code == 1);
    CHECK(contains(ended.out, "3 of 3 failed"));
}

}  // namespace
}  // namespace overlap::test
