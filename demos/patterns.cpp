#include "patterns.hpp"

#include <map>

namespace overlap {

extern const std::string_view await_pattern_source;
extern const std::string_view inline_pattern_source;
extern const std::string_view to_thread_pattern_source;
extern const std::string_view process_pool_pattern_source;

std::string_view pattern_source(std::string_view name) {
    static const std::map<std::string_view, std::string_view> sources{
        {"await", await_pattern_source},
        {"inline", inline_pattern_source},
        {"to_thread", to_thread_pattern_source},
        {"process_pool", process_pool_pattern_source},
    };
    return sources.at(name);
}

}  // namespace overlap
