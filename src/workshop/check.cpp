#include "workshop/check.hpp"

#include <poll.h>

#include <csignal>
#include <random>
#include <sstream>

#include "timeline/error.hpp"
#include "trace/command.hpp"
#include "workshop/judge_process.hpp"

namespace overlap::workshop {
namespace {

namespace fs = std::filesystem;

bool is_crash(const ProgramEnd& end) {
    for (const int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGTRAP}) {
        if (end.stopped == Stopped::no && end.signal == signal) return true;
    }
    return false;
}

// Of all that a sanitizer says: what went wrong, and the lines of the learner's own file.
std::string site_in(const std::string& output, const std::string& file) {
    constexpr int most_lines = 5;
    std::istringstream stream(output);
    std::string text;
    int lines = 0;
    for (std::string line; std::getline(stream, line) && lines < most_lines;) {
        const bool names = line.find("ERROR: AddressSanitizer") != std::string::npos ||
                           line.find("runtime error:") != std::string::npos;
        const bool is_frame =
            lines > 0 && line.find('#') != std::string::npos && line.find(file) != std::string::npos;
        if (!names && !is_frame) continue;
        text += line + "\n";
        ++lines;
    }
    return text;
}

JudgeRequest request_to_compile(const Exercise& exercise, const Workbench& bench, const fs::path& source,
                                const fs::path& scratch, const CheckOptions& options, bool sanitize) {
    JudgeRequest request = request_for(exercise);
    request.seed = options.seed;
    request.scratch = scratch;
    request.folder = scratch;
    const fs::path program = scratch / "program";
    request.compile =
        compile_command(bench.compiler, bench.kit, fs::absolute(source), program,
                        {.sanitize = sanitize, .color = options.color, .columns = options.columns});
    request.program = {program.string()};
    if (sanitize) {
        request.environment = {"ASAN_OPTIONS=detect_leaks=0:abort_on_error=0:handle_abort=1:symbolize=1",
                               "UBSAN_OPTIONS=print_stacktrace=1"};
    }
    return request;
}

}  // namespace

Judgement judgement_of(const Exercise& exercise, const JudgeReport& report) {
    if (report.compiled) return judge(exercise, report.drawn, report.facts, report.end, report.trouble);
    Judgement judgement = judge(exercise, {}, {}, {.could_not = "it was not run"}, report.trouble);
    for (Judged& one : judgement.requirements) {
        one.mark = Mark::not_shown;
        one.evidence = "not shown: it does not compile";
    }
    judgement.gap = "It does not compile.";
    return judgement;
}

Checked check_source(const Exercise& exercise, const Workbench& bench, const fs::path& source,
                     const CheckOptions& options) {
    Checked checked;
    {
        const ScratchFolder scratch;
        checked.report = judge_in_process(
            request_to_compile(exercise, bench, source, scratch.path(), options, false), options.stop);
    }
    if (!checked.report.compiled && pch_is_stale(checked.report.compiler_output)) {
        std::error_code ignored;
        fs::remove(pch_file(bench.compiler, bench.kit), ignored);
        open_workbench(bench.kit, {}, options.stop);
        const ScratchFolder scratch;
        checked.report = judge_in_process(
            request_to_compile(exercise, bench, source, scratch.path(), options, false), options.stop);
    }
    checked.judgement = judgement_of(exercise, checked.report);
    if (options.find_crash && checked.report.compiled && is_crash(checked.report.end)) {
        const ScratchFolder scratch;
        const JudgeReport again = judge_in_process(
            request_to_compile(exercise, bench, source, scratch.path(), options, true), options.stop);
        checked.crash_site = site_in(again.output, source.filename());
    }
    return checked;
}

Checked check_command(const Exercise& exercise, const std::vector<std::string>& words,
                      const CheckOptions& options) {
    const ScratchFolder scratch;
    JudgeRequest request = request_for(exercise);
    request.seed = options.seed;
    request.program = words;
    request.folder = fs::current_path();
    request.scratch = scratch.path();
    Checked checked{.report = judge_in_process(request, options.stop), .judgement = {}, .crash_site = {}};
    checked.judgement = judgement_of(exercise, checked.report);
    return checked;
}

Checked check_program(const Exercise& exercise, const fs::path& program, const CheckOptions& options) {
    const ScratchFolder scratch;
    JudgeRequest request = request_for(exercise);
    request.seed = options.seed;
    request.program = {fs::absolute(program).string()};
    request.folder = scratch.path();
    request.scratch = scratch.path();
    Checked checked{.report = judge_in_process(request, options.stop), .judgement = {}, .crash_site = {}};
    checked.judgement = judgement_of(exercise, checked.report);
    return checked;
}

std::string compile_only(const Workbench& bench, const fs::path& source, const fs::path& program,
                         const std::stop_token& stop) {
    JudgeRequest request{.scenario = "", .numbers = {}, .limits = {}};
    request.scratch = program.parent_path();
    request.folder = program.parent_path();
    request.compile = compile_command(bench.compiler, bench.kit, fs::absolute(source), program);
    const JudgeReport report = judge_in_process(request, stop);
    if (!report.trouble.empty()) throw Error(report.trouble);
    if (report.compiled) return "";
    return report.compiler_output.empty() ? "the compiler gave up" : report.compiler_output;
}

int exit_code_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::pass:
            return 0;
        case Verdict::fail:
            return 1;
        case Verdict::inconclusive:
            break;
    }
    return 3;
}

std::uint64_t any_seed() {
    std::random_device device;
    return device() % 1'000'000;
}

}  // namespace overlap::workshop
