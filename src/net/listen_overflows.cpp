#include "net/listen_overflows.hpp"

#include <fstream>
#include <sstream>
#include <string>

namespace overlap::net {

std::int64_t listen_overflows() {
    // Lines come in pairs: names, then numbers.
    std::ifstream file("/proc/net/netstat");
    std::string names;
    std::string numbers;
    while (std::getline(file, names) && std::getline(file, numbers)) {
        std::istringstream name_words(names);
        std::istringstream number_words(numbers);
        for (std::string name, number; name_words >> name && number_words >> number;) {
            if (name == "ListenOverflows") return std::stoll(number);
        }
    }
    return 0;
}

}  // namespace overlap::net
