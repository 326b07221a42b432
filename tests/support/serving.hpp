// `overlap serve` under way.
#pragma once

#include <string>

#include "support/cli.hpp"
#include "support/process.hpp"

namespace overlap::test {

struct Serving {
    explicit Serving(const Words& options = {}) : process(Launch{.arguments = Words{"serve"} + options}) {
        url = process.read_until("\n");
        url.erase(url.find('\n'));
    }

    Process process;
    std::string url;  ///< as it printed it: without a slash at its end
};

}  // namespace overlap::test
