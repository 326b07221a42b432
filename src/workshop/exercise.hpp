// An exercise: what its exercise.toml says, and its files. Plain data (docs/authoring.md has the format).
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "timeline/timeline.hpp"
#include "workshop/limits.hpp"

namespace overlap::workshop {

/// A number of the exercise: drawn anew for every run, both ends included.
struct Range {
    std::int64_t least = 0;
    std::int64_t most = 0;

    friend bool operator==(const Range&, const Range&) = default;
};

enum class Relation : std::uint8_t { at_least, at_most, exactly };

/// Something that must have happened.
struct Requirement {
    std::string name;  ///< of one word: "overlap"
    std::string text;  ///< "All calls are in flight at once."
    std::string fact;  ///< what is looked at, see facts_of() of each scenario
    Relation relation = Relation::at_least;
    std::string needed;  ///< a number, or the name of one that is drawn: "calls"
    int points = 1;
    std::string seen;  ///< what to say of it, with {seen} and {needed}
    std::string gap;   ///< one sentence that names what is amiss
    std::vector<std::string> hints;
};

/// A plausible answer that must fail, and what it breaks: a requirement's name, or "finish".
struct WrongAnswer {
    std::string name;
    std::string breaks;
    std::string source;
};

struct Exercise {
    std::string id;      ///< "08", of the lesson, or "08b": the lesson's second
    std::string folder;  ///< below lessons/: "08-limits-and-retries/retries"
    int lesson = 0;
    std::string name;     ///< "retries"
    std::string title;    ///< "Try again, later and later"
    std::string summary;  ///< one line, for the list
    std::string task;     ///< what to do, a few sentences
    bool any_language = true;
    std::string scenario;                  ///< who the server is
    std::map<std::string, Range> numbers;  ///< what it is told
    Limits limits;
    std::vector<Requirement> requirements;
    std::string given_breaks;  ///< what exercise.cpp breaks as it is handed out
    std::string given;         ///< exercise.cpp
    std::string solution;
    std::vector<WrongAnswer> wrong;
};

/// Files by their path below lessons/, as they are embedded.
using Files = std::map<std::string, std::string, std::less<>>;

/// Those that are embedded in this program.
const Files& embedded_files();

/// Those below a folder laid out like lessons/. Throws Error when it cannot be read.
Files files_below(const std::filesystem::path& folder);

/// All exercises among the files, in the order of their ids. Throws Error that names the file and the line,
/// or what is missing.
std::vector<Exercise> read_exercises(const Files& files, const std::string& where = "lessons");

/// Those of a folder laid out like lessons/. Throws Error, also where there is none.
std::vector<Exercise> exercises_below(const std::filesystem::path& folder);

/// The names of the embedded ones, without reading all of them: every command line asks for these.
std::vector<std::string> embedded_exercise_names();

/// The embedded ones.
const std::vector<Exercise>& all_exercises();

/// An id as people write it: "8b" for "08b".
std::string short_id(std::string_view id);

/// By its number ("8", "08", "8b"), its name, or its folder; null when there is none.
const Exercise* find_exercise(const std::vector<Exercise>& exercises, std::string_view word);

}  // namespace overlap::workshop
