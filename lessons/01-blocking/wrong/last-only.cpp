// One variable for all prices: only the last one is left to be handed in.
#include "workshop.hpp"
using namespace workshop;

int main() {
    std::string price;
    for (const std::string& key : tasks_blocking()) price = get_blocking("/call/" + key);
    report_blocking({price});
}
