// A future for each call. But get() of a future blocks, and it is the loop's thread that calls it.
#include <future>

#include "workshop.hpp"
using namespace workshop;

std::string read_row(const std::string& key) { return get_blocking("/call/" + key); }

awaitable<void> heartbeat(const bool& done) {
    while (!done) {
        co_await get("/beat");
        co_await sleep(milliseconds(10));
    }
}

awaitable<void> work(bool& done) {
    std::vector<std::future<std::string>> futures;
    for (const std::string& key : co_await tasks())
        futures.push_back(std::async(std::launch::async, read_row, key));
    std::vector<std::string> rows;
    for (std::future<std::string>& future : futures) rows.push_back(future.get());
    co_await report(rows);
    done = true;
}

awaitable<void> chatbot() {
    bool done = false;
    std::vector<awaitable<void>> both;
    both.push_back(heartbeat(done));
    both.push_back(work(done));
    co_await gather(std::move(both));
}

int main() { return run(chatbot); }
