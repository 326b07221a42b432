// Pictures that are kept as files.
#pragma once

#include <doctest/doctest.h>

#include <cstdlib>
#include <fstream>
#include <string>

#include "support/files.hpp"

namespace overlap::test {

/// Compares draw(width) with tests/golden/NAME-WIDTH.txt, for 40, 80 and 120 columns. With
/// OVERLAP_UPDATE_GOLDEN set it writes the files instead, and fails, so that no such run can pass for a
/// check.
template <typename Draw>
void check_golden(const std::string& name, Draw draw) {
    for (const int width : {40, 80, 120}) {
        const std::string picture = draw(width);
        const std::string path =
            OVERLAP_SOURCE_DIR "/tests/golden/" + name + "-" + std::to_string(width) + ".txt";
        if (std::getenv("OVERLAP_UPDATE_GOLDEN") != nullptr) {
            std::ofstream(path) << picture;
            FAIL_CHECK("wrote " << path);
            continue;
        }
        CHECK_MESSAGE(picture == read_file(path), path);
    }
}

}  // namespace overlap::test
