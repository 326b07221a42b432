// How an exercise is compiled: with which compiler, and with which words.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace overlap::workshop {

/// One that compiles coroutines as they should be (docs/compilers.md).
struct Compiler {
    std::string path;
    std::string version;  ///< "19.1.7"
    bool clang = true;    ///< else g++
    std::string linker;   ///< the fastest it can use, for -fuse-ld; empty: its own
};

/// $CXX, if it is a good one; else the newest good one in PATH. None when there is none.
std::optional<Compiler> find_compiler();

/// What to install where there is none, in a sentence.
std::string compiler_advice();

/// Writes the headers to `folder`/include and, where this program carries it, the library to `folder`/lib.
/// What is there already is left alone, and nobody ever sees half a file. Throws Error.
void unpack_kit(const std::filesystem::path& folder);

/// Where the precompiled header of that compiler is, once it has been made.
std::filesystem::path pch_file(const Compiler& compiler, const std::filesystem::path& folder);

/// The words of a command that makes it. `folder` has the kit.
std::vector<std::string> pch_command(const Compiler& compiler, const std::filesystem::path& folder);

/// Whether a compiler complains that the precompiled header is older than what it was made from (the system's
/// headers were updated, say), or broken: make it again.
bool pch_is_stale(std::string_view compiler_output);

struct CompileOptions {
    bool sanitize =
        false;           ///< AddressSanitizer and UndefinedBehaviorSanitizer; without the precompiled header
    bool color = false;  ///< in what the compiler says
    int columns = 0;     ///< for that; 0: as many as it takes
};

/// The words of a command that compiles the one file `source` to `program`. `folder` has the kit and, unless
/// `sanitize`, the precompiled header.
std::vector<std::string> compile_command(const Compiler& compiler, const std::filesystem::path& folder,
                                         const std::filesystem::path& source,
                                         const std::filesystem::path& program, CompileOptions options = {});

/// The text of a compile_commands.json for `source`, from which editors (clangd) know how it is compiled.
std::string compile_commands_json(const Compiler& compiler, const std::filesystem::path& folder,
                                  const std::filesystem::path& source);

}  // namespace overlap::workshop
