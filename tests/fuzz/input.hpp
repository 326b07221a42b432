// What the fuzz targets share: their input, and what they say when something does not hold.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string_view>
#include <vector>

namespace overlap::test {

/// Ends the program, which libFuzzer takes for a finding, unless `holds`.
inline void must(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "it does not hold that %s\n", what);
    std::abort();
}

/// The first byte of an input chooses (how the rest is split, which limits hold); the rest is the text.
struct Input {
    Input(const std::uint8_t* data, std::size_t size)
        : choice(size > 0 ? data[0] : std::uint8_t{0}),
          text(reinterpret_cast<const char*>(data) + (size > 0 ? 1 : 0), size > 0 ? size - 1 : 0) {}

    std::uint8_t choice;
    std::string_view text;
};

/// `text` as it might come from a socket: byte by byte when `choice` is even, else in pieces of up to 1, 4,
/// 16 or 64 bytes.
inline std::vector<std::string_view> pieces_of(std::string_view text, std::uint8_t choice) {
    std::minstd_rand random(choice + 1U);
    const std::size_t most = choice % 2 == 0 ? 1 : std::size_t{1} << (choice / 2 % 4 * 2);
    std::vector<std::string_view> pieces;
    while (!text.empty()) {
        const std::size_t size = std::min<std::size_t>(text.size(), 1 + random() % most);
        pieces.push_back(text.substr(0, size));
        text.remove_prefix(size);
    }
    return pieces;
}

}  // namespace overlap::test
