// What can be said on the command line, as data: parsing, help, completions and the man page are made from
// it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "demo/demo.hpp"
#include "demo/runner.hpp"
#include "net/delay_proxy.hpp"
#include "net/http_server.hpp"
#include "trace/trace.hpp"

namespace overlap {

enum class OptionKind : std::uint8_t { flag, value, values };

struct OptionSpec {
    std::string name;   ///< with its dashes
    std::string value;  ///< what stands for the value in help; empty for a flag
    std::string meaning;
    OptionKind kind = OptionKind::value;
    bool hidden = false;
    std::vector<std::string> words = {};  ///< the values there are, where they can be listed
    bool several = false;                 ///< more than one of the words can be given, with commas
};

struct Invocation;

/// A command: what it is called, what it takes, and what runs it.
struct CommandSpec {
    std::string name;
    std::string summary;
    std::string argument =
        {};  ///< of the one positional argument: "FILE", "[DEMO]"; empty when there is none
    std::vector<std::string> argument_words = {};  ///< the values there are, where they can be listed
    std::size_t most_arguments = 1;                ///< where `argument` stands for several
    std::vector<std::string> more_words = {};      ///< the values for those behind the first
    bool takes_command = false;                    ///< another program's command line, after "--"
    std::string notes = {};                        ///< more to know, for the end of its help
    std::vector<Example> examples = {};
    std::vector<OptionSpec> options = {};
    int (*run)(const Invocation&) = nullptr;
    const Demo* demo = nullptr;  ///< where the command is a demo
};

enum class ColorMode : std::uint8_t { automatic, always, never };

/// How results are shown.
struct OutputOptions {
    std::optional<int> width;
    ColorMode color = ColorMode::automatic;
    bool unicode = false;
    bool plain = false;
    bool json = false;
};

/// What `classify` is to classify, and what was said of it.
struct ClassifyRequest {
    std::optional<bool> async_api;
    std::optional<bool> blocking_io;
    std::optional<bool> sync_lib;
    std::optional<double> cpu_ms;
    bool no_input = false;             ///< ask nothing
    bool measure = false;              ///< `command`, instead of asking
    std::vector<std::string> command;  ///< the program and its arguments
};

/// How a lesson is to be read.
struct LessonRequest {
    bool no_input = false;  ///< straight through
    bool restart = false;   ///< from its beginning
};

/// What `claims` is to test.
struct ClaimsRequest {
    bool quick = false;
    bool list = false;              ///< name them only
    std::vector<std::string> only;  ///< the names of some; empty: all
};

/// What `exercise`, `workshop`, `doctor` and `grade` are to do.
struct WorkshopRequest {
    std::string folder;                  ///< of the learner; empty: here, or above
    std::string from;                    ///< exercises of an author's; empty: our own
    std::vector<std::string> exercises;  ///< the names of some; empty: all
    std::vector<std::string> command;    ///< a program to judge, behind "--"
    std::vector<std::string> options;    ///< the names of those that were given
    std::optional<std::uint64_t> seed;
    int runs = 1;
    int jobs = 0;   ///< 0: as many as suit the machine
    int level = 0;  ///< of a hint; 0: the next
    bool give_up = false;
    bool junit = false;
    bool csv = false;
};

/// A command line, understood.
struct Invocation {
    const CommandSpec* command = nullptr;
    std::string argument;                ///< the first of them
    std::vector<std::string> arguments;  ///< all
    WorkshopRequest workshop;
    OutputOptions output;
    std::optional<RunOptions> run;    ///< of a demo
    std::vector<std::int64_t> sweep;  ///< the levels of --sweep, ascending; empty: none asked for
    net::ServerOptions serve;
    net::ProxyOptions proxy;
    TraceOptions trace;
    ClassifyRequest classify;
    LessonRequest lesson;
    ClaimsRequest claims;
    std::string output_file;  ///< of trace and classify; empty: standard output
    bool log = false;
    bool stand_in = false;  ///< `serve` in place of a Redis
    std::string part;       ///< of a child process that measures: what
    int control = -1;       ///< of a child process: the file descriptor to its parent
};

/// Options that are given without a command. "--help" can be given with one too, and is also "-h".
const std::vector<OptionSpec>& general_options();

/// An environment variable that is read, or that is set for a program that is started.
struct VariableSpec {
    std::string name;
    std::string meaning;
};

/// All of them, for the man page.
const std::vector<VariableSpec>& environment_variables();

/// All commands that people may use, demos first.
const std::vector<CommandSpec>& all_commands();

/// One of them, or one that only we use: "worker", "man". Null when there is none of that name.
const CommandSpec* find_command(std::string_view name);

/// "2.1.2"
std::string cli11_version();

/// Reads the arguments after the command's name. Throws UsageError.
Invocation parse_arguments(const CommandSpec& command, const std::vector<std::string>& arguments);

}  // namespace overlap
