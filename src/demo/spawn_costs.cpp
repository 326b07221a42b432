#include "demo/spawn_costs.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <stdexcept>
#include <vector>

#include "demo/fresh_process.hpp"
#include "record/clock.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

// Of a suspended coroutine on the heap, its frame and what Asio keeps of it. Measured: 1.15 KB.
constexpr std::int64_t coroutine_memory = 2 * 1024;

// How often the memory of the machine is looked at.
constexpr std::int64_t guard_every = 1'024;

// Below this the growth of the machine's kernel stacks says more of others than of us.
constexpr std::int64_t enough_for_kernel_stacks = 1'000;

std::int64_t growth(const std::optional<std::int64_t>& before, const std::optional<std::int64_t>& now) {
    return before && now ? std::max<std::int64_t>(0, *now - *before) : -1;
}

std::vector<std::int64_t> counts_up_to(std::int64_t most) {
    std::vector<std::int64_t> counts;
    for (std::int64_t n = 10; n < most; n *= 10) counts.push_back(n);
    counts.push_back(most);
    return counts;
}

std::optional<double> each(std::int64_t total, std::int64_t count) {
    if (total < 0) return std::nullopt;
    return static_cast<double>(total) / static_cast<double>(count);
}

CostPoint point_of(const SpawnSample& sample) {
    const std::int64_t n = sample.started;
    return {.n = n,
            .values = {each(sample.start, n), each(sample.resident, n), each(sample.finish, n),
                       each(sample.cpu, n), each(sample.switches, n), each(sample.page_tables, n),
                       n < enough_for_kernel_stacks ? std::nullopt : each(sample.kernel_stacks, n)}};
}

std::vector<CostMeasure> spawn_measures() {
    const auto named = [](std::string_view name, CostUnit unit, bool drawn = false) {
        return CostMeasure{.name = std::string(name), .unit = unit, .drawn = drawn};
    };
    return {named(spawn_measure::start, CostUnit::time, true),
            named(spawn_measure::resident, CostUnit::bytes, true),
            named(spawn_measure::finish, CostUnit::time),
            named(spawn_measure::cpu, CostUnit::time),
            named(spawn_measure::switches, CostUnit::count),
            named(spawn_measure::page_tables, CostUnit::bytes),
            named(spawn_measure::kernel_stack, CostUnit::bytes)};
}

SpawnSample sample_from(const std::string& bytes, const std::string& part) {
    SpawnSample sample;
    if (bytes.size() != sizeof sample)
        throw Error("the process that measured " + part + " gave no whole answer");
    std::memcpy(&sample, bytes.data(), sizeof sample);
    sample.limit.back() = '\0';
    return sample;
}

const SpawnSample& median_of(std::vector<SpawnSample>& samples) {
    std::sort(samples.begin(), samples.end(),
              [](const SpawnSample& a, const SpawnSample& b) { return a.start < b.start; });
    return samples[samples.size() / 2];
}

// Adds what was measured of one kind and number. A measurement that met a limit is the kind's last.
void add_point(CostKind& kind, std::vector<SpawnSample> samples) {
    const auto limited = std::find_if(samples.begin(), samples.end(),
                                      [](const SpawnSample& sample) { return sample.limit[0] != '\0'; });
    const SpawnSample kept = limited != samples.end() ? *limited : median_of(samples);
    if (limited != samples.end()) kind.limit = kept.limit.data();
    if (kept.started > (kind.points.empty() ? 0 : kind.points.back().n))
        kind.points.push_back(point_of(kept));
}

}  // namespace

SpawnMeter::SpawnMeter(std::int64_t count, const Room& room) : most_(std::min(count, room.count)) {
    if (most_ < count) limit_ = room.limit;
}

void SpawnMeter::say_limit(const std::string& reason) {
    if (sample_.limit[0] == '\0') reason.copy(sample_.limit.data(), sample_.limit.size() - 1);
}

void SpawnMeter::begin() {
    memory_before_ = memory_use();
    cpu_before_ = sample_process();
    since_ = steady_now();
}

// Looking takes longer than starting a hundred coroutines: its time is not theirs.
bool SpawnMeter::memory_is_short() {
    const Nanoseconds begin = steady_now();
    const CpuSample before = sample_process();
    const bool is_short = guard_.must_stop();
    reading_ += sample_process() - before;
    since_ += steady_now() - begin;
    return is_short;
}

bool SpawnMeter::one_more() {
    if (begun_ == most_) {
        if (!limit_.empty()) say_limit(limit_);
        return false;
    }
    if (begun_ % guard_every == guard_every - 1 && memory_is_short()) {
        say_limit("the machine's memory was getting short");
        return false;
    }
    ++begun_;
    return true;
}

void SpawnMeter::suspended(std::int64_t count) {
    sample_.started = count;
    sample_.start = steady_now() - since_;
    const CpuSample before = sample_process();
    const MemoryUse now = memory_use();
    sample_.resident = growth(memory_before_.resident, now.resident);
    sample_.page_tables = growth(memory_before_.page_tables, now.page_tables);
    sample_.kernel_stacks = growth(memory_before_.kernel_stacks, now.kernel_stacks);
    reading_ += sample_process() - before;
    since_ = steady_now();
}

void SpawnMeter::finished(std::int64_t left) {
    if (left != 0) throw Error(std::to_string(left) + " were released but have not ended");
    sample_.finish = steady_now() - since_;
    const CpuSample used = sample_process() - cpu_before_ - reading_;
    sample_.cpu = std::max<Nanoseconds>(0, used.cpu);
    sample_.switches = std::max<std::int64_t>(0, used.voluntary_switches + used.involuntary_switches);
}

Room room_for_threads_here() { return room_for_threads(default_stack()); }
Room room_for_coroutines_here() { return room_for_objects(coroutine_memory); }

Costs measure_spawning(const Demo& demo, const RunOptions& options, std::span<const SpawnKind> kinds) {
    Costs costs;
    costs.demo = demo.name;
    costs.title = demo.title(options.settings, {});
    costs.at_once = "suspended at once";
    costs.knobs = options.settings.values(false);
    costs.machine = describe_machine();
    costs.measures = spawn_measures();
    costs.next = next_after(demo);
    for (const SpawnKind& kind : kinds) costs.kinds.push_back({.name = std::string(kind.name), .points = {}});
    const std::int64_t repeats = options.settings.get("repeat");
    for (const std::int64_t n : counts_up_to(options.settings.get("tasks"))) {
        std::vector<std::vector<SpawnSample>> samples(kinds.size());
        for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
            for (std::size_t i = 0; i < kinds.size(); ++i) {
                if (!costs.kinds[i].limit.empty() || !costs.kinds[i].error.empty()) continue;
                const std::string part = costs.kinds[i].name + ":" + std::to_string(n);
                if (options.observer.doing) options.observer.doing("measuring " + part);
                try {
                    const auto bytes = in_fresh_process(options.program, demo.name, part, options.stop);
                    if (!bytes) {
                        costs.interrupted = true;
                        return costs;
                    }
                    samples[i].push_back(sample_from(*bytes, part));
                } catch (const Error& error) {
                    costs.kinds[i].error = error.what();
                }
            }
        }
        for (std::size_t i = 0; i < kinds.size(); ++i) {
            if (!samples[i].empty()) add_point(costs.kinds[i], std::move(samples[i]));
        }
    }
    return costs;
}

std::string measure_spawn_part(const std::string& part, std::span<const SpawnKind> kinds) {
    const std::size_t colon = part.find(':');
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const SpawnKind& k) { return k.name == part.substr(0, colon); });
    std::int64_t count = 0;
    if (colon != std::string::npos) {
        std::from_chars(part.data() + colon + 1, part.data() + part.size(), count);
    }
    if (kind == kinds.end() || count < 1)
        throw UsageError("--part is '" + part + "': expected one like thread:1000");
    SpawnMeter meter(count, kind->room());
    kind->run(meter);
    const SpawnSample& sample = meter.sample();
    return {reinterpret_cast<const char*>(&sample), sizeof sample};
}

}  // namespace overlap
