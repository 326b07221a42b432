// The whole chatbot: a chain for each user, a race in each chain, and all chains at once.
// Check it with: overlap exercise check 14
#include "workshop.hpp"
using namespace workshop;

// One user's turn; gives the answer.
awaitable<std::string> turn(Redis& redis, std::string user) {
    const std::string history = co_await redis.get("history:" + user);
    // TODO: race this with "/fallback/".
    const std::string answer = co_await get("/main/" + user + "?history=" + history);
    // TODO: save the answer as "answer:" + user, with redis.set(key, value).
    co_return answer;
}

awaitable<void> chatbot() {
    Redis redis;  // one connection, for all users
    std::vector<std::string> answers;
    // TODO: one user after the other.
    for (const std::string& user : co_await tasks()) {
        answers.push_back(co_await turn(redis, user));
    }
    co_await report(answers);
}

int main() { return run(chatbot); }
