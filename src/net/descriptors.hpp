// File descriptors: each connection takes one.
#pragma once

#include <cstddef>

namespace overlap::net {

/// Makes room for `count` open files beside those of the process itself, raising the soft limit up to the
/// hard one. Throws Error that says how many fit, and how to have more, when the hard limit is too low.
void need_descriptors(std::size_t count);

/// Raises the soft limit to the hard one.
void raise_descriptor_limit();

}  // namespace overlap::net
