// Running out of file descriptors.
#pragma once

#include <sys/resource.h>
#include <unistd.h>

namespace overlap::test {

/// Leaves this process no file descriptor to open, and gives them back at its end.
class NoMoreFiles {
  public:
    NoMoreFiles() {
        ::getrlimit(RLIMIT_NOFILE, &before_);
        // New descriptors are the lowest that are free, so a limit there lets nobody open any.
        const int lowest_free = ::dup(STDERR_FILENO);
        ::close(lowest_free);
        rlimit none = before_;
        none.rlim_cur = static_cast<rlim_t>(lowest_free);
        ::setrlimit(RLIMIT_NOFILE, &none);
    }
    ~NoMoreFiles() { ::setrlimit(RLIMIT_NOFILE, &before_); }
    NoMoreFiles(const NoMoreFiles&) = delete;
    NoMoreFiles& operator=(const NoMoreFiles&) = delete;

  private:
    rlimit before_{};
};

}  // namespace overlap::test
