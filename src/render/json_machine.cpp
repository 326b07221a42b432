#include "render/json_machine.hpp"

namespace overlap {

Json machine_json(const Machine& machine) {
    Json versions = Json::object();
    for (const auto& [library, version] : machine.versions) versions[library] = version;
    return {{"cores", machine.cores},
            {"kernel", machine.kernel},
            {"compiler", machine.compiler},
            {"build", machine.build},
            {"versions", versions}};
}

Machine parse_machine(const Node& node) {
    Machine machine;
    machine.cores = static_cast<int>(node.at("cores").number(0, 1'000'000));
    machine.kernel = node.at("kernel").text();
    machine.compiler = node.at("compiler").text();
    machine.build = node.at("build").text();
    const Node versions = node.at("versions");
    if (versions.json().is_object()) {
        for (const auto& [library, version] : versions.json().items()) {
            machine.versions.emplace_back(library, Node(version, versions.path() + "." + library).text());
        }
    }
    return machine;
}

}  // namespace overlap
