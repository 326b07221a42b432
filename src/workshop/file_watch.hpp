// Waiting until a file was saved.
#pragma once

#include <cstdint>
#include <filesystem>
#include <stop_token>

namespace overlap::workshop {

/// What a file looks like from outside; another one after it was saved. All zero: it is not there.
struct FileMark {
    std::int64_t modified = 0;  ///< nanoseconds since 1970
    std::int64_t size = 0;
    std::uint64_t inode = 0;

    friend bool operator==(const FileMark&, const FileMark&) = default;
};

FileMark mark_of(const std::filesystem::path& file);

/// Told by the kernel (inotify), which sees saving at once, whether a file is written anew or replaced; and
/// where that is blind, as on some network file systems, looks every half second.
class FileWatch {
  public:
    explicit FileWatch(std::filesystem::path file);
    ~FileWatch();
    FileWatch(const FileWatch&) = delete;
    FileWatch& operator=(const FileWatch&) = delete;

    /// Waits until the file is another one than it was at the last call, or at the beginning, and has
    /// settled. Gives false when `stop` came first.
    bool wait(const std::stop_token& stop);

    /// Whether the kernel tells.
    [[nodiscard]] bool told_by_kernel() const { return events_ >= 0; }

  private:
    std::filesystem::path file_;
    FileMark last_;
    int events_ = -1;
};

}  // namespace overlap::workshop
