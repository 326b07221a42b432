#include "render/claims.hpp"
#include "render/json_machine.hpp"

namespace overlap {
namespace {

Json what_it_says(const Claim& claim) {
    return {{"name", claim.name},
            {"says", claim.says},
            {"section", claim.section},
            {"tests", claim.tests},
            {"called_true", claim.called_true}};
}

std::string text_of(const Json& document) {
    return document.dump(1, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace

std::string render_json(const Claims& claims) {
    Json all = Json::array();
    for (const Claim& claim : claims.claims) {
        Json one = what_it_says(claim);
        one["verdict"] = name_of(claim.judgement.verdict);
        one["measured"] = claim.judgement.measured;
        one["condition"] = claim.judgement.condition;
        one["tries"] = claim.tries;
        one["took_ns"] = claim.took;
        all.push_back(std::move(one));
    }
    Json counts = Json::object();
    for (const Verdict verdict : all_verdicts)
        counts[std::string(name_of(verdict))] = count_of(claims, verdict);
    return text_of({{"schema", claims_schema},
                    {"quick", claims.quick},
                    {"interrupted", claims.interrupted},
                    {"asked", claims.asked},
                    {"machine", machine_json(claims.machine)},
                    {"claims", all},
                    {"verdicts", counts},
                    {"failed_checks", failed_checks(claims)}});
}

std::string list_json(const std::vector<Claim>& claims) {
    Json all = Json::array();
    for (const Claim& claim : claims) all.push_back(what_it_says(claim));
    return text_of({{"schema", claims_schema}, {"claims", all}});
}

}  // namespace overlap
