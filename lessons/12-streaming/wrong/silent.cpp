// Reads the stream and hands it in. Nobody has heard a word.
#include "workshop.hpp"
using namespace workshop;

awaitable<void> read_aloud() {
    std::string all;
    Stream stream("/stream/" + (co_await tasks())[0]);
    while (const auto line = co_await stream.next())
        all += (all.empty() ? "" : "-") + line->substr(0, line->find(' '));
    co_await report({all});
}

int main() { return run(read_aloud); }
