// Files of /proc, read whole and taken apart (proc(5)).
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace overlap {

/// The first KiB of a file, all of one with a single line; empty when it cannot be read. Not a stream: there
/// may be thousands of threads to look at.
std::string first_text_of(const std::string& path);

/// All of a file that grows with what it lists; a single read of it may end inside a number.
std::string whole_text_of(const std::string& path);

/// The whole numbers, one after the other, that a text begins with.
std::vector<std::int64_t> numbers_in(const std::string& text);

/// The letter behind the name in /proc/PID/stat; '?' where there is none. The name may hold brackets and
/// blanks.
char state_in(const std::string& stat);

/// The processes that a thread of `pid` has started and that have not been awaited.
std::vector<pid_t> children_of(pid_t pid);

}  // namespace overlap
