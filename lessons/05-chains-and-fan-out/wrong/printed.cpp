// Says what a good program would have done.
#include <iostream>

#include "workshop.hpp"

int main() {
    std::cout << "users at once: 4\ncomments at once: 4\nno chain waited for another\nPASS\n";
    return 0;
}
