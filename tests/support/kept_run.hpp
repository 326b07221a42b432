// A run of the overlap binary as --json keeps it, for the tests that only look at one.
#pragma once

#include <string>

namespace overlap::test {

/// What `overlap api --json` printed: made once, the same for every test.
const std::string& kept_run();

/// The path of a file that holds it.
const std::string& kept_file();

/// How a kept run is drawn.
std::string picture_of(const std::string& json, int width, bool unicode = false, bool color = false);

}  // namespace overlap::test
