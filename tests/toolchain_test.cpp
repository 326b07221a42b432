#include "workshop/toolchain.hpp"

#include <doctest/doctest.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/files.hpp"
#include "timeline/error.hpp"
#include "workshop/kit/embedded.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("toolchain");

namespace fs = std::filesystem;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using workshop::Compiler;
using workshop::find_compiler;

// A variable of the environment that has a value for one test.
class Variable {
  public:
    Variable(const char* name, const std::string& value) : name_(name) {
        if (const char* const before = std::getenv(name)) before_ = before;
        ::setenv(name, value.c_str(), 1);
    }
    ~Variable() { before_ ? ::setenv(name_, before_->c_str(), 1) : ::unsetenv(name_); }
    Variable(const Variable&) = delete;
    Variable& operator=(const Variable&) = delete;

  private:
    const char* name_;
    std::optional<std::string> before_;
};

// A PATH with programs that say of themselves what they are told to.
class Programs {
  public:
    Programs() : path_("PATH", folder_.path()), cxx_("CXX", "") {}

    std::string add(const std::string& name, const std::string& says, int code = 0) {
        const std::string file = folder_.path() + "/" + name;
        write_file(file, "#!/bin/sh\necho '" + says + "'\nexit " + std::to_string(code) + "\n");
        ::chmod(file.c_str(), 0755);
        return file;
    }
    [[nodiscard]] const std::string& folder() const { return folder_.path(); }

  private:
    TemporaryFolder folder_;
    Variable path_;
    Variable cxx_;
};

const std::string clang_19 = "Debian clang version 19.1.7 (3~deb12u1)";
const std::string gcc_12 = "g++ (Debian 12.2.0-14) 12.2.0";
const std::string gcc_13 = "g++-13 (Ubuntu 13.2.0-23ubuntu4) 13.2.0";

bool has(const std::vector<std::string>& words, const std::string& word) {
    return std::find(words.begin(), words.end(), word) != words.end();
}

// The one that begins so; empty when there is none.
std::string word_with(const std::vector<std::string>& words, const std::string& begin) {
    const auto found = std::find_if(words.begin(), words.end(),
                                    [&](const std::string& word) { return word.starts_with(begin); });
    return found == words.end() ? "" : *found;
}

TEST_CASE("the newest good compiler is found, clang before g++") {
    Programs programs;
    CHECK_FALSE(find_compiler());
    programs.add("g++", gcc_12);
    programs.add("clang++", "Debian clang version 14.0.6");
    CHECK_FALSE(find_compiler());

    const std::string gcc = programs.add("g++-13", gcc_13);
    auto compiler = find_compiler();
    REQUIRE(compiler);
    CHECK(compiler->path == gcc);
    CHECK(compiler->version == "13.2.0");
    CHECK_FALSE(compiler->clang);

    const std::string clang = programs.add("clang++-19", clang_19);
    programs.add("clang++-17", "clang version 17.0.1");
    compiler = find_compiler();
    REQUIRE(compiler);
    CHECK(compiler->path == clang);
    CHECK(compiler->version == "19.1.7");
    CHECK(compiler->clang);
}

TEST_CASE("a compiler without a version in its name is taken when it is new enough") {
    Programs programs;
    const std::string gcc = programs.add("g++", gcc_13);
    REQUIRE(find_compiler());
    CHECK(find_compiler()->path == gcc);
    const std::string clang = programs.add("clang++", clang_19);
    REQUIRE(find_compiler());
    CHECK(find_compiler()->path == clang);
}

TEST_CASE("CXX is taken before all others, as a name or a path, but not when it is no good") {
    Programs programs;
    const std::string clang = programs.add("clang++-19", clang_19);
    const std::string own = programs.add("own", gcc_13);
    for (const std::string& name : {std::string("own"), own}) {
        const Variable cxx("CXX", name);
        REQUIRE(find_compiler());
        CHECK(find_compiler()->path == own);
    }
    programs.add("old", gcc_12);
    programs.add("broken", clang_19, 1);
    for (const char* const name : {"old", "broken", "missing", "own -Wall", "/nowhere/own", ""}) {
        CAPTURE(name);
        const Variable cxx("CXX", name);
        REQUIRE(find_compiler());
        CHECK(find_compiler()->path == clang);
    }
}

TEST_CASE("a folder or a file that is no program is no compiler, and one that fails neither") {
    Programs programs;
    fs::create_directory(programs.folder() + "/clang++-21");
    write_file(programs.folder() + "/clang++-20", "text");
    programs.add("clang++-18", clang_19, 3);
    CHECK_FALSE(find_compiler());
    CHECK(workshop::compiler_advice().find("apt-get install clang-19") != std::string::npos);
}

TEST_CASE("the fastest linker that is installed is used, but not for the sanitizers") {
    Programs programs;
    programs.add("clang++-19", clang_19);
    CHECK(find_compiler()->linker == "");
    programs.add("ld.lld", "");
    CHECK(find_compiler()->linker == "lld");
    programs.add("ld.gold", "");
    CHECK(find_compiler()->linker == "gold");
    programs.add("ld.mold", "");
    const Compiler compiler = *find_compiler();
    CHECK(compiler.linker == "mold");
    CHECK(has(compile_command(compiler, "kit", "a.cpp", "a"), "-fuse-ld=mold"));
    CHECK(word_with(compile_command(compiler, "kit", "a.cpp", "a", {.sanitize = true}), "-fuse-ld") == "");
}

TEST_CASE("the words of a command are those of the library, and the precompiled header's") {
    const Compiler clang{.path = "/opt/clang++", .version = "19.1.7", .clang = true, .linker = ""};
    const std::string home = fs::absolute("kit").string();
    const auto pch = workshop::pch_command(clang, "kit");
    const auto compile = workshop::compile_command(clang, "kit", "in/exercise.cpp", "out/exercise");
    const auto checked = workshop::compile_command(clang, "kit", "in/exercise.cpp", "out/exercise",
                                                   {.sanitize = true, .color = true});
    for (const auto& words : {pch, compile, checked}) {
        CHECK(words.front() == "/opt/clang++");
        for (const char* const word :
             {"-std=c++20", "-O0", "-g", "-DASIO_SEPARATE_COMPILATION=1", "-DASIO_HAS_CO_AWAIT=1",
              "-DASIO_HAS_STD_COROUTINE=1", "-DASIO_NO_DEPRECATED=1", "-DASIO_HAS_STD_ALIGNED_ALLOC=1"})
            CHECK_MESSAGE(has(words, word), word);
        CHECK(has(words, "-I" + home + "/include"));
    }
    CHECK(pch.back() == workshop::pch_file(clang, "kit"));
    CHECK(has(compile, workshop::pch_file(clang, "kit")));
    CHECK(has(compile, "-fdiagnostics-color=never"));
    CHECK(has(compile, "-Wl,-rpath," + home + "/lib"));
    CHECK(has(compile, "in/exercise.cpp"));
    CHECK(has(compile, "out/exercise"));
    CHECK(word_with(compile, "-fsanitize") == "");

    CHECK(has(checked, "-fsanitize=address,undefined"));
    CHECK(has(checked, "-fno-sanitize-recover=all"));
    CHECK(has(checked, "-fdiagnostics-color=always"));
    CHECK_FALSE(has(checked, "-include-pch"));

    // g++ finds its own beside the header.
    const Compiler gcc{.path = "/opt/g++", .version = "13.2.0", .clang = false, .linker = ""};
    CHECK(workshop::pch_file(gcc, "kit") == home + "/include/workshop.hpp.gch/13.2.0");
    CHECK_FALSE(has(workshop::compile_command(gcc, "kit", "a.cpp", "a"), "-include-pch"));
}

TEST_CASE("editors are told how an exercise is compiled, whatever its folder is called") {
    const Compiler clang{.path = "/opt/clang++", .version = "19.1.7", .clang = true, .linker = ""};
    const std::string json =
        workshop::compile_commands_json(clang, "/home/kit", "/home/a \"b\"\\c\n/exercise.cpp");
    CHECK(json.find(R"("directory": "/home/a \"b\"\\c\u000a",)") != std::string::npos);
    CHECK(json.find(R"("file": "/home/a \"b\"\\c\u000a/exercise.cpp",)") != std::string::npos);
    CHECK(json.find(R"("arguments": ["/opt/clang++", "-std=c++20")") != std::string::npos);
    CHECK(json.find("\"-I/home/kit/include\"") != std::string::npos);
    CHECK(json.find("pch") == std::string::npos);
}

TEST_CASE("a precompiled header that is stale is known by what the compiler says") {
    CHECK(workshop::pch_is_stale(
        "fatal error: file '/usr/include/stdio.h' has been modified since the precompiled header "
        "'a.pch' was built"));
    CHECK_FALSE(workshop::pch_is_stale("exercise.cpp:3:1: error: expected ';'"));
    CHECK_FALSE(workshop::pch_is_stale(""));
}

TEST_CASE("the kit is unpacked as it is, and a file that would not change is left alone") {
    const TemporaryFolder folder;
    const fs::path kit = fs::path(folder.path()) / "deep" / "kit";
    const std::string header = kit / "include" / "workshop.hpp";
    workshop::unpack_kit(kit);
    CHECK(read_file(header) == workshop::kit_header());
    CHECK(workshop::kit_header().find("namespace workshop {") != std::string::npos);
    CHECK(read_file(kit / "include" / "instances.hpp") == workshop::kit_instances());
    CHECK(read_file(kit / "lib" / "liboverlap_workshop.so") == workshop::kit_library());
    if (!workshop::kit_library().empty()) CHECK(workshop::kit_library().substr(1, 3) == "ELF");

    const auto inode = [&] {
        struct stat status{};
        CHECK(::stat(header.c_str(), &status) == 0);
        return status.st_ino;
    };
    const auto before = inode();
    workshop::unpack_kit(kit);
    CHECK(inode() == before);
    write_file(header, "something else");
    workshop::unpack_kit(kit);
    CHECK(read_file(header) == workshop::kit_header());
    CHECK(std::distance(fs::directory_iterator(kit / "include"), fs::directory_iterator()) == 3);
}

TEST_CASE("nobody sees half a file of the kit") {
    const TemporaryFolder folder;
    const std::string header = folder.path() + "/include/workshop.hpp";
    workshop::unpack_kit(folder.path());
    std::atomic<bool> over = false;
    std::atomic<int> halves = 0;
    std::thread reader([&] {
        while (!over) {
            const std::string seen = read_file(header);
            if (!seen.empty() && seen != workshop::kit_header()) ++halves;
        }
    });
    for (int i = 0; i < 40; ++i) {
        fs::remove(header);
        workshop::unpack_kit(folder.path());
    }
    over = true;
    reader.join();
    CHECK(halves == 0);
}

TEST_CASE("where the kit cannot be unpacked, it is said where") {
    const TemporaryFolder folder;
    write_file(folder.path() + "/taken", "a file");
    CHECK_THROWS_WITH_AS(workshop::unpack_kit(folder.path() + "/taken"),
                         doctest::Contains("/taken/include/workshop.hpp'"), Error);
}

TEST_CASE("an exercise is compiled, finds its library and says what it lacks") {
    if (workshop::kit_library().empty()) {
        MESSAGE("the kit is not built with a sanitizer");
        return;
    }
    const auto compiler = find_compiler();
    REQUIRE_MESSAGE(compiler, workshop::compiler_advice());
    const TemporaryFolder folder;
    const std::string source = folder.path() + "/exercise.cpp";
    const std::string program = folder.path() + "/exercise";
    const auto run = [](const std::vector<std::string>& words, const std::string& after) {
        std::string line;
        for (const std::string& word : words) line += word + " ";
        const int status = std::system((line + after).c_str());
        return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    };
    write_file(source,
               "#include \"workshop.hpp\"\nusing namespace workshop;\nawaitable<void> exercise() {\n"
               "    ProcessPool pool(1);\n    co_await pool.run(\"digest\", \"fig:1000\");\n"
               "    co_await get(\"/call/fig\");\n}\n"
               "int main() { return run(exercise, {{\"digest\", format_conversation}}); }\n");
    workshop::unpack_kit(folder.path());
    CHECK(run(workshop::pch_command(*compiler, folder.path()), "") == 0);
    CHECK(run(workshop::compile_command(*compiler, folder.path(), source, program), "") == 0);
    const Variable no_server("OVERLAP_URL", "");
    CHECK(run({program}, "2> " + folder.path() + "/said") == 1);
    CHECK(read_file(folder.path() + "/said") ==
          "exception: OVERLAP_URL is not set: run this with 'overlap exercise check'\n");
}

}  // namespace
}  // namespace overlap
