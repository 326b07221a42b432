// The work that exercises compute, on both sides: the learner's library does it step by step, the judge
// reckons what must come out.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace overlap::workshop {

namespace work {

// One round: Knuth's MMIX linear congruential generator, modulo 2^64.
inline constexpr std::uint64_t factor = 6364136223846793005u;
inline constexpr std::uint64_t summand = 1442695040888963407u;

/// FNV-1a.
inline std::uint64_t seed_of(std::string_view text) {
    std::uint64_t hash = 14695981039346656037u;
    for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211u;
    return hash;
}

inline std::string in_digits(std::uint64_t value) {
    static constexpr char digits[] = "0123456789abcdef";
    std::string text;
    for (int shift = 60; shift >= 32; shift -= 4) text += digits[(value >> shift) & 15];
    return text;
}

}  // namespace work

/// "3f29a01c", from `text` by so many rounds, each of which needs the one before.
inline std::string digest(std::string_view text, std::int64_t rounds) {
    std::uint64_t value = work::seed_of(text);
    for (std::int64_t round = 0; round < rounds; ++round) {
        value = value * work::factor + work::summand;
        asm volatile("" : "+r"(value));  // else compilers make one round of eight, some of them
    }
    return work::in_digits(value);
}

/// The same without the loop: two rounds are one with another factor and summand, and so are four, and eight.
inline std::string digest_expected(std::string_view text, std::int64_t rounds) {
    std::uint64_t value = work::seed_of(text);
    std::uint64_t factor = work::factor;
    std::uint64_t summand = work::summand;
    for (; rounds > 0; rounds >>= 1) {
        if ((rounds & 1) != 0) value = value * factor + summand;
        summand = summand * factor + summand;
        factor *= factor;
    }
    return work::in_digits(value);
}

}  // namespace overlap::workshop
