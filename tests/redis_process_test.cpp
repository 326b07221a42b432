// The installed redis-server as a child of ours.
#include <doctest/doctest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "net/redis_process.hpp"
#include "support/error_message.hpp"
#include "support/eventually.hpp"
#include "support/process.hpp"
#include "support/redis.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

using net::RedisProcess;

TEST_SUITE_BEGIN("redis_process");

TEST_CASE("redis-server answers on a free port, in a process group of its own, and is gone afterwards") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    pid_t pid = 0;
    {
        RedisProcess first(*program);
        RedisProcess second(*program);
        pid = first.pid();
        CHECK(first.port() != second.port());
        CHECK(::getpgid(pid) == pid);
        BlockingRedisClient client(at(first.port()));
        CHECK(client.command({"PING"}).reply == status("PONG"));
        CHECK(client.command({"SET", "a", "1"}).ok());
        CHECK(BlockingRedisClient(at(second.port())).command({"GET", "a"}).reply == net::RedisReply{});
    }
    CHECK(is_gone(pid));
}

TEST_CASE("nothing it holds is written down, whoever asks for it") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const RedisProcess server(*program);
    BlockingRedisClient client(at(server.port()));
    client.command({"SET", "a", "1"});
    CHECK(client.command({"CONFIG", "GET", "save"}).reply == array({text("save"), text("")}));
    CHECK(client.command({"CONFIG", "GET", "appendonly"}).reply == array({text("appendonly"), text("no")}));
    CHECK_FALSE(client.command({"SAVE"}).ok());
    CHECK_FALSE(std::filesystem::exists("dump.rdb"));
}

TEST_CASE("it listens on this machine only, and inherits none of our files") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);  // to be inherited, had it not been closed
    const RedisProcess server(*program);
    CHECK(BlockingRedisClient(at(server.port())).command({"CONFIG", "GET", "bind"}).reply ==
          array({text("bind"), text("127.0.0.1")}));
    const auto name = [](const std::string& path) {
        std::error_code ignored;
        return std::filesystem::read_symlink(path, ignored).string();
    };
    const std::string ours = name("/proc/self/fd/" + std::to_string(pipe[0]));
    for (const auto& file :
         std::filesystem::directory_iterator("/proc/" + std::to_string(server.pid()) + "/fd")) {
        CHECK(name(file.path()) != ours);
    }
    ::close(pipe[0]);
    ::close(pipe[1]);
}

TEST_CASE("it ends with us, however we end") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    std::array<int, 2> pipe{};
    REQUIRE(::pipe(pipe.data()) == 0);
    const pid_t child = ::fork();
    if (child == 0) {
        const RedisProcess server(*program);
        const pid_t pid = server.pid();
        if (::write(pipe[1], &pid, sizeof pid) != sizeof pid) ::_exit(1);
        ::raise(SIGKILL);
    }
    pid_t server = 0;
    CHECK(::read(pipe[0], &server, sizeof server) == sizeof server);
    ::waitpid(child, nullptr, 0);
    CHECK(ends_soon(server));
    ::close(pipe[0]);
    ::close(pipe[1]);
}

TEST_CASE("one that wants a password is running, and says what it wants") {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const RedisProcess server(*program, {"--requirepass", "secret"});
    BlockingRedisClient client(at(server.port()));
    CHECK(client.command({"GET", "a"}).error == "NOAUTH: Redis wants a password");
    CHECK(client.command({"AUTH", "secret"}).ok());
    CHECK(client.command({"GET", "a"}).ok());
}

TEST_CASE_TEMPLATE("a server killed in the middle ends the commands that wait for it", Client,
                   BlockingRedisClient, AsyncRedisClient) {
    const std::optional<std::string> program = installed_redis();
    if (!program) return;
    const RedisProcess server(*program);
    Client client(at(server.port()));
    CHECK(client.command({"PING"}).ok());
    // BLPOP waits as long as nobody pushes.
    std::thread killer([&] {
        BlockingRedisClient other(at(server.port()));
        CHECK(eventually(
            [&] { return contains(other.command({"INFO", "clients"}).reply.text, "blocked_clients:1\r"); }));
        ::kill(server.pid(), SIGKILL);
    });
    CHECK_FALSE(client.command({"BLPOP", "none", "0"}).ok());
    killer.join();
    // Its files are closed one after the other: for a moment it can still be connected to.
    CHECK(eventually([&] { return client.command({"PING"}).error == "connection refused"; }));
}

TEST_CASE("a redis-server that does not start is an error with its own words") {
    const auto says = [](const std::string& program, const std::vector<std::string>& options = {}) {
        return error_message<Error>([&] { RedisProcess(program, options); });
    };
    const std::string words = says("/no/such/program");
    CAPTURE(words);
    CHECK(contains(words, "'/no/such/program' does not start: it cannot be executed"));
    CHECK(contains(says("/bin/false"), "'/bin/false' does not start"));
    if (const std::optional<std::string> program = installed_redis()) {
        CHECK(contains(says(*program, {"--no-such-option", "1"}),
                       "Bad directive or wrong number of arguments"));
    }
}

TEST_CASE("a program is found on the PATH, and only there") {
    CHECK(net::find_program("sh").has_value());
    CHECK_FALSE(net::find_program("no-such-program-here").has_value());
}

}  // namespace
}  // namespace overlap::test
