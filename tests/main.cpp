#define DOCTEST_CONFIG_IMPLEMENT
#include <doctest/doctest.h>

#include <cstdlib>
#include <string_view>

#include "concurrency/process_worker.hpp"
#include "support/test_jobs.hpp"

// The tests, or a worker of a process pool of theirs: pools start the program that they are in.
int main(int argc, char** argv) {
    const bool is_worker = argc == 4 && std::string_view(argv[1]) == "worker";
    if (is_worker) return overlap::run_worker(std::atoi(argv[3]), overlap::test::test_jobs());
    return doctest::Context(argc, argv).run();
}
