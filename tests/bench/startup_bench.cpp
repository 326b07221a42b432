// From starting the program to its end: at most 10 ms for `overlap --help`.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace overlap {
namespace {

void startup(benchmark::State& state) {
    const char* const arguments[] = {"overlap", "--help", nullptr};
    posix_spawn_file_actions_t files;
    ::posix_spawn_file_actions_init(&files);
    ::posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    for (auto _ : state) {
        pid_t pid = -1;
        int status = 0;
        if (::posix_spawn(&pid, OVERLAP_BINARY, &files, nullptr, const_cast<char**>(arguments), environ) !=
                0 ||
            ::waitpid(pid, &status, 0) != pid || status != 0) {
            state.SkipWithError("overlap --help did not run");
            break;
        }
    }
    ::posix_spawn_file_actions_destroy(&files);
}
BENCHMARK(startup)->Unit(benchmark::kMillisecond)->UseRealTime()->Repetitions(5)->ReportAggregatesOnly();

}  // namespace
}  // namespace overlap
