// Compiler and kit, ready for use; folders that are there for a moment.
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "timeline/error.hpp"
#include "workshop/toolchain.hpp"

namespace overlap::workshop {

/// A folder below TMPDIR, gone with all that is in it at the end of the scope. Throws Error.
class ScratchFolder {
  public:
    ScratchFolder();
    ~ScratchFolder();
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

  private:
    std::filesystem::path path_;
};

struct Workbench {
    Compiler compiler;
    std::filesystem::path kit;  ///< where the kit is unpacked
};

/// Unpacks the kit to that folder and has the precompiled header made, where it is missing or stale; `making`
/// is called before that, as it takes some seconds. Throws Error that says what to install; Interrupted.
Workbench open_workbench(const std::filesystem::path& kit, const std::function<void()>& making = {},
                         const std::stop_token& stop = {});

/// Writes a file so that nobody ever sees half of it. Throws Error.
void write_whole(const std::filesystem::path& file, const std::string& text);

/// All of a file. Throws Error.
std::string read_whole(const std::filesystem::path& file);

}  // namespace overlap::workshop
