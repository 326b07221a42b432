#include "timeline/advice.hpp"

#include <algorithm>
#include <string_view>

#include "timeline/advice_of_demos.hpp"

namespace overlap {
namespace {

struct Explanation {
    std::string_view demo;
    std::vector<std::string> (*explain)(const Run&);
};

// Demos that are not named here make independent calls.
constexpr Explanation explanations[] = {
    {"api", explain_calls},          //
    {"blocking", explain_blocking},  //
    {"burst", explain_calls},        //
    {"chain", explain_chain},        //
    {"chatbot", explain_chatbot},    //
    {"cpu", explain_cpu},            //
    {"forgot", explain_forgot},      //
    {"race", explain_race},          //
    {"redis", explain_redis},        //
    {"reuse", explain_reuse},        //
    {"starve", explain_starve},      //
    {"stream", explain_streams},     //
    {"trace", explain_trace},        //
};

}  // namespace

std::vector<std::string> explain(const Run& run) {
    const auto* const found = std::find_if(std::begin(explanations), std::end(explanations),
                                           [&](const Explanation& each) { return each.demo == run.demo; });
    return found == std::end(explanations) ? explain_calls(run) : found->explain(run);
}

}  // namespace overlap
