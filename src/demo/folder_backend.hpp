// Where tasks that save something save it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "demo/backend.hpp"

namespace overlap {

inline constexpr std::int64_t mebibyte = 1024 * 1024;

/// A fresh folder in that of the environment variable TMPDIR, else in /tmp; its address() is the path. It is
/// emptied before each way, and gone with this, unless the process is killed. The run's title says where it
/// is, and whether that is a tmpfs: memory, where fsync(2) has nothing to do. Throws Error when it cannot be
/// made, or when fewer than `bytes` are free there; `smaller` says what to do then ("use a smaller --size").
/// `also`: more to be said in the title.
std::unique_ptr<Backend> folder_backend(std::int64_t bytes, const std::string& smaller,
                                        std::string also = "");

}  // namespace overlap
