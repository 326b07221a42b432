// One call after the other: the loop goes on when the answer is in.
#include "workshop.hpp"
using namespace workshop;

int main() {
    const std::vector<std::string> keys = tasks_blocking();
    std::vector<std::string> prices;
    for (const std::string& key : keys) prices.push_back(get_blocking("/call/" + key));
    report_blocking(prices);
}
