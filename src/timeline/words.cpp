#include "timeline/words.hpp"

#include <cstdio>

namespace overlap {
namespace {

std::string name_in_words(const WayRun& way) {
    switch (way.way) {
        case Way::sequential:
            return "the sequential way";
        case Way::coroutines:
            return "the coroutines";
        case Way::pool:
            return way.pool == PoolKind::processes ? "the process pool" : "the thread pool";
    }
    return "";
}

}  // namespace

std::string subject(const WayRun& way) {
    return name_in_words(way) + (way.variant.empty() ? "" : " (" + way.variant + ")");
}

std::string capitalized(std::string text) {
    if (!text.empty() && text[0] >= 'a' && text[0] <= 'z') text[0] = static_cast<char>(text[0] - 'a' + 'A');
    return text;
}

std::string plural(std::size_t count, const std::string& noun, const std::string& many) {
    if (count == 1) return "1 " + noun;
    return std::to_string(count) + " " + (many.empty() ? noun + "s" : many);
}

std::string percent(double share) {
    char text[32];
    std::snprintf(text, sizeof text, "%.0f%%", share * 100);
    return text;
}

std::string times_in_words(double value) {
    char text[32];
    std::snprintf(text, sizeof text, "%.1f times", value);
    return text;
}

}  // namespace overlap
