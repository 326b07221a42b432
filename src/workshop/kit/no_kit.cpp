#include "workshop/kit/embedded.hpp"

namespace overlap::workshop {

std::string_view kit_library() { return {}; }

}  // namespace overlap::workshop
