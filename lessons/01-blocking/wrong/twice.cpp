// Looks first whether there is a price, and then asks for it once more.
#include "workshop.hpp"
using namespace workshop;

int main() {
    std::vector<std::string> prices;
    for (const std::string& key : tasks_blocking()) {
        if (!get_blocking("/call/" + key).empty()) prices.push_back(get_blocking("/call/" + key));
    }
    report_blocking(prices);
}
