#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>

#include "cli/values.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

// Empty counts as not set, as no-color.org has it.
std::optional<std::string> variable(const char* name) {
    const char* const value = std::getenv(name);
    return value != nullptr && *value != '\0' ? std::optional<std::string>(value) : std::nullopt;
}

bool dumb_terminal() { return variable("TERM") == "dumb"; }

int natural_width(const OutputOptions& options) {
    if (options.width) return *options.width;
    if (const auto columns = variable("COLUMNS"))
        return static_cast<int>(read_whole("COLUMNS", *columns, 1, 100'000));
    winsize size{};
    if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
    return 80;
}

}  // namespace

int output_width(const OutputOptions& options) {
    return std::clamp(natural_width(options), narrowest_width, widest_width);
}

bool output_color(const OutputOptions& options) {
    if (options.color != ColorMode::automatic) return options.color == ColorMode::always;
    if (variable("NO_COLOR")) return false;
    if (const auto force = variable("CLICOLOR_FORCE"); force && *force != "0") return true;
    return ::isatty(STDOUT_FILENO) == 1 && !dumb_terminal();
}

AsciiOptions ascii_options(const OutputOptions& options) {
    return {.width = output_width(options),
            .theme = {.unicode = options.unicode, .color = output_color(options)}};
}

bool shows_progress() { return ::isatty(STDERR_FILENO) == 1 && !dumb_terminal(); }

int write_all(int file, std::string_view text) {
    while (!text.empty()) {
        const ssize_t count = ::write(file, text.data(), text.size());
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return errno;
        text.remove_prefix(static_cast<std::size_t>(count));
    }
    return 0;
}

void print(std::string_view text) {
    if (const int error = write_all(STDOUT_FILENO, text); error != 0)
        throw Error("cannot write to standard output: " + message_of(error));
}

}  // namespace overlap
