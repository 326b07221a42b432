// The differences between the versions of Asio that we build with (1.22 to 1.38), in one place.
#pragma once

#include <asio/version.hpp>

#if ASIO_VERSION < 102400
#include <asio/experimental/as_tuple.hpp>
namespace overlap {
using asio::experimental::as_tuple;
}
#else
#include <asio/as_tuple.hpp>
namespace overlap {
using asio::as_tuple;
}
#endif
