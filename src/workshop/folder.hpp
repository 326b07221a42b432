// A learner's folder: the exercises to be edited, and beside them, hidden, what we keep.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "workshop/exercise.hpp"
#include "workshop/toolchain.hpp"

namespace overlap::workshop {

/// How far a learner is with one exercise.
struct ExerciseState {
    int checks = 0;
    bool passed = false;
    bool gave_up = false;  ///< the solution was looked at before
    int points = 0;        ///< the most so far
    int of = 0;
    std::string missed;  ///< the requirement of the last check that hints are about; empty: none
    int hints = 0;       ///< shown of that

    friend bool operator==(const ExerciseState&, const ExerciseState&) = default;
};

struct FolderState {
    std::string current;  ///< the name of the exercise that was started last
    std::string from;     ///< the folder of its exercises, where they are an author's; empty: our own
    std::map<std::string, ExerciseState> exercises;

    friend bool operator==(const FolderState&, const FolderState&) = default;
};

class Folder {
  public:
    /// The one that `start` is in, or a folder above it. Throws UsageError that says how to make one.
    static Folder find(const std::filesystem::path& start);

    /// What init() did.
    struct Made {
        std::vector<std::string> written;
        std::vector<std::string> kept;  ///< files that were changed, and are left as they are
    };

    /// Makes `path` one, or completes one: no file of the learner's is overwritten. Throws Error; UsageError
    /// when there is something else in it.
    static Made init(const std::filesystem::path& path, const std::vector<Exercise>& exercises,
                     const Compiler& compiler, const std::string& from = "");

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] std::filesystem::path kit() const;

    /// The file that the learner edits.
    [[nodiscard]] std::filesystem::path file_of(const Exercise& exercise) const;

    /// Where the solution's program is kept, once it was compiled.
    [[nodiscard]] std::filesystem::path target_of(const Exercise& exercise) const;

    /// Puts the file back as it was handed out. Gives the name of the backup; empty when nothing had been
    /// changed. Throws Error.
    std::string reset(const Exercise& exercise) const;

    /// A state that cannot be read is as good as none. Saving throws Error.
    [[nodiscard]] FolderState state() const;
    void keep(const FolderState& state) const;

  private:
    explicit Folder(std::filesystem::path path) : path_(std::move(path)) {}

    std::filesystem::path path_;
};

}  // namespace overlap::workshop
