#include "cli/questions.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <pthread.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iostream>

#include "cli/values.hpp"
#include "render/text.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

// No answer is as long as this.
constexpr std::size_t longest_line = 1'000;

bool read_yes_or_no(const std::string& option, std::string text) {
    std::transform(text.begin(), text.end(), text.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    if (text == "y" || text == "yes") return true;
    if (text.empty() || text == "n" || text == "no") return false;
    throw UsageError(fmt::format("the answer for {} is '{}': expected y or n", option, text));
}

// There is no answer: Ctrl-D on a terminal.
struct EndOfInput : UsageError {
    using UsageError::UsageError;
};

struct TooLong : UsageError {
    using UsageError::UsageError;
};

[[noreturn]] void end_of_input(const std::string& option) {
    throw EndOfInput(
        fmt::format("the input ended before the answer for {0}: give {0}, or --no-input to take no or 0 for "
                    "what is not given",
                    option));
}

}  // namespace

Questions::Questions()
    : terminal_(::isatty(STDIN_FILENO) == 1),
      // Asked now: where it is closed, the next file to be opened has its number.
      open_(::fcntl(STDIN_FILENO, F_GETFD) >= 0) {
    ::sigemptyset(&signals_);
    ::sigaddset(&signals_, SIGINT);
    ::sigaddset(&signals_, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    arrived_ = ::signalfd(-1, &signals_, SFD_CLOEXEC | SFD_NONBLOCK);
    if (arrived_ < 0) {
        const int error = errno;
        ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);  // or nothing would end us but SIGKILL
        throw Error("cannot wait for signals: " + message_of(error));
    }
}

Questions::~Questions() {
    // One that came behind the last answer is for the process again.
    if (arrived_ >= 0) ::close(arrived_);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

template <typename Read>
auto Questions::ask(const std::string& question, const std::string& option, Read read) {
    for (;;) {
        if (terminal_) std::cerr << question << std::flush;
        const std::string answer = line(option);
        try {
            return read(answer);
        } catch (const UsageError& error) {
            if (!terminal_) throw;
            std::cerr << "overlap: " << printable(error.what()) << '\n';
        }
    }
}

bool Questions::yes_or_no(const std::string& question, const std::string& option) {
    return ask(question + " [y/N] ", option,
               [&](const std::string& answer) { return read_yes_or_no(option, answer); });
}

std::optional<std::string> Questions::answer(const std::string& prompt) {
    std::cerr << prompt << std::flush;
    try {
        return line("");
    } catch (const EndOfInput&) {
        return std::nullopt;
    } catch (const TooLong&) {
        while (read_.find('\n') == std::string::npos) {
            read_.clear();
            read_more("");
        }
        read_.erase(0, read_.find('\n') + 1);
        return "...";
    }
}

double Questions::milliseconds(const std::string& question, const std::string& option) {
    return ask(question + " [0] ", option, [&](const std::string& answer) {
        return answer.empty() ? 0 : read_milliseconds(option, answer);
    });
}

// The next line, without blanks at its ends.
std::string Questions::line(const std::string& option) {
    while (read_.find('\n') == std::string::npos) read_more(option);
    const std::size_t end = read_.find('\n');
    const std::string text = read_.substr(0, end);
    read_.erase(0, end + 1);
    static constexpr const char* blanks = " \t\r";
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string::npos ? "" : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

void Questions::read_more(const std::string& option) {
    if (!open_) end_of_input(option);
    std::array<pollfd, 2> files{{{STDIN_FILENO, POLLIN, 0}, {arrived_, POLLIN, 0}}};
    if (::poll(files.data(), files.size(), -1) < 0) {
        if (errno == EINTR) return;
        throw Error("cannot wait for standard input: " + message_of(errno));
    }
    if (files[1].revents != 0) {
        // Taken, or it would end us once signals are no longer held back.
        signalfd_siginfo signal{};
        while (::read(arrived_, &signal, sizeof signal) > 0) {
        }
        if (terminal_) std::cerr << '\n';
        throw Interrupted();
    }
    std::array<char, 256> bytes{};
    const ssize_t count = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (count < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (count < 0) throw Error("cannot read standard input: " + message_of(errno));
    read_.append(bytes.data(), static_cast<std::size_t>(count));
    if (count == 0 && !read_.empty()) read_ += '\n';  // a last line may do without
    if (count == 0 && read_.empty()) {
        if (terminal_) std::cerr << '\n';
        end_of_input(option);
    }
    if (read_.size() > longest_line && read_.find('\n') == std::string::npos)
        throw TooLong(fmt::format("the answer for {} is longer than {} bytes: expected a word or a number",
                                  option, longest_line));
}

}  // namespace overlap
