// Where the exercise's servers are: `overlap exercise check` says so in the environment.
#pragma once

#include <string>

#include "net/url.hpp"

namespace workshop {

/// A path of the exercise's server ("/call/fig"). Throws std::runtime_error that says what is wrong with it,
/// or that there is no server.
overlap::net::Target server_target(const std::string& path);

/// The exercise's Redis. Throws std::runtime_error when there is none.
overlap::net::Target redis_target();

}  // namespace workshop
