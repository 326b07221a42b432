// Whether this machine has what the workshop needs. Everything is tried, nothing is assumed.
#pragma once

#include <stop_token>
#include <string>
#include <vector>

namespace overlap::workshop {

struct Finding {
    std::string what;  ///< "compiler"
    bool good = false;
    bool needed = true;  ///< else it is only better with it
    std::string words;   ///< what was found, or what is missing and how to get it
};

std::vector<Finding> examine(const std::stop_token& stop);

/// Whether all that is needed is there.
bool is_healthy(const std::vector<Finding>& findings);

}  // namespace overlap::workshop
