#include "workshop/folder.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <system_error>

#include "timeline/error.hpp"
#include "workshop/workbench.hpp"

namespace overlap::workshop {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr const char* hidden = ".overlap";
constexpr const char* state_file = "state.json";
constexpr const char* state_schema = "overlap.workshop/1";

constexpr const char* readme = R"(# overlap workshop

Each folder has an exercise: edit its `exercise.cpp`, then have it checked.

    overlap exercise             which there are, and how far you are
    overlap exercise next        the first that you have not passed
    overlap exercise check 2     compile it, run it, see what it did; also by name
    overlap exercise watch 2     the same whenever you save
    overlap exercise hint 2      a hint on what the last check missed; again for a plainer one
    overlap exercise reset 2     as it was handed out; your file is kept as a backup
    overlap exercise solution 2  once it passed, or with --give-up

An exercise is judged by what your program does: a server counts its calls, and holds answers back until it has seen
enough. What it prints does not count. `workshop.hpp` (in `.overlap/kit/include`) says what you have at hand.
)";

// What the library makes of a number that does not fit is undefined.
int whole(const Json& json, int most) {
    if (!json.is_number_integer()) throw Error("it is no whole number");
    const auto number = json.get<std::int64_t>();
    if (number < 0 || number > most) throw Error("it is out of range");
    return static_cast<int>(number);
}

void make_folder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error) throw Error("cannot make the folder '" + folder.string() + "': " + error.message());
}

bool is_workshop(const fs::path& path) {
    std::error_code none;
    return fs::is_directory(path / hidden, none);
}

// A clone of a workshop has the answers, and not what we keep beside them.
bool has_answers(const fs::path& path, const std::vector<Exercise>& exercises) {
    std::error_code none;
    return std::any_of(exercises.begin(), exercises.end(), [&](const Exercise& one) {
        return fs::exists(path / one.folder / "exercise.cpp", none);
    });
}

// Writes the file unless there is one; one that is there and different is the learner's.
void add_file(const fs::path& root, const std::string& name, const std::string& text, Folder::Made& made) {
    const fs::path file = root / name;
    make_folder(file.parent_path());
    if (fs::exists(fs::symlink_status(file))) {
        if (read_whole(file) != text) made.kept.push_back(name);
        return;
    }
    write_whole(file, text);
    made.written.push_back(name);
}

}  // namespace

Folder Folder::find(const fs::path& start) {
    std::error_code error;
    fs::path from = fs::weakly_canonical(fs::absolute(start, error), error);
    if (error) from = fs::absolute(start).lexically_normal();
    if (!from.has_filename()) from = from.parent_path();
    for (fs::path path = from; !path.empty(); path = path.parent_path()) {
        if (is_workshop(path)) return Folder(path);
        if (path == path.parent_path()) break;
    }
    throw UsageError(
        "'" + from.string() +
        "' is in no workshop: 'overlap workshop init DIR' makes one; go there, or name it with --dir");
}

Folder::Made Folder::init(const fs::path& path, const std::vector<Exercise>& exercises,
                          const Compiler& compiler, const std::string& from) {
    std::error_code none;
    if (fs::exists(path, none) && !fs::is_directory(path, none))
        throw UsageError("'" + path.string() +
                         "' is a file: expected a folder that is new, empty or a workshop");
    if (fs::is_directory(path, none) && !fs::is_empty(path, none) && !is_workshop(path) &&
        !has_answers(path, exercises))
        throw UsageError("'" + path.string() +
                         "' has something else in it: expected a folder that is new, empty or a workshop");
    fs::path whole = fs::absolute(path).lexically_normal();
    if (!whole.has_filename()) whole = whole.parent_path();
    const Folder folder(whole);
    make_folder(folder.path_ / hidden);
    Made made;
    // First, so that what was interrupted can be begun again.
    FolderState state = folder.state();
    state.from = from;
    folder.keep(state);
    std::string commands;
    for (const Exercise& exercise : exercises) {
        add_file(folder.path_, exercise.folder + "/exercise.cpp", exercise.given, made);
        std::string one = compile_commands_json(compiler, folder.kit(), folder.file_of(exercise));
        // Each is a list of one.
        one = Json::parse(one).at(0).dump(2);
        commands += (commands.empty() ? "" : ",\n") + one;
    }
    add_file(folder.path_, "README.md", readme, made);
    add_file(folder.path_, ".gitignore", std::string(hidden) + "/\n", made);
    write_whole(folder.path_ / "compile_commands.json", "[\n" + commands + "\n]\n");
    return made;
}

fs::path Folder::kit() const { return path_ / hidden / "kit"; }

fs::path Folder::file_of(const Exercise& exercise) const { return path_ / exercise.folder / "exercise.cpp"; }

fs::path Folder::target_of(const Exercise& exercise) const {
    return path_ / hidden / "targets" / exercise.name;
}

std::string Folder::reset(const Exercise& exercise) const {
    const fs::path file = file_of(exercise);
    make_folder(file.parent_path());
    std::string backup;
    std::error_code none;
    if (fs::exists(fs::symlink_status(file))) {
        if (fs::is_regular_file(file, none) && read_whole(file) == exercise.given) return "";
        int number = 1;
        do backup = file.string() + ".backup-" + std::to_string(number++);
        while (fs::exists(fs::symlink_status(backup)));
        fs::rename(file, backup, none);
        if (none) throw Error("cannot keep '" + file.string() + "' as a backup: " + none.message());
    }
    write_whole(file, exercise.given);
    return backup;
}

FolderState Folder::state() const {
    FolderState state;
    try {
        const Json document = Json::parse(read_whole(path_ / hidden / state_file));
        state.current = document.at("current").get<std::string>();
        state.from = document.value("from", "");
        constexpr int most = 1'000'000;
        constexpr int most_hints = 3;
        for (const auto& [name, entry] : document.at("exercises").items()) {
            state.exercises[name] = {.checks = whole(entry.at("checks"), most),
                                     .passed = entry.at("passed").get<bool>(),
                                     .gave_up = entry.at("gave_up").get<bool>(),
                                     .points = whole(entry.at("points"), most),
                                     .of = whole(entry.at("of"), most),
                                     .missed = entry.at("missed").get<std::string>(),
                                     .hints = whole(entry.at("hints"), most_hints)};
        }
    } catch (const std::exception&) {
        return {};
    }
    return state;
}

void Folder::keep(const FolderState& state) const {
    Json exercises = Json::object();
    for (const auto& [name, one] : state.exercises) {
        exercises[name] = {{"checks", one.checks}, {"passed", one.passed}, {"gave_up", one.gave_up},
                           {"points", one.points}, {"of", one.of},         {"missed", one.missed},
                           {"hints", one.hints}};
    }
    const Json document{
        {"schema", state_schema}, {"current", state.current}, {"from", state.from}, {"exercises", exercises}};
    write_whole(path_ / hidden / state_file, document.dump(2) + '\n');
}

}  // namespace overlap::workshop
