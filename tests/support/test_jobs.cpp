#include "support/test_jobs.hpp"

#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cctype>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "support/files.hpp"

namespace overlap::test {
namespace {

namespace fs = std::filesystem;

constexpr int control = 3;

std::string echo(const TaskLane&, std::string_view argument) { return std::string(argument); }

std::string upper(const TaskLane&, std::string_view argument) {
    std::string text(argument);
    for (char& letter : text) letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
    return text;
}

std::string big(const TaskLane&, std::string_view argument) {
    return std::string(std::stoul(std::string(argument)), 'x');
}

std::string bytes(const TaskLane&, std::string_view argument) { return std::to_string(argument.size()); }

std::string throw_error(const TaskLane&, std::string_view argument) {
    throw std::runtime_error(std::string(argument));
}

std::string throw_int(const TaskLane&, std::string_view) { throw 1; }

std::string abort_worker(const TaskLane&, std::string_view) { std::abort(); }

std::string exit_worker(const TaskLane&, std::string_view) { ::_exit(3); }

std::string kill_worker(const TaskLane&, std::string_view) {
    ::kill(::getpid(), SIGKILL);
    return "";
}

std::string kill_once(const TaskLane& lane, std::string_view argument) {
    const std::string path(argument);
    if (fs::exists(path)) return "done";
    std::ofstream(path).close();
    return kill_worker(lane, "");
}

std::string count(const TaskLane& lane, std::string_view argument) {
    const ScopedSpan span = lane.span(State::running);
    const unsigned long long most = std::stoull(std::string(argument));
    unsigned long long sum = 0;
    for (unsigned long long i = 0; i < most; ++i) sum += (i * most) % 7;
    return std::to_string(sum);
}

std::string spans(const TaskLane& lane, std::string_view) {
    {
        ScopedSpan span = lane.span(State::blocked, Phase::connect);
        span.fail("no luck");
    }
    const ScopedSpan span = lane.span(State::running);
    lane.recorder->note(lane.lane, "a note");
    return "";
}

// "FOLDER NAME"
std::string hold(const TaskLane& lane, std::string_view argument) {
    const ScopedSpan span = lane.span(State::blocked);
    const std::size_t space = argument.rfind(' ');
    const std::string folder(argument.substr(0, space));
    std::ofstream(folder + "/begun-" + std::string(argument.substr(space + 1))).close();
    while (!fs::exists(folder + "/open")) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return std::string(argument.substr(space + 1));
}

std::string files(const TaskLane&, std::string_view) {
    std::string lines;
    for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
        std::error_code gone;  // a sanitizer opens a pipe for a moment when a thread begins
        const fs::path what = fs::read_symlink(entry.path(), gone);
        if (!gone) lines += what.string() + "\n";
    }
    return lines;
}

std::string status(const TaskLane&, std::string_view) { return read_file("/proc/self/status"); }

std::string send(const TaskLane&, std::string_view argument) {
    ::send(control, argument.data(), argument.size(), MSG_NOSIGNAL);
    for (;;) ::pause();
}

std::string start_child(const TaskLane& lane, std::string_view argument) {
    const std::size_t space = argument.rfind(' ');
    const std::string folder(argument.substr(0, space));
    // Ends with the gate.
    const std::string line =
        "while [ ! -e '" + folder + "/open' ] && [ -e '" + folder + "' ]; do sleep 0.05; done &";
    if (std::system(line.c_str()) != 0) throw std::runtime_error("no child");
    std::ofstream(folder + "/begun-" + std::string(argument.substr(space + 1))).close();
    return kill_worker(lane, "");
}

}  // namespace

std::span<const Job> test_jobs() {
    static constexpr Job jobs[] = {
        {"echo", echo},
        {"upper", upper},
        {"big", big},
        {"bytes", bytes},
        {"throw", throw_error},
        {"throw_int", throw_int},
        {"abort", abort_worker},
        {"exit", exit_worker},
        {"kill", kill_worker},
        {"kill_once", kill_once},
        {"count", count},
        {"spans", spans},
        {"hold", hold},
        {"files", files},
        {"status", status},
        {"send", send},
        {"start_child", start_child},
    };
    return jobs;
}

Gate::Gate() : folder_((fs::temp_directory_path() / "overlap-gate-XXXXXX").string()) {
    if (::mkdtemp(folder_.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), folder_);
}

Gate::~Gate() {
    std::error_code ignored;
    fs::remove_all(folder_, ignored);
}

std::string Gate::argument(const std::string& name) const { return folder_ + " " + name; }

bool Gate::begun(const std::string& name) const { return fs::exists(file("begun-" + name)); }

std::size_t Gate::begun_count() const {
    std::size_t count = 0;
    for (const auto& entry : fs::directory_iterator(folder_)) {
        if (entry.path().filename().string().starts_with("begun-")) ++count;
    }
    return count;
}

void Gate::open() { std::ofstream(file("open")).close(); }

}  // namespace overlap::test
