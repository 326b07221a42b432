#include "timeline/claims.hpp"

#include <algorithm>

namespace overlap {

std::string_view name_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
            return "holds";
        case Verdict::holds_only_when:
            return "holds_only_when";
        case Verdict::does_not_hold:
            return "does_not_hold";
        case Verdict::not_run:
            break;
    }
    return "not_run";
}

std::string_view in_words(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
            return "holds";
        case Verdict::holds_only_when:
            return "holds only when";
        case Verdict::does_not_hold:
            return "does not hold";
        case Verdict::not_run:
            break;
    }
    return "not run";
}

int count_of(const Claims& claims, Verdict verdict) {
    return static_cast<int>(
        std::count_if(claims.claims.begin(), claims.claims.end(),
                      [&](const Claim& claim) { return claim.judgement.verdict == verdict; }));
}

std::vector<std::string> failed_checks(const Claims& claims) {
    std::vector<std::string> names;
    for (const Claim& claim : claims.claims) {
        if (claim.called_true && claim.judgement.verdict == Verdict::does_not_hold)
            names.push_back(claim.name);
    }
    return names;
}

}  // namespace overlap
