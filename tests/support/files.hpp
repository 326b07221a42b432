// Files to read, and files for one test.
#pragma once

#include <cstddef>
#include <string>

namespace overlap::test {

/// All bytes of a file; none when it cannot be read.
std::string read_file(const std::string& path);

/// Makes a file, or replaces what is in it.
void write_file(const std::string& path, const std::string& content);

/// A file that is gone with the scope.
class TemporaryFile {
  public:
    explicit TemporaryFile(const std::string& content);
    ~TemporaryFile();
    TemporaryFile(const TemporaryFile&) = delete;
    TemporaryFile& operator=(const TemporaryFile&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

/// A folder that is gone with the scope, with all that is in it.
class TemporaryFolder {
  public:
    TemporaryFolder();
    ~TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;

    [[nodiscard]] const std::string& path() const { return path_; }

    /// How many files and folders are in it.
    [[nodiscard]] std::size_t entries() const;

  private:
    std::string path_;
};

}  // namespace overlap::test
