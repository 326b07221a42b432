// overlap worker: a process pool starts it.
#include "cli/commands.hpp"
#include "concurrency/process_worker.hpp"
#include "demos/demos.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

int run_worker_command(const Invocation& invocation) {
    if (invocation.control < 0) {
        throw UsageError("--control is missing: 'overlap worker' is started by overlap, to do a demo's jobs");
    }
    return run_worker(invocation.control, all_jobs());
}

}  // namespace

CommandSpec worker_command() {
    CommandSpec command;
    command.name = "worker";
    command.summary = "do the jobs of a process pool, which starts it";
    command.options = {{"--control", "FD", "", OptionKind::value, true}};
    command.run = run_worker_command;
    return command;
}

}  // namespace overlap
