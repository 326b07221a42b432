#include "demo/folder_backend.hpp"

#include <linux/magic.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "timeline/error.hpp"

namespace overlap {
namespace {

namespace fs = std::filesystem;

std::string parent_folder() {
    const char* const chosen = std::getenv("TMPDIR");
    return chosen != nullptr && *chosen != '\0' ? fs::absolute(chosen).string() : "/tmp";
}

class FolderBackend : public Backend {
  public:
    FolderBackend(std::int64_t bytes, const std::string& smaller, std::string also)
        : parent_(parent_folder()), also_(std::move(also)) {
        path_ = parent_ + "/overlap-XXXXXX";
        if (::mkdtemp(path_.data()) == nullptr) {
            throw Error("cannot make a folder in '" + parent_ + "': " + message_of(errno) +
                        "; set TMPDIR to a folder that can be written to");
        }
        struct statvfs space{};
        if (::statvfs(path_.c_str(), &space) != 0) return;
        const auto free =
            static_cast<std::int64_t>(space.f_bavail) * static_cast<std::int64_t>(space.f_frsize);
        if (free >= bytes) return;
        fs::remove(path_);
        throw Error("'" + parent_ + "' has " + std::to_string(free / mebibyte) + "MiB free, and " +
                    std::to_string(bytes / mebibyte) + "MiB are to be written: " + smaller +
                    ", or set TMPDIR to another folder");
    }
    ~FolderBackend() override {
        std::error_code ignored;
        fs::remove_all(path_, ignored);
    }

    [[nodiscard]] std::string address() const override { return path_; }

    [[nodiscard]] std::string note() const override {
        struct statfs system{};
        const bool memory = ::statfs(path_.c_str(), &system) == 0 && system.f_type == TMPFS_MAGIC;
        return " (in " + parent_ + (memory ? ", a tmpfs: memory, no disk" : "") +
               (also_.empty() ? "" : "; " + also_) + ")";
    }

    void reset() override {
        std::error_code ignored;
        for (const fs::directory_entry& entry : fs::directory_iterator(path_, ignored)) {
            fs::remove_all(entry.path(), ignored);
        }
    }
    std::optional<ServerCounts> counts() override { return std::nullopt; }

  private:
    std::string parent_;
    std::string also_;
    std::string path_;
};

}  // namespace

std::unique_ptr<Backend> folder_backend(std::int64_t bytes, const std::string& smaller, std::string also) {
    return std::make_unique<FolderBackend>(bytes, smaller, std::move(also));
}

}  // namespace overlap
