#include "demo/redis_backend.hpp"

#include <unistd.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/io_context.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <optional>
#include <random>
#include <stop_token>

#include "concurrency/gather.hpp"
#include "demo/runner.hpp"
#include "net/descriptors.hpp"
#include "net/redis_client.hpp"
#include "net/redis_process.hpp"
#include "net/server_process.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t keys_at_once = 500;  // to delete with one command

// Of commands beside the demo's own. Those before the run end on Ctrl-C; those after it go on: to count and
// to clean up.
net::RedisOptions until(const std::stop_token& stop) {
    return {.connect_timeout = 5s, .timeout = 30s, .stop = stop};
}
const net::RedisOptions to_count{.connect_timeout = 5s, .timeout = 5s};
const net::RedisOptions to_clean_up{.connect_timeout = 1s, .timeout = 2s};

// "name:12" in a text of INFO; 0 where it is not mentioned.
std::int64_t number_in(const std::string& info, const std::string& name) {
    const std::size_t at = info.find("\n" + name);
    return at == std::string::npos ? 0 : std::atoll(info.c_str() + at + 1 + name.size());
}

std::string word_in(const std::string& info, const std::string& name) {
    const std::size_t at = info.find("\n" + name);
    if (at == std::string::npos) return "";
    const std::size_t from = at + 1 + name.size();
    return info.substr(from, info.find_first_of("\r\n", from) - from);
}

struct Written {
    bool any = false;   ///< Redis has something of ours, as far as we know
    std::string error;  ///< what went wrong first, in words; empty when nothing did
};

// Both at once, so that they go out together: should we be killed before we can delete the conversation,
// Redis does.
asio::awaitable<void> write(net::AsyncRedis& redis, int id, bool expires, Written& written) {
    std::vector<std::string> words{"RPUSH", conversation_key(id)};
    for (std::string& message : conversation(id)) words.push_back(std::move(message));
    const std::string push = net::redis_command(words);
    const std::string expire = net::redis_command({"EXPIRE", conversation_key(id), "3600"});
    std::vector<asio::awaitable<net::RedisAnswer>> commands;
    commands.push_back(redis.command(push));
    if (expires) commands.push_back(redis.command(expire));
    for (const net::RedisAnswer& answer : co_await gather(std::move(commands))) {
        if (answer.ok()) written.any = true;
        if (!answer.ok() && written.error.empty()) written.error = answer.error;
    }
}

// One conversation for each task, as long as this lives.
class Conversations {
  public:
    Conversations(net::Target where, int count, bool foreign)
        : where_(std::move(where)), count_(count), foreign_(foreign) {}
    ~Conversations() {
        if (foreign_ && written_.any) remove();
    }
    Conversations(const Conversations&) = delete;
    Conversations& operator=(const Conversations&) = delete;

    /// Gives what went wrong, in words; empty when nothing did.
    std::string write_all(const std::stop_token& stop) {
        asio::io_context loop(1);
        net::AsyncRedis redis(loop.get_executor(), where_, until(stop));
        const std::stop_callback end_loop_on_stop(stop, [&loop] { loop.stop(); });
        std::vector<asio::awaitable<void>> all;
        for (int id = 0; id < count_; ++id) all.push_back(write(redis, id, foreign_, written_));
        asio::co_spawn(loop, gather(std::move(all)), [](std::exception_ptr e) {
            if (e) std::rethrow_exception(e);
        });
        loop.run();
        if (!stop.stop_requested()) return written_.error;
        written_.any = true;  // perhaps: what was sent may not have been answered yet
        return "interrupted";
    }

    /// Writes them anew, without what was added to them. Throws Error when the Redis is gone.
    void restore() {
        net::BlockingRedis redis(where_, to_count);
        for (int id = 0; id < count_; ++id) {
            std::vector<std::string> push{"RPUSH", conversation_key(id)};
            for (std::string& message : conversation(id)) push.push_back(std::move(message));
            std::vector<std::vector<std::string>> commands{{"DEL", conversation_key(id)}, push};
            if (foreign_) commands.push_back({"EXPIRE", conversation_key(id), "3600"});
            for (const std::vector<std::string>& words : commands) {
                const net::RedisAnswer answer = redis.command(net::redis_command(words));
                if (!answer.ok()) throw Error("cannot restore a conversation: " + answer.error);
            }
        }
    }

  private:
    void remove() {
        net::BlockingRedis redis(where_, to_clean_up);
        std::vector<std::string> words{"DEL"};
        for (int id = 0; id < count_; ++id) {
            words.push_back(conversation_key(id));
            if (words.size() <= keys_at_once && id + 1 < count_) continue;
            if (!redis.command(net::redis_command(words)).ok()) return;  // gone, and they expire
            words.resize(1);
        }
    }

    net::Target where_;
    int count_;
    bool foreign_;
    Written written_;
};

// The panel `each` of the demo redis has a client a task.
bool shows_each(const RunOptions& options) {
    const auto among = [](const auto& list, const auto& value) {
        return std::find(list.begin(), list.end(), value) != list.end();
    };
    return among(options.ways, Way::coroutines) &&
           (options.variants.empty() || among(options.variants, "each"));
}

// The proxy has two connections for each of its clients.
void check_descriptors(int connections) {
    if (connections == 0) return;
    try {
        net::need_descriptors(2 * static_cast<std::size_t>(connections));
    } catch (const Error& error) {
        throw Error(std::string("the proxy that adds --rtt takes two for each connection: ") + error.what() +
                    "; --rtt 0 needs no proxy, --variant pooled,pipelined few connections");
    }
}

class RedisBackend : public Backend {
  public:
    RedisBackend(const RunOptions& options, const ConversationUse& use) : appended_(use.appended) {
        const bool foreign = !options.redis.empty();
        start(options);
        const net::Target where = net::resolve(net::parse_address(redis_));
        conversations_.emplace(where, use.count, foreign);
        if (const std::string error = conversations_->write_all(options.stop); !error.empty()) {
            throw Error("cannot use the Redis at " + redis_ + ": " + error + advice(error));
        }
        if (stand_in_) {
            name_ = "our stand-in, not Redis";
        } else {
            net::BlockingRedis asked(where, until(options.stop));
            const std::string version = word_in(info(asked, "server"), "redis_version:");
            beside_.emplace(where, to_count);
            name_ = foreign ? "Redis " + version + " at " + redis_ : "redis-server " + version;
        }
        rtt_ = options.settings.get("rtt");
        if (rtt_ > 0) {
            check_descriptors(use.connections);
            proxy_.emplace(options.program,
                           net::proxy_arguments({.to = net::parse_address(redis_), .rtt = rtt_}));
        }
    }

    [[nodiscard]] std::string address() const override { return proxy_ ? proxy_->address() : redis_; }
    [[nodiscard]] std::string note() const override {
        return " (" + name_ + (rtt_ > 0 ? ", " + format_exact(rtt_) + " away)" : ")");
    }

    void reset() override {
        if (appended_) conversations_->restore();
        if (stand_in_) return stand_in_->reset_counts();
        before_ = counted();
    }
    std::optional<ServerCounts> counts() override {
        if (stand_in_) return stand_in_->counts();
        ServerCounts counts = counted();
        counts.requests -= before_.requests;
        counts.connections -= before_.connections;
        return counts;
    }

  private:
    void start(const RunOptions& options) {
        if (!options.redis.empty()) {
            redis_ = options.redis;
        } else if (const std::optional<std::string> program = net::find_program("redis-server")) {
            server_.emplace(*program);
            redis_ = server_->address();
        } else {
            if (options.observer.notice) {
                options.observer.notice(
                    "redis-server is not installed (apt-get install -y redis-server): our stand-in is used "
                    "instead");
            }
            stand_in_.emplace(options.program);
            redis_ = stand_in_->address();
        }
    }

    static std::string advice(const std::string& error) {
        if (error.starts_with("NOAUTH"))
            return "; there is no way to give one: leave --redis out, or name another";
        if (error == "connection refused") return "; is it running?";
        return "";
    }

    std::string info(net::BlockingRedis& redis, const std::string& section) {
        const net::RedisAnswer answer = redis.command(net::redis_command({"INFO", section}));
        if (!answer.ok()) throw Error("the Redis at " + redis_ + " is gone: " + answer.error);
        return answer.reply.text;
    }

    // What Redis says of itself. One that others use too counts what they do.
    ServerCounts counted() {
        return {.requests = number_in(info(*beside_, "commandstats"), "cmdstat_lrange:calls="),
                .connections = number_in(info(*beside_, "stats"), "total_connections_received:")};
    }

    std::optional<net::RedisProcess> server_;  ///< one of these two, or a foreign one
    std::optional<net::StandInProcess> stand_in_;
    std::string redis_;  ///< where it is
    std::string name_;
    std::optional<Conversations> conversations_;
    bool appended_;  ///< the demo adds to them, so they are restored before each way
    std::optional<net::BlockingRedis> beside_;  ///< a connection of our own, past the proxy
    std::optional<net::ProxyProcess> proxy_;
    Nanoseconds rtt_ = 0;
    ServerCounts before_;
};

}  // namespace

std::vector<std::string> conversation(int id) {
    const std::string topic = std::to_string(id + 1);
    return {"user: what did I ask you in conversation " + topic + "?",
            "assistant: you asked about order " + std::to_string(id * 7919 % 100'000) + ".",
            "user: and what did you say?",
            "assistant: that it is on its way. Anything else about " + topic + "?"};
}

std::string conversation_key(int id) {
    static const std::string prefix =
        "overlap:" + std::to_string(::getpid()) + ":" + std::to_string(std::random_device()()) + ":";
    return prefix + std::to_string(id);
}

std::string read_command(int id) { return net::redis_command({"LRANGE", conversation_key(id), "0", "-1"}); }

bool compare(ScopedSpan& span, const net::RedisAnswer& answer, int id) {
    if (!answer.ok()) {
        span.fail(answer.error);
        return false;
    }
    std::vector<std::string> messages;
    for (const net::RedisReply& item : answer.reply.items) messages.push_back(item.text);
    const bool same = messages == conversation(id);
    if (!same) span.fail("not what was written");
    return same;
}

net::RedisOptions redis_options(const Context& run) {
    return {.connect_timeout = run.client().connect_timeout,
            .timeout = run.client().timeout,
            .stop = run.client().stop};
}

std::unique_ptr<Backend> redis_backend(const RunOptions& options, const ConversationUse& use) {
    return std::make_unique<RedisBackend>(options, use);
}

std::unique_ptr<Backend> redis_backend(const RunOptions& options) {
    const int tasks = static_cast<int>(options.settings.get("tasks"));
    return redis_backend(options, {.count = tasks, .connections = shows_each(options) ? tasks : 0});
}

}  // namespace overlap
