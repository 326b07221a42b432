#include "demo/chatbot_backend.hpp"

#include <exception>

#include "demo/redis_backend.hpp"
#include "demo/runner.hpp"
#include "net/descriptors.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

RunOptions without_distance(RunOptions options) {
    options.settings.set("rtt", 0);
    return options;
}

// All users share a connection; a turn adds to its user's conversation.
ConversationUse use_of(const RunOptions& options) {
    return {.count = static_cast<int>(options.settings.get("users")), .appended = true};
}

class ChatbotBackend : public Backend {
  public:
    explicit ChatbotBackend(const RunOptions& options)
        : models_(http_backend(without_distance(options))), redis_(redis_backend(options, use_of(options))) {
        // Two models and a Redis for each user.
        net::need_descriptors(3 * static_cast<std::size_t>(options.settings.get("users")));
    }

    [[nodiscard]] std::string address() const override { return models_->address(); }
    [[nodiscard]] std::string redis() const override { return redis_->address(); }
    [[nodiscard]] std::string note() const override { return redis_->note(); }
    void reset() override {
        std::exception_ptr gone;
        try {
            models_->reset();
        } catch (const Error&) {
            gone = std::current_exception();
        }
        redis_->reset();  // all the same: or the next way would find what the last one saved
        if (gone) std::rethrow_exception(gone);
    }
    std::optional<ServerCounts> counts() override { return models_->counts(); }

  private:
    std::unique_ptr<Backend> models_;
    std::unique_ptr<Backend> redis_;
};

}  // namespace

std::unique_ptr<Backend> chatbot_backend(const RunOptions& options) {
    return std::make_unique<ChatbotBackend>(options);
}

}  // namespace overlap
