#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <stop_token>
#include <string>
#include <thread>

#include "support/eventually.hpp"
#include "support/files.hpp"
#include "workshop/file_watch.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("file_watch");

namespace fs = std::filesystem;
using test::eventually;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using workshop::FileMark;
using workshop::FileWatch;
using workshop::mark_of;

// A file that somebody edits. Every text is longer than the one before: times may be equal.
struct Edited {
    TemporaryFolder folder;
    std::string file = folder.path() + "/exercise.cpp";
    std::string text = "begin";

    Edited() { save(); }
    void save() { write_file(file, text += '.'); }
    void replace() {
        write_file(file + "~new", text += '!');
        fs::rename(file + "~new", file);
    }
};

// Waits on a thread of its own, until it is told or stopped.
class Waiting {
  public:
    explicit Waiting(FileWatch& watch)
        : thread_([this, &watch](const std::stop_token& stop) {
              saved_ = watch.wait(stop);
              ended_ = true;
          }) {}

    [[nodiscard]] bool ended() const { return ended_; }
    [[nodiscard]] bool is_woken() {
        CHECK(eventually([this] { return ended_.load(); }));
        return stop();
    }
    // Long enough for whoever would wake wrongly; who is right passes on any machine.
    [[nodiscard]] bool sleeps_on() const {
        std::this_thread::sleep_for(std::chrono::milliseconds(200));
        return !ended_;
    }
    // Gives what wait() gave.
    bool stop() {
        thread_.request_stop();
        if (thread_.joinable()) thread_.join();
        return saved_;
    }

  private:
    std::atomic<bool> saved_ = false;
    std::atomic<bool> ended_ = false;
    std::jthread thread_;
};

bool is_woken(FileWatch& watch) { return Waiting(watch).is_woken(); }

TEST_CASE("a file is another one when it was written, replaced or removed") {
    Edited edited;
    const FileMark before = mark_of(edited.file);
    CHECK(mark_of(edited.file) == before);
    CHECK(before.size == static_cast<std::int64_t>(edited.text.size()));
    edited.save();
    const FileMark saved = mark_of(edited.file);
    CHECK_FALSE(saved == before);
    CHECK(saved.inode == before.inode);
    edited.replace();
    CHECK(mark_of(edited.file).inode != before.inode);
    fs::remove(edited.file);
    CHECK(mark_of(edited.file) == FileMark{});
    CHECK(mark_of(edited.folder.path() + "/nothing/there") == FileMark{});
}

TEST_CASE("saving wakes who waits, every time, whether the file is written anew or replaced") {
    Edited edited;
    FileWatch watch(edited.file);
    for (int i = 0; i < 3; ++i) {
        Waiting written(watch);
        edited.save();
        CHECK(written.is_woken());
        Waiting replaced(watch);
        edited.replace();
        CHECK(replaced.is_woken());
    }
}

TEST_CASE("what was saved before one waits is seen, several saves in a row as one") {
    Edited edited;
    FileWatch watch(edited.file);
    edited.save();
    edited.replace();
    edited.save();
    edited.save();
    CHECK(is_woken(watch));
    Waiting again(watch);
    CHECK(again.sleeps_on());
    CHECK_FALSE(again.stop());
    edited.save();
    CHECK(is_woken(watch));
}

TEST_CASE("however fast it is saved, the last text is seen") {
    Edited edited;
    FileWatch watch(edited.file);
    std::atomic<int> wakes = 0;
    std::string seen;
    std::jthread watcher([&](const std::stop_token& stop) {
        while (watch.wait(stop)) {
            ++wakes;
            seen = read_file(edited.file);
            if (seen.ends_with("end")) return;
        }
    });
    constexpr int saves = 60;
    for (int i = 0; i < saves; ++i) i % 3 == 0 ? edited.replace() : edited.save();
    edited.text += "the end";
    write_file(edited.file, edited.text);
    const bool woken = eventually([&] { return wakes > 0; });
    CHECK(woken);
    std::jthread no_hang([&](const std::stop_token& over) {
        for (int i = 0; i < 2'000 && !over.stop_requested(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        watcher.request_stop();
    });
    watcher.join();
    CHECK(seen == edited.text);
    CHECK(wakes <= saves + 1);
}

TEST_CASE("a file that is removed wakes nobody, one that comes back does") {
    Edited edited;
    FileWatch watch(edited.file);
    Waiting waiting(watch);
    fs::remove(edited.file);
    CHECK(waiting.sleeps_on());
    edited.save();
    CHECK(waiting.is_woken());

    fs::remove(edited.file);
    edited.replace();
    CHECK(is_woken(watch));
}

TEST_CASE("a file that is not there yet is waited for") {
    const TemporaryFolder folder;
    FileWatch watch(folder.path() + "/exercise.cpp");
    Waiting waiting(watch);
    CHECK(waiting.sleeps_on());
    write_file(folder.path() + "/exercise.cpp", "text");
    CHECK(waiting.is_woken());
}

TEST_CASE("other files in the folder wake nobody") {
    Edited edited;
    FileWatch watch(edited.file);
    Waiting waiting(watch);
    const std::string other = edited.folder.path() + "/exercise.cpp.backup-1";
    write_file(other, "text");
    fs::rename(other, other + "~");
    fs::remove(other + "~");
    fs::create_directory(edited.folder.path() + "/build");
    CHECK(read_file(edited.file) == edited.text);  // nor does reading it
    CHECK(waiting.sleeps_on());
    CHECK_FALSE(waiting.ended());
    edited.save();
    CHECK(waiting.is_woken());
}

TEST_CASE("a stop ends it, before and during the wait, and it can be waited for again") {
    Edited edited;
    FileWatch watch(edited.file);
    Waiting waiting(watch);
    CHECK_FALSE(waiting.stop());
    std::stop_source stopped;
    stopped.request_stop();
    CHECK_FALSE(watch.wait(stopped.get_token()));
    edited.save();
    CHECK_FALSE(watch.wait(stopped.get_token()));
    CHECK(is_woken(watch));  // the save was not lost
}

TEST_CASE("where the kernel does not tell, it is looked for") {
    const TemporaryFolder root;
    const std::string folder = root.path() + "/later";
    FileWatch watch(folder + "/exercise.cpp");
    CHECK_FALSE(watch.told_by_kernel());  // of a folder that is not there
    Waiting waiting(watch);
    fs::create_directory(folder);
    write_file(folder + "/exercise.cpp", "text");
    CHECK(waiting.is_woken());
    write_file(folder + "/exercise.cpp", "another text");
    CHECK(is_woken(watch));
}

TEST_CASE("a folder that is replaced takes the watch with it, and it is looked for") {
    Edited edited;
    fs::create_directory(edited.folder.path() + "/sub");
    edited.file = edited.folder.path() + "/sub/exercise.cpp";
    edited.save();
    FileWatch watch(edited.file);
    Waiting waiting(watch);
    fs::remove_all(edited.folder.path() + "/sub");
    CHECK(waiting.sleeps_on());
    fs::create_directory(edited.folder.path() + "/sub");
    edited.save();
    CHECK(waiting.is_woken());
}

}  // namespace
}  // namespace overlap
