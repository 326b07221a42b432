#include "workshop/kit/embedded.hpp"

namespace overlap {

// Made from the files of these names.
extern const std::string_view workshop_hpp;
extern const std::string_view instances_hpp;

namespace workshop {

std::string_view kit_header() { return workshop_hpp; }

std::string_view kit_instances() { return instances_hpp; }

std::string_view asio_folder() { return OVERLAP_WORKSHOP_ASIO_FOLDER; }

}  // namespace workshop
}  // namespace overlap
