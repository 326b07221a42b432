#include "workshop/work.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <stdexcept>
#include <string>
#include <system_error>

#include "workshop/kit/workshop.hpp"

namespace workshop {

std::string format_conversation(const std::string& text) {
    const std::size_t colon = text.rfind(':');
    std::int64_t rounds = 0;
    const char* const end = text.data() + text.size();
    const char* const number = colon == std::string::npos ? end : text.data() + colon + 1;
    const auto [rest, error] = std::from_chars(number, end, rounds);
    if (error != std::errc() || rest != end)
        throw std::invalid_argument("'" + text + "' is no conversation: expected KEY:ROUNDS");
    return overlap::workshop::digest(text.substr(0, colon), rounds);
}

// The bug of the exercise: KEY:ROUNDS without a third field. strchr() gives null, and that is read.
std::string parse_record(const std::string& record) {
    const char* const begin = record.c_str();
    const char* const rounds = std::strchr(begin, ':');
    if (rounds == nullptr)
        throw std::invalid_argument("'" + record + "' is no record: expected KEY:ROUNDS:FIELD");
    const char* field = std::strchr(rounds + 1, ':');
    std::string text(begin, rounds);
    for (++field; *field != '\0'; ++field) text += *field;
    return overlap::workshop::digest(text, std::strtoll(rounds + 1, nullptr, 10));
}

}  // namespace workshop
