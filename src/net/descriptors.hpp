// File descriptors: each connection takes one.
#pragma once

#include <cstddef>
#include <string_view>

namespace overlap::net {

/// Makes room for `count` things, of `files_each` open files, beside those of the process itself, raising the
/// soft limit up to the hard one. Throws Error that says how many fit, and how to have more, when the hard
/// limit is too low.
void need_descriptors(std::size_t count, std::string_view things = "connections", std::size_t files_each = 1);

/// Raises the soft limit to the hard one.
void raise_descriptor_limit();

}  // namespace overlap::net
