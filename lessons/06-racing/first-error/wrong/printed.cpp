// Says what a good program would have done.
#include <iostream>

#include "workshop.hpp"

int main() {
    std::cout << "one part failed, all others were cancelled\nPASS\n";
    return 0;
}
