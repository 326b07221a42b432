#include <fmt/core.h>
#include <http_parser.h>
#include <sys/utsname.h>
#include <asio/version.hpp>

#include <string>

#include "demo/cores.hpp"
#include "demo/runner.hpp"
#include "net/sqlite_store.hpp"

namespace overlap {
namespace {

std::string number(int major, int minor, int patch) {
    return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(patch);
}

}  // namespace

Machine describe_machine() {
    utsname name{};
    ::uname(&name);
    Machine machine;
    machine.cores = usable_cores();
    machine.kernel = std::string(name.sysname) + " " + name.release + " " + name.machine;
#if defined(__clang__)
    machine.compiler = "clang " + number(__clang_major__, __clang_minor__, __clang_patchlevel__);
#else
    machine.compiler = "g++ " + number(__GNUC__, __GNUC_MINOR__, __GNUC_PATCHLEVEL__);
#endif
    machine.build = OVERLAP_BUILD_TYPE;
    machine.versions = {
        {"overlap", OVERLAP_VERSION},
        {"asio", number(ASIO_VERSION / 100000, ASIO_VERSION / 100 % 1000, ASIO_VERSION % 100)},
        {"sqlite", net::sqlite_version()},
        {"fmt", number(FMT_VERSION / 10000, FMT_VERSION / 100 % 100, FMT_VERSION % 100)},
        {"http_parser",
         number(HTTP_PARSER_VERSION_MAJOR, HTTP_PARSER_VERSION_MINOR, HTTP_PARSER_VERSION_PATCH)},
    };
    return machine;
}

}  // namespace overlap
