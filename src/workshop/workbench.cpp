#include "workshop/workbench.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <system_error>

#include "timeline/error.hpp"
#include "timeline/units.hpp"
#include "trace/command.hpp"
#include "workshop/contained.hpp"
#include "workshop/kit/embedded.hpp"

namespace overlap::workshop {
namespace {

namespace fs = std::filesystem;

}  // namespace

ScratchFolder::ScratchFolder() {
    const char* const root = std::getenv("TMPDIR");
    std::string name = fs::absolute(root != nullptr && *root != '\0' ? root : "/tmp") / "overlap-XXXXXX";
    if (::mkdtemp(name.data()) == nullptr)
        throw Error("cannot make a folder '" + name + "': " + message_of(errno));
    path_ = name;
}

ScratchFolder::~ScratchFolder() {
    std::error_code ignored;
    fs::permissions(path_, fs::perms::owner_all, ignored);
    // A program may have taken its own rights to its folders away.
    for (fs::recursive_directory_iterator entry(path_, ignored), end; !ignored && entry != end;
         entry.increment(ignored)) {
        std::error_code own;
        if (entry->is_directory(own) && !entry->is_symlink(own))
            fs::permissions(entry->path(), fs::perms::owner_all, own);
    }
    fs::remove_all(path_, ignored);
}

void write_whole(const fs::path& file, const std::string& text) {
    std::string name = file.string() + ".XXXXXX";
    const int out = ::mkostemp(name.data(), O_CLOEXEC);
    if (out < 0) throw Error("cannot write '" + file.string() + "': " + message_of(errno));
    int error = 0;
    for (std::size_t at = 0; at < text.size() && error == 0;) {
        const ssize_t count = ::write(out, text.data() + at, text.size() - at);
        if (count >= 0)
            at += static_cast<std::size_t>(count);
        else if (errno != EINTR)
            error = errno;
    }
    ::fchmod(out, 0644);
    if (::close(out) != 0 && error == 0) error = errno;
    if (error == 0 && ::rename(name.c_str(), file.c_str()) != 0) error = errno;
    if (error == 0) return;
    ::unlink(name.c_str());
    throw Error("cannot write '" + file.string() + "': " + message_of(error));
}

std::string read_whole(const fs::path& file) {
    std::error_code none;
    if (fs::is_directory(file, none)) throw Error("cannot read '" + file.string() + "': it is a folder");
    std::ifstream in(file, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in || in.bad()) throw Error("cannot read '" + file.string() + "'");
    return text;
}

Workbench open_workbench(const fs::path& kit, const std::function<void()>& making,
                         const std::stop_token& stop) {
    const std::optional<Compiler> compiler = find_compiler();
    if (!compiler) throw Error(compiler_advice());
    if (kit_library().empty())
        throw Error(
            "this overlap was built without the library that exercises are linked with (for a sanitizer): "
            "use "
            "another build, or '-- COMMAND' with a program of your own");
    unpack_kit(kit);
    const fs::path pch = pch_file(*compiler, kit);
    const fs::path header = kit / "include" / "workshop.hpp";
    std::error_code none;
    const auto made = fs::last_write_time(pch, none);
    // It names the header by where that was: in a copy of the folder it would be read beside the copy's own.
    const fs::path made_in = kit / ("made-in-" + pch.filename().string());
    const std::string here = fs::canonical(kit).string();
    const bool is_ours = fs::exists(made_in) && read_whole(made_in) == here;
    if (!none && is_ours && made >= fs::last_write_time(header, none)) return {*compiler, kit};
    if (making) making();
    Contained making_it({.words = pch_command(*compiler, kit),
                         .environment = our_environment(),
                         .folder = kit,
                         .scratch = kit},
                        {.wall = 120 * second, .cpu = 100 * second, .memory = 3LL << 30, .file = 1LL << 30});
    while (making_it.turn()) {
        if (stop.stop_requested()) making_it.stop(Stopped::asked);
        ::poll(nullptr, 0, 5);
    }
    if (ended_well(making_it.end())) {
        write_whole(made_in, here);
        return {*compiler, kit};
    }
    fs::remove(pch, none);
    if (stop.stop_requested()) throw Interrupted();
    throw Error("the header of the exercises cannot be compiled with " + compiler->path +
                ": is libasio-dev installed? 'overlap doctor' looks at all that is needed. " +
                making_it.output().substr(0, 300));
}

}  // namespace overlap::workshop
