// Counts by standing in front of glibc's malloc, which lets a program do so (glibc manual, "Replacing
// malloc"), and handing on to it under its other name. That costs an addition a call. operator new would not
// do: Asio takes the frames of coroutines from aligned_alloc().
#include "record/allocations.hpp"

#include <cerrno>
#include <cstddef>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define OVERLAP_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#define OVERLAP_COUNTS_ALLOCATIONS                                            \
    (!__has_feature(address_sanitizer) && !__has_feature(thread_sanitizer) && \
     !__has_feature(memory_sanitizer))
#else
#define OVERLAP_COUNTS_ALLOCATIONS 1
#endif
#if !defined(__GLIBC__)
#undef OVERLAP_COUNTS_ALLOCATIONS
#define OVERLAP_COUNTS_ALLOCATIONS 0
#endif

#if OVERLAP_COUNTS_ALLOCATIONS

namespace {
constinit thread_local std::int64_t allocations = 0;
}

extern "C" {

void* __libc_malloc(std::size_t size) noexcept;
void* __libc_calloc(std::size_t count, std::size_t size) noexcept;
void* __libc_realloc(void* memory, std::size_t size) noexcept;
void* __libc_memalign(std::size_t alignment, std::size_t size) noexcept;

void* malloc(std::size_t size) noexcept {
    ++allocations;
    return __libc_malloc(size);
}

void* calloc(std::size_t count, std::size_t size) noexcept {
    ++allocations;
    return __libc_calloc(count, size);
}

void* realloc(void* memory, std::size_t size) noexcept {
    ++allocations;
    return __libc_realloc(memory, size);
}

void* memalign(std::size_t alignment, std::size_t size) noexcept {
    ++allocations;
    return __libc_memalign(alignment, size);
}

void* aligned_alloc(std::size_t alignment, std::size_t size) noexcept {
    ++allocations;
    return __libc_memalign(alignment, size);
}

int posix_memalign(void** memory, std::size_t alignment, std::size_t size) noexcept {
    ++allocations;
    if (alignment % sizeof(void*) != 0 || (alignment & (alignment - 1)) != 0 || alignment == 0) return EINVAL;
    void* const taken = __libc_memalign(alignment, size);
    if (taken == nullptr) return ENOMEM;
    *memory = taken;
    return 0;
}

}  // extern "C"

namespace overlap {
std::optional<std::int64_t> allocations_of_this_thread() { return allocations; }
}  // namespace overlap

#else

namespace overlap {
std::optional<std::int64_t> allocations_of_this_thread() { return std::nullopt; }
}  // namespace overlap

#endif
