#include <algorithm>
#include <asio/awaitable.hpp>
#include <string>

// Nothing to wait for and little to compute: it may run on the loop.
asio::awaitable<long> task(std::string text) {
    const long lines = std::count(text.begin(), text.end(), '\n');
    co_return lines;
}
