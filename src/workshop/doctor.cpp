#include "workshop/doctor.hpp"

#include <poll.h>

#include <asio/connect.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/write.hpp>

#include "net/unread.hpp"
#include "timeline/error.hpp"
#include "workshop/check.hpp"
#include "workshop/contained.hpp"
#include "workshop/file_watch.hpp"
#include "workshop/kit/embedded.hpp"
#include "workshop/workbench.hpp"

namespace overlap::workshop {
namespace {

using asio::ip::tcp;

Finding compiler_found() {
    const std::optional<Compiler> compiler = find_compiler();
    if (!compiler) return {.what = "compiler", .good = false, .words = compiler_advice()};
    return {.what = "compiler",
            .good = true,
            .words = compiler->path + ", version " + compiler->version +
                     (compiler->linker.empty() ? "" : ", links with " + compiler->linker)};
}

// The smallest exercise, really compiled; `sanitize`: as a program that crashed is compiled again.
Finding headers_compiled(const ScratchFolder& scratch, const std::stop_token& stop) {
    Finding finding{.what = "headers", .good = false, .words = "apt-get install libasio-dev"};
    try {
        const Workbench bench = open_workbench(scratch.path() / "kit", {}, stop);
        const auto source = scratch.path() / "exercise.cpp";
        write_whole(source, "#include \"workshop.hpp\"\nint main() { return 0; }\n");
        const std::string complaint = compile_only(bench, source, scratch.path() / "program", stop);
        finding.good = complaint.empty();
        finding.words =
            finding.good ? "workshop.hpp and Asio compile, and a program links" : complaint.substr(0, 200);
    } catch (const Error& error) {
        finding.words = error.what();
    }
    return finding;
}

Finding sanitizers_compiled(const ScratchFolder& scratch, const std::stop_token& stop) {
    Finding finding{.what = "sanitizers", .good = false, .needed = false, .words = {}};
    const std::optional<Compiler> compiler = find_compiler();
    if (!compiler || !std::filesystem::exists(scratch.path() / "exercise.cpp")) {
        finding.words = "not tried: nothing can be compiled";
        return finding;
    }
    Contained linking(
        {.words = compile_command(*compiler, scratch.path() / "kit", scratch.path() / "exercise.cpp",
                                  scratch.path() / "sanitized", {.sanitize = true}),
         .environment = {"PATH=/usr/bin:/bin"},
         .folder = scratch.path(),
         .scratch = scratch.path()},
        {.memory = 3LL << 30, .file = 1LL << 30});
    while (linking.turn()) {
        if (stop.stop_requested()) return finding;
        ::poll(nullptr, 0, 5);
    }
    finding.good = ended_well(linking.end());
    const std::string major = compiler->version.substr(0, compiler->version.find('.'));
    finding.words =
        finding.good ? "a crash can be run again to show where"
                     : "a crash is named, but not where it is: apt-get install libclang-rt-" + major + "-dev";
    return finding;
}

// A connection over the loopback interface, and one byte that was sent on it.
struct Call {
    asio::io_context loop;
    tcp::socket client{loop};
    tcp::socket server{loop};

    Call() {
        tcp::acceptor acceptor(loop, {asio::ip::address_v4::loopback(), 0});
        client.connect(acceptor.local_endpoint());
        acceptor.accept(server);
        asio::write(server, asio::buffer("x", 1));
    }
};

Finding loopback_called() {
    Finding finding{.what = "loopback", .good = false, .words = {}};
    try {
        Call call;
        char byte = 0;
        finding.good = call.client.read_some(asio::buffer(&byte, 1)) == 1 && byte == 'x';
        finding.words = "a connection to 127.0.0.1 carried a byte";
    } catch (const std::exception& error) {
        finding.words = std::string("127.0.0.1 cannot be called: ") + error.what();
    }
    return finding;
}

// What "retries" and "back-pressure" are judged with.
Finding unread_told() {
    Finding finding{.what = "unread data", .good = false, .needed = false, .words = {}};
    try {
        Call call;
        call.client.wait(tcp::socket::wait_read);
        finding.good = net::unread_there(net::ends_of(call.server)) == 1;
    } catch (const std::exception&) {
        finding.words = "not tried: 127.0.0.1 cannot be called";
        return finding;
    }
    finding.words = finding.good ? "the kernel tells what a program has not read yet"
                                 : "the kernel does not tell what a program has not read (sock_diag): "
                                   "'retries' lets a pause pass that holds the loop, and in 'back-pressure' "
                                   "what the kernel took counts as read";
    return finding;
}

Finding watching_told(const ScratchFolder& scratch) {
    Finding finding{.what = "file watching", .good = false, .needed = false, .words = {}};
    const auto file = scratch.path() / "watched";
    write_whole(file, "before");
    FileWatch watch(file);
    finding.good = watch.told_by_kernel();
    write_whole(file, "after it was saved");
    std::stop_source timer;
    const bool seen = watch.wait(timer.get_token());
    finding.good = finding.good && seen;
    finding.words = finding.good ? "the kernel tells when a file is saved"
                                 : "the kernel does not tell (inotify): 'watch' looks every half second";
    return finding;
}

Finding isolation_tried() {
    const Isolation isolation = isolation_here();
    return {.what = "isolation",
            .good = isolation.namespaces && isolation.landlock,
            .needed = false,
            .words = "a program that is judged gets " + words_of(isolation) +
                     (isolation.namespaces ? "" : "; user namespaces are not to be had") +
                     (isolation.landlock ? "" : "; landlock is not to be had")};
}

}  // namespace

bool examine(const std::stop_token& stop, const std::function<void(const Finding&)>& found) {
    const ScratchFolder scratch;
    bool healthy = true;
    // Whether it is there.
    const auto tell = [&](const Finding& finding) {
        if (stop.stop_requested()) return false;
        found(finding);
        healthy = healthy && (finding.good || !finding.needed);
        return finding.good;
    };
    const bool has_compiler = tell(compiler_found());
    const bool has_library =
        tell({.what = "library",
              .good = !kit_library().empty(),
              .words = kit_library().empty()
                           ? "this overlap was built without it (for a sanitizer): use another build"
                           : "it is inside this program"});
    if (has_compiler && has_library) tell(headers_compiled(scratch, stop));
    tell(sanitizers_compiled(scratch, stop));
    tell(loopback_called());
    tell(unread_told());
    tell(watching_told(scratch));
    tell(isolation_tried());
    return healthy;
}

}  // namespace overlap::workshop
