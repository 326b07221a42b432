// Makes a call for each word as it comes. But they begin when they are awaited, and that is at the end.
#include "workshop.hpp"
using namespace workshop;

std::string word_of(const std::string& line) { return line.substr(0, line.find(' ')); }

awaitable<void> read_aloud() {
    const std::string key = (co_await tasks())[0];
    std::string all;
    std::vector<awaitable<std::string>> said;
    Stream stream("/stream/" + key);
    while (const auto line = co_await stream.next()) {
        const std::string word = word_of(*line);
        said.push_back(get("/say/" + key + "?word=" + word));
        all += (all.empty() ? "" : "-") + word;
    }
    for (awaitable<std::string>& one : said) co_await std::move(one);
    co_await report({all});
}

int main() { return run(read_aloud); }
