// How the exercises call.
#pragma once

#include "net/http_client.hpp"

namespace workshop {

/// Waits for as long as an exercise may.
overlap::net::ClientOptions patient_options();

}  // namespace workshop
