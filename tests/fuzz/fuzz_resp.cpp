// Bytes of somebody who says to speak Redis's protocol: to our clients, and to the stand-in.
#include <string>
#include <vector>

#include "fuzz/input.hpp"
#include "net/redis_protocol.hpp"
#include "net/redis_store.hpp"

namespace overlap::test {
namespace {

using net::RedisParser;
using net::RedisProgress;
using net::RedisReply;

struct Outcome {
    std::vector<RedisReply> values;
    bool given_up = false;

    friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome read(const std::vector<std::string_view>& pieces, std::size_t most) {
    RedisParser parser(most);
    Outcome outcome;
    for (const std::string_view piece : pieces) {
        parser.feed(piece);
        RedisReply value;
        RedisProgress progress = RedisProgress::incomplete;
        while (!outcome.given_up && (progress = parser.next(value)) == RedisProgress::complete) {
            outcome.values.push_back(std::move(value));
            value = {};
        }
        outcome.given_up = outcome.given_up || progress != RedisProgress::incomplete;
        if (outcome.given_up) break;
    }
    return outcome;
}

// A value that was read is written in a way that reads as the same value.
void check_round_trip(const RedisReply& value) {
    std::string wire;
    append_wire(wire, value);
    const Outcome again = read({wire}, 1024 * 1024);
    must(again.values.size() == 1 && again.values.front() == value, "a value comes back as it was");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Input input(data, size);
    const std::size_t most = input.choice < 128 ? 64 * 1024 : 32;
    const Outcome whole = read({input.text}, most);
    must(whole == read(pieces_of(input.text, input.choice), most), "values are what they are, however cut");
    net::RedisStore store(64 * 1024);
    for (const RedisReply& value : whole.values) check_round_trip(store.answer(value));
    return 0;
}

}  // namespace overlap::test
