// What does an abstraction cost per call? The same read of 8 bytes, which it has to wait for, through four
// layers; and a whole HTTP request through our client, to compare with.
// Lesson: lessons/13-choosing

#include <asio/awaitable.hpp>
#include <asio/read.hpp>
#include <asio/use_awaitable.hpp>
#include <functional>
#include <memory>

#include "demo/layer_costs.hpp"
#include "demos.hpp"

namespace overlap {
namespace {

using asio::use_awaitable;

// In Python the layers are those of httpx (httpcore, anyio, asyncio) or of aiohttp (asyncio alone):
//
//     data = await reader.readexactly(8)        # asyncio: the event loop's own stream
//     data = await stream.receive(8)            # anyio: a layer over asyncio or trio, chosen at run time
//     answer = await client.get(url)            # httpx.AsyncClient over anyio; aiohttp.ClientSession without

// ---- 1. A callback: the least there is. The next read begins in the last one's handler.

void read_next(LayerRun& run, Line& line, std::int64_t left) {
    if (left == 0) return;
    line.send_soon();
    asio::async_read(line.socket(), line.buffer(), [&run, &line, left](asio::error_code error, std::size_t) {
        if (error) return run.fail(error.message());
        run.done();
        read_next(run, line, left - 1);
    });
}

void callbacks(LayerRun& run, Line& line) { read_next(run, line, run.operations()); }

// ---- 2. A coroutine that awaits the read itself.

asio::awaitable<void> await_reads(LayerRun& run, Line& line) {
    for (std::int64_t i = 0; i < run.operations(); ++i) {
        line.send_soon();
        co_await asio::async_read(line.socket(), line.buffer(), use_awaitable);
        run.done();
    }
}

// ---- 3. Coroutines that await each other, three deep: each has a frame of its own.

asio::awaitable<std::size_t> read_bytes(Line& line) {
    co_return co_await asio::async_read(line.socket(), line.buffer(), use_awaitable);
}

asio::awaitable<std::size_t> read_frame(Line& line) { co_return co_await read_bytes(line); }

asio::awaitable<std::size_t> read_message(Line& line) { co_return co_await read_frame(line); }

asio::awaitable<void> await_messages(LayerRun& run, Line& line) {
    for (std::int64_t i = 0; i < run.operations(); ++i) {
        line.send_soon();
        co_await read_message(line);
        run.done();
    }
}

// ---- 4. A layer that does not know what it reads from: a virtual read behind a std::function.

struct Stream {
    virtual ~Stream() = default;
    virtual asio::awaitable<std::size_t> read(asio::mutable_buffer into) = 0;
};

struct LineStream : Stream {
    explicit LineStream(Line& line) : line_(line) {}
    asio::awaitable<std::size_t> read(asio::mutable_buffer into) override {
        co_return co_await asio::async_read(line_.socket(), into, use_awaitable);
    }
    Line& line_;
};

using Read = std::function<asio::awaitable<std::size_t>(Stream&, asio::mutable_buffer)>;

asio::awaitable<void> await_erased(LayerRun& run, Line& line) {
    const std::unique_ptr<Stream> stream = std::make_unique<LineStream>(line);
    const Read read = [](Stream& from, asio::mutable_buffer into) { return from.read(into); };
    for (std::int64_t i = 0; i < run.operations(); ++i) {
        line.send_soon();
        co_await read(*stream, line.buffer());
        run.done();
    }
}

// ---- 5. To compare with: a request of our HTTP client, on a connection that it keeps, and its answer.

asio::awaitable<void> await_calls(LayerRun& run, Line&) {
    for (std::int64_t i = 0; i < run.operations(); ++i) {
        const net::Answer answer = co_await run.client().get(run.target());
        if (!answer.ok()) run.fail(answer.error);
        run.done();
    }
}

constexpr Layer layers_table[] = {{.name = "callbacks", .start = callbacks},
                                  {.name = "use_awaitable", .coroutine = await_reads},
                                  {.name = "nested coroutines", .coroutine = await_messages},
                                  {.name = "type-erased layer", .coroutine = await_erased},
                                  {.name = "HTTP client", .coroutine = await_calls, .divisor = 20}};

constexpr Knob knobs[] = {
    {"operations", "to make through each layer and concurrency", Unit::count, 10'000, 10, 10'000'000},
    {"concurrency", "operations at once, at most", Unit::count, 1'000, 1, 2'000},
    {"repeat", "times to measure each, in turns; the median is shown", Unit::count, 3, 1, 100}};

constexpr Example examples[] = {
    {"overlap layers", "the layers at 1, 10, 100 and 1000 operations at once"},
    {"overlap layers --concurrency 1 --repeat 21", "one at a time, more exactly"}};

constexpr std::string_view next[] = {"overlap layers --concurrency 1 --repeat 21", "overlap code layers"};

}  // namespace

const Demo layers{
    .name = "layers",
    .summary = "what an abstraction costs per call, and when that becomes visible",
    .knobs = knobs,
    .examples = examples,
    .title =
        [](const Settings&, std::span<const std::string>) {
            return std::string(
                "What a layer costs: reads of 8 bytes that have to be waited for (socket pair, "
                "one thread), and HTTP requests to a server process");
        },
    .caption = nullptr,
    .measure = [](const RunOptions& options) { return measure_layers(layers, options, layers_table); },
    .next = next,
    .lesson = 13,
    .source = layers_source,
};

}  // namespace overlap
