// overlap exercise check and watch.
#pragma once

#include "cli/options.hpp"
#include "workshop/folder.hpp"
#include "workshop/workbench.hpp"

namespace overlap {

/// The exercises that an invocation is about: our own, or those of --from. Throws Error.
std::vector<workshop::Exercise> exercises_of(const WorkshopRequest& request);

/// Throws UsageError, with a suggestion where one is near.
const workshop::Exercise& exercise_named(const std::vector<workshop::Exercise>& exercises,
                                         const std::string& word);

/// The learner's folder: --dir, or the one that we are in. Throws UsageError.
workshop::Folder folder_of(const WorkshopRequest& request);

/// Checks the learner's file, or the command behind "--", once. Gives the exit code.
int check_once(const Invocation& invocation, const workshop::Exercise& exercise);

/// The same whenever the file is saved, until Ctrl-C.
int watch_file(const Invocation& invocation, const workshop::Exercise& exercise);

/// Makes kit and precompiled header ready in a learner's folder, and says so where it takes a moment.
workshop::Workbench workbench_of(const workshop::Folder& folder, const std::stop_token& stop);

/// "overlap exercise check 8b"
std::string command_for(const char* action, const workshop::Exercise& exercise);

}  // namespace overlap
