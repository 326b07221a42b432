#include "record/proc_files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <system_error>

namespace overlap {

std::string first_text_of(const std::string& path) {
    std::array<char, 1'024> text{};
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return "";
    const ssize_t count = ::read(file, text.data(), text.size());
    ::close(file);
    return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
}

std::string whole_text_of(const std::string& path) {
    std::string text;
    std::array<char, 4'096> part{};
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) return text;
    for (;;) {
        const ssize_t count = ::read(file, part.data(), part.size());
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) break;
        text.append(part.data(), static_cast<std::size_t>(count));
    }
    ::close(file);
    return text;
}

std::vector<std::int64_t> numbers_in(const std::string& text) {
    std::vector<std::int64_t> numbers;
    const char* at = text.data();
    const char* const end = at + text.size();
    for (std::int64_t number = 0;;) {
        const auto [rest, error] = std::from_chars(at, end, number);
        if (error != std::errc()) return numbers;
        numbers.push_back(number);
        at = rest == end ? end : rest + 1;
    }
}

char state_in(const std::string& stat) {
    const std::size_t bracket = stat.rfind(')');
    return bracket == std::string::npos || bracket + 2 >= stat.size() ? '?' : stat[bracket + 2];
}

std::vector<pid_t> children_of(pid_t pid) {
    std::vector<pid_t> children;
    const std::string folder = "/proc/" + std::to_string(pid) + "/task";
    std::error_code gone;
    for (std::filesystem::directory_iterator entry(folder, gone), end; !gone && entry != end;
         entry.increment(gone)) {
        for (const std::int64_t child : numbers_in(whole_text_of(entry->path().string() + "/children")))
            children.push_back(static_cast<pid_t>(child));
    }
    return children;
}

}  // namespace overlap
