// Reads and says in step, but hands in each word as a result of its own.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> read_aloud() {
    const std::string key = (co_await tasks())[0];
    std::vector<std::string> words;
    Stream stream("/stream/" + key);
    while (const auto line = co_await stream.next()) {
        words.push_back(line->substr(0, line->find(' ')));
        co_await get("/say/" + key + "?word=" + words.back());
    }
    co_await report(words);
}

int main() { return run(read_aloud); }
