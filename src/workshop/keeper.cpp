#include "workshop/keeper.hpp"

#include <fcntl.h>
#include <linux/landlock.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>

#include "timeline/units.hpp"

namespace overlap::workshop {
namespace {

// Of landlock's later versions, which Debian 12's header does not have yet.
struct RulesetAttributes {
    std::uint64_t handled_access_fs = 0;
    std::uint64_t handled_access_net = 0;
    std::uint64_t scoped = 0;
};
constexpr std::uint64_t may_refer = 1ULL << 13;                         // version 2
constexpr std::uint64_t may_truncate = 1ULL << 14;                      // version 3
constexpr std::uint64_t scoped_sockets_and_signals = 1ULL | 1ULL << 1;  // version 6

constexpr std::uint64_t writing = LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_DIR |
                                  LANDLOCK_ACCESS_FS_REMOVE_FILE | LANDLOCK_ACCESS_FS_MAKE_CHAR |
                                  LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
                                  LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO |
                                  LANDLOCK_ACCESS_FS_MAKE_BLOCK | LANDLOCK_ACCESS_FS_MAKE_SYM;

void allow(int ruleset, const char* path, std::uint64_t access) {
    const int folder = ::open(path, O_PATH | O_CLOEXEC);
    if (folder < 0) return;
    const landlock_path_beneath_attr rule{.allowed_access = access, .parent_fd = folder};
    ::syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0);
    ::close(folder);
}

void write_file(const char* path, const char* text) {
    const int file = ::open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0) return;
    [[maybe_unused]] const ssize_t count = ::write(file, text, std::strlen(text));
    ::close(file);
}

// "1000 1000 1": we are inside who we are outside, and nobody else is there.
void write_map(const char* path, unsigned id) {
    char digits[16];
    char* at = std::end(digits);
    *--at = '\0';
    do *--at = static_cast<char>('0' + id % 10);
    while ((id /= 10) > 0);
    char text[48];
    char* end = ::stpcpy(text, at);
    end = ::stpcpy(end, " ");
    end = ::stpcpy(end, at);
    ::stpcpy(end, " 1");
    write_file(path, text);
}

void limit(int what, std::int64_t most) {
    rlimit now{};
    ::getrlimit(static_cast<__rlimit_resource_t>(what), &now);
    const auto value = static_cast<rlim_t>(most);
    // What we may not have ourselves stays as it is.
    if (now.rlim_max != RLIM_INFINITY && value > now.rlim_max) return;
    now.rlim_cur = value;
    now.rlim_max = value;
    ::setrlimit(static_cast<__rlimit_resource_t>(what), &now);
}

void set_limits(const KeeperPlan& plan) {
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_FSIZE, plan.limits.file);
    limit(RLIMIT_NOFILE, plan.limits.descriptors);
    // What is looked at now and then has a second net here.
    limit(RLIMIT_CPU, plan.limits.cpu / second + 5);
    // In a user namespace only what is in it counts; else all that the user runs anywhere.
    if (plan.namespaces) limit(RLIMIT_NPROC, plan.limits.processes + plan.limits.threads);
}

// In its user namespace the program would be able to do what root does there: none of it is needed.
void drop_privileges() {
    for (unsigned long capability = 0; ::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0; ++capability) {
    }
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
}

[[noreturn]] void become_program(const KeeperPlan& plan, int trouble) {
    ::setsid();
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    ::dup2(nothing, STDIN_FILENO);
    ::dup2(plan.output, STDOUT_FILENO);
    ::dup2(plan.output, STDERR_FILENO);
    for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    set_limits(plan);
    drop_privileges();
    bool ready = ::chdir(plan.folder) == 0;
    if (plan.landlock >= 0) ready = ready && ::syscall(SYS_landlock_restrict_self, plan.landlock, 0) == 0;
    if (ready) {
        ::syscall(SYS_close_range, 3U, ~0U, 4U);  // CLOSE_RANGE_CLOEXEC
        ::execve(plan.program, plan.arguments, plan.environment);
    }
    const int error = errno;
    [[maybe_unused]] const ssize_t count = ::write(trouble, &error, sizeof error);
    ::syscall(SYS_exit_group, 127);
    __builtin_unreachable();
}

// Those whose parent the keeper is by now, as far as the kernel tells; gives how many, and kills them where
// it can name them.
int children_left(bool kill_them) {
    char text[4'096];
    const int file = ::open("/proc/thread-self/children", O_RDONLY | O_CLOEXEC);
    if (file < 0) return 0;
    const ssize_t size = ::read(file, text, sizeof text);
    ::close(file);
    int count = 0;
    pid_t pid = 0;
    for (ssize_t i = 0; i < size; ++i) {
        if (text[i] >= '0' && text[i] <= '9') {
            pid = pid * 10 + (text[i] - '0');
        } else if (pid > 0) {
            ++count;
            if (kill_them) ::kill(pid, SIGKILL);
            pid = 0;
        }
    }
    return count;
}

// Who is on the way out gets a moment. Gives how many are still there after it.
int wait_for_others() {
    constexpr int moment_ms = 200;
    constexpr int step_ms = 5;
    for (int waited = 0;; waited += step_ms) {
        pid_t pid = 0;
        while ((pid = ::waitpid(-1, nullptr, WNOHANG)) > 0) {
        }
        if (pid < 0) return 0;
        if (waited >= moment_ms) return children_left(false);
        ::poll(nullptr, 0, step_ms);
    }
}

[[noreturn]] void keep(const KeeperPlan& plan) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::setsid();
    if (plan.namespaces) {
        // The files of a process that nobody may look into belong to root: for this moment it is one that may
        // be looked into.
        ::prctl(PR_SET_DUMPABLE, 1);
        write_file("/proc/self/setgroups", "deny");
        write_map("/proc/self/uid_map", plan.user);
        write_map("/proc/self/gid_map", plan.group);
        ::prctl(PR_SET_DUMPABLE, 0);
    } else {
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    }
    int trouble[2] = {-1, -1};
    KeeperReport report;
    if (::pipe2(trouble, O_CLOEXEC) != 0) report.could_not = errno;
    const pid_t program = report.could_not == 0 ? static_cast<pid_t>(::fork()) : -1;
    if (program == 0) become_program(plan, trouble[1]);
    if (program < 0 && report.could_not == 0) report.could_not = errno;
    ::close(trouble[1]);
    ::close(plan.output);
    if (program > 0) {
        int error = 0;
        if (::read(trouble[0], &error, sizeof error) == sizeof error) report.could_not = error;
        for (pid_t pid = -1; pid != program;) {
            int status = 0;
            pid = ::waitpid(-1, &status, 0);
            if (pid == program) report.status = status;
            if (pid < 0 && errno != EINTR) break;
        }
        report.left_behind = wait_for_others();
        rusage usage{};
        ::getrusage(RUSAGE_CHILDREN, &usage);
        report.cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1'000'000'000LL +
                     (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1'000LL;
        for (int i = 0; !plan.namespaces && i < 1'000 && children_left(true) > 0; ++i) {
            while (::waitpid(-1, nullptr, WNOHANG) > 0) {
            }
            ::poll(nullptr, 0, 1);
        }
    }
    [[maybe_unused]] const ssize_t count = ::write(plan.report, &report, sizeof report);
    ::syscall(SYS_exit_group, 0);
    __builtin_unreachable();
}

}  // namespace

int make_ruleset(const char* scratch) {
    const long version = ::syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1) return -1;
    std::uint64_t access = writing;
    if (version >= 2) access |= may_refer;
    if (version >= 3) access |= may_truncate;
    const RulesetAttributes attributes{.handled_access_fs = access,
                                       .scoped = version >= 6 ? scoped_sockets_and_signals : 0};
    const std::size_t size = version >= 6 ? sizeof attributes : sizeof attributes.handled_access_fs;
    const auto ruleset = static_cast<int>(::syscall(SYS_landlock_create_ruleset, &attributes, size, 0));
    if (ruleset < 0) return -1;
    allow(ruleset, scratch, access);
    const std::uint64_t to_files = LANDLOCK_ACCESS_FS_WRITE_FILE | (version >= 3 ? may_truncate : 0);
    for (const char* device : {"/dev/null", "/dev/full", "/dev/zero", "/dev/tty"})
        allow(ruleset, device, to_files);
    return ruleset;
}

pid_t start_keeper(const KeeperPlan& plan) {
    const unsigned long flags = plan.namespaces ? CLONE_NEWUSER | CLONE_NEWPID : 0;
    // As fork(), which knows no flags: the child goes on here on a copy of our stack.
    const long pid = ::syscall(SYS_clone, flags | SIGCHLD, nullptr, nullptr, nullptr, nullptr);
    if (pid == 0) keep(plan);
    return static_cast<pid_t>(pid);
}

}  // namespace overlap::workshop
