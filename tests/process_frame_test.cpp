// What a process pool and its workers send one another.
#include <doctest/doctest.h>

#include <cstring>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include "concurrency/process_frame.hpp"
#include "support/error_message.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("process_frame");

FrameHead head_of(const std::string& frame) {
    FrameHead head{};
    REQUIRE(frame.size() >= head.size());
    std::memcpy(head.data(), frame.data(), head.size());
    return head;
}

// After the head.
std::string body_of(const std::string& frame) {
    CHECK(body_size(head_of(frame)) == frame.size() - sizeof(FrameHead));
    return frame.substr(sizeof(FrameHead));
}

const std::string any_bytes("a\0b\xff\n", 5);

JobReply some_reply() {
    JobReply reply;
    reply.result = any_bytes;
    reply.error = "error";
    reply.lane_error = "refused";
    reply.lane_note = "a note";
    reply.spans = {{.thread = 1, .state = State::queued, .begin = -1, .end = 0},
                   {.state = State::at_server,
                    .outcome = Outcome::cancelled,
                    .phase = last_phase,
                    .begin = 5,
                    .end = Nanoseconds{1} << 62}};
    return reply;
}

TEST_CASE("a request comes back as it was, whatever its bytes") {
    for (const JobRequest& request : {JobRequest{"echo", any_bytes}, JobRequest{"", ""},
                                      JobRequest{"name", std::string(1'000'000, 'x')}}) {
        CHECK(decode_request(body_of(encode(request))) == request);
    }
}

TEST_CASE("a reply comes back as it was, its spans too") {
    const JobReply reply = some_reply();
    const auto message = decode_from_worker(body_of(encode(reply)));
    const auto* const again = std::get_if<JobReply>(&message);
    REQUIRE(again != nullptr);
    CHECK(again->result == reply.result);
    CHECK(again->error == reply.error);
    CHECK(again->lane_error == reply.lane_error);
    CHECK(again->lane_note == reply.lane_note);
    CHECK(again->spans == reply.spans);
}

TEST_CASE("a hello is no reply") {
    CHECK(std::holds_alternative<WorkerHello>(decode_from_worker(body_of(encode_hello()))));
}

TEST_CASE("what is too long is an error, at the sender and at the reader, and the limit itself is not") {
    // Beside the argument: its kind, two lengths and the name.
    const std::size_t most = most_frame_bytes - 1 - 4 - 4 - 1;
    CHECK(body_size(head_of(encode(JobRequest{"j", std::string(most, 'x')}))) == most_frame_bytes);
    const std::string words =
        error_message<Error>([&] { encode(JobRequest{"j", std::string(most + 1, 'x')}); });
    CAPTURE(words);
    CHECK(contains(words, "67108865 bytes"));
    CHECK(contains(words, "67108864"));
    JobReply reply;
    reply.result.assign(most_frame_bytes, 'x');
    CHECK_THROWS_AS(encode(reply), Error);
    CHECK_THROWS_AS(body_size({'\x01', '\x00', '\x00', '\x04'}), Error);
    CHECK_THROWS_AS(body_size({'\xff', '\xff', '\xff', '\xff'}), Error);
}

TEST_CASE("a message that is cut short or goes on is an error") {
    for (const std::string& whole : {body_of(encode(some_reply())), body_of(encode_hello())}) {
        for (std::size_t size = 0; size < whole.size(); ++size)
            CHECK_THROWS_AS(decode_from_worker(whole.substr(0, size)), Error);
        CHECK_THROWS_AS(decode_from_worker(whole + "x"), Error);
    }
    const std::string request = body_of(encode(JobRequest{"echo", "argument"}));
    for (std::size_t size = 0; size < request.size(); ++size)
        CHECK_THROWS_AS(decode_request(request.substr(0, size)), Error);
    CHECK_THROWS_AS(decode_request(request + "x"), Error);
    CHECK_THROWS_AS(decode_from_worker(request), Error);
    CHECK_THROWS_AS(decode_request(body_of(encode(some_reply()))), Error);
}

TEST_CASE("a state, an outcome or a phase that there is not is an error") {
    JobReply reply;
    reply.spans = {{}};
    const std::string good = body_of(encode(reply));
    const std::size_t kinds = good.size() - 2 * sizeof(Nanoseconds) - 3;
    const std::vector<std::size_t> how_many{8, 3, static_cast<std::size_t>(last_phase) + 1};
    for (std::size_t i = 0; i < how_many.size(); ++i) {
        std::string changed = good;
        changed[kinds + i] = static_cast<char>(how_many[i] - 1);
        CHECK_NOTHROW(decode_from_worker(changed));
        changed[kinds + i] = static_cast<char>(how_many[i]);
        CHECK_THROWS_AS(decode_from_worker(changed), Error);
    }
}

TEST_CASE("bytes at random are read or refused, and take no more memory than they are long") {
    std::mt19937 random(1);
    const std::string good = body_of(encode(some_reply()));
    for (int i = 0; i < 20'000; ++i) {
        std::string changed = good;
        for (int change = 0; change < 3; ++change)
            changed[random() % changed.size()] = static_cast<char>(random());
        try {
            const auto message = decode_from_worker(changed);
            if (const auto* const reply = std::get_if<JobReply>(&message))
                CHECK(encode(*reply).size() == changed.size() + sizeof(FrameHead));
        } catch (const Error&) {
        }
    }
}

}  // namespace
}  // namespace overlap::test
