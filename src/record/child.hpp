// Programs of ours as children: each at the other end of a socket pair, and gone with us.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace overlap {

/// The child's end of the pair, in the child.
inline constexpr int control_in_child = 3;

struct Child {
    pid_t pid = -1;
    int socket = -1;  ///< our end of the pair (AF_UNIX, a stream); closed in whatever else we start
};

/// Starts `program` with `arguments`, its own name not among them. It has the pair's other end, standard
/// error, and no other file of ours; no signal is blocked; it is in a process group of its own, so that
/// Ctrl-C in the terminal goes to us alone. Throws Error when it cannot be started.
Child spawn_child(const std::string& program, const std::vector<std::string>& arguments);

/// Kills a child and waits for that. Gives its wait(2) status: one that had ended before has its own.
int end_child(pid_t pid);

/// "exited with code 3", "killed by signal 9 (Killed)"; `status`: of wait(2).
std::string words_of_end(int status);

}  // namespace overlap
