#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace overlap {
namespace {

namespace fs = std::filesystem;

TEST_SUITE_BEGIN("folders");

// Who may include whom (docs/architecture.md). "asio" stands for Asio and src/compat, which evens out its
// versions.
const std::map<std::string, std::set<std::string>> allowed{
    {"src/timeline", {}},
    {"src/compat", {"asio"}},
    {"src/record", {"timeline", "asio"}},
    {"src/net", {"record", "timeline", "asio", "http_parser", "hiredis", "sqlite3", "liburing", "json"}},
    {"src/concurrency", {"record", "timeline", "asio"}},
    {"src/demo", {"record", "timeline", "net", "concurrency", "asio", "http_parser", "fmt"}},
    {"demos", {"demo", "net", "concurrency", "asio"}},
    {"src/trace", {"timeline", "record", "net", "demo", "asio"}},
    {"src/claims", {"timeline", "record", "demo", "demos", "trace"}},
    {"src/render", {"timeline", "fmt", "json"}},
    {"src/lesson", {"timeline", "render", "json", "md4c"}},
    {"src/workshop",
     {"timeline", "record", "net", "concurrency", "trace", "render", "asio", "fmt", "json", "toml",
      "hiredis"}},
    {"src/cli",
     {"timeline", "record", "net", "concurrency", "demo", "demos", "trace", "claims", "lesson", "workshop",
      "render", "asio", "fmt", "cli11"}},
};

// The folder or library that an include names; empty for the standard library and the system.
std::string owner_of(const std::string& include) {
    const std::string head = include.substr(0, include.find('/'));
    if (head == "asio.hpp" || head == "asio" || head == "compat") return "asio";
    if (head == "nlohmann") return "json";
    if (head == "CLI") return "cli11";
    if (head == "http_parser.h") return "http_parser";
    if (head == "sqlite3.h") return "sqlite3";
    if (head == "liburing.h") return "liburing";
    if (head == "md4c.h") return "md4c";
    if (head == "toml++") return "toml";
    if (include == "demos.hpp" || include == "redis_words.hpp" || include == "blocking_words.hpp")
        return "";  // its own folder
    for (const char* name : {"fmt", "hiredis", "timeline", "record", "net", "concurrency", "demo", "demos",
                             "trace", "claims", "lesson", "workshop", "render", "cli"}) {
        if (head == name) return head;
    }
    return "";
}

TEST_CASE("every folder includes only what is below it") {
    const std::regex include("^\\s*#include [<\"]([^>\"]+)[>\"]");
    std::set<std::string> seen;
    for (const auto& [folder, may] : allowed) {
        const std::string own = fs::path(folder).filename();
        for (const fs::directory_entry& entry :
             fs::recursive_directory_iterator(fs::path(OVERLAP_SOURCE_DIR) / folder)) {
            if (entry.path().extension() != ".cpp" && entry.path().extension() != ".hpp") continue;
            seen.insert(folder);
            std::ifstream file(entry.path());
            for (std::string line; std::getline(file, line);) {
                std::smatch match;
                if (!std::regex_search(line, match, include)) continue;
                const std::string owner = owner_of(match[1]);
                if (owner.empty() || owner == own || may.contains(owner)) continue;
                FAIL_CHECK(entry.path().string() << " includes " << match[1] << ": " << folder << " may not");
            }
        }
    }
    CHECK(seen.size() == allowed.size() - (seen.contains("src/concurrency") ? 0 : 1));
}

TEST_CASE("every source folder has its place in the order") {
    for (const fs::directory_entry& entry : fs::directory_iterator(fs::path(OVERLAP_SOURCE_DIR) / "src")) {
        if (!entry.is_directory() || entry.path().filename() == "cmake") continue;
        const std::string folder = "src/" + entry.path().filename().string();
        CHECK_MESSAGE(allowed.contains(folder), folder);
    }
}

TEST_CASE("standard output is written by the command line only, CLI11 included in one file only") {
    const std::regex output("std::cout|std::cerr|printf\\(|fmt::print|<iostream>");
    int with_cli11 = 0;
    for (const char* root : {"src", "demos"}) {
        for (const fs::directory_entry& entry :
             fs::recursive_directory_iterator(fs::path(OVERLAP_SOURCE_DIR) / root)) {
            const std::string path = entry.path().string();
            if (!path.ends_with(".cpp") && !path.ends_with(".hpp")) continue;
            std::ifstream file(path);
            for (std::string line; std::getline(file, line);) {
                if (line.find("#include <CLI/") != std::string::npos) ++with_cli11;
                if (path.find("/src/cli/") != std::string::npos) continue;
                const bool prints =
                    std::regex_search(line, output) && line.find("snprintf") == std::string::npos;
                CHECK_MESSAGE(!prints, path, line);
            }
        }
    }
    CHECK(with_cli11 == 1);
}

TEST_CASE("nothing sleeps in place of waiting for something real") {
    const std::regex sleep("sleep_for|sleep_until|usleep|nanosleep");
    const std::regex name_of_call(R"(\{SYS_\w+, "\w+"\})");  // a table of names calls nothing
    for (const char* root : {"src", "demos"}) {
        for (const fs::directory_entry& entry :
             fs::recursive_directory_iterator(fs::path(OVERLAP_SOURCE_DIR) / root)) {
            if (!entry.is_regular_file()) continue;
            std::ifstream file(entry.path());
            for (std::string line; std::getline(file, line);) {
                CHECK_FALSE(std::regex_search(std::regex_replace(line, name_of_call, ""), sleep));
            }
        }
    }
}

}  // namespace
}  // namespace overlap
