// As many calls as there are keys, but all for the same one.
#include "workshop.hpp"
using namespace workshop;

int main() {
    const std::vector<std::string> keys = tasks_blocking();
    std::vector<std::string> prices;
    for (std::size_t i = 0; i < keys.size(); ++i) prices.push_back(get_blocking("/call/" + keys[0]));
    report_blocking(prices);
}
