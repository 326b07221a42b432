// Where a command's result goes.
#pragma once

#include <unistd.h>

#include <string>

namespace overlap {

/// Standard output, or a file named by --output, which is opened (and emptied) at once: before anything is
/// run. Throws Error when it cannot be written.
class Destination {
  public:
    explicit Destination(const std::string& file);  ///< empty: standard output
    ~Destination();
    Destination(const Destination&) = delete;
    Destination& operator=(const Destination&) = delete;

    void write(const std::string& text) const;

  private:
    [[noreturn]] void fail(int error) const;

    std::string file_;
    int fd_ = STDOUT_FILENO;
};

}  // namespace overlap
