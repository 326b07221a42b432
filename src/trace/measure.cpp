#include "trace/measure.hpp"

#include "trace/process_looks.hpp"

namespace overlap {
namespace {

constexpr Nanoseconds no_timeout = 0;
constexpr Nanoseconds grace = 2'000'000'000;

}  // namespace

CommandUse measure_command(const std::vector<std::string>& words) {
    const HeldSignals signals;
    ProcessLooks looks;
    Command command(words, our_environment(), signals);
    const CommandEnd end = command.wait(no_timeout, grace, [&](int pid) { return looks.look(pid); });
    return {.line = command_line(words),
            .exit_code = end.exit_code,
            .signal = end.signal,
            .interrupted = end.interrupted,
            .wall = end.took,
            .cpu = end.cpu,
            .voluntary_switches = end.voluntary_switches,
            .involuntary_switches = end.involuntary_switches,
            .block_reads = end.block_reads,
            .block_writes = end.block_writes,
            .seen = looks.seen()};
}

int exit_code_of(const CommandUse& use) {
    if (use.interrupted) return 130;
    return use.signal != 0 ? 128 + use.signal : use.exit_code;
}

}  // namespace overlap
