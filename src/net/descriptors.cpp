#include "net/descriptors.hpp"

#include <sys/resource.h>

#include <string>

#include "timeline/error.hpp"

namespace overlap::net {
namespace {

// For standard streams, event loops, timers and the like.
constexpr rlim_t own_files = 64;

}  // namespace

void raise_descriptor_limit() {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur == limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
}

void need_descriptors(std::size_t count, std::string_view things, std::size_t files_each) {
    const rlim_t needed = count * files_each + own_files;
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed) return;
    raise_descriptor_limit();
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= needed) return;
    const rlim_t fit = limit.rlim_cur > own_files ? (limit.rlim_cur - own_files) / files_each : 0;
    const std::string name(things);
    throw Error(std::to_string(count) + " " + name + " at once need " + std::to_string(needed) +
                " open files, but this process may have " + std::to_string(limit.rlim_cur) + ": " +
                std::to_string(fit) + " " + name +
                " fit. Use fewer, or raise the hard limit (ulimit -Hn, or nofile in " +
                "/etc/security/limits.conf)");
}

}  // namespace overlap::net
