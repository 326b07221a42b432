// Keeps the prices by name, and hands them in as the map has them: in the order of the alphabet.
#include <map>

#include "workshop.hpp"
using namespace workshop;

awaitable<void> buy(std::string key, std::map<std::string, std::string>& prices) {
    prices[key] = co_await get("/call/" + key);
}

awaitable<void> shop() {
    std::map<std::string, std::string> prices;
    std::vector<awaitable<void>> calls;
    for (const std::string& key : co_await tasks()) calls.push_back(buy(key, prices));
    co_await gather(std::move(calls));
    std::vector<std::string> by_name;
    for (const auto& [key, price] : prices) by_name.push_back(price);
    co_await report(by_name);
}

int main() { return run(shop); }
