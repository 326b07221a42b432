// Templates that most exercises need, and that stand in the library for std::string already. An exercise's
// precompiled header says so, which spares its compiler a fifth of the work. Without it they are instantiated
// as always.
#pragma once

#include "workshop.hpp"

#ifndef OVERLAP_WORKSHOP_INSTANCE
#define OVERLAP_WORKSHOP_INSTANCE extern template
#endif

// What a coroutine has that gives such a value.
#define OVERLAP_WORKSHOP_COROUTINE(...)                           \
    OVERLAP_WORKSHOP_INSTANCE class asio::awaitable<__VA_ARGS__>; \
    OVERLAP_WORKSHOP_INSTANCE class asio::detail::awaitable_frame<__VA_ARGS__, asio::any_io_executor>;

// Member by member: some of a vector's copy, and coroutines cannot be copied.
#define OVERLAP_WORKSHOP_CHILDREN(...)                                                              \
    OVERLAP_WORKSHOP_INSTANCE void std::vector<asio::awaitable<__VA_ARGS__>>::reserve(std::size_t); \
    OVERLAP_WORKSHOP_INSTANCE void std::vector<asio::awaitable<__VA_ARGS__>>::push_back(            \
        asio::awaitable<__VA_ARGS__>&&);                                                            \
    OVERLAP_WORKSHOP_INSTANCE asio::awaitable<__VA_ARGS__>&                                         \
    std::vector<asio::awaitable<__VA_ARGS__>>::emplace_back(asio::awaitable<__VA_ARGS__>&&);

OVERLAP_WORKSHOP_INSTANCE class asio::detail::awaitable_frame_base<asio::any_io_executor>;
OVERLAP_WORKSHOP_COROUTINE(void)
OVERLAP_WORKSHOP_COROUTINE(std::string)
OVERLAP_WORKSHOP_COROUTINE(std::optional<std::string>)
OVERLAP_WORKSHOP_COROUTINE(std::vector<std::string>)
OVERLAP_WORKSHOP_COROUTINE(workshop::First<std::string>)
OVERLAP_WORKSHOP_COROUTINE(workshop::Semaphore::Permit)
OVERLAP_WORKSHOP_CHILDREN(void)
OVERLAP_WORKSHOP_CHILDREN(std::string)
OVERLAP_WORKSHOP_INSTANCE asio::awaitable<std::vector<std::string>> workshop::gather(
    std::vector<asio::awaitable<std::string>>);
OVERLAP_WORKSHOP_INSTANCE asio::awaitable<workshop::First<std::string>> workshop::first_completed(
    std::vector<asio::awaitable<std::string>>);
OVERLAP_WORKSHOP_INSTANCE asio::awaitable<std::optional<std::string>> workshop::with_timeout(
    asio::awaitable<std::string>, workshop::nanoseconds);

#undef OVERLAP_WORKSHOP_CHILDREN
#undef OVERLAP_WORKSHOP_COROUTINE
#undef OVERLAP_WORKSHOP_INSTANCE
