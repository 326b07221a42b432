// Plain files: blocking calls, each of which holds its thread until the disk is done.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace overlap::net {

/// A file descriptor that is closed with its scope. Each call throws Error with the reason in words ("no
/// space left on device").
class File {
  public:
    /// Opens it, see open(2); one that is made may be read and written by its owner.
    File(const std::string& path, int flags);

    /// Takes over what is open.
    explicit File(int descriptor) : descriptor_(descriptor) {}
    ~File();
    File(const File&) = delete;
    File& operator=(const File&) = delete;

    [[nodiscard]] int descriptor() const { return descriptor_; }

    /// Writes all of `bytes`.
    void write(std::span<const char> bytes, std::int64_t offset);

    /// Fills all of `into`; a file that ends before it is a failure.
    void read(std::span<char> into, std::int64_t offset);

    /// Waits until the disk has what was written: fsync(2).
    void sync();

    /// Has the kernel forget what it keeps of the file in memory, so that the next read asks the disk:
    /// posix_fadvise(POSIX_FADV_DONTNEED), which leaves out what was not synced. A hint.
    void forget();

  private:
    int descriptor_;
};

/// The reason for an errno in words, with a small first letter: "no such file or directory".
std::string words_of_errno(int error);

/// With its first letter made small, unless it is an abbreviation's.
std::string uncapitalized(std::string words);

/// Fills `into` with the bytes that file `number` has at `offset`, unlike those of other files and places.
void pattern(std::span<char> into, int number, std::int64_t offset);

}  // namespace overlap::net
