#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/files.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"
#include "workshop/folder.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("workshop_folder");

namespace fs = std::filesystem;
using test::contains;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using workshop::Exercise;
using workshop::ExerciseState;
using workshop::Folder;
using workshop::FolderState;
using Names = std::vector<std::string>;
using Json = nlohmann::json;

const workshop::Compiler compiler{
    .path = "/opt/clang++", .version = "19.1.7", .clang = true, .linker = "mold"};

Exercise exercise(const std::string& folder, const std::string& name, const std::string& given) {
    Exercise one;
    one.folder = folder;
    one.name = name;
    one.given = given;
    return one;
}

const std::vector<Exercise> two{exercise("01-first", "first", "// first\n"),
                                exercise("08-limits/second", "second", "// second\n")};

// A workshop with both, in a folder that is gone with the scope.
struct Place {
    Place() { Folder::init(path, two, compiler); }

    TemporaryFolder root;
    std::string path = root.path() + "/workshop";
    std::string first = path + "/01-first/exercise.cpp";
    std::string second = path + "/08-limits/second/exercise.cpp";
    std::string state_file = path + "/.overlap/state.json";

    [[nodiscard]] Folder folder() const { return Folder::find(path); }
};

TEST_CASE("a new folder, however deep, and an empty one become a workshop") {
    const TemporaryFolder root;
    for (const std::string& path : {root.path() + "/deep/new", root.path() + "/deep/empty"}) {
        CAPTURE(path);
        if (path.ends_with("empty")) fs::create_directory(path);
        const Folder::Made made = Folder::init(path, two, compiler);
        CHECK(made.written ==
              Names{"01-first/exercise.cpp", "08-limits/second/exercise.cpp", "README.md", ".gitignore"});
        CHECK(made.kept.empty());
        CHECK(read_file(path + "/01-first/exercise.cpp") == "// first\n");
        CHECK(read_file(path + "/08-limits/second/exercise.cpp") == "// second\n");
        const std::string readme = read_file(path + "/README.md");
        for (const char* command : {"next", "check", "watch", "hint", "reset", "solution"})
            CHECK(contains(readme, std::string("overlap exercise ") + command));
        const Folder folder = Folder::find(path);
        CHECK(folder.state() == FolderState{});
        CHECK(folder.file_of(two[1]) == path + "/08-limits/second/exercise.cpp");
        CHECK(folder.kit() == path + "/.overlap/kit");
        CHECK(folder.target_of(two[0]).parent_path() == path + "/.overlap/targets");
    }
}

TEST_CASE("made again, it gets what is missing; what was changed stays, and is named") {
    const Place place;
    fs::remove(place.second);
    fs::remove(place.path + "/compile_commands.json");
    write_file(place.first, "// mine\n");
    write_file(place.path + "/notes.txt", "mine too");
    place.folder().keep({.current = "first", .exercises = {{"first", {.checks = 3}}}});
    const Folder::Made made = Folder::init(place.path, two, compiler);
    CHECK(made.written == Names{"08-limits/second/exercise.cpp"});
    CHECK(made.kept == Names{"01-first/exercise.cpp"});
    CHECK(read_file(place.first) == "// mine\n");
    CHECK(read_file(place.second) == "// second\n");
    CHECK(read_file(place.path + "/notes.txt") == "mine too");
    CHECK(fs::exists(place.path + "/compile_commands.json"));
    CHECK(place.folder().state().exercises.at("first").checks == 3);

    fs::remove(place.first);
    fs::create_directory(place.first);  // in the way of the file
    CHECK_THROWS_AS(Folder::init(place.path, two, compiler), Error);
    fs::remove(place.first);
    fs::create_symlink("/nowhere", place.first);
    CHECK_THROWS_AS(Folder::init(place.path, two, compiler), Error);
    CHECK(fs::is_symlink(place.first));
}

TEST_CASE("all exercises of ours have a place of their own") {
    const TemporaryFolder root;
    const std::string path = root.path() + "/all";
    const auto& all = workshop::all_exercises();
    const Folder::Made made = Folder::init(path, all, compiler);
    CHECK(made.written.size() == all.size() + 2);
    for (const Exercise& one : all) {
        CAPTURE(one.name);
        CHECK(read_file(Folder::find(path).file_of(one)) == one.given);
    }
    CHECK(Folder::init(path, all, compiler).kept.empty());
}

TEST_CASE("where something else is, nothing is written") {
    const TemporaryFolder root;
    const std::string file = root.path() + "/file";
    write_file(file, "text");
    CHECK_THROWS_WITH_AS(
        Folder::init(root.path(), two, compiler),
        ("'" + root.path() + "' has something else in it: expected a folder that is new, empty or a workshop")
            .c_str(),
        UsageError);
    CHECK_THROWS_WITH_AS(
        Folder::init(file, two, compiler),
        ("'" + file + "' is a file: expected a folder that is new, empty or a workshop").c_str(), UsageError);
    CHECK(root.entries() == 1);
    CHECK(read_file(file) == "text");
}

TEST_CASE("where nothing can be written, it is said which folder cannot be made") {
    const TemporaryFolder root;
    write_file(root.path() + "/file", "text");
    for (const std::string& path : {root.path() + "/file/workshop", std::string("/proc/overlap")}) {
        CAPTURE(path);
        CHECK_THROWS_WITH_AS(Folder::init(path, two, compiler), doctest::Contains(path.c_str()), Error);
    }
}

TEST_CASE("what was interrupted at its beginning can be begun again") {
    const TemporaryFolder root;
    fs::create_directory(root.path() + "/.overlap");
    const Folder::Made made = Folder::init(root.path(), two, compiler);
    CHECK(made.written.size() == 4);
}

TEST_CASE("it is found from every folder in it, and from no other") {
    const Place place;
    for (const char* below : {"", "/", "/08-limits", "/08-limits/second", "/.overlap", "/not/there/yet"}) {
        CAPTURE(below);
        const Folder found = Folder::find(place.path + below);
        CHECK(fs::equivalent(found.path(), place.path));
        CHECK(found.state() == FolderState{});
    }
    CHECK_THROWS_WITH_AS(Folder::find(place.root.path()), doctest::Contains("'overlap workshop init DIR'"),
                         UsageError);
    CHECK_THROWS_WITH_AS(Folder::find(place.root.path()), doctest::Contains(place.root.path().c_str()),
                         UsageError);
    // One that is in another is one of its own.
    const std::string inner = place.path + "/08-limits/inner";
    Folder::init(inner, two, compiler);
    CHECK(Folder::find(inner + "/01-first").path() == inner);
}

TEST_CASE("a path that leads out of a workshop does not lead to it") {
    const Place place;
    fs::create_directory(place.root.path() + "/other");
    CHECK_THROWS_AS(Folder::find(place.path + "/../other"), UsageError);
    CHECK_THROWS_AS(Folder::find(place.path + "/08-limits/../.."), UsageError);
}

TEST_CASE("a file that is reset is kept as a backup, with a number of its own each time") {
    const Place place;
    const Folder folder = place.folder();
    CHECK(folder.reset(two[0]) == "");  // nothing was changed
    CHECK(std::distance(fs::directory_iterator(place.path + "/01-first"), fs::directory_iterator()) == 1);
    for (const char* number : {"1", "2", "3"}) {
        write_file(place.first, std::string("// mine ") + number);
        const std::string backup = place.first + ".backup-" + number;
        CHECK(folder.reset(two[0]) == backup);
        CHECK(read_file(backup) == std::string("// mine ") + number);
        CHECK(read_file(place.first) == "// first\n");
    }
    CHECK(read_file(place.first + ".backup-1") == "// mine 1");
    CHECK(folder.reset(two[0]) == "");
    CHECK(read_file(place.second) == "// second\n");
}

TEST_CASE("a reset brings back what is missing, and keeps what stands in its place") {
    const Place place;
    const Folder folder = place.folder();
    fs::remove_all(place.path + "/08-limits");
    CHECK(folder.reset(two[1]) == "");
    CHECK(read_file(place.second) == "// second\n");

    fs::remove(place.second);
    fs::create_directory(place.second);
    write_file(place.second + "/notes", "mine");
    CHECK(folder.reset(two[1]) == place.second + ".backup-1");
    CHECK(read_file(place.second + ".backup-1/notes") == "mine");
    CHECK(read_file(place.second) == "// second\n");

    fs::remove(place.second);
    fs::create_symlink("/nowhere", place.second);
    CHECK(folder.reset(two[1]) == place.second + ".backup-2");
    CHECK(fs::is_symlink(place.second + ".backup-2"));
    CHECK(fs::is_regular_file(fs::symlink_status(place.second)));
}

TEST_CASE("how far one is stays across") {
    const Place place;
    const FolderState state{
        .current = "second",
        .exercises = {
            {"first",
             {.checks = 4, .passed = true, .gave_up = true, .points = 6, .of = 7, .missed = "", .hints = 0}},
            {"second",
             {.checks = 1,
              .passed = false,
              .gave_up = false,
              .points = 2,
              .of = 9,
              .missed = "a \"b\"\n",
              .hints = 3}}}};
    place.folder().keep(state);
    CHECK(Folder::find(place.path + "/01-first").state() == state);
    CHECK(Json::parse(read_file(place.state_file)).at("schema") == "overlap.workshop/1");
    Folder::init(place.path, two, compiler);
    CHECK(place.folder().state() == state);
    place.folder().keep({});
    CHECK(place.folder().state() == FolderState{});
    // Nothing is left of how it was written.
    CHECK(std::distance(fs::directory_iterator(place.path + "/.overlap"), fs::directory_iterator()) == 1);
}

TEST_CASE("a damaged state is as good as none, and is replaced by the next") {
    const Place place;
    const std::string right =
        R"({"schema": "overlap.workshop/1", "current": "first", "exercises": {"first": {"checks": 1,
            "passed": true, "gave_up": false, "points": 1, "of": 2, "missed": "", "hints": 0}}})";
    write_file(place.state_file, right);
    CHECK(place.folder().state().exercises.at("first").passed);
    for (const std::string& damaged :
         {std::string(), std::string("{"), right.substr(0, right.size() - 1), std::string("[]"),
          std::string("null"), std::string("7"), std::string(300'000, '['), std::string("\0\xff\xfe", 3),
          std::string(R"({"current": 7, "exercises": {}})"), std::string(R"({"current": "first"})"),
          std::string(R"({"current": "first", "exercises": {"first": 1}})"),
          std::string(R"({"current": "first", "exercises": {"first": {"checks": "many"}}})")}) {
        CAPTURE(damaged.substr(0, 100));
        write_file(place.state_file, damaged);
        CHECK(place.folder().state() == FolderState{});
    }
    place.folder().keep({.current = "second", .exercises = {}});
    CHECK(place.folder().state().current == "second");
}

TEST_CASE("numbers in a state that no check has written harm nobody") {
    const Place place;
    for (const char* hints : {"-7", "2147483647", "1e300"}) {
        CAPTURE(hints);
        write_file(place.state_file, R"({"current": "first", "exercises": {"first": {"checks": 1,
            "passed": false, "gave_up": false, "points": 1, "of": 2, "missed": "one", "hints": )" +
                                         std::string(hints) + "}}}");
        const FolderState state = place.folder().state();
        const auto first = state.exercises.find("first");
        const int shown = first == state.exercises.end() ? 0 : first->second.hints;
        CHECK(shown >= 0);
        CHECK(shown <= 3);
    }
}

TEST_CASE("editors are told of every exercise") {
    const Place place;
    const std::string text = read_file(place.path + "/compile_commands.json");
    REQUIRE(Json::accept(text));
    const Json document = Json::parse(text);
    REQUIRE(document.size() == 2);
    const Names files{place.first, place.second};
    for (std::size_t i = 0; i < files.size(); ++i) {
        const Json& entry = document[i];
        CHECK(entry.at("file") == files[i]);
        CHECK(entry.at("directory") == fs::path(files[i]).parent_path().string());
        const auto words = entry.at("arguments").get<Names>();
        CHECK(words.front() == "/opt/clang++");
        for (const std::string& word :
             {std::string("-std=c++20"), "-I" + place.path + "/.overlap/kit/include", files[i]})
            CHECK_MESSAGE(std::find(words.begin(), words.end(), word) != words.end(), word);
    }
}

TEST_CASE("a workshop may be called anything") {
    const TemporaryFolder root;
    const std::string path = root.path() + "/a \"b\" \\c {d} \xc3\xa4\n";
    Folder::init(path, two, compiler);
    const std::string text = read_file(path + "/compile_commands.json");
    REQUIRE(Json::accept(text));
    CHECK(Json::parse(text)[0].at("file") == path + "/01-first/exercise.cpp");
    CHECK(Folder::find(path + "/01-first").path() == path);
}

}  // namespace
}  // namespace overlap
