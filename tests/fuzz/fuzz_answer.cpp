// Bytes that a server sends, and the end of its connection: what our clients make of them.
#include <string>

#include "fuzz/input.hpp"
#include "net/http_client.hpp"
#include "net/http_message.hpp"

namespace overlap::test {
namespace {

using net::Answer;
using net::MessageLimits;
using net::MessageParser;
using net::Progress;

struct Outcome {
    bool given_up = false;  ///< which limit a message breaks first may depend on how it was split
    Progress progress = Progress::incomplete;
    Answer answer;
    bool keep_alive = false;
    std::string rest;
};

// As both clients read: one answer, or what came of it before the server closed.
Outcome read(const std::vector<std::string_view>& pieces, MessageLimits limits) {
    MessageParser parser(MessageParser::Kind::response, limits);
    Outcome outcome;
    for (std::string_view piece : pieces) {
        if (outcome.progress == Progress::incomplete) {
            const std::size_t before = piece.size();
            outcome.progress = parser.feed(piece);
            must(piece.size() <= before, "no more is taken than there is");
            must(parser.body().size() <= limits.body, "a body keeps to the limit");
            must(outcome.progress != Progress::incomplete || piece.empty(),
                 "an incomplete answer takes all there is");
        }
        outcome.rest += piece;
    }
    if (outcome.progress == Progress::incomplete) outcome.progress = parser.finish();
    if (outcome.progress == Progress::complete) outcome.keep_alive = parser.keep_alive();
    outcome.answer = answer_from(parser, outcome.progress);
    outcome.given_up = outcome.progress != Progress::complete && outcome.progress != Progress::incomplete;
    return outcome;
}

bool same(const Outcome& a, const Outcome& b) {
    if (a.given_up || b.given_up) return a.given_up == b.given_up;
    return a.progress == b.progress && a.answer.status == b.answer.status && a.answer.body == b.answer.body &&
           a.answer.error == b.answer.error && a.keep_alive == b.keep_alive && a.rest == b.rest;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Input input(data, size);
    const MessageLimits limits =
        input.choice < 128 ? MessageLimits{} : MessageLimits{.header = 24, .body = 8};
    const Outcome whole = read({input.text}, limits);
    must(same(whole, read(pieces_of(input.text, input.choice), limits)),
         "an answer is what it is, however it is split");
    const Answer& answer = whole.answer;
    must((whole.progress == Progress::complete) == (answer.status != 0), "a whole answer has a status");
    must(answer.ok() == (answer.status >= 1 && answer.status < 400),
         "an answer is good, or says why it is not");
    must(answer.status != 0 || answer.body.empty(), "half an answer has no body");
    return 0;
}

}  // namespace overlap::test
