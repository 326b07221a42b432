#include <string>

#include "conversation.hpp"
#include "demo/blocking_jobs.hpp"
#include "demo/call_job.hpp"
#include "demo/count_job.hpp"
#include "demos.hpp"

namespace overlap {
namespace {

// For trying a pool out: what is left is the way to a worker and back.
std::string echo(const TaskLane&, std::string_view argument) { return std::string(argument); }

}  // namespace

std::span<const Job> all_jobs() {
    static const Job jobs[] = {
        {"echo", echo},  //
        call_job,        //
        format_job,      //
        count_job,       //
        save_job,        //
        file_job,        //
        lookup_job,      //
    };
    return jobs;
}

}  // namespace overlap
