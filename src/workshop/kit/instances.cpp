// The instances that instances.hpp says are here. It comes first: what was instantiated before cannot be
// again.
#define OVERLAP_WORKSHOP_INSTANCE template
#include "workshop/kit/instances.hpp"
