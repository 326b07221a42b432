// What g++ 12.2 does to a plain coroutine, and why the build refuses it: a co_await in a condition, in a
// coroutine whose outer block has no local variable, skips the body, or dies. No warning at -Wall -Wextra.
// Prints what it did; exit code 0 when that is right.
#include <coroutine>
#include <cstdio>
#include <exception>
#include <string>
#include <utility>

namespace {

// The least coroutine that can be awaited: starts lazily, resumes its awaiter at the end.
template <typename T>
class Task {
  public:
    struct promise_type {
        T value{};
        std::coroutine_handle<> awaiter = std::noop_coroutine();

        Task get_return_object() { return Task(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_always initial_suspend() noexcept { return {}; }
        auto final_suspend() noexcept {
            struct Resume {
                bool await_ready() noexcept { return false; }
                std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> self) noexcept {
                    return self.promise().awaiter;
                }
                void await_resume() noexcept {}
            };
            return Resume{};
        }
        void return_value(T result) { value = std::move(result); }
        void unhandled_exception() { std::terminate(); }
    };

    explicit Task(std::coroutine_handle<promise_type> handle) : handle_(handle) {}
    Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    ~Task() {
        if (handle_) handle_.destroy();
    }

    bool await_ready() noexcept { return false; }
    std::coroutine_handle<> await_suspend(std::coroutine_handle<> awaiter) noexcept {
        handle_.promise().awaiter = awaiter;
        return handle_;
    }
    T await_resume() { return std::move(handle_.promise().value); }

    T run() {
        handle_.resume();
        return std::move(handle_.promise().value);
    }

  private:
    std::coroutine_handle<promise_type> handle_;
};

Task<bool> yes() { co_return true; }

Task<int> visit(std::string* seen) {
    if (co_await yes()) *seen += "body,";
    *seen += "end";
    co_return 1;
}

}  // namespace

int main() {
    std::string seen;
    visit(&seen).run();
    std::printf("seen: %s\n", seen.c_str());
    return seen == "body,end" ? 0 : 1;
}
