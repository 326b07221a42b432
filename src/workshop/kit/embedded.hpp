// What `overlap exercise` unpacks on the learner's machine, carried in this program.
#pragma once

#include <string_view>

namespace overlap::workshop {

/// The bytes of liboverlap_workshop.so. None where it was not built: under a sanitizer, and for fuzzing.
std::string_view kit_library();

/// The text of workshop.hpp.
std::string_view kit_header();

/// The text of instances.hpp, which belongs beside workshop.hpp. Only with the library.
std::string_view kit_instances();

/// The folder of Asio's headers that this was built with. Empty: the compiler finds them.
std::string_view asio_folder();

}  // namespace overlap::workshop
