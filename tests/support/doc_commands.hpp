// The commands that documents show: finding them, and running them as a reader would.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "support/documents.hpp"
#include "support/files.hpp"
#include "support/process.hpp"

namespace overlap::test {

struct DocCommand {
    std::size_t line = 0;   ///< in the document
    std::string text;       ///< for `sh -c`
    std::size_t block = 0;  ///< which block it is in, from 0
    int code = 0;           ///< the exit code that the block's info has: "exit=1"
    bool live = false;      ///< "console run"
    bool server = false;  ///< ended by us behind its block's other commands: `overlap serve`, `overlap proxy`
    std::string sample;   ///< what stands below it, or in the block without an info behind it
    std::size_t sample_line = 0;
};

/// Those of the blocks `console` (behind "$ "), `sh` and `bash` (each line), and of indented blocks that
/// begin with "$ ", in order.
std::vector<DocCommand> doc_commands(const Document& document);

/// The simple commands of a line for sh, each in words without their quotes. No expansions.
std::vector<std::vector<std::string>> simple_commands(const std::string& text);

/// What is wrong with a command line of overlap, without its "overlap", by the program's own options; empty:
/// nothing. "NAME", "[OPTIONS]" and "..." stand for something: then the names of the options are checked
/// only.
std::string wrong_with_words(std::vector<std::string> words);

/// The same for each `overlap ...` in a line for sh.
std::string wrong_with_command(const std::string& text);

/// Why a command is not run here; nothing: it is.
struct NotRun {
    std::string reason;
    bool needed = false;  ///< the rest of its block needs what it does
};
std::optional<NotRun> not_run(const std::string& text);

/// Whether some python3 here has the packages that the programs of docs/python need.
bool can_run_python();

/// sh -c, in this folder, which is also its home, with our overlap first on the path and 80
/// columns. A link there, `docs`, leads to the documents' folder.
Launch in_folder(const TemporaryFolder& folder, const std::string& text);

/// How long it may take before it counts as hung, beside the others that run: `overlap spawn` makes thousands
/// of threads.
inline constexpr std::chrono::seconds patience_for_documents{240};

/// Calls `work` with 0 to count - 1 on `threads` threads. What they throw is a failure of the test.
void at_once(std::size_t count, std::size_t threads, const std::function<void(std::size_t)>& work);

}  // namespace overlap::test
