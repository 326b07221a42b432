#include "workshop/grade.hpp"

#include <algorithm>
#include <mutex>
#include <set>
#include <system_error>

#include "timeline/error.hpp"
#include "workshop/parallel.hpp"

namespace overlap::workshop {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t most_source = 1024 * 1024;
constexpr int most_tries = 3;  // of a run that is inconclusive

fs::path file_in(const fs::path& folder, const Exercise& exercise) {
    return folder / exercise.folder / "exercise.cpp";
}

bool holds_answers(const fs::path& folder, const std::vector<Exercise>& exercises) {
    std::error_code none;
    return std::any_of(exercises.begin(), exercises.end(), [&](const Exercise& one) {
        return fs::exists(fs::symlink_status(file_in(folder, one), none));
    });
}

// Those that are not hidden, by name.
std::vector<fs::path> folders_in(const fs::path& folder) {
    std::set<fs::path> inside;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error), end; !error && entry != end; entry.increment(error)) {
        std::error_code own;
        const bool is_hidden = entry->path().filename().string().starts_with('.');
        if (!is_hidden && entry->is_directory(own) && !own) inside.insert(entry->path());
    }
    return {inside.begin(), inside.end()};
}

// The folder with the answers: this one, or the only one in it that has any (ada/workshop). Empty where there
// is none.
fs::path answers_in(const fs::path& folder, const std::vector<Exercise>& exercises) {
    if (holds_answers(folder, exercises)) return folder;
    fs::path found;
    for (const fs::path& one : folders_in(folder)) {
        if (!holds_answers(one, exercises)) continue;
        if (!found.empty()) return {};
        found = one;
    }
    return found;
}

std::string name_of_folder(const fs::path& folder) {
    const fs::path whole = fs::absolute(folder).lexically_normal();
    return (whole.has_filename() ? whole : whole.parent_path()).filename();
}

bool leads_elsewhere(const fs::path& file, const fs::path& folder) {
    std::error_code error;
    const fs::path there = fs::canonical(file, error);
    if (error) return false;  // it cannot be read, which is told
    return there != fs::canonical(folder, error) / file.lexically_relative(folder);
}

// The answer as text: a copy is what is compiled, so that nothing can change it meanwhile, and no link leads
// elsewhere. Empty, with the reason, where there is none.
std::string source_in(const fs::path& folder, const fs::path& file, std::string& why) {
    std::error_code none;
    const fs::file_status status = fs::symlink_status(file, none);
    if (!fs::exists(status)) {
        why = "not handed in";
    } else if (!fs::is_regular_file(status)) {
        why = "not handed in: exercise.cpp is no plain file";
    } else if (leads_elsewhere(file, folder)) {
        why = "not handed in: a link leads out of the learner's folder";
    } else if (fs::file_size(file, none) > most_source) {
        why = "not handed in: exercise.cpp is larger than 1MiB";
    } else {
        try {
            return read_whole(file);
        } catch (const Error& error) {
            why = std::string("not handed in: ") + error.what();
        }
    }
    return "";
}

std::string first_error_in(const std::string& output) {
    for (std::size_t at = 0; at < output.size();) {
        const std::size_t end = std::min(output.find('\n', at), output.size());
        const std::string line = output.substr(at, end - at);
        if (const std::size_t error = line.find("error: "); error != std::string::npos)
            return line.substr(error);
        at = end + 1;
    }
    return output.substr(0, output.find('\n'));
}

// The worst of the runs that say something is kept; one that is inconclusive only while there is no other.
void take_worse(Graded& graded, const Checked& checked) {
    const Judgement& judgement = checked.judgement;
    const bool says_something = judgement.verdict != Verdict::inconclusive;
    const bool first =
        graded.requirements.empty() || (graded.verdict == Verdict::inconclusive && says_something);
    if (!first && (!says_something || judgement.points >= graded.points)) return;
    graded.points = judgement.points;
    graded.of = judgement.of;
    graded.verdict = judgement.verdict;
    graded.requirements = judgement.requirements;
    graded.words = says_something ? judgement.gap : judgement.trouble;
    if (!checked.report.compiled && says_something)
        graded.words = "does not compile: " + first_error_in(checked.report.compiler_output);
}

Graded grade_one(const fs::path& folder, const Exercise& exercise, const Workbench& bench,
                 const GradeOptions& options) {
    Graded graded{.exercise = exercise.name, .id = exercise.id, .requirements = {}, .words = {}};
    graded.of = judge(exercise, {}, {}, {}).of;
    const std::string source = source_in(folder, file_in(folder, exercise), graded.words);
    if (source.empty()) {
        if (graded.words.empty()) graded.words = "not handed in: exercise.cpp is empty";
        return graded;
    }
    if (source == exercise.given) {
        graded.words = "not handed in: exercise.cpp is as it was handed out";
        return graded;
    }
    graded.handed_in = true;
    const ScratchFolder scratch;
    const fs::path copy = scratch.path() / "exercise.cpp";
    write_whole(copy, source);
    for (int run = 0; run < options.runs; ++run) {
        Checked checked;
        for (int tries = 0; tries < most_tries && !options.stop.stop_requested(); ++tries) {
            checked =
                check_source(exercise, bench, copy,
                             {.seed = options.seed + static_cast<std::uint64_t>(run), .stop = options.stop});
            if (checked.judgement.verdict != Verdict::inconclusive) break;
        }
        take_worse(graded, checked);
        graded.runs += checked.judgement.verdict != Verdict::inconclusive ? 1 : 0;
        if (!checked.report.compiled || graded.points == 0) break;
    }
    return graded;
}

}  // namespace

int Submission::points() const {
    int sum = 0;
    for (const Graded& one : exercises) sum += one.points;
    return sum;
}

int Submission::of() const {
    int sum = 0;
    for (const Graded& one : exercises) sum += one.of;
    return sum;
}

int Submission::passed() const {
    return static_cast<int>(std::count_if(exercises.begin(), exercises.end(),
                                          [](const Graded& one) { return one.verdict == Verdict::pass; }));
}

bool Submission::conclusive() const {
    return std::none_of(exercises.begin(), exercises.end(),
                        [](const Graded& one) { return one.verdict == Verdict::inconclusive; });
}

std::vector<Submission> submissions_in(const std::vector<fs::path>& folders,
                                       const std::vector<Exercise>& exercises) {
    std::vector<Submission> all;
    for (const fs::path& folder : folders) {
        std::error_code error;
        if (!fs::is_directory(folder, error)) {
            throw UsageError("'" + folder.string() +
                             "' is no folder: expected a learner's workshop, or a folder of them");
        }
        const std::string name = name_of_folder(folder);
        // One folder may be a class; of several each is a learner's, who may have a workshop in it.
        const bool is_class = folders.size() == 1 && !holds_answers(folder, exercises);
        if (const fs::path own = is_class ? fs::path() : answers_in(folder, exercises); !own.empty()) {
            all.push_back({.name = name, .folder = own, .exercises = {}});
            continue;
        }
        // A class: who handed nothing in has a row, too.
        std::vector<Submission> inside;
        bool any = false;
        for (const fs::path& one : folders_in(folder)) {
            const fs::path own = answers_in(one, exercises);
            any = any || !own.empty();
            inside.push_back(
                {.name = name_of_folder(one), .folder = own.empty() ? one : own, .exercises = {}});
        }
        if (!any) {
            throw UsageError("'" + folder.string() +
                             "' holds no exercise.cpp of these exercises, nor does a folder in it");
        }
        all.insert(all.end(), inside.begin(), inside.end());
    }
    return all;
}

void grade(std::vector<Submission>& submissions, const std::vector<Exercise>& exercises,
           const Workbench& bench, const GradeOptions& options) {
    for (Submission& submission : submissions) submission.exercises.resize(exercises.size());
    std::mutex mutex;
    in_parallel(submissions.size() * exercises.size(), options.jobs, options.stop, [&](std::size_t i) {
        Submission& submission = submissions[i / exercises.size()];
        Graded& graded = submission.exercises[i % exercises.size()];
        graded = grade_one(submission.folder, exercises[i % exercises.size()], bench, options);
        const std::lock_guard guard(mutex);
        if (options.done && !options.stop.stop_requested()) options.done(submission, graded);
    });
}

}  // namespace overlap::workshop
