// Four threads for all calls: who is free takes the next one.
// Check it with: overlap exercise check four-threads --from docs/authoring
#include "workshop.hpp"
using namespace workshop;

int main() {
    const std::vector<std::string> keys = tasks_blocking();
    std::vector<std::string> prices;
    // TODO: one thread makes all calls. Have four threads share them.
    for (const std::string& key : keys) prices.push_back(get_blocking("/call/" + key));
    report_blocking(prices);
}
