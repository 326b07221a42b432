// Two models that can answer: /main/KEY and /fallback/KEY.
#pragma once

#include <map>
#include <optional>

#include "workshop/scenario.hpp"

namespace overlap::workshop {

/// For each key the first good answer is the result. For some keys the other model never answers, for some it
/// answers first, with an error.
class Race : public Scenario {
  public:
    Race(Stage& stage, std::int64_t keys);

    void finish() override;

  protected:
    asio::awaitable<bool> work(Exchange& exchange) override;

    /// Whether a call for a key may be answered at all; if not, why.
    virtual std::string refusal(const Exchange& exchange, const std::string& key);

  private:
    struct Round {
        int winner = 0;            ///< 0 main, 1 fallback
        bool error_first = false;  ///< the other model answers with an error; else not at all
        int in_flight[2] = {};     ///< calls to each model
        bool both = false;         ///< both have been in flight at once
        bool late = false;         ///< the second was asked when the program had slept on the first
        bool error_sent = false;
        bool cancelled = false;                ///< the loser's client hung up
        std::optional<SleptOn> on_the_answer;  ///< the first good one, once it is sent
        bool watched = false;
        bool ready = false;  ///< it was watched: both may go on
    };

    asio::awaitable<void> run(Exchange& exchange, const std::string& key, Round& round, int model);

    std::map<std::string, Round> rounds_;
};

}  // namespace overlap::workshop
