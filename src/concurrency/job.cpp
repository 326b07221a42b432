#include "concurrency/job.hpp"

#include <algorithm>

namespace overlap {

const Job* find_job(std::span<const Job> jobs, std::string_view name) {
    const auto found =
        std::find_if(jobs.begin(), jobs.end(), [&](const Job& job) { return job.name == name; });
    return found == jobs.end() ? nullptr : &*found;
}

}  // namespace overlap
