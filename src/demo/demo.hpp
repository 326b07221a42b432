// A demo: one workload written three ways, and what the command line needs to know of it. Plain data.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/costs.hpp"
#include "timeline/duration.hpp"
#include "timeline/run.hpp"

namespace overlap {

class Backend;
class Context;
struct RunOptions;

/// Of a knob's value: a number, nanoseconds, millionths, 0 or 1, which of its words (from 0).
enum class Unit : std::uint8_t { count, duration, share, flag, choice };

/// A setting of a demo: `--name` on the command line.
struct Knob {
    std::string_view name;
    std::string_view meaning;
    Unit unit = Unit::count;
    std::int64_t usual = 0;  ///< the default; durations in nanoseconds
    std::int64_t least = 0;
    std::int64_t most = 0;
    std::optional<std::int64_t> as_in_notes =
        std::nullopt;        ///< the value under --as-in-notes, where it differs
    bool of_server = false;  ///< it steers our server, so it means nothing to a foreign one
    std::span<const std::string_view> words = {};  ///< of a choice; `most` is the last one's number
};

/// The knobs of one run with their values.
class Settings {
  public:
    explicit Settings(std::span<const Knob> knobs);

    /// Throws UsageError when the value is out of the knob's range.
    void set(std::string_view name, std::int64_t value);
    void set_as_in_notes();

    /// The name must be one of the demo's.
    [[nodiscard]] std::int64_t get(std::string_view name) const;

    /// `fallback` where the demo has no such knob.
    [[nodiscard]] std::int64_t get(std::string_view name, std::int64_t fallback) const;

    [[nodiscard]] bool has(std::string_view name) const;

    /// All values; with a foreign server those of ours are left out.
    [[nodiscard]] std::vector<KnobValue> values(bool foreign_server) const;

  private:
    [[nodiscard]] std::size_t index_of(std::string_view name) const;

    std::span<const Knob> knobs_;
    std::vector<std::int64_t> values_;
};

/// A command line worth showing, and what it does.
struct Example {
    std::string_view command;
    std::string_view meaning;
};

/// One panel of the picture: a way of doing the work. A demo has one or more variants of each way.
struct Variant {
    Way way = Way::sequential;
    std::string_view name = "";  ///< tells it from others of the same way, in a word or two
    void (*run)(Context&) = nullptr;
    PoolKind pool = PoolKind::threads;  ///< of a pool way
    bool usual = true;                  ///< shown without being asked for with --pool
};

struct Demo {
    std::string_view name;
    std::string_view summary;  ///< one line, for `overlap list`
    std::span<const Knob> knobs;
    std::span<const Example> examples;

    /// What is done, without the ways: "3 calls to an API that answers each after 200ms". `urls`: foreign
    /// servers.
    std::string (*title)(const Settings&, std::span<const std::string> urls);
    std::string (*caption)(const Variant&, const Context&);  ///< of a panel

    /// The names of the tasks' lanes; null: "Task1" and so on, as many as the knob "tasks" says.
    std::vector<std::string> (*lanes)(const Settings&) = nullptr;

    /// How much work each task is given, in the demo's own unit, where that is found by trying on this
    /// machine (calibrate.hpp). Asked once a run.
    std::int64_t (*amount)(const Settings&) = nullptr;

    /// What the tasks call on our server, from the root: "/delay?ms=200". Null: nothing, or see
    /// Context::target.
    std::string (*request)(const Settings&) = nullptr;

    /// What the tasks call, where that is not our HTTP server. Throws Error when it cannot be had.
    std::unique_ptr<Backend> (*backend)(const RunOptions&) = nullptr;

    /// About what the sequential way takes, to be warned of when that is long; null: not worth it.
    Nanoseconds (*sequential_time)(const Settings&) = nullptr;

    /// The knob that --sweep varies: how many coroutines are in flight at once. Empty: none.
    std::string_view sweeps = {};
    bool sync_library = false;  ///< its work is done by a library that has no asynchronous interface
    bool takes_urls = false;    ///< whether it can call a foreign server (--url)
    bool takes_redis = false;   ///< whether it can use a foreign Redis (--redis)

    /// Workers in the pool, unless --workers says otherwise; 0: one per task.
    int usual_workers = 0;
    static constexpr int one_per_core = -1;

    /// Why the work cannot be done in worker processes, as the end of a sentence; empty where it can: then
    /// there is a variant for it.
    std::string_view no_processes = {};

    std::span<const Variant> variants;  ///< in the order of the panels

    /// Why the panel cannot be shown with these settings on this machine, in a sentence without its full
    /// stop; empty where it can. Null: all can.
    std::string (*leaves_out)(const Variant&, const Settings&) = nullptr;

    /// Of a demo that measures what things cost instead of drawing timelines: then there are no variants.
    /// Throws Error.
    Costs (*measure)(const RunOptions&) = nullptr;

    /// What measure() has done in fresh processes (see fresh_process.hpp), by its name.
    std::string (*measure_part)(const std::string& part) = nullptr;

    std::span<const std::string_view> next;  ///< commands worth trying after it
    int lesson = 0;                          ///< that it belongs to; 0: none
    std::string_view source;                 ///< its own file, for `overlap code`
};

/// "Task1", "Task2", ... or with another word than Task.
std::vector<std::string> lane_names(std::int64_t count, std::string_view word = "Task");

/// What is worth trying after the demo, its lesson among it.
std::vector<std::string> next_after(const Demo& demo);

/// The names of the demo's task lanes with these settings.
std::vector<std::string> lanes_of(const Demo& demo, const Settings& settings);

/// The path of our server that answers after `delay`: "/delay?ms=200".
std::string delay_path(Nanoseconds delay);

/// The path of our server's chat completions, at the pace of the knobs "tokens", "latency", "interval",
/// "padding" and "cut-after".
std::string chat_path(const Settings& settings);

/// The same, with another knob's time to the first token.
std::string chat_path(const Settings& settings, std::string_view latency);

/// How long our server takes by the knobs `latency` and "jitter": "200ms", "20ms to 320ms".
std::string answer_time(const Settings& settings, std::string_view latency = "latency");

/// "3 calls to a loopback API that answers each after 200ms", or to the first of `urls`: for Demo::title.
std::string title_of_calls(const Settings& settings, std::span<const std::string> urls);

/// A share in millionths as a number from 0 to 1.
double share_of(std::int64_t millionths);

/// All words of a choice: "sqlite, file, dns".
std::string words_of(const Knob& knob, std::string_view separator = ", ");

/// A value of the knob as the command line takes it: "3", "200ms", "0.3", "sqlite".
std::string format_value(const Knob& knob, std::int64_t value);

}  // namespace overlap
