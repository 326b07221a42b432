// What all scenarios of the judge's server share: chance, nonces, what is waited for, and what the program
// does meanwhile.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <cstdint>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "timeline/timeline.hpp"
#include "workshop/exercise.hpp"
#include "workshop/verdict.hpp"

namespace overlap::workshop {

/// The program's processes at one moment, all that it started included.
struct ProgramLook {
    int threads = 0;
    int processes = 0;
    int working = 0;         ///< processes that were computing, and had done so for longer than a start takes
    Nanoseconds at = 0;      ///< when this look began, on CLOCK_MONOTONIC
    Nanoseconds run = 0;     ///< time on a CPU so far, of all threads there are
    Nanoseconds asleep = 0;  ///< for how long now no thread of it has run, or could have

    friend bool operator==(const ProgramLook&, const ProgramLook&) = default;
};

/// On one event loop, which outlives it.
class Stage {
  public:
    /// `numbers`: of the exercise; each is drawn at once. The same seed draws the same.
    Stage(asio::io_context& loop, const std::map<std::string, Range>& numbers, std::uint64_t seed);

    /// Follows from the seed: counts, keys, who is answered first.
    [[nodiscard]] std::mt19937_64& random() { return random_; }

    /// From `least` to `most`, both included.
    std::int64_t between(std::int64_t least, std::int64_t most);

    /// What nobody can know before it is sent: eight hexadecimal digits of the system's randomness.
    std::string mint();

    /// `count` different words, none of which says anything. Two or more are not in the order of the
    /// alphabet: who sorts them, or what they lead to, has another order.
    std::vector<std::string> words(std::int64_t count);

    /// A number of the exercise, as it was drawn.
    [[nodiscard]] std::int64_t number(const std::string& name) const { return drawn_.at(name); }
    [[nodiscard]] const Numbers& drawn() const { return drawn_; }
    void draw(const std::string& name, std::int64_t value) { drawn_[name] = value; }

    /// What was seen so far.
    Numbers facts;

    /// Raises a fact to `value`, if it is less or not there yet.
    void raise(const std::string& fact, std::int64_t value);

    /// Something has changed: all who wait look again.
    void changed() { change_.cancel(); }

    /// Until `ready()`; it is asked again after every change, which there is at least every 10 ms.
    asio::awaitable<void> until(std::function<bool()> ready);

    asio::awaitable<void> pause(Nanoseconds duration);

    /// Watches the program for that long, and keeps the most threads and processes it had, and what part of
    /// that time it had a CPU: facts "threads", "processes", "cpu-percent".
    asio::awaitable<void> watch(Nanoseconds duration);

    /// The gates stand open, as what they wait for is not coming. From then on nothing is held back for long.
    [[nodiscard]] bool open() const { return open_; }
    void give_up();

    /// Somebody is at a gate: whether answers are held back until more has come.
    int held = 0;

    ProgramLook program;  ///< as last seen

  private:
    asio::io_context& loop_;
    asio::steady_timer change_;
    std::mt19937_64 random_;
    std::random_device secret_;
    Numbers drawn_;
    bool open_ = false;
};

/// Asks whether what the program had to send on its own has come: since this was made, it was seen asleep or
/// has computed for a second. On a busy machine any time of the clock would be too short to tell.
class Settled {
  public:
    explicit Settled(const Stage& stage);
    bool operator()() const;

  private:
    const Stage& stage_;
    Nanoseconds begin_;
    Nanoseconds ran_;
};

/// Asks whether the program has slept through `duration`, on end, since this was made, and keeps the answer:
/// what it does after that, it was not moved to by what happened before. It must be asked all the time.
class SleptOn {
  public:
    SleptOn(const Stage& stage, Nanoseconds duration);
    bool operator()();

  private:
    const Stage* stage_;
    Nanoseconds begin_;
    Nanoseconds duration_;
    bool slept_ = false;
};

/// Asks whether the program has taken what was sent to it just before this was made: it was seen asleep
/// since, or 200 ms have passed. One that always has something to do is never seen asleep, and must not wait
/// until its calls time out.
class Taken {
  public:
    explicit Taken(const Stage& stage);
    bool operator()() const;

  private:
    Settled settled_;
    Nanoseconds begin_;
};

/// Counts as held at a gate to the end of the scope.
class HeldAtGate {
  public:
    explicit HeldAtGate(Stage& stage) : stage_(stage) { ++stage_.held; }
    ~HeldAtGate() { --stage_.held; }
    HeldAtGate(const HeldAtGate&) = delete;
    HeldAtGate& operator=(const HeldAtGate&) = delete;

  private:
    Stage& stage_;
};

}  // namespace overlap::workshop
