// overlap judge: the process in which a program is judged.
#include "cli/commands.hpp"
#include "timeline/error.hpp"
#include "workshop/judge_process.hpp"

namespace overlap {
namespace {

int run_judge_command(const Invocation& invocation) {
    if (invocation.control < 0)
        throw UsageError("judge is started by 'overlap exercise', which says what to judge");
    return workshop::run_judge(invocation.control);
}

}  // namespace

CommandSpec judge_command() {
    CommandSpec command;
    command.name = "judge";
    command.summary = "judge a program, for 'overlap exercise'";
    command.options = {{"--control", "FD", "", OptionKind::value, true}};
    command.run = run_judge_command;
    return command;
}

}  // namespace overlap
