#include "workshop/file_watch.hpp"

#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <utility>

namespace overlap::workshop {

FileMark mark_of(const std::filesystem::path& file) {
    struct stat status{};
    if (::stat(file.c_str(), &status) != 0) return {};
    return {.modified = std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec,
            .size = status.st_size,
            .inode = status.st_ino};
}

FileWatch::FileWatch(std::filesystem::path file) : file_(std::move(file)), last_(mark_of(file_)) {
    events_ = ::inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (events_ < 0) return;
    // The folder, not the file: editors save by replacing it.
    const std::filesystem::path folder = file_.parent_path();
    if (::inotify_add_watch(events_, folder.c_str(), IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE) >=
        0)
        return;
    ::close(events_);
    events_ = -1;
}

FileWatch::~FileWatch() {
    if (events_ >= 0) ::close(events_);
}

bool FileWatch::wait(const std::stop_token& stop) {
    constexpr int look_ms = 50;        // how soon a stop is seen
    constexpr int looks_between = 10;  // without the kernel's word
    constexpr int settled_ms = 10;     // an editor may write in several steps
    for (int looks = 0; !stop.stop_requested(); ++looks) {
        pollfd entry{events_, POLLIN, 0};
        const bool told = ::poll(&entry, events_ >= 0 ? 1 : 0, look_ms) > 0;
        if (told) {
            std::array<char, 4096> bytes;
            while (::read(events_, bytes.data(), bytes.size()) > 0) {
            }
        } else if (looks % looks_between != 0) {
            continue;
        }
        FileMark now = mark_of(file_);
        if (now == last_ || now == FileMark{}) continue;
        do {
            last_ = now;
            ::poll(nullptr, 0, settled_ms);
            now = mark_of(file_);
        } while (now != last_ && !stop.stop_requested());
        if (last_ != FileMark{}) return true;
    }
    return false;
}

}  // namespace overlap::workshop
