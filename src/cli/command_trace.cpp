// overlap trace -- COMMAND...: any program, and what our server saw of it.
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "cli/commands.hpp"
#include "cli/terminal.hpp"
#include "render/ascii.hpp"
#include "render/json.hpp"
#include "render/plain.hpp"
#include "timeline/error.hpp"
#include "trace/trace.hpp"

namespace overlap {
namespace {

// Where the picture goes: standard output, or the file named by --output, opened before anything is run.
class Destination {
  public:
    explicit Destination(const std::string& file) : file_(file) {
        if (file.empty()) return;
        fd_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
        if (fd_ < 0) fail(errno);
    }
    ~Destination() {
        if (!file_.empty()) ::close(fd_);
    }
    Destination(const Destination&) = delete;
    Destination& operator=(const Destination&) = delete;

    void write(const std::string& text) const {
        if (const int error = write_all(fd_, text); error != 0) fail(error);
    }

  private:
    [[noreturn]] void fail(int error) const {
        const std::string where = file_.empty() ? "standard output" : "'" + file_ + "'";
        throw Error("cannot write to " + where + ": " + std::generic_category().message(error));
    }

    std::string file_;
    int fd_ = STDOUT_FILENO;
};

std::string shown(const Run& run, const OutputOptions& output, const AsciiOptions& ascii, bool below) {
    if (output.json) return render_json(run);
    if (output.plain) return render_plain(run);
    // The command's own output may end anywhere in a line.
    return (below ? "\n" : "") + render_ascii(run, ascii);
}

}  // namespace

int run_trace(const Invocation& invocation) {
    const std::vector<std::string>& command = invocation.trace.command;
    if (command.empty() || command.front().empty())
        throw UsageError("trace needs a COMMAND behind '--', as in 'overlap trace -- curl {url}/'");
    const AsciiOptions ascii = ascii_options(invocation.output);
    const Destination destination(invocation.output_file);
    const Run run = trace(invocation.trace);
    destination.write(shown(run, invocation.output, ascii, invocation.output_file.empty()));
    return exit_code_of(*run.traced, run.interrupted);
}

}  // namespace overlap
