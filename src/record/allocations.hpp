// How often memory was asked for.
#pragma once

#include <cstdint>
#include <optional>

namespace overlap {

/// Calls of malloc and the like (calloc, realloc, aligned_alloc, ...; operator new is one of malloc) that
/// this thread has made so far. None in a build with a sanitizer, which has its own malloc, or without glibc.
std::optional<std::int64_t> allocations_of_this_thread();

}  // namespace overlap
