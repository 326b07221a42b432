#include "support/machine_use.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace overlap::test {

std::size_t open_files(pid_t pid) {
    const std::filesystem::directory_iterator files("/proc/" + std::to_string(pid) + "/fd");
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& file : files) ++count;
    return count;
}

std::int64_t resident_memory(pid_t pid) {
    std::ifstream status("/proc/" + std::to_string(pid) + "/status");
    for (std::string word; status >> word;) {
        std::int64_t kibibytes = 0;
        if (word == "VmRSS:" && status >> kibibytes) return kibibytes * 1024;
    }
    FAIL("process " << pid << " is gone");
    return 0;
}

}  // namespace overlap::test
