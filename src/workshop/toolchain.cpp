#include "workshop/toolchain.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <string_view>
#include <system_error>

#include "timeline/error.hpp"
#include "workshop/kit/embedded.hpp"

namespace overlap::workshop {
namespace {

namespace fs = std::filesystem;

// ---- Finding one --------------------------------------------------------------------------------------

// The least versions that are good, and the newest that are looked for by name.
constexpr int least_clang = 16;
constexpr int newest_clang = 30;
constexpr int least_gcc = 13;
constexpr int newest_gcc = 20;

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// The program of that name, which may be a path. Empty when there is none.
std::string in_path(const std::string& name) {
    const auto runs = [](const fs::path& file) {
        std::error_code ignored;
        return fs::is_regular_file(file, ignored) && ::access(file.c_str(), X_OK) == 0;
    };
    if (name.empty()) return "";
    if (name.find('/') != std::string::npos) return runs(name) ? name : "";
    const std::string path = variable("PATH");
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find(':', begin), path.size());
        const std::string folder = path.substr(begin, end - begin);
        if (!folder.empty() && runs(fs::path(folder) / name)) return fs::path(folder) / name;
        begin = end + 1;
    }
    return "";
}

std::string quoted(const std::string& word) {
    std::string out = "'";
    for (const char c : word) c == '\'' ? out += "'\\''" : out += c;
    return out + "'";
}

// What `program --version` says; nothing when it fails.
std::string version_text(const std::string& program) {
    FILE* const pipe = ::popen((quoted(program) + " --version 2>/dev/null </dev/null").c_str(), "re");
    if (pipe == nullptr) return "";
    std::string text;
    std::array<char, 1024> buffer;
    while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
        text.append(buffer.data(), count);
    return ::pclose(pipe) == 0 ? text : "";
}

// "19.1.7", the last word of its first line that begins like a version: "g++ (Debian 12.2.0-14) 12.2.0",
// "Debian clang version 19.1.7 (3~deb12u1)".
std::string version_in(std::string_view text) {
    constexpr std::string_view digits = "0123456789";
    const std::string_view line = text.substr(0, text.find('\n'));
    std::string version;
    for (std::size_t at = 0; at < line.size();) {
        const std::size_t end = std::min(line.find(' ', at), line.size());
        const std::string_view word = line.substr(at, end - at);
        const std::size_t length = std::min(word.find_first_not_of("0123456789."), word.size());
        const bool is_one = !word.empty() && digits.find(word.front()) != std::string_view::npos &&
                            word.substr(0, length).find('.') != std::string_view::npos;
        if (is_one) version = word.substr(0, length);
        at = end + 1;
    }
    return version;
}

std::optional<Compiler> good_compiler(const std::string& name) {
    const std::string path = in_path(name);
    if (path.empty()) return std::nullopt;
    const std::string text = version_text(path);
    Compiler compiler{.path = path,
                      .version = version_in(text),
                      .clang = text.find("clang") != std::string::npos,
                      .linker = ""};
    const int least = compiler.clang ? least_clang : least_gcc;
    if (std::atoi(compiler.version.c_str()) < least) return std::nullopt;
    for (const char* const linker : {"mold", "gold", "lld"}) {
        if (compiler.linker.empty() && !in_path(std::string("ld.") + linker).empty())
            compiler.linker = linker;
    }
    return compiler;
}

// ---- The kit ------------------------------------------------------------------------------------------

std::string bytes_of(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

// In a file beside it first, which then takes its name. A file that would not change keeps its time:
// precompiled headers are no good when that changes.
void unpack(const fs::path& path, std::string_view bytes) {
    if (bytes_of(path) == bytes) return;
    std::error_code error;
    fs::create_directories(path.parent_path(), error);
    const fs::path unfinished = path.string() + "." + std::to_string(::getpid());
    {
        std::ofstream file(unfinished, std::ios::binary);
        file << bytes;
        file.close();
        if (!file) {
            fs::remove(unfinished, error);
            throw Error("cannot write '" + path.string() + "': is its folder writable, and is there room?");
        }
    }
    fs::rename(unfinished, path, error);
    if (!error) return;
    const std::string why = error.message();
    fs::remove(unfinished, error);
    throw Error("cannot write '" + path.string() + "': " + why);
}

// ---- Commands -----------------------------------------------------------------------------------------

// What all halves of a program must have alike. The library was built with these (src/CMakeLists.txt);
// assertions only add checks, such as of an optional that has nothing.
std::vector<std::string> first_words(const Compiler& compiler, const fs::path& folder) {
    std::vector<std::string> words{compiler.path,
                                   "-std=c++20",
                                   "-O0",
                                   "-g",
                                   "-Wall",
                                   "-Wextra",
                                   "-DASIO_SEPARATE_COMPILATION=1",
                                   "-DASIO_HAS_CO_AWAIT=1",
                                   "-DASIO_HAS_STD_COROUTINE=1",
                                   "-DASIO_NO_DEPRECATED=1",
                                   "-DASIO_HAS_STD_ALIGNED_ALLOC=1",
                                   "-D_GLIBCXX_ASSERTIONS"};
    if (!asio_folder().empty()) words.insert(words.end(), {"-isystem", std::string(asio_folder())});
    words.push_back("-I" + (folder / "include").string());
    return words;
}

std::string json_string(std::string_view text) {
    std::string out = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') out += '\\';
        if (static_cast<unsigned char>(c) >= ' ') {
            out += c;
        } else {
            constexpr std::string_view digits = "0123456789abcdef";
            out += "\\u00";
            out += digits[static_cast<unsigned char>(c) >> 4];
            out += digits[static_cast<unsigned char>(c) & 15];
        }
    }
    return out + '"';
}

}  // namespace

std::optional<Compiler> find_compiler() {
    if (auto compiler = good_compiler(variable("CXX"))) return compiler;
    for (int version = newest_clang; version >= least_clang; --version) {
        if (auto compiler = good_compiler("clang++-" + std::to_string(version))) return compiler;
    }
    for (int version = newest_gcc; version >= least_gcc; --version) {
        if (auto compiler = good_compiler("g++-" + std::to_string(version))) return compiler;
    }
    if (auto compiler = good_compiler("clang++")) return compiler;
    return good_compiler("g++");
}

std::string compiler_advice() {
    return "no compiler is installed that gets coroutines right (clang 16 or newer, or g++ 13 or newer): "
           "apt-get "
           "install clang-19 libasio-dev";
}

void unpack_kit(const fs::path& folder) {
    unpack(folder / "include" / "workshop.hpp", kit_header());
    unpack(folder / "include" / "instances.hpp", kit_instances());
    std::error_code ignored;
    fs::create_directories(folder / "include" / "workshop.hpp.gch", ignored);  // see pch_file()
    if (!kit_library().empty()) unpack(folder / "lib" / "liboverlap_workshop.so", kit_library());
}

fs::path pch_file(const Compiler& compiler, const fs::path& folder) {
    // g++ looks for it here by itself, in a folder with one for each set of options. Another compiler reads
    // none of ours.
    const fs::path include = fs::absolute(folder) / "include";
    return compiler.clang ? include / ("instances-" + compiler.version + ".pch")
                          : include / "workshop.hpp.gch" / compiler.version;
}

std::vector<std::string> pch_command(const Compiler& compiler, const fs::path& folder) {
    const fs::path home = fs::absolute(folder);
    std::vector<std::string> words = first_words(compiler, home);
    const char* const header = compiler.clang ? "instances.hpp" : "workshop.hpp";
    if (compiler.clang) words.insert(words.end(), "-fpch-instantiate-templates");
    words.insert(words.end(), {"-x", "c++-header", (home / "include" / header).string(), "-o",
                               pch_file(compiler, home).string()});
    return words;
}

bool pch_is_stale(std::string_view compiler_output) {
    for (const std::string_view complaint :
         {"precompiled header", "PCH file", "precompiled file", "AST file"}) {
        if (compiler_output.find(complaint) != std::string_view::npos) return true;
    }
    return false;
}

std::vector<std::string> compile_command(const Compiler& compiler, const fs::path& folder,
                                         const fs::path& source, const fs::path& program,
                                         CompileOptions options) {
    const fs::path home = fs::absolute(folder);
    std::vector<std::string> words = first_words(compiler, home);
    const auto add = [&](std::initializer_list<std::string> more) { words.insert(words.end(), more); };
    add({options.color ? "-fdiagnostics-color=always" : "-fdiagnostics-color=never"});
    // The place in a line of code is marked below it, which breaks where the terminal breaks lines. The
    // line's number, eight columns, is not counted.
    if (options.columns > 0) add({"-fmessage-length=" + std::to_string(options.columns - 8)});
    if (options.sanitize) {
        add({"-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer"});
    } else {
        if (compiler.clang) add({"-include-pch", pch_file(compiler, home).string()});
        // Not for the sanitizers, of whose runtime gold complains at length.
        if (!compiler.linker.empty()) add({"-fuse-ld=" + compiler.linker});
    }
    const std::string library = (home / "lib").string();
    add({source.string(), "-o", program.string(), "-L" + library, "-Wl,-rpath," + library,
         "-loverlap_workshop"});
    return words;
}

std::string compile_commands_json(const Compiler& compiler, const fs::path& folder, const fs::path& source) {
    const fs::path file = fs::absolute(source);
    std::vector<std::string> words = first_words(compiler, fs::absolute(folder));
    words.insert(words.end(), {"-c", file.string()});
    std::string json = "[\n  {\n    \"directory\": " + json_string(file.parent_path().string()) +
                       ",\n    \"file\": " + json_string(file.string()) + ",\n    \"arguments\": [";
    for (std::size_t i = 0; i < words.size(); ++i) json += (i > 0 ? ", " : "") + json_string(words[i]);
    return json + "]\n  }\n]\n";
}

}  // namespace overlap::workshop
