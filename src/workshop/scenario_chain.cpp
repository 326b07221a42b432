// A chain and a fan-out for each key: /user/KEY gives an id, /posts/ID the posts, one a line, /comments/POST
// the comment on each. The result of a key: the comments in the order of the posts, with a "-" between two.
#include <algorithm>
#include <map>

#include "timeline/units.hpp"
#include "workshop/scenario.hpp"
#include "workshop/scenarios.hpp"

namespace overlap::workshop {
namespace {

using asio::awaitable;

constexpr ScenarioNumber chain_numbers[] = {
    {"users", {3, 4}, "how many keys there are, two or more", 2, 100},
    {"posts", {2, 4}, "posts of each user", 1, 100},
    {"hold", {60'000'000, 60'000'000}, "how long answers are held back once a gate is reached"},
};

constexpr ScenarioFact chain_facts[] = {
    {"delivered", "users whose comments were handed in right"},
    {"asked", "different users that were asked for"},
    {"users-at-once",
     "different users whose calls were in flight at once, at most; none is answered before all are"},
    {"comments-at-once",
     "different comments of a user in flight at once, at most; of the user who had fewest"},
    {"free-chains",
     "users who were done while the first one's first answer was held back, and, until all others were done, "
     "the first comments that came; the number 'others' is all"},
    {"threads", "threads of the program while all users were in flight"},
    {"processes", "its processes then"},
    {"cpu-percent", "how busy it was then: 100 is one core, all the time"},
    {"connections", "connections that calls came on"},
    {"left-open", "calls still owed their answer when the results came"},
};

constexpr ScenarioFact chain_derived[] = {{"others", "all users but one"}};

class Chain : public Scenario {
  public:
    explicit Chain(Stage& stage) : Scenario(stage, stage.number("users")) {
        stage.draw("others", stage.number("users") - 1);
        stage.facts["users-at-once"] = 0;
        for (const std::string& key : keys()) {
            User& user = users_[key];
            user.id = "u" + stage.mint();
            for (std::int64_t i = 0; i < stage.number("posts"); ++i) user.posts.push_back("p" + stage.mint());
        }
    }

    awaitable<void> direct() override {
        const HeldAtGate at_gate(stage_);
        const auto all = [this] { return different(at_first_) >= stage_.number("users"); };
        co_await stage_.until([&] { return stage_.open() || all(); });
        if (all()) {
            stage_.facts["free-chains"] = 0;
            co_await stage_.watch(stage_.number("hold"));
        }
        others_may_ = true;
        stage_.changed();
        co_await stage_.until([&] { return stage_.open() || done_others() >= stage_.number("others"); });
        if (stage_.facts.contains("free-chains")) stage_.facts["free-chains"] = done_others();
        held_may_ = true;
        stage_.changed();
    }

    void finish() override {
        for (const auto& [key, user] : users_) {
            if (user.most_at_once == 0) continue;
            const auto [fact, is_new] = stage_.facts.emplace("comments-at-once", user.most_at_once);
            if (!is_new) fact->second = std::min(fact->second, user.most_at_once);
        }
    }

  private:
    using Calls = std::map<std::string, int>;  ///< in flight, for each key or post

    struct User {
        std::string id;
        std::vector<std::string> posts;
        std::map<std::string, std::string> comments;  ///< those that were sent
        Calls asked;                                  ///< for its comments
        std::int64_t most_at_once = 0;
    };

    // To ask for one of them many times is no other work under way.
    static std::int64_t different(const Calls& calls) {
        return std::count_if(calls.begin(), calls.end(), [](const auto& entry) { return entry.second > 0; });
    }

    awaitable<bool> work(Exchange& exchange) override {
        if (const auto key = exchange.behind("/user/"); key && is_key(*key)) {
            note_asked(exchange, *key);
            co_await first(exchange, *key);
            co_return true;
        }
        for (auto& [key, user] : users_) {
            if (exchange.path() == "/posts/" + user.id) {
                note_asked(exchange, key);
                std::string body;
                for (const std::string& post : user.posts) body += post + "\n";
                co_await exchange.answer(200, body);
                co_return true;
            }
            const auto post = exchange.behind("/comments/");
            if (post && std::find(user.posts.begin(), user.posts.end(), *post) != user.posts.end()) {
                note_asked(exchange, key);
                co_await comment(exchange, key, user, *post);
                co_return true;
            }
        }
        co_return false;
    }

    awaitable<void> first(Exchange& exchange, const std::string& key) {
        ++at_first_[key];
        stage_.raise("users-at-once", different(at_first_));
        stage_.changed();
        const bool there = co_await exchange.until([&] { return key == held_ ? held_may_ : others_may_; });
        --at_first_[key];
        if (there) co_await exchange.answer(200, users_[key].id);
    }

    awaitable<void> comment(Exchange& exchange, const std::string& key, User& user, const std::string& post) {
        const HeldAtGate at_gate(stage_);
        ++user.asked[post];
        user.most_at_once = std::max(user.most_at_once, different(user.asked));
        if (slow_.empty() && key != held_) slow_ = key;
        stage_.changed();
        const auto missing = [&] {
            return static_cast<std::int64_t>(user.posts.size() - user.comments.size());
        };
        const Settled settled(stage_);
        const auto all_have_come = [&] { return stage_.open() && settled(); };
        bool there =
            co_await exchange.until([&] { return different(user.asked) >= missing() || all_have_come(); });
        // Users who take turns anywhere wait for the one who came first.
        if (there && key == slow_) {
            there = co_await exchange.until(
                [&] { return stage_.open() || done_others() >= stage_.number("others") - 1; });
        }
        // In no order.
        if (there) co_await stage_.pause(stage_.between(10, 30) * ms);
        if (there && post == user.posts.front() && different(user.asked) > 1)
            there = co_await come_last(exchange, user);
        --user.asked[post];
        std::string& text = user.comments[post];
        if (text.empty()) text = "c" + stage_.mint();
        if (there) co_await exchange.answer(200, text);
    }

    // The first post's comment, when others were asked for with it: on a busy machine they would reach the
    // program together, and who takes them as they come would have them in the right order, by luck.
    awaitable<bool> come_last(Exchange& exchange, const User& user) {
        co_await exchange.until([&] { return different(user.asked) == 1; });
        co_return co_await exchange.until(Taken(stage_));
    }

    [[nodiscard]] std::int64_t done_others() const {
        return std::count_if(users_.begin(), users_.end(), [this](const auto& entry) {
            return entry.first != held_ && entry.second.comments.size() == entry.second.posts.size();
        });
    }

    [[nodiscard]] std::optional<std::string> result_of(const std::string& key) const override {
        const User& user = users_.at(key);
        std::string result;
        for (const std::string& post : user.posts) {
            const auto found = user.comments.find(post);
            if (found == user.comments.end()) return std::nullopt;
            result += (result.empty() ? "" : "-") + found->second;
        }
        return result;
    }

    std::map<std::string, User> users_;
    // The first one: whoever waits for a user waits for that, and whoever hands in as they end has it last.
    const std::string held_ = keys().front();
    std::string slow_;  ///< another one, whose comments were asked for first
    Calls at_first_;
    bool others_may_ = false;
    bool held_may_ = false;
};

}  // namespace

const ScenarioKind chain_scenario{
    .name = "chain",
    .summary =
        "for each key /user/KEY, then /posts/ID of what that gave, then /comments/POST for each of its posts",
    .numbers = chain_numbers,
    .facts = chain_facts,
    .derived = chain_derived,
    .make = [](Stage& stage) -> std::unique_ptr<Scenario> { return std::make_unique<Chain>(stage); },
};

}  // namespace overlap::workshop
