#include "lesson/progress.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <system_error>

#include "timeline/error.hpp"

namespace overlap::lesson {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

constexpr const char* schema = "overlap.lessons/1";
constexpr const char* any_schema = "overlap.lessons/";

struct Newer {};

std::string variable(const char* name) {
    const char* const value = std::getenv(name);
    return value == nullptr ? "" : value;
}

// Throws what the JSON library throws, or Error.
Progress parse(const std::string& text) {
    const Json document = Json::parse(text);
    const std::string kind = document.at("schema").get<std::string>();
    if (kind != schema && kind.starts_with(any_schema)) throw Newer{};
    if (kind != schema) throw Error("it is no " + std::string(schema));
    if (!document.at("lessons").is_object()) throw Error("its lessons are none");
    Progress progress;
    for (const auto& [name, entry] : document.at("lessons").items()) {
        LessonProgress& lesson = progress[name];
        if (!entry.at("section").is_number_unsigned() || !entry.at("checks").is_array())
            throw Error("something in it is of another kind");
        lesson.section = entry.at("section").get<std::size_t>();
        lesson.read = entry.at("read").get<bool>();
        for (const Json& check : entry.at("checks")) {
            lesson.checks.push_back(check.is_null() ? std::nullopt : std::optional(check.get<bool>()));
        }
    }
    return progress;
}

std::string text_of(const Progress& progress) {
    Json lessons = Json::object();
    for (const auto& [name, lesson] : progress) {
        Json checks = Json::array();
        for (const std::optional<bool>& check : lesson.checks)
            checks.push_back(check ? Json(*check) : Json());
        lessons[name] = {{"section", lesson.section}, {"read", lesson.read}, {"checks", checks}};
    }
    return Json{{"schema", schema}, {"lessons", lessons}}.dump(2) + '\n';
}

// "lessons.json.damaged", or with a number where that is taken.
fs::path free_name(const fs::path& file) {
    fs::path name = file.string() + ".damaged";
    std::error_code none;
    for (int i = 2; fs::exists(fs::symlink_status(name, none)); ++i)
        name = file.string() + ".damaged" + std::to_string(i);
    return name;
}

LoadedProgress set_aside(const fs::path& file, const std::string& reason) {
    const fs::path aside = free_name(file);
    std::error_code error;
    fs::rename(file, aside, error);
    if (error) {
        throw Error("your progress in " + file.string() + " cannot be understood (" + reason +
                    "), nor can it be set aside: " + error.message());
    }
    return {{},
            "your progress could not be understood (" + reason + "): it is kept as " + aside.string() +
                ", and a new one begins"};
}

// SIGINT and SIGTERM, until the end of the scope.
class HeldBack {
  public:
    HeldBack() {
        sigset_t both;
        ::sigemptyset(&both);
        ::sigaddset(&both, SIGINT);
        ::sigaddset(&both, SIGTERM);
        ::pthread_sigmask(SIG_BLOCK, &both, &before_);
    }
    ~HeldBack() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    HeldBack(const HeldBack&) = delete;
    HeldBack& operator=(const HeldBack&) = delete;

  private:
    sigset_t before_{};
};

// Closes the descriptor and removes the file, unless told to leave it.
class NewFile {
  public:
    explicit NewFile(const fs::path& beside) : name_(beside.string() + ".XXXXXX") {
        file_ = ::mkostemp(name_.data(), O_CLOEXEC);
        if (file_ < 0) throw Error("cannot write " + beside.string() + ": " + message_of(errno));
    }
    ~NewFile() {
        ::close(file_);
        if (!kept_) ::unlink(name_.c_str());
    }
    NewFile(const NewFile&) = delete;
    NewFile& operator=(const NewFile&) = delete;

    void write(const std::string& text) const {
        for (std::size_t done = 0; done < text.size();) {
            const ssize_t count = ::write(file_, text.data() + done, text.size() - done);
            if (count < 0 && errno == EINTR) continue;
            if (count < 0) throw Error("cannot write " + name_ + ": " + message_of(errno));
            done += static_cast<std::size_t>(count);
        }
        // On disk before it takes the old one's place, or a crash could leave an empty file.
        if (::fsync(file_) != 0) throw Error("cannot write " + name_ + ": " + message_of(errno));
    }
    void take_place_of(const fs::path& file) {
        if (::rename(name_.c_str(), file.c_str()) != 0)
            throw Error("cannot write " + file.string() + ": " + message_of(errno));
        kept_ = true;
    }

  private:
    std::string name_;
    int file_ = -1;
    bool kept_ = false;
};

}  // namespace

fs::path progress_file() {
    // Relative paths are to be ignored, says the specification.
    if (const std::string state = variable("XDG_STATE_HOME"); state.starts_with('/'))
        return fs::path(state) / "overlap" / "lessons.json";
    const std::string home = variable("HOME");
    if (!home.starts_with('/'))
        throw Error("there is no place for your progress: set HOME or XDG_STATE_HOME");
    return fs::path(home) / ".local" / "state" / "overlap" / "lessons.json";
}

LoadedProgress load_progress(const fs::path& file) {
    std::error_code error;
    const fs::file_status status = fs::status(file, error);
    if (status.type() == fs::file_type::not_found) return {};
    if (status.type() != fs::file_type::regular)
        throw Error("your progress cannot be read from " + file.string() +
                    ": expected a file that can be read");
    std::ifstream stream(file, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) throw Error("your progress cannot be read from " + file.string());
    try {
        return {parse(text.str()), ""};
    } catch (const Newer&) {
        throw Error("your progress in " + file.string() + " is that of a newer overlap");
    } catch (const Json::parse_error&) {
        return set_aside(file, "it is no JSON");
    } catch (const Json::exception&) {
        return set_aside(file, "something in it is missing or of another kind");
    } catch (const Error& foreign) {
        return set_aside(file, foreign.what());
    }
}

LessonProgress merged(const LessonProgress& earlier, const LessonProgress& later) {
    LessonProgress both = later;
    both.read = earlier.read || later.read;
    both.checks.resize(std::max(earlier.checks.size(), later.checks.size()));
    for (std::size_t i = 0; i < earlier.checks.size(); ++i) {
        if (earlier.checks[i]) both.checks[i] = earlier.checks[i];
    }
    return both;
}

void save_progress(const fs::path& file, const Progress& progress) {
    std::error_code error;
    fs::create_directories(file.parent_path(), error);
    if (error) throw Error("cannot make the folder " + file.parent_path().string() + ": " + error.message());
    // Where it is a symbolic link, what that leads to is replaced.
    const fs::path target = fs::weakly_canonical(file, error);
    const HeldBack signals;  // Ctrl-C would leave the new file behind
    NewFile fresh(error ? file : target);
    fresh.write(text_of(progress));
    fresh.take_place_of(error ? file : target);
}

}  // namespace overlap::lesson
