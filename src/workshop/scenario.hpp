// Who the judge's server is: what it answers, when, and what it makes of what it saw.
#pragma once

#include <asio/awaitable.hpp>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "net/redis_protocol.hpp"
#include "workshop/gate_server.hpp"
#include "workshop/stage.hpp"

namespace overlap::workshop {

/// One run of a scenario. Its keys are what /tasks gives; /report?values=a,b,c hands the results in, in their
/// order.
///
/// Facts that every scenario leaves: "requests" (for the work, commands to Redis included), "delivered"
/// (results that were right, once they were handed in), "asked" (different keys that were asked for),
/// "left-open" (requests that were still owed an answer when the results came), "connections" (on which the
/// work was asked for), "left-behind" (processes that outlived the program).
class Scenario {
  public:
    /// `tasks`: how many results must be handed in.
    Scenario(Stage& stage, std::int64_t tasks);
    virtual ~Scenario() = default;
    Scenario(const Scenario&) = delete;
    Scenario& operator=(const Scenario&) = delete;

    /// Answers any request.
    asio::awaitable<void> serve(Exchange& exchange);

    /// What the director of a scenario does beside its requests: opens gates. Runs from the start on.
    virtual asio::awaitable<void> direct();

    /// The reply to a command to Redis. It is told of when it has come, on which connection; the replies on
    /// one are given in turn.
    virtual asio::awaitable<net::RedisReply> command(const net::RedisReply& command);
    virtual void command_read(std::int64_t connection, const net::RedisReply& command);

    /// When the program has ended: what else there is to say.
    virtual void finish() {}

    [[nodiscard]] const std::vector<std::string>& keys() const { return keys_; }

  protected:
    /// Answers a request that is the scenario's own. Gives false when it knows no such path.
    virtual asio::awaitable<bool> work(Exchange& exchange) = 0;

    /// What must be handed in for a key; none as long as it was not sent.
    [[nodiscard]] virtual std::optional<std::string> result_of(const std::string& key) const;

    /// Mints the result of a key, and remembers it.
    const std::string& mint(const std::string& key);

    /// Counts a request for a key.
    void note_asked(const Exchange& exchange, const std::string& key);

    /// Whether the results have come: what is hung up from then on was not cancelled, it was left behind.
    [[nodiscard]] bool handed_in() const { return stage_.facts.contains("delivered"); }

    [[nodiscard]] bool is_key(const std::string& word) const;

    Stage& stage_;
    std::vector<std::string> keys_;
    std::map<std::string, std::string> minted_;

  private:
    void reported(const std::string& values);

    std::set<std::string> asked_;
    std::set<std::int64_t> connections_;
    int under_way_ = 0;
};

}  // namespace overlap::workshop
