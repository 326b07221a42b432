// Whether this machine has what the workshop needs. Everything is tried, nothing is assumed.
#pragma once

#include <functional>
#include <stop_token>
#include <string>

namespace overlap::workshop {

struct Finding {
    std::string what;  ///< "compiler"
    bool good = false;
    bool needed = true;  ///< else it is only better with it
    std::string words;   ///< what was found, or what is missing and how to get it
};

/// Tells `found` of each thing as soon as it was tried, some of which takes seconds, until `stop`. Gives
/// whether all that is needed is there.
bool examine(const std::stop_token& stop, const std::function<void(const Finding&)>& found);

}  // namespace overlap::workshop
