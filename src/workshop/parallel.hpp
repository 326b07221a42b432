// Work on several threads.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

namespace overlap::workshop {

/// Calls work(0) to work(count - 1), `jobs` at once, until all are done or `stop` is requested. The first
/// exception is thrown on, when all threads have ended.
void in_parallel(std::size_t count, int jobs, const std::stop_token& stop,
                 const std::function<void(std::size_t)>& work);

}  // namespace overlap::workshop
