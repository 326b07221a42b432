#include "cli/exercise_check.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <future>
#include <iostream>
#include <optional>
#include <thread>

#include "cli/commands.hpp"
#include "cli/interrupt.hpp"
#include "cli/suggest.hpp"
#include "cli/terminal.hpp"
#include "timeline/error.hpp"
#include "workshop/check.hpp"
#include "workshop/file_watch.hpp"
#include "workshop/render_check.hpp"

namespace overlap {

using namespace workshop;

namespace {

namespace fs = std::filesystem;

// The solution, judged with the same seed for the picture beside the learner's. None where that cannot be
// had: a check goes on without it.
std::optional<Timeline> target_lanes(const Exercise& exercise, const Folder& folder, const Workbench& bench,
                                     const CheckOptions& options) {
    try {
        const fs::path program = folder.target_of(exercise);
        fs::create_directories(program.parent_path());
        const fs::path source = program.string() + ".cpp";
        bool is_known = fs::exists(program) && fs::exists(source) && read_whole(source) == exercise.solution;
        // Once more from its source: the workshop may have been moved, or the program be broken.
        for (int tries = 0; tries < 2 && !options.stop.stop_requested(); ++tries) {
            if (!is_known) {
                fs::remove(program);
                write_whole(source, exercise.solution);
                if (!compile_only(bench, source, program, options.stop).empty()) return std::nullopt;
            }
            const Checked checked = check_program(exercise, program, options);
            if (checked.judgement.verdict == workshop::Verdict::pass) return checked.report.seen;
            if (!is_known) return std::nullopt;
            is_known = false;
        }
    } catch (const std::exception&) {
    }
    return std::nullopt;
}

// What goes on for a while is said, where somebody looks.
class Busy {
  public:
    explicit Busy(const char* what) : shown_(shows_progress()) {
        if (shown_) std::cerr << what << std::flush;
    }
    ~Busy() {
        if (shown_) std::cerr << "\r\x1b[K" << std::flush;
    }
    Busy(const Busy&) = delete;
    Busy& operator=(const Busy&) = delete;

  private:
    bool shown_;
};

struct CheckedFile {
    Checked checked;
    std::optional<Timeline> target;
};

CheckedFile check_file(const Exercise& exercise, const Folder& folder, const Workbench& bench,
                       const CheckOptions& options) {
    auto target =
        std::async(std::launch::async, [&] { return target_lanes(exercise, folder, bench, options); });
    Checked checked = check_source(exercise, bench, folder.file_of(exercise), options);
    return {std::move(checked), target.get()};
}

// Keeps what this check showed; gives the level of the hint to show.
int note(const Folder& folder, const Exercise& exercise, const Checked& checked) {
    const workshop::Judgement& judgement = checked.judgement;
    FolderState state = folder.state();
    ExerciseState& one = state.exercises[exercise.name];
    const bool has_hint = checked.report.compiled && !failed_by_itself(checked.report.end);
    const Requirement* const requirement = has_hint ? to_mend(exercise, judgement) : nullptr;
    const std::string missed = requirement == nullptr ? "" : requirement->name;
    // Another thing is amiss now: its hints begin at the first.
    if (std::exchange(one.missed, missed) != missed) one.hints = 0;
    if (requirement != nullptr && one.hints == 0) one.hints = 1;
    ++one.checks;
    one.passed = one.passed || judgement.verdict == workshop::Verdict::pass;
    one.points = std::max(one.points, judgement.points);
    one.of = judgement.of;
    state.current = exercise.name;
    folder.keep(state);
    return one.hints;
}

std::vector<std::string> next_after(const Exercise& exercise, const Checked& checked, int hints) {
    constexpr int last_hint = 3;
    const std::string lesson = fmt::format("overlap lesson {}", exercise.lesson);
    if (checked.judgement.verdict == workshop::Verdict::pass)
        return {command_for("solution", exercise), "overlap exercise next"};
    if (!checked.report.compiled || hints == 0) return {command_for("check", exercise), lesson};
    if (hints >= last_hint) return {lesson, command_for("solution", exercise) + " --give-up"};
    return {command_for("hint", exercise), lesson};
}

void show(const Invocation& invocation, const Exercise& exercise, const Checked& checked,
          const CheckView& view, std::uint64_t seed) {
    print(invocation.output.json ? render_check_json(exercise, checked, seed)
                                 : render_check(exercise, checked, view, ascii_options(invocation.output)));
}

int check_foreign(const Invocation& invocation, const Exercise& exercise) {
    if (!exercise.any_language)
        throw UsageError(fmt::format(
            "exercise '{}' needs the library of workshop.hpp: it can be done in C++ only", exercise.name));
    const Interrupt interrupt;
    const std::uint64_t seed = invocation.workshop.seed.value_or(any_seed());
    const Checked checked =
        check_command(exercise, invocation.workshop.command, {.seed = seed, .stop = interrupt.token()});
    if (interrupt.token().stop_requested()) return exit_interrupted;
    // A mistyped name is no answer that could be judged.
    if (checked.report.end.could_not.starts_with("cannot start")) throw Error(checked.report.end.could_not);
    std::vector<std::string> next;
    if (checked.judgement.verdict != workshop::Verdict::pass)
        next.push_back(fmt::format("overlap lesson {}", exercise.lesson));
    show(invocation, exercise, checked, {.target = {}, .hint_level = 1, .next = next}, seed);
    return exit_code_of(checked.judgement.verdict);
}

void expect_folder(const char* option, const std::string& path) {
    if (!fs::is_directory(path))
        throw UsageError(fmt::format("{} is '{}': expected the name of a folder", option, path));
}

}  // namespace

std::vector<Exercise> exercises_of(const WorkshopRequest& request) {
    if (!request.from.empty()) {
        expect_folder("--from", request.from);
        return exercises_below(request.from);
    }
    std::string from;
    try {
        from = folder_of(request).state().from;
    } catch (const UsageError&) {
        // In no workshop: then it is about our own.
    }
    return from.empty() ? all_exercises() : exercises_below(from);
}

const Exercise& exercise_named(const std::vector<Exercise>& exercises, const std::string& word) {
    if (const Exercise* found = find_exercise(exercises, word)) return *found;
    std::vector<std::string> names;
    for (const Exercise& exercise : exercises) names.push_back(exercise.name);
    throw UsageError(fmt::format("there is no exercise '{}'{}: 'overlap exercise' lists them", word,
                                 did_you_mean(word, names)));
}

Folder folder_of(const WorkshopRequest& request) {
    if (!request.folder.empty()) expect_folder("--dir", request.folder);
    return Folder::find(request.folder.empty() ? fs::current_path() : fs::path(request.folder));
}

Workbench workbench_of(const Folder& folder, const std::stop_token& stop) {
    return open_workbench(
        folder.kit(), [] { std::cerr << "overlap: making the precompiled header, once: some seconds\n"; },
        stop);
}

std::string command_for(const char* action, const Exercise& exercise) {
    return fmt::format("overlap exercise {} {}", action, short_id(exercise.id));
}

int check_once(const Invocation& invocation, const Exercise& exercise) {
    if (!invocation.workshop.command.empty()) return check_foreign(invocation, exercise);
    const Folder folder = folder_of(invocation.workshop);
    const fs::path file = folder.file_of(exercise);
    if (!fs::is_regular_file(file))
        throw Error(fmt::format("there is no '{}': '{}' writes it anew", file.string(),
                                command_for("reset", exercise)));
    const Interrupt interrupt;
    const Workbench bench = workbench_of(folder, interrupt.token());
    const CheckOptions options{.seed = invocation.workshop.seed.value_or(any_seed()),
                               .color = !invocation.output.json && output_color(invocation.output),
                               .columns = output_width(invocation.output),
                               .find_crash = true,
                               .stop = interrupt.token()};
    const CheckedFile result = check_file(exercise, folder, bench, options);
    if (interrupt.token().stop_requested()) return exit_interrupted;
    const int level = note(folder, exercise, result.checked);
    show(invocation, exercise, result.checked,
         {.target = result.target, .hint_level = level, .next = next_after(exercise, result.checked, level)},
         options.seed);
    return exit_code_of(result.checked.judgement.verdict);
}

int watch_file(const Invocation& invocation, const Exercise& exercise) {
    const Folder folder = folder_of(invocation.workshop);
    const fs::path file = folder.file_of(exercise);
    const Interrupt interrupt;
    const Workbench bench = workbench_of(folder, interrupt.token());
    FileWatch watch(file);
    for (;;) {
        // What was saved meanwhile makes this check stale.
        std::stop_source stale;
        const std::stop_callback on_interrupt(interrupt.token(), [&stale] { stale.request_stop(); });
        std::thread check([&] {
            try {
                const CheckOptions options{.seed = invocation.workshop.seed.value_or(any_seed()),
                                           .color = output_color(invocation.output),
                                           .columns = output_width(invocation.output),
                                           .find_crash = true,
                                           .stop = stale.get_token()};
                const CheckedFile result = check_file(exercise, folder, bench, options);
                if (stale.stop_requested()) return;
                const int level = note(folder, exercise, result.checked);
                print("\n");
                show(invocation, exercise, result.checked,
                     {.target = result.target,
                      .hint_level = level,
                      .next = next_after(exercise, result.checked, level)},
                     options.seed);
                print(fmt::format("Watching {}\nSave it, and it is checked again. Ctrl-C ends.\n",
                                  file.string()));
            } catch (const std::exception& error) {
                std::cerr << std::string("overlap: ") + error.what() + "\n";
            }
        });
        const bool saved = watch.wait(interrupt.token());
        stale.request_stop();
        check.join();
        if (!saved) {
            print("\n");
            return exit_interrupted;
        }
    }
}

}  // namespace overlap
