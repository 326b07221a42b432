// What a compiler means when it complains of coroutines.
#pragma once

#include <string>
#include <string_view>

namespace overlap::workshop {

/// One line of help for the first of the common mistakes with coroutines in what clang or g++ printed; errors
/// come before warnings. Empty when it is none of them: then the compiler's own words have to do.
std::string help_for(std::string_view compiler_output);

}  // namespace overlap::workshop
