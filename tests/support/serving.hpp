// `overlap serve` and `overlap proxy` under way.
#pragma once

#include <string>

#include "support/cli.hpp"
#include "support/process.hpp"

namespace overlap::test {

struct Serving {
    explicit Serving(const Words& options = {}, const std::string& command = "serve")
        : process(Launch{.arguments = Words{command} + options}) {
        url = process.read_until("\n");
        url.erase(url.find('\n'));
    }

    Process process;
    std::string url;  ///< as it printed it: without a slash at its end; of a proxy, its address
};

}  // namespace overlap::test
