#include <asio/this_coro.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "net/http_client.hpp"
#include "workshop/kit/environment.hpp"
#include "workshop/kit/options.hpp"
#include "workshop/kit/workshop.hpp"

namespace workshop {
namespace {

using overlap::net::AsyncClient;

std::string body_of(overlap::net::Answer answer, const std::string& path) {
    if (!answer.ok()) throw HttpError(answer.status, answer.error + " for " + path);
    return std::move(answer.body);
}

std::vector<std::string> lines_of(std::string_view text) {
    std::vector<std::string> lines;
    while (!text.empty()) {
        const std::size_t end = text.find('\n');
        if (end != 0) lines.emplace_back(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return lines;
}

// What need not be escaped in a query (RFC 3986, section 2.3).
bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '~';
}

std::string report_path(const std::vector<std::string>& results) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string path = "/report?values=";
    for (std::size_t i = 0; i < results.size(); ++i) {
        if (i > 0) path += ',';
        for (const char c : results[i]) {
            const auto byte = static_cast<unsigned char>(c);
            if (is_unreserved(c))
                path += c;
            else
                (path += '%').append({digits[byte >> 4], digits[byte & 15]});
        }
    }
    return path;
}

}  // namespace

// No limit that an exercise could meet: to set one is for the exercise.
overlap::net::ClientOptions patient_options() {
    return {.connect_timeout = std::chrono::hours(1), .timeout = std::chrono::hours(1)};
}

awaitable<std::string> get(std::string path) {
    const overlap::net::Target target = server_target(path);
    AsyncClient client(co_await asio::this_coro::executor, patient_options());
    co_return body_of(co_await client.get(target), path);
}

std::string get_blocking(const std::string& path) {
    overlap::net::BlockingClient client(patient_options());
    return body_of(client.get(server_target(path)), path);
}

awaitable<std::vector<std::string>> tasks() { co_return lines_of(co_await get("/tasks")); }

std::vector<std::string> tasks_blocking() { return lines_of(get_blocking("/tasks")); }

awaitable<void> report(std::vector<std::string> results) { co_await get(report_path(results)); }

void report_blocking(const std::vector<std::string>& results) { get_blocking(report_path(results)); }

struct Client::Impl {
    std::size_t connections;
    std::optional<AsyncClient> client;  ///< from the first call on, which knows the event loop
};

Client::Client(std::size_t connections) : impl_(new Impl{connections, {}}) {}

Client::~Client() = default;

awaitable<std::string> Client::get(std::string path) {
    const overlap::net::Target target = server_target(path);
    if (!impl_->client) {
        overlap::net::ClientOptions options = patient_options();
        options.keep_alive = impl_->connections;
        impl_->client.emplace(co_await asio::this_coro::executor, std::move(options));
    }
    co_return body_of(co_await impl_->client->get(target), path);
}

}  // namespace workshop
