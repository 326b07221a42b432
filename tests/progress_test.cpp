// How far somebody is, kept in a file that is never lost.
#include "lesson/progress.hpp"

#include <doctest/doctest.h>
#include <sys/stat.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "support/files.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::lesson {
namespace {

using test::contains;
using test::TemporaryFolder;
namespace fs = std::filesystem;

TEST_SUITE_BEGIN("progress");

const Progress some{
    {"02-overlapping-waits", {.section = 4, .read = true, .checks = {true, false, std::nullopt}}},
    {"03-coroutines", {.section = 1, .read = false, .checks = {}}},
};

void write(const fs::path& file, const std::string& text) { std::ofstream(file, std::ios::binary) << text; }

TEST_CASE("what is saved is loaded again, folders are made on the way") {
    const TemporaryFolder folder;
    const fs::path file = fs::path(folder.path()) / "a" / "b" / "lessons.json";
    CHECK(load_progress(file).progress.empty());
    save_progress(file, some);
    const LoadedProgress loaded = load_progress(file);
    CHECK(loaded.progress == some);
    CHECK(loaded.notice.empty());
    CHECK(std::distance(fs::directory_iterator(file.parent_path()), {}) ==
          1);  // no half-written one beside it
}

TEST_CASE("a damaged file is set aside with all its bytes, again and again") {
    const TemporaryFolder folder;
    const fs::path file = fs::path(folder.path()) / "lessons.json";
    const std::string damaged[] = {"",
                                   "{",
                                   "[]",
                                   "{\"schema\": \"overlap.run/1\", \"lessons\": {}}",
                                   "{\"schema\": \"overlap.lessons/1\", \"lessons\": []}",
                                   "{\"schema\": \"overlap.lessons/1\", \"lessons\": "
                                   "{\"x\": {\"section\": -1, \"read\": true, \"checks\": []}}}",
                                   "{\"schema\": \"overlap.lessons/1\", \"lessons\": "
                                   "{\"x\": {\"section\": 1, \"read\": true, \"checks\": true}}}",
                                   "{\"schema\": \"overlap.lessons/1\", \"lessons\": {\"x\": {}}}",
                                   "{\"schema\": \"overlap.lessons/1\", \"lessons\": 7}",
                                   std::string("\0\xff", 2)};
    std::size_t kept = 0;
    for (const std::string& text : damaged) {
        CAPTURE(text);
        write(file, text);
        const LoadedProgress loaded = load_progress(file);
        CHECK(loaded.progress.empty());
        CHECK_FALSE(fs::exists(file));
        const std::size_t at = loaded.notice.find(file.string() + ".damaged");
        REQUIRE(at != std::string::npos);
        const std::string aside = loaded.notice.substr(at, loaded.notice.find(',', at) - at);
        CHECK(test::read_file(aside) == text);
        ++kept;
        CHECK(folder.entries() == kept);
    }
}

TEST_CASE("what a newer overlap wrote is left alone") {
    const TemporaryFolder folder;
    const fs::path file = fs::path(folder.path()) / "lessons.json";
    const std::string text = "{\"schema\": \"overlap.lessons/2\"}";
    write(file, text);
    CHECK_THROWS_AS(load_progress(file), Error);
    CHECK(test::read_file(file) == text);
}

TEST_CASE("what was read and answered stays, whoever saves last") {
    const LessonProgress done{.section = 0, .read = true, .checks = {true, false, std::nullopt}};
    const LessonProgress behind{.section = 2, .read = false, .checks = {false, std::nullopt, std::nullopt}};
    CHECK(merged(done, behind) ==
          LessonProgress{.section = 2, .read = true, .checks = {true, false, std::nullopt}});
    CHECK(merged({}, done) == done);
}

TEST_CASE("what cannot be written leaves the old file as it was, and says so") {
    const TemporaryFolder folder;
    const fs::path file = fs::path(folder.path()) / "lessons.json";
    save_progress(file, some);
    write(fs::path(folder.path()) / "blocker", "x");
    CHECK_THROWS_AS(save_progress(fs::path(folder.path()) / "blocker" / "lessons.json", some), Error);
    // A folder in its place cannot be replaced.
    fs::create_directory(fs::path(folder.path()) / "taken");
    fs::create_directory(fs::path(folder.path()) / "taken" / "lessons.json");
    CHECK_THROWS_AS(save_progress(fs::path(folder.path()) / "taken" / "lessons.json", some), Error);
    CHECK(std::distance(fs::directory_iterator(fs::path(folder.path()) / "taken"), {}) == 1);
    CHECK_THROWS_AS(load_progress(fs::path(folder.path()) / "taken" / "lessons.json"), Error);
    CHECK(load_progress(file).progress == some);
}

TEST_CASE("where it is a symbolic link, what that leads to is written") {
    const TemporaryFolder folder;
    const fs::path target = fs::path(folder.path()) / "real.json";
    const fs::path link = fs::path(folder.path()) / "lessons.json";
    save_progress(target, {});
    fs::create_symlink("real.json", link);
    save_progress(link, some);
    CHECK(fs::is_symlink(link));
    CHECK(load_progress(target).progress == some);
}

TEST_CASE("the file is where the specification wants it") {
    const auto with = [](const char* state, const char* home) {
        state == nullptr ? ::unsetenv("XDG_STATE_HOME") : ::setenv("XDG_STATE_HOME", state, 1);
        home == nullptr ? ::unsetenv("HOME") : ::setenv("HOME", home, 1);
        try {
            return progress_file().string();
        } catch (const Error&) {
            return std::string("none");
        }
    };
    const char* const old_state = std::getenv("XDG_STATE_HOME");
    const char* const old_home = std::getenv("HOME");
    const std::string state = old_state == nullptr ? "" : old_state;
    const std::string home = old_home == nullptr ? "" : old_home;
    CHECK(with("/s", "/h") == "/s/overlap/lessons.json");
    CHECK(with(nullptr, "/h") == "/h/.local/state/overlap/lessons.json");
    CHECK(with("relative", "/h") == "/h/.local/state/overlap/lessons.json");
    CHECK(with("", "/h") == "/h/.local/state/overlap/lessons.json");
    CHECK(with(nullptr, nullptr) == "none");
    with(old_state == nullptr ? nullptr : state.c_str(), old_home == nullptr ? nullptr : home.c_str());
}

}  // namespace
}  // namespace overlap::lesson
