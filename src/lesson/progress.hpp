// How far somebody is with the lessons, kept in a file.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace overlap::lesson {

/// Of one lesson.
struct LessonProgress {
    std::size_t section = 0;  ///< where to go on
    bool read = false;        ///< to its end, at least once
    /// Of its questions: whether the first answer was right; none: not asked yet.
    std::vector<std::optional<bool>> checks;

    friend bool operator==(const LessonProgress&, const LessonProgress&) = default;
};

/// By the names of the lessons' folders.
using Progress = std::map<std::string, LessonProgress>;

/// $XDG_STATE_HOME/overlap/lessons.json, or below ~/.local/state
/// (https://specifications.freedesktop.org/basedir-spec). Throws Error where neither is known.
std::filesystem::path progress_file();

/// What was read, and what is to be said about it.
struct LoadedProgress {
    Progress progress;
    std::string notice;  ///< empty: nothing
};

/// No file is no progress. A file that cannot be understood is renamed, never deleted: the notice says to
/// what. One that a newer overlap wrote is left alone. Throws Error then, and where it can be neither read
/// nor renamed.
LoadedProgress load_progress(const std::filesystem::path& file);

/// What both know of a lesson: nothing that was read or answered is lost. Where to go on is `later`'s.
LessonProgress merged(const LessonProgress& earlier, const LessonProgress& later);

/// Writes all of it to a new file, which then takes the old one's place: at no moment is there half of one.
/// Makes the folder. Throws Error.
void save_progress(const std::filesystem::path& file, const Progress& progress);

}  // namespace overlap::lesson
