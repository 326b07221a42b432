#include "support/tracing.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include <cstdlib>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/files.hpp"

namespace overlap::test {

Traced trace_of(const Words& command, const Words& options, const Words& environment,
                const std::string& input) {
    const TemporaryFile kept("");
    Traced traced;
    traced.ended = run(Launch{
        .arguments = Words{"trace", "--json", "--output", kept.path()} + options + Words{"--"} + command,
        .environment = environment,
        .input = input});
    traced.document = read_file(kept.path());
    return traced;
}

Json seen_of(const Traced& traced) {
    CAPTURE(traced.ended.err);
    REQUIRE(Json::accept(traced.document));
    const Json document = Json::parse(traced.document);
    REQUIRE(document.at("ways").size() == 1);
    return document.at("ways").at(0);
}

std::string program_named(const std::string& name) {
    const char* const path = std::getenv("PATH");
    std::istringstream folders(path == nullptr ? "" : path);
    for (std::string folder; std::getline(folders, folder, ':');) {
        const std::string program = folder + "/" + name;
        if (::access(program.c_str(), X_OK) == 0) return program;
    }
    return "";
}

}  // namespace overlap::test
