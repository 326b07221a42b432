// Gets all prices and shows them, but hands none in.
#include <iostream>

#include "workshop.hpp"
using namespace workshop;

int main() {
    for (const std::string& key : tasks_blocking())
        std::cout << key << " costs " << get_blocking("/call/" + key) << "\n";
}
