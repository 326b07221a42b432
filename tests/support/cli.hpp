// Command lines of the overlap binary, and what is expected of every run of it.
#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "support/process.hpp"

namespace overlap::test {

using Json = nlohmann::json;
using Words = std::vector<std::string>;

/// The latency of calls that take longer than any of these tests: what ends earlier was ended.
inline constexpr const char* forever = "15s";
inline constexpr std::chrono::seconds long_before_that{10};

/// A wrapper for Launch: whatever is printed goes onto a full disk.
inline const Words onto_full_disk{"sh", "-c", R"(exec "$0" "$@" > /dev/full)"};

/// The words of both, one after the other.
Words operator+(Words words, const Words& more);

/// A command line that runs a script.
Words shell(const std::string& script);

/// A command line as one text, to be shown when a test fails.
std::string joined(const Words& words);

/// Whether its newline is the only control character in it.
bool is_one_line(const std::string& text);

/// It did what was asked, without a word on standard error.
void check_done(const Ended& ended);

/// It did not do it, printed nothing, and said in one line what was wrong, with all of `said` in it.
void check_refused(const Ended& ended, int code, const Words& said = {});

/// Runs it with --json, checks how it ended, and gives the document.
Json run_as_json(const Words& arguments, int code = 0);

}  // namespace overlap::test
