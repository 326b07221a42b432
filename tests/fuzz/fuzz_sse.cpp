// A stream of server-sent events: whatever it holds, and however it is cut.
#include <string>
#include <vector>

#include "fuzz/input.hpp"
#include "net/sse.hpp"

namespace overlap::test {
namespace {

struct Outcome {
    std::vector<std::string> events;
    bool too_large = false;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(const std::vector<std::string_view>& pieces, std::size_t most) {
    net::SseParser parser(most);
    Outcome outcome;
    for (const std::string_view piece : pieces) {
        parser.feed(piece);
        while (std::optional<std::string> event = parser.next()) outcome.events.push_back(std::move(*event));
    }
    outcome.too_large = parser.too_large();
    return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Input input(data, size);
    const std::size_t most = input.choice < 128 ? 1024 * 1024 : 16;
    const Outcome whole = read({input.text}, most);
    must(whole == read(pieces_of(input.text, input.choice), most), "events are what they are, however cut");
    for (const std::string& event : whole.events) must(event.size() <= most, "an event keeps to the limit");
    return 0;
}

}  // namespace overlap::test
