#include "workshop/stage.hpp"

#include <algorithm>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <set>

#include "record/clock.hpp"
#include "timeline/units.hpp"

namespace overlap::workshop {

using asio::awaitable;
using asio::redirect_error;
using asio::use_awaitable;

Stage::Stage(asio::io_context& loop, const std::map<std::string, Range>& numbers, std::uint64_t seed)
    : loop_(loop), change_(loop, asio::steady_timer::time_point::max()), random_(seed) {
    for (const auto& [name, range] : numbers) drawn_[name] = between(range.least, range.most);
}

std::int64_t Stage::between(std::int64_t least, std::int64_t most) {
    return std::uniform_int_distribution<std::int64_t>(least, most)(random_);
}

std::string Stage::mint() {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (unsigned bits = secret_(), i = 0; i < 8; ++i, bits >>= 4) text += digits[bits & 15];
    return text;
}

std::vector<std::string> Stage::words(std::int64_t count) {
    static constexpr char consonants[] = "bdfgklmnprstvz";
    static constexpr char vowels[] = "aeiou";
    std::set<std::string> known;
    std::vector<std::string> words;
    while (static_cast<std::int64_t>(words.size()) < count) {
        std::string word;
        for (int i = 0; i < 3; ++i) {
            word += consonants[between(0, 13)];
            word += vowels[between(0, 4)];
        }
        if (known.insert(word).second) words.push_back(word);
    }
    if (std::is_sorted(words.begin(), words.end())) std::reverse(words.begin(), words.end());
    return words;
}

void Stage::raise(const std::string& fact, std::int64_t value) {
    const auto [entry, is_new] = facts.emplace(fact, value);
    if (!is_new) entry->second = std::max(entry->second, value);
}

awaitable<void> Stage::until(std::function<bool()> ready) {
    while (!ready()) {
        asio::error_code woken;
        co_await change_.async_wait(redirect_error(use_awaitable, woken));
    }
}

awaitable<void> Stage::pause(Nanoseconds duration) {
    asio::steady_timer timer(loop_, std::chrono::nanoseconds(duration));
    co_await timer.async_wait(use_awaitable);
}

awaitable<void> Stage::watch(Nanoseconds duration) {
    const Nanoseconds begin = steady_now();
    const ProgramLook before = program;
    // Looks come when the machine has time for them: what was seen before this began says nothing of now.
    for (bool looked = false; !looked || steady_now() < begin + duration;) {
        co_await pause(std::clamp<Nanoseconds>(begin + duration - steady_now(), 1'000'000, 10'000'000));
        if (program.at < begin) continue;
        looked = true;
        raise("threads", program.threads);
        raise("processes", program.processes);
    }
    const Nanoseconds took = std::max<Nanoseconds>(1, program.at - std::max(before.at, Nanoseconds{1}));
    if (before.at > 0) raise("cpu-percent", std::max<Nanoseconds>(0, program.run - before.run) * 100 / took);
}

void Stage::give_up() {
    open_ = true;
    facts["waited-in-vain"] = 1;
    changed();
}

Settled::Settled(const Stage& stage) : stage_(stage), begin_(steady_now()), ran_(stage.program.run) {}

bool Settled::operator()() const {
    constexpr Nanoseconds long_time = 1'000'000'000;
    const ProgramLook& program = stage_.program;
    return (program.at > begin_ && program.asleep > 0) || program.run - ran_ > long_time;
}

SleptOn::SleptOn(const Stage& stage, Nanoseconds duration)
    : stage_(&stage), begin_(steady_now()), duration_(duration) {}

bool SleptOn::operator()() {
    const ProgramLook& program = stage_->program;
    slept_ = slept_ || std::min(program.at - begin_, program.asleep) >= duration_;
    return slept_;
}

Taken::Taken(const Stage& stage) : settled_(stage), begin_(steady_now()) {}

bool Taken::operator()() const { return settled_() || steady_now() - begin_ > 200 * ms; }

}  // namespace overlap::workshop
