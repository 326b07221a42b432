// Bytes that a client sends: read as one request after another, planned, and answered in bytes that our own
// client must understand.
#include <chrono>
#include <string>

#include "fuzz/input.hpp"
#include "net/http_message.hpp"
#include "net/http_routes.hpp"

namespace overlap::test {
namespace {

using net::MessageLimits;
using net::MessageParser;
using net::Plan;
using net::Progress;

// Which limit a message breaks first may depend on how it was split; that it breaks one may not.
enum class Ending : std::uint8_t { open, closed, given_up };

struct Request {
    std::string method;
    std::string target;
    std::string body;
    bool keep_alive = false;
    bool takes_chunks = false;

    friend bool operator==(const Request&, const Request&) = default;
};

struct Conversation {
    std::vector<Request> requests;
    Ending ending = Ending::open;

    friend bool operator==(const Conversation&, const Conversation&) = default;
};

// As the server reads: up to the first request that is bad or wants the connection closed.
Conversation read(const std::vector<std::string_view>& pieces, MessageLimits limits) {
    MessageParser parser(MessageParser::Kind::request, limits);
    Conversation conversation;
    for (std::string_view piece : pieces) {
        while (!piece.empty()) {
            const std::size_t before = piece.size();
            const Progress progress = parser.feed(piece);
            must(piece.size() <= before, "no more is taken than there is");
            must(parser.target().size() <= limits.header + before, "a target keeps to the limit");
            if (progress == Progress::incomplete) {
                must(piece.empty(), "an incomplete request takes all there is");
                break;
            }
            if (progress != Progress::complete) {
                conversation.ending = Ending::given_up;
                return conversation;
            }
            must(piece.size() < before, "a request takes at least a byte");
            conversation.requests.push_back({std::string(parser.method()), parser.target(), parser.body(),
                                             parser.keep_alive(), parser.takes_chunks()});
            if (!parser.keep_alive()) {
                conversation.ending = Ending::closed;
                return conversation;
            }
            parser.reset();
        }
    }
    return conversation;
}

// The whole answer as Server::send() puts it on the wire.
std::string bytes_of(const Plan& plan, const Request& request) {
    std::string bytes = head_of(plan, request.keep_alive, "Thu, 01 Jan 1970 00:00:00 GMT");
    must(bytes.find("\r\n\r\n") == bytes.size() - 4, "a head ends once");
    for (std::size_t i = 0; i < plan.parts.size(); ++i) bytes += part_of(plan, i);
    return plan.chunked ? bytes + "0\r\n\r\n" : bytes;
}

void check_answer(const Request& request) {
    // Ten million random bytes would take longer than all else.
    if (request.target.find("/bytes/") != std::string::npos && request.target.size() > 11) return;
    std::mt19937_64 random(1);
    Plan plan = net::plan_answer(request.method, request.target, request.body, random);
    constexpr Nanoseconds minute = 60'000'000'000;
    must(plan.status >= 200 && plan.status <= 599, "a status is one of HTTP's");
    must(plan.delay >= 0 && plan.delay <= minute, "an answer is held back a minute at most");
    must(plan.interval >= 0 && plan.interval <= minute, "a part is held back a minute at most");
    must(plan.parts.size() <= 10'000, "an answer has 10,000 parts at most");
    plan.cut = false;
    plan.chunked = plan.chunked && request.takes_chunks;

    std::string body;
    for (const std::string& part : plan.parts) body += part;
    MessageParser client(MessageParser::Kind::response, {.header = 64 * 1024, .body = 64 * 1024 * 1024});
    const std::string bytes = bytes_of(plan, request);
    std::string_view unread = bytes;
    must(client.feed(unread) == Progress::complete, "our client understands our answers");
    must(unread.empty(), "an answer ends where it says");
    must(client.status() == plan.status && client.body() == body, "an answer arrives as it was planned");
    must(client.keep_alive() == request.keep_alive, "an answer says whether the connection stays");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const Input input(data, size);
    const MessageLimits limits =
        input.choice < 128 ? MessageLimits{} : MessageLimits{.header = 24, .body = 8};
    const Conversation whole = read({input.text}, limits);
    must(whole == read(pieces_of(input.text, input.choice), limits),
         "a request is what it is, however it is split");
    for (const Request& request : whole.requests) check_answer(request);
    return 0;
}

}  // namespace overlap::test
