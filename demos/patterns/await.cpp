#include "net/http_client.hpp"
using namespace overlap::net;

// While it waits for the answer, its thread runs other tasks.
asio::awaitable<std::string> task(AsyncClient& client, Target target) {
    const Answer answer = co_await client.get(target);
    co_return answer.body;
}
