// Asking on the terminal, or taking the answers from a pipe.
#pragma once

#include <csignal>
#include <optional>
#include <string>

#include "timeline/error.hpp"

namespace overlap {

/// While it lives, SIGINT and SIGTERM end a question instead of the process. Questions are asked on standard
/// error, and only where standard input is a terminal; answers are lines of standard input, an empty one
/// means no, or 0. What is no answer is asked again on a terminal, and thrown as UsageError elsewhere. So is
/// the end of the input: `option` tells how to give the answer otherwise. All throw Interrupted.
class Questions {
  public:
    Questions();  ///< throws Error where signals cannot be waited for; they are then as before
    ~Questions();
    Questions(const Questions&) = delete;
    Questions& operator=(const Questions&) = delete;

    /// Whether the answer is yes: y, yes, n or no, in either case of letters.
    bool yes_or_no(const std::string& question, const std::string& option);

    /// A line as it was typed, without blanks at its ends; "..." for one that is endless; none at the end of
    /// the input.
    std::optional<std::string> answer(const std::string& prompt);

    /// A number of milliseconds.
    double milliseconds(const std::string& question, const std::string& option);

  private:
    template <typename Read>
    auto ask(const std::string& question, const std::string& option, Read read);
    std::string line(const std::string& option);
    void read_more(const std::string& option);

    sigset_t signals_{};
    sigset_t before_{};
    int arrived_ = -1;  ///< becomes readable when a signal arrives
    bool terminal_ = false;
    bool open_ = false;  ///< standard input
    std::string read_;   ///< what came behind the last answer
};

}  // namespace overlap
