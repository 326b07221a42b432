#include "support/calls_under_way.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <system_error>
#include <thread>
#include <vector>

#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace overlap::test {

std::set<std::string> sockets_of(pid_t pid) {
    std::set<std::string> sockets;
    std::error_code error;
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
    for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end;
         file.increment(error)) {
        std::error_code gone;
        const std::string name = std::filesystem::read_symlink(*file, gone).string();
        if (name.starts_with("socket:")) sockets.insert(name);
    }
    return sockets;
}

pid_t server_of(const Process& process) {
    std::vector<pid_t> children;
    REQUIRE(eventually([&] {
        children = children_of(process.pid());
        return !children.empty();
    }));
    return children.front();
}

pid_t wait_for_calls(const Process& process, std::size_t calls) {
    const pid_t server = server_of(process);
    std::set<std::string> before;
    CHECK(eventually([&] {
        // Until it is the server, it is a copy of its parent, with its parent's sockets. Then it has its
        // listening socket and the one to its parent, beside its calls. The calls of the warm-up come and go:
        // the ones to wait for are still there a little later.
        const std::string command = read_file("/proc/" + std::to_string(server) + "/cmdline");
        if (!contains(command, "serve")) return false;
        const std::set<std::string> now = sockets_of(server);
        std::vector<std::string> stayed;
        std::set_intersection(before.begin(), before.end(), now.begin(), now.end(),
                              std::back_inserter(stayed));
        if (stayed.size() >= 2 + calls) return true;
        before = now;
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        return false;
    }));
    return server;
}

}  // namespace overlap::test
