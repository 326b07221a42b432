// One coroutine reads, another one says, and between them a queue that grows as fast as the stream comes.
#include <deque>

#include "workshop.hpp"
using namespace workshop;

struct Queue {
    std::deque<std::string> lines;
    bool at_end = false;
};

awaitable<void> read(std::string key, Queue& queue) {
    Stream stream("/stream/" + key);
    while (auto line = co_await stream.next()) queue.lines.push_back(std::move(*line));
    queue.at_end = true;
}

awaitable<void> say(std::string key, Queue& queue, std::string& all) {
    while (!queue.at_end || !queue.lines.empty()) {
        if (queue.lines.empty()) {
            co_await sleep(milliseconds(1));
            continue;
        }
        const std::string word = queue.lines.front().substr(0, queue.lines.front().find(' '));
        queue.lines.pop_front();
        co_await get("/say/" + key + "?word=" + word);
        all += (all.empty() ? "" : "-") + word;
    }
}

awaitable<void> read_aloud() {
    const std::string key = (co_await tasks())[0];
    Queue queue;
    std::string all;
    std::vector<awaitable<void>> both;
    both.push_back(read(key, queue));
    both.push_back(say(key, queue, all));
    co_await gather(std::move(both));
    co_await report({all});
}

int main() { return run(read_aloud); }
