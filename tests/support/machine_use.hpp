// What a process holds of the machine, as /proc tells it.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>

namespace overlap::test {

/// Whether this build runs under a sanitizer, which keeps freed memory and makes all slower.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool sanitized = true;
#elif defined(__has_feature)
inline constexpr bool sanitized = __has_feature(address_sanitizer) || __has_feature(thread_sanitizer);
#else
inline constexpr bool sanitized = false;
#endif

/// How many file descriptors the process has open.
std::size_t open_files(pid_t pid);

/// Its resident memory in bytes. Fails the test when the process is gone.
std::int64_t resident_memory(pid_t pid);

}  // namespace overlap::test
