// Calls that do not need each other's answer: /call/KEY gives the result of a key.
#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/this_coro.hpp>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "net/unread.hpp"
#include "record/clock.hpp"
#include "timeline/units.hpp"
#include "workshop/scenario.hpp"
#include "workshop/scenarios.hpp"

namespace overlap::workshop {
namespace {

using asio::awaitable;

// Of very many, the rest follow faster: an order that is wrong by then stays wrong.
constexpr std::int64_t taken_one_by_one = 6;

constexpr ScenarioNumber calls_numbers[] = {
    {"calls", {3, 6}, "how many keys there are", 1, 500},
    {"at_once",
     {0, 0},
     "the gate: so many calls must be in flight before any is answered; 0: all of them",
     0,
     500},
    {"refill",
     {0, 0},
     "1: the gate closes again after each answer, until a next call has taken its place",
     0,
     1},
    {"limit", {0, 0}, "calls above so many in flight are refused (429); 0: none", 0, 500},
    {"fails", {0, 0}, "each key is answered 503 up to so many times before it is answered well", 0, 20},
    {"silent",
     {0, 0},
     "so many keys get no answer at all to their first call: it has to be given up",
     0,
     500},
    {"backoff",
     {0, 0},
     "what the pause before a second call for a key must be at least; doubled for each further one"},
    {"fatal", {0, 0}, "1: one key is answered 500 when all are in flight, and the others never", 0, 1},
    {"hold", {60 * ms, 60 * ms}, "how long answers are held back once the gate is reached"},
};

constexpr ScenarioFact calls_facts[] = {
    {"delivered",
     "results that were right; with 'fatal', 1 when the failed key was named at /failed?key=KEY"},
    {"asked", "different keys that were asked for"},
    {"asked-again", "calls for a key that had been answered well already, or was still owed its answer"},
    {"in-flight", "different keys whose calls were in flight at once, at most"},
    {"refilled",
     "how often a place that became free was taken again, with 'refill'; the number 'refills' is all"},
    {"refused", "calls that were refused for the limit"},
    {"threads", "threads of the program while the gate was closed with all before it"},
    {"processes", "its processes then"},
    {"cpu-percent", "how busy it was then: 100 is one core, all the time"},
    {"connections", "connections that calls came on"},
    {"left-open", "calls still owed their answer when the results, or the failure, came"},
    {"early", "calls for a key that came sooner after its last 503 than 'backoff' says"},
    {"lay-unread", "with 'backoff', answers that lay unread while the program slept: its loop was blocked"},
    {"late-answers",
     "with 'silent', other calls that the program hung up on before they had their answer: it came late"},
    {"given-up", "silent calls that the program hung up on and made again"},
    {"cancelled",
     "with 'fatal', calls that the program hung up on, moved by the failure of another: before it slept on, "
     "and before it named that"},
};

constexpr ScenarioFact calls_derived[] = {
    {"refills", "calls that find all places taken at first: calls less at_once"},
    {"others", "all calls but one"},
};

class Calls : public Scenario {
  public:
    explicit Calls(Stage& stage) : Scenario(stage, stage.number("calls")) {
        const std::int64_t calls = stage.number("calls");
        for (const char* fact : {"asked-again", "in-flight", "refused", "refilled", "early"})
            stage.facts[fact] = 0;
        if (stage.number("backoff") > 0) stage.facts["lay-unread"] = 0;
        if (stage.number("silent") > 0) stage.facts["late-answers"] = 0;
        if (stage.number("limit") > 0) stage.draw("at_once", std::min(stage.number("limit"), calls));
        if (stage.number("at_once") == 0) stage.draw("at_once", calls);
        stage.draw("refills", calls - stage.number("at_once"));
        stage.draw("others", calls - 1);
        for (const std::string& key : keys())
            state_[key].fails_left = stage.between(0, stage.number("fails"));
        for (std::int64_t i = 0; i < stage.number("silent"); ++i)
            state_[keys()[static_cast<std::size_t>(i) % keys().size()]].silent = true;
        if (stage.number("fatal") != 0) {
            // Neither the first nor the last: those are easily guessed.
            const std::int64_t inner = calls > 2 ? 1 : 0;
            fatal_ = keys()[static_cast<std::size_t>(stage.between(inner, calls - 1 - inner))];
            stage.draw("tasks", 1);
        }
    }

    awaitable<void> direct() override {
        co_await gate();
        if (fatal_.empty()) {
            for (bool first = true;; first = false) {
                if (!first && stage_.number("refill") != 0 && left_ > 0) co_await refill();
                co_await stage_.until([this] { return !waiting_.empty(); });
                // One at a time each is held alike; many are answered soon, and one by one.
                const bool alone = stage_.number("at_once") == 1 && !stage_.open();
                co_await stage_.pause(alone && !first ? stage_.number("hold")
                                                      : std::min(3 * ms, 100 * ms / stage_.number("calls")));
                // Calls that are given up when they take long must not take long for that.
                const bool patient = stage_.number("silent") == 0;
                if (!first && !alone && patient && released_ < taken_one_by_one) co_await answer_taken();
                if (!waiting_.empty()) release(waiting_);
            }
        }
        co_await stage_.until([this] { return find(fatal_) != waiting_.end() || stage_.open(); });
        if (const auto fatal = find(fatal_); fatal != waiting_.end()) {
            (*fatal)->released = true;
            waiting_.erase(fatal);
            stage_.changed();
        }
        // The others are owed an answer that does not come, unless nobody cancels them.
        const HeldAtGate held(stage_);
        co_await stage_.until([this] { return stage_.open(); });
        for (Call* call : waiting_) call->released = true;
        waiting_.clear();
        open_to_all_ = true;
        stage_.changed();
    }

  private:
    struct Call {
        std::string key;
        bool released = false;
    };
    using Waiting = std::list<Call*>;
    struct KeyState {
        std::int64_t fails_left = 0;
        bool silent = false;
        bool answered = false;
        bool gave_up = false;  ///< the program hung up on its silent call, and has not called again
        int under_way = 0;
        int attempts = 0;
        Nanoseconds failed_at = 0;  ///< when its last attempt came to nothing; 0: none did
    };

    awaitable<bool> work(Exchange& exchange) override {
        if (exchange.path() == "/failed" && !fatal_.empty()) {
            co_await stage_.pause(5'000'000);  // hang-ups that came before it are to be seen before it
            stage_.facts["delivered"] = exchange.query("key") == fatal_ && on_the_failure_ ? 1 : 0;
            stage_.raise("left-open", in_flight_);
            stage_.facts["cancelled"] = cancelled_;
            co_await exchange.answer(200, "noted\n");
            co_return true;
        }
        const std::optional<std::string> key = exchange.behind("/call/");
        if (!key || !is_key(*key)) co_return false;
        note_asked(exchange, *key);
        KeyState& state = state_[*key];
        if (state.answered || state.under_way > 0) ++stage_.facts["asked-again"];
        note_backoff(state);
        // It is not a hang-up alone that counts: a program's end is one too.
        if (std::exchange(state.gave_up, false)) ++stage_.facts["given-up"];
        ++state.attempts;
        const std::int64_t limit = stage_.number("limit");
        if (limit > 0 && in_flight_ >= limit) {
            ++stage_.facts["refused"];
            co_await exchange.answer(429, "more than " + std::to_string(limit) + " at once\n");
            co_return true;
        }
        ++in_flight_;
        ++state.under_way;
        stage_.raise("in-flight", keys_in_flight());
        co_await reply(exchange, *key, state);
        co_return true;
    }

    awaitable<void> reply(Exchange& exchange, const std::string& key, KeyState& state) {
        Call call{key};
        const bool silent = state.silent && state.attempts == 1;
        const bool read_after_opening = stage_.open();
        bool there = false;
        if (silent) {
            ++silent_;
            stage_.changed();
            there = co_await exchange.until([] { return false; });
            --silent_;
            state.gave_up = !there;
        } else {
            waiting_.push_back(&call);
            stage_.changed();
            there = co_await exchange.until([&] {
                if (on_the_failure_) (*on_the_failure_)();
                return call.released || open_to_all_;
            });
            waiting_.remove(&call);
            // Nobody gains by having waited the gate out.
            if (there && stage_.open() && read_after_opening)
                co_await stage_.pause(std::min(stage_.number("hold"), 3'000 * ms / stage_.number("calls")));
        }
        // It counts until its answer is on its way: so nobody who awaits one answer before the next call can
        // be seen as two.
        --in_flight_;
        --state.under_way;
        if (!there) {
            if (on_the_failure_ && !(*on_the_failure_)() && !handed_in()) ++cancelled_;
            if (!silent && stage_.number("silent") > 0) ++stage_.facts["late-answers"];
            // When it was given up only the program knows: its pause may have begun before we saw that.
            state.failed_at = 0;
            stage_.changed();
            co_return;
        }
        bool sent = false;
        if (key == fatal_) {
            if (!on_the_failure_) on_the_failure_.emplace(stage_, 200 * ms);
            sent = co_await exchange.answer(500, "the oven is broken\n");
        } else if (state.fails_left > 0) {
            --state.fails_left;
            state.failed_at = steady_now();
            sent = co_await exchange.answer(503, "try again later\n");
        } else {
            if (!state.answered) --left_;
            state.answered = true;
            const auto known = minted_.find(key);
            sent = co_await exchange.answer(200, known != minted_.end() ? known->second : mint(key));
        }
        if (sent && stage_.number("backoff") > 0) {
            asio::co_spawn(co_await asio::this_coro::executor, note_unread(exchange.ends(), exchange.taken()),
                           asio::detached);
        }
    }

    // Who waits for an answer, on a loop or in a thread, is awake once it has come. All of it lies there
    // while the program sleeps on when a pause holds the loop.
    awaitable<void> note_unread(net::Ends ends, std::int64_t size) {
        bool lies_there = false;
        for (Nanoseconds since = steady_now();; since = steady_now()) {
            co_await stage_.until([&] { return stage_.program.at > since; });
            if (net::unread_there(ends) < size) co_return;
            // It had come before this look at the program began.
            if (lies_there && stage_.program.asleep > 0) break;
            lies_there = true;
        }
        ++stage_.facts["lay-unread"];
    }

    void note_backoff(const KeyState& state) {
        const Nanoseconds backoff = stage_.number("backoff");
        if (backoff == 0 || state.failed_at == 0) return;
        const Nanoseconds least = backoff << std::min(state.attempts - 1, 10);
        if (steady_now() - state.failed_at < least) ++stage_.facts["early"];
    }

    // Different ones: to ask for one key many times is no other work under way.
    [[nodiscard]] std::int64_t keys_in_flight() const {
        return std::count_if(state_.begin(), state_.end(),
                             [](const auto& entry) { return entry.second.under_way > 0; });
    }

    // Different ones again, of calls that are held back: what has been released makes room.
    [[nodiscard]] std::int64_t keys_before_gate() const {
        std::set<std::string> keys;
        for (const Call* call : waiting_) keys.insert(call->key);
        return static_cast<std::int64_t>(keys.size()) + silent_;
    }

    // Nothing is answered before enough are here; then they are looked at.
    awaitable<void> gate() {
        const HeldAtGate held(stage_);
        const std::int64_t wanted = stage_.number("at_once");
        co_await stage_.until([&] { return stage_.open() || keys_before_gate() >= wanted; });
        if (keys_before_gate() >= wanted)
            co_await stage_.watch(stage_.number("hold"));
        else
            co_await stage_.pause(stage_.number("hold"));
    }

    // Who was answered has made room: the next one takes it, or nobody is left to.
    awaitable<void> refill() {
        const HeldAtGate held(stage_);
        const auto wanted = [this] { return std::min(stage_.number("at_once"), left_); };
        co_await stage_.until([&] { return stage_.open() || keys_before_gate() >= wanted(); });
        if (left_ >= stage_.number("at_once") && keys_before_gate() >= wanted()) ++stage_.facts["refilled"];
    }

    // On a busy machine two answers would reach the program together else, and in any order: in the right
    // one, by luck.
    awaitable<void> answer_taken() {
        const Taken taken(stage_);
        co_await stage_.until([&] { return taken() || waiting_.empty(); });
    }

    // In an order that nobody can rely on: never who came first, where there is a choice.
    void release(Waiting& waiting) {
        auto chosen = waiting.begin();
        if (waiting.size() > 1)
            std::advance(chosen, stage_.between(1, static_cast<std::int64_t>(waiting.size()) - 1));
        (*chosen)->released = true;
        ++released_;
        waiting.erase(chosen);
        stage_.changed();
    }

    Waiting::iterator find(const std::string& key) {
        return std::find_if(waiting_.begin(), waiting_.end(),
                            [&](const Call* call) { return call->key == key; });
    }

    std::map<std::string, KeyState> state_;
    Waiting waiting_;
    std::int64_t in_flight_ = 0;
    std::int64_t silent_ = 0;  ///< of those, calls that get no answer
    std::int64_t released_ = 0;
    std::int64_t left_ = stage_.number("calls");  ///< keys that have not been answered well
    std::string fatal_;                           ///< the key that fails for good; empty: none does
    std::optional<SleptOn> on_the_failure_;       ///< once it is sent
    std::int64_t cancelled_ = 0;
    bool open_to_all_ = false;
};

}  // namespace

const ScenarioKind calls_scenario{
    .name = "calls",
    .summary = "calls that do not need each other's answer: /call/KEY gives the result of a key",
    .numbers = calls_numbers,
    .facts = calls_facts,
    .derived = calls_derived,
    .make = [](Stage& stage) -> std::unique_ptr<Scenario> { return std::make_unique<Calls>(stage); },
};

}  // namespace overlap::workshop
