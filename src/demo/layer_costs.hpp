// Measuring what the same operation costs through different layers, at several concurrencies.
#pragma once

#include <array>
#include <asio/awaitable.hpp>
#include <asio/buffer.hpp>
#include <asio/io_context.hpp>
#include <asio/local/stream_protocol.hpp>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "demo/demo.hpp"
#include "demo/runner.hpp"
#include "net/http_client.hpp"
#include "record/usage.hpp"
#include "timeline/costs.hpp"

namespace overlap {

/// One end of a socket pair to read from. When its bytes come is up to the reader, so a read has to wait, and
/// for no longer than the machine takes.
class Line {
  public:
    /// Throws Error.
    explicit Line(asio::io_context& loop);
    ~Line();
    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    /// Has 8 bytes written to the other end, once what runs now has given the loop back: by then the read
    /// that follows has found nothing and waits. The same plain write(2) for every layer.
    void send_soon();

    [[nodiscard]] asio::local::stream_protocol::socket& socket() { return socket_; }
    [[nodiscard]] asio::mutable_buffer buffer() { return asio::buffer(bytes_); }

  private:
    asio::local::stream_protocol::socket socket_;
    int far_ = -1;
    std::array<char, 8> bytes_{};
};

/// What one run through one layer is told, and tells. All on one thread.
class LayerRun {
  public:
    LayerRun(asio::io_context& loop, std::int64_t readers, std::int64_t operations, net::AsyncClient& client,
             const net::Target& target);

    [[nodiscard]] asio::io_context& loop() { return loop_; }
    [[nodiscard]] std::int64_t operations() const { return operations_; }  ///< of each reader
    [[nodiscard]] net::AsyncClient& client() { return client_; }
    [[nodiscard]] const net::Target& target() const { return target_; }

    /// One operation is done. Measured are those from when each reader has done two, or a tenth of all, to
    /// when the readers begin to have no more: then as many are under way at both ends.
    void done();

    /// The operation failed: nothing is measured.
    void fail(const std::string& error);

    /// A reader that is a coroutine ended with this exception, or none.
    void ended(const std::exception_ptr& error);

    [[nodiscard]] const std::string& error() const { return error_; }

    /// Of the layer at one concurrency, an operation.
    struct Sample {
        double time = 0;  ///< nanoseconds
        double cpu = 0;
        std::optional<double> allocations;
    };
    [[nodiscard]] Sample sample() const;

  private:
    struct Moment {
        Nanoseconds time = 0;
        Nanoseconds cpu = 0;
        std::optional<std::int64_t> allocations;
    };
    static Moment now();

    asio::io_context& loop_;
    std::int64_t operations_;
    std::int64_t first_;  ///< measured from this one on
    std::int64_t last_;
    std::int64_t done_ = 0;
    net::AsyncClient& client_;
    const net::Target& target_;
    Moment begin_;
    Moment end_;
    std::string error_;
};

struct Layer {
    std::string_view name;
    // A reader that does run.operations() operations, one after the other: one of the two.
    void (*start)(LayerRun& run, Line& line) = nullptr;  ///< what it starts ends with the operations
    asio::awaitable<void> (*coroutine)(LayerRun& run, Line& line) = nullptr;  ///< to be spawned on run.loop()
    std::int64_t divisor = 1;  ///< how much dearer an operation is, roughly: as many fewer are made
};

/// Each layer with 1, 10, ... and as many readers as the knob "concurrency" says, the knob "repeat" times, in
/// turns; of the repeats the one with the median CPU time is kept. Throws Error when our server cannot be
/// started.
Costs measure_layers(const Demo& demo, const RunOptions& options, std::span<const Layer> layers);

}  // namespace overlap
