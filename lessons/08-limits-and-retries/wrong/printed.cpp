// Says what a good program would have done.
#include <iostream>

#include "workshop.hpp"

int main() {
    std::cout << "server saw at once: 4\nserver refused: 0\nPASS\n";
    return 0;
}
