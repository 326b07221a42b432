#include "net/file_io.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <cstring>

#include "timeline/error.hpp"

namespace overlap::net {

std::string uncapitalized(std::string words) {
    if (words.size() > 1 && std::islower(static_cast<unsigned char>(words[1])) != 0) {
        words[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(words[0])));
    }
    return words;
}

std::string words_of_errno(int error) { return uncapitalized(message_of(error)); }

File::File(const std::string& path, int flags) : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) throw Error(words_of_errno(errno));
}

File::~File() {
    if (descriptor_ >= 0) ::close(descriptor_);
}

void File::write(std::span<const char> bytes, std::int64_t offset) {
    while (!bytes.empty()) {
        const ssize_t count = ::pwrite(descriptor_, bytes.data(), bytes.size(), offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw Error(words_of_errno(errno));
        bytes = bytes.subspan(static_cast<std::size_t>(count));
        offset += count;
    }
}

void File::read(std::span<char> into, std::int64_t offset) {
    while (!into.empty()) {
        const ssize_t count = ::pread(descriptor_, into.data(), into.size(), offset);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) throw Error(words_of_errno(errno));
        if (count == 0) throw Error("the file ends too early");
        into = into.subspan(static_cast<std::size_t>(count));
        offset += count;
    }
}

void File::sync() {
    if (::fsync(descriptor_) != 0) throw Error(words_of_errno(errno));
}

void File::forget() { ::posix_fadvise(descriptor_, 0, 0, POSIX_FADV_DONTNEED); }

void pattern(std::span<char> into, int number, std::int64_t offset) {
    // A multiplicative generator with 2^64 as modulus (Knuth's MMIX constants), one step for 8 bytes.
    std::uint64_t state = static_cast<std::uint64_t>(number) * 1'000'003 + static_cast<std::uint64_t>(offset);
    for (std::size_t at = 0; at < into.size(); at += sizeof state) {
        state = state * 6364136223846793005ULL + 1442695040888963407ULL;
        std::memcpy(into.data() + at, &state, std::min(sizeof state, into.size() - at));
    }
}

}  // namespace overlap::net
