// Workshops for one test, and the exercises to do in them.
#pragma once

#include <doctest/doctest.h>

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "support/cli.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "workshop/exercise.hpp"
#include "workshop/folder.hpp"
#include "workshop/kit/embedded.hpp"

namespace overlap::test {

inline const workshop::Exercise& exercise(const std::string& name) {
    const workshop::Exercise* const found = workshop::find_exercise(workshop::all_exercises(), name);
    REQUIRE_MESSAGE(found != nullptr, name);
    return *found;
}

/// The source of an answer that fails, by its name.
inline const std::string& wrong_answer(const workshop::Exercise& to, const std::string& name) {
    for (const workshop::WrongAnswer& wrong : to.wrong) {
        if (wrong.name == name) return wrong.source;
    }
    FAIL("there is no wrong answer " << name);
    return to.given;
}

/// Whether exercises can be compiled in this build. Where they cannot, for a sanitizer, checks that this
/// command refuses in one line that says so.
inline bool can_compile(const Launch& launch) {
    if (!workshop::kit_library().empty()) return true;
    check_refused(run(launch), 1, {"was built without the library", "another build"});
    return false;
}

/// Where the precompiled header and the solutions' programs are, which take most of the time: made once.
inline const std::string& shared_workshop() {
    struct Shared {
        TemporaryFolder folder;
        std::string path = folder.path() + "/shared";
        Shared() { CHECK(run({"workshop", "init", path}).code == 0); }
    };
    static const Shared shared;
    return shared.path;
}

/// Somebody with a workshop, in which all commands are started.
class Learner {
  public:
    Learner() {
        workshop::Folder::init(path_, workshop::all_exercises(),
                               {.path = "c++", .version = {}, .linker = {}});
        if (workshop::kit_library().empty()) return;
        const std::filesystem::path hidden = std::filesystem::path(shared_workshop()) / ".overlap";
        std::filesystem::create_directories(hidden / "targets");
        for (const char* name : {"kit", "targets"})
            std::filesystem::create_directory_symlink(hidden / name, path_ + "/.overlap/" + name);
    }

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string file(const std::string& name = "three-calls") const {
        return path_ + "/" + exercise(name).folder + "/exercise.cpp";
    }
    void write(const std::string& source, const std::string& name = "three-calls") const {
        write_file(file(name), source);
    }

    /// `overlap exercise WORDS`.
    [[nodiscard]] Launch launch(const Words& words, bool terminal = false) const {
        return {
            .arguments = Words{"exercise"} + words, .terminal = terminal, .wrapper = {"env", "-C", path_}};
    }
    [[nodiscard]] Ended does(const Words& words) const { return run(launch(words)); }

    /// What is kept of an exercise.
    [[nodiscard]] Json kept(const std::string& name = "three-calls") const {
        const std::string text = read_file(path_ + "/.overlap/state.json");
        REQUIRE(Json::accept(text));
        return Json::parse(text).at("exercises").value(name, Json::object());
    }

  private:
    TemporaryFolder folder_;
    std::string path_ = folder_.path() + "/workshop";
};

}  // namespace overlap::test
