#include "workshop/verify.hpp"

#include <algorithm>
#include <mutex>

#include "workshop/parallel.hpp"

namespace overlap::workshop {
namespace {

namespace fs = std::filesystem;

struct Answer {
    const Exercise* exercise;
    std::string file;
    std::string breaks;  ///< empty: nothing
    const std::string* source;
    fs::path program;
    std::string compiler_output;  ///< when it could not be compiled
};

std::vector<Answer> answers_of(const std::vector<Exercise>& exercises) {
    std::vector<Answer> answers;
    for (const Exercise& exercise : exercises) {
        answers.push_back({&exercise, "exercise.cpp", exercise.given_breaks, &exercise.given, {}, {}});
        answers.push_back({&exercise, "solution.cpp", "", &exercise.solution, {}, {}});
        for (const WrongAnswer& wrong : exercise.wrong)
            answers.push_back(
                {&exercise, "wrong/" + wrong.name + ".cpp", wrong.breaks, &wrong.source, {}, {}});
    }
    return answers;
}

// The requirement that was missed first, "finish" the last of them; else the first of which nothing was seen.
// Empty when all were met.
std::string broken_in(const Exercise& exercise, const Judgement& judgement) {
    for (const Judged& one : judgement.requirements) {
        if (one.mark == Mark::missed) return one.name;
    }
    if (judgement.verdict == Verdict::pass) return "";
    const Requirement* const requirement = to_mend(exercise, judgement);
    return requirement == nullptr ? "finish" : requirement->name;
}

}  // namespace

Verified verified(const Exercise& exercise, const std::string& file, const std::string& breaks,
                  const Judgement& judgement) {
    Verified one{.exercise = exercise.name, .file = file, .expected = breaks.empty() ? "pass" : breaks};
    const std::string first = broken_in(exercise, judgement);
    const Judged* last = judgement.requirements.empty() ? nullptr : &judgement.requirements.back();
    one.seen = first.empty() ? "pass" : first;
    if (breaks == "finish" && last != nullptr && last->mark == Mark::missed) one.seen = "finish";
    one.as_expected = one.seen == one.expected;
    one.inconclusive = judgement.verdict == Verdict::inconclusive;
    if (one.inconclusive) one.evidence = judgement.trouble;
    for (const Judged& requirement : judgement.requirements) {
        if (one.as_expected || one.inconclusive) break;
        one.evidence += (one.evidence.empty() ? "" : "; ") + requirement.name + " " +
                        std::string(name_of(requirement.mark)) + ": " + requirement.evidence;
    }
    return one;
}

std::vector<Verified> verify(const std::vector<Exercise>& exercises, const Workbench& bench,
                             const VerifyOptions& options) {
    const ScratchFolder scratch;
    std::vector<Answer> answers = answers_of(exercises);
    in_parallel(answers.size(), 2, options.stop, [&](std::size_t i) {
        Answer& answer = answers[i];
        const fs::path folder = scratch.path() / std::to_string(i);
        fs::create_directory(folder);
        const fs::path source = folder / "exercise.cpp";
        write_whole(source, *answer.source);
        answer.program = folder / "program";
        answer.compiler_output = compile_only(bench, source, answer.program, options.stop);
    });
    std::vector<Verified> all;
    std::mutex mutex;
    const std::size_t count = answers.size() * static_cast<std::size_t>(std::max(1, options.runs));
    in_parallel(count, options.jobs, options.stop, [&](std::size_t i) {
        const Answer& answer = answers[i % answers.size()];
        Verified one{.exercise = answer.exercise->name,
                     .file = answer.file,
                     .expected = answer.breaks,
                     .seen = "no program"};
        if (!answer.compiler_output.empty()) {
            one.evidence = "it does not compile: " + answer.compiler_output.substr(0, 2'000);
        } else {
            const std::uint64_t seed = options.seed + i / answers.size();
            const Checked checked =
                check_program(*answer.exercise, answer.program, {.seed = seed, .stop = options.stop});
            one = verified(*answer.exercise, answer.file, answer.breaks, checked.judgement);
        }
        const std::lock_guard guard(mutex);
        if (options.stop.stop_requested()) return;
        all.push_back(one);
        if (options.done) options.done(one);
    });
    return all;
}

}  // namespace overlap::workshop
