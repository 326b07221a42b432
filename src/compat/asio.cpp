// Asio's non-template half, compiled once (ASIO_SEPARATE_COMPILATION) instead of in every file.
#include <asio/impl/src.hpp>
