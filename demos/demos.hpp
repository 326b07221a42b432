// All demos there are. A new one gets its line here, in demos.cpp and in CMakeLists.txt.
#pragma once

#include <span>
#include <string_view>

#include "concurrency/job.hpp"
#include "demo/demo.hpp"

namespace overlap {

extern const Demo api;
extern const Demo burst;
extern const Demo chain;
extern const Demo race;
extern const Demo stream;
extern const Demo reuse;
extern const Demo redis;
extern const Demo starve;
extern const Demo cpu;
extern const Demo blocking;
extern const Demo spawn;
extern const Demo forgot;
extern const Demo layers;
extern const Demo chatbot;

/// The demos' own source files, embedded by the build.
extern const std::string_view api_source;
extern const std::string_view burst_source;
extern const std::string_view chain_source;
extern const std::string_view race_source;
extern const std::string_view stream_source;
extern const std::string_view reuse_source;
extern const std::string_view redis_source;
extern const std::string_view starve_source;
extern const std::string_view cpu_source;
extern const std::string_view blocking_source;
extern const std::string_view spawn_source;
extern const std::string_view forgot_source;
extern const std::string_view layers_source;
extern const std::string_view chatbot_source;

/// In the order of the lessons.
std::span<const Demo* const> all_demos();

/// What the worker processes of a pool can do, by name. A new job gets its line in jobs.cpp.
std::span<const Job> all_jobs();

}  // namespace overlap
