// What every document says of the machine.
#pragma once

#include "render/json_node.hpp"
#include "timeline/run.hpp"

namespace overlap {

Json machine_json(const Machine& machine);

/// Throws RunFormatError.
Machine parse_machine(const Node& node);

}  // namespace overlap
