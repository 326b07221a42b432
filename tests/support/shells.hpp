// What the installed shells complete.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

namespace overlap::test {

/// What is offered for each command line, as the shell says it: in fish with a tab and the description.
using Offers = std::map<std::string, std::set<std::string>>;

/// Starts the shell ("bash", "zsh" or "fish"), has it read the completion script, and asks what it offers
/// with the cursor at the end of each line. Fails the test when the shell is not installed, or says anything.
Offers offers_of(const std::string& shell, const std::string& script, const std::vector<std::string>& lines);

/// Fails the test, naming the Debian package, when there is no such program.
void require_program(const std::string& name, const std::string& package);

}  // namespace overlap::test
