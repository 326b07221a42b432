#include "demos.hpp"

namespace overlap {

std::span<const Demo* const> all_demos() {
    static const Demo* const demos[] = {
        &api,       //
        &burst,     //
        &chain,     //
        &race,      //
        &stream,    //
        &reuse,     //
        &redis,     //
        &starve,    //
        &cpu,       //
        &blocking,  //
        &spawn,     //
        &forgot,    //
        &layers,    //
        &chatbot,   //
    };
    return demos;
}

}  // namespace overlap
