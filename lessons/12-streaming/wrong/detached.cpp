// Starts to say each word, and reads on: the words overtake each other, and what fails is heard by nobody.
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/this_coro.hpp>

#include "workshop.hpp"
using namespace workshop;

awaitable<void> say(std::string key, std::string word) { co_await get("/say/" + key + "?word=" + word); }

awaitable<void> read_aloud() {
    const auto loop = co_await asio::this_coro::executor;
    const std::string key = (co_await tasks())[0];
    std::string all;
    Stream stream("/stream/" + key);
    while (const auto line = co_await stream.next()) {
        const std::string word = line->substr(0, line->find(' '));
        asio::co_spawn(loop, say(key, word), asio::detached);
        all += (all.empty() ? "" : "-") + word;
    }
    co_await report({all});
}

int main() { return run(read_aloud); }
