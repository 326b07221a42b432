// io_uring on an event loop, and a machine that forbids it.
#include <doctest/doctest.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <asio/awaitable.hpp>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include "concurrency/gather.hpp"
#include "demo/runner.hpp"
#include "demos/demos.hpp"
#include "net/file_io.hpp"
#include "net/ring.hpp"
#include "support/cli.hpp"
#include "support/error_message.hpp"
#include "support/files.hpp"
#include "support/loops.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"
#include "timeline/metrics.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("ring");

using asio::awaitable;
using net::File;
using net::Ring;

// From now on io_uring_setup(2) fails for this thread, and for what it starts, as in a container that forbids
// it (seccomp(2)). System calls are told by their number alone: there is one architecture here.
bool forbid_io_uring() {
    sock_filter program[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_io_uring_setup, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const sock_fprog filter{4, program};
    return ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

// Where there is none, what needs it cannot be tested, and that is said.
bool has_io_uring() {
    if (net::ring_trouble().empty()) return true;
    MESSAGE(net::ring_trouble());
    return false;
}

awaitable<void> write_and_read(Ring& ring, std::string path, int number, bool& same) {
    std::vector<char> written(100'000);
    net::pattern(written, number, 0);
    const File out(co_await ring.open(path, O_WRONLY | O_CREAT));
    co_await ring.write(out.descriptor(), written, 5);
    co_await ring.sync(out.descriptor());
    co_await ring.forget(out.descriptor());
    std::vector<char> read(written.size());
    const File in(co_await ring.open(path, O_RDONLY));
    co_await ring.read(in.descriptor(), read, 5);
    same = read == written;
}

TEST_CASE("many files at once: each gives what was written to it") {
    if (!has_io_uring()) return;
    constexpr int count = 70;  // more than the ring has places
    const TemporaryFolder folder;
    bool same[count] = {};
    asio::io_context loop(1);
    Ring ring(loop.get_executor());
    std::vector<awaitable<void>> all;
    for (int i = 0; i < count; ++i) {
        all.push_back(write_and_read(ring, folder.path() + "/" + std::to_string(i), i, same[i]));
    }
    run(loop, gather(std::move(all)));
    for (const bool each : same) CHECK(each);
    CHECK(folder.entries() == count);
}

awaitable<void> fail_in_words(Ring& ring, const std::string& folder, std::string& missing, std::string& full,
                              std::string& short_file) {
    try {
        co_await ring.open(folder + "/gone", O_RDONLY);
    } catch (const Error& error) {
        missing = error.what();
    }
    const File device(co_await ring.open("/dev/full", O_RDWR));
    const std::vector<char> bytes(10);
    try {
        co_await ring.write(device.descriptor(), bytes, 0);
    } catch (const Error& error) {
        full = error.what();
    }
    const File empty(co_await ring.open(folder + "/empty", O_RDWR | O_CREAT));
    std::vector<char> into(10);
    try {
        co_await ring.read(empty.descriptor(), into, 0);
    } catch (const Error& error) {
        short_file = error.what();
    }
}

TEST_CASE("what goes wrong is thrown, in words") {
    if (!has_io_uring()) return;
    const TemporaryFolder folder;
    std::string missing;
    std::string full;
    std::string short_file;
    asio::io_context loop(1);
    Ring ring(loop.get_executor());
    run(loop, fail_in_words(ring, folder.path(), missing, full, short_file));
    CHECK(missing == "no such file or directory");
    CHECK(full == "no space left on device");
    CHECK(short_file == "the file ends too early");
}

awaitable<void> read_forever(Ring& ring, int pipe, bool& returned) {
    std::vector<char> into(4'096);
    co_await ring.read(pipe, into, -1);
    returned = true;
}

TEST_CASE("a ring that goes waits for the kernel: buffers of its callers are not written to later") {
    if (!has_io_uring()) return;
    int ends[2];
    REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    bool returned = false;
    {
        asio::io_context loop(1);
        Ring ring(loop.get_executor());
        asio::co_spawn(loop, read_forever(ring, ends[0], returned), asio::detached);
        while (loop.poll_one() > 0) continue;  // the kernel has it now, and nothing to give
        REQUIRE(::write(ends[1], "late", 4) == 4);
    }
    CHECK_FALSE(returned);
    char left = 0;
    REQUIRE(::fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0);
    CHECK(::read(ends[0], &left, 1) == -1);  // it was read before the ring went
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST_CASE("why it cannot be used is said in words") {
    CHECK(net::ring_trouble(EPERM) == "io_uring cannot be used here: operation not permitted");
    CHECK(net::ring_trouble(ENOSYS) == "io_uring cannot be used here: function not implemented");
}

TEST_CASE("where io_uring is forbidden, its panel is left out, the title says so, and the others are shown") {
    std::thread([] {
        if (!forbid_io_uring()) {
            MESSAGE("seccomp cannot be used here");
            return;
        }
        CHECK(net::ring_trouble() == "io_uring cannot be used here: operation not permitted");
        asio::io_context loop(1);
        CHECK(error_message<Error>([&] { Ring(loop.get_executor()); }) == net::ring_trouble());

        const Words small{"blocking", "--what", "file", "--tasks", "2", "--size", "1"};
        const Json document = run_as_json(small);
        CHECK(contains(document["title"].get<std::string>(),
                       "; io_uring cannot be used here: operation not permitted)"));
        CHECK(document["ways"].size() == 4);
        for (const Json& way : document["ways"]) CHECK(way["variant"] != "io_uring");
        check_refused(test::run(small + Words{"--variant", "io_uring"}), 2,
                      {"--variant is 'io_uring'", "operation not permitted"});
    }).join();
}

TEST_CASE("in the demo all tasks are under way at once on one thread, and no file is left") {
    if (!has_io_uring()) return;
    RunOptions options{Settings(blocking.knobs)};
    options.ways = {Way::coroutines};
    options.variants = {"io_uring"};
    options.program = OVERLAP_BINARY;
    options.settings.set("what", 1);
    options.settings.set("tasks", 5);
    options.settings.set("size", 1);
    const Run run = run_demo(blocking, options);
    REQUIRE(run.ways.size() == 1);
    const WayRun& way = run.ways.front();
    for (const Lane& lane : way.timeline.lanes) CHECK(lane.error == "");
    CHECK(outcomes_of(summarize_tasks(way.timeline)).done == 5);
    CHECK(in_flight_peak(way.timeline) == 5);
    CHECK(way.usage.threads == 1);
}

}  // namespace
}  // namespace overlap::test
