#include "support/calls_under_way.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <string>
#include <system_error>
#include <vector>

#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/text.hpp"

namespace overlap::test {

std::size_t sockets_of(pid_t pid) {
    std::size_t count = 0;
    std::error_code error;
    const std::string folder = "/proc/" + std::to_string(pid) + "/fd";
    for (std::filesystem::directory_iterator file(folder, error), end; !error && file != end;
         file.increment(error)) {
        std::error_code gone;
        if (std::filesystem::read_symlink(*file, gone).string().starts_with("socket:")) ++count;
    }
    return count;
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
    CHECK(eventually([&] {
        // Until it is the server, it is a copy of its parent, with its parent's sockets. Then it has its
        // listening socket and the one to its parent, beside its calls.
        const std::string command = read_file("/proc/" + std::to_string(server) + "/cmdline");
        return contains(command, "serve") && sockets_of(server) >= 2 + calls;
    }));
    return server;
}

}  // namespace overlap::test
