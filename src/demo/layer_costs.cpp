#include "demo/layer_costs.hpp"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/post.hpp>
#include <cerrno>
#include <deque>
#include <functional>
#include <stop_token>
#include <vector>

#include "net/descriptors.hpp"
#include "net/server_process.hpp"
#include "record/allocations.hpp"
#include "record/clock.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

// So many that each reader gets past its start and can be measured.
constexpr std::int64_t least_of_each = 20;

constexpr std::size_t files_of_reader = 3;  // a socket pair, a connection of the HTTP client

CostPoint point_of(std::int64_t readers, const LayerRun::Sample& sample) {
    return {.n = readers, .values = {sample.time, sample.cpu, sample.allocations, 1e9 / sample.time}};
}

std::vector<CostMeasure> layer_measures() {
    return {{.name = std::string(layer_measure::time), .unit = CostUnit::time},
            {.name = std::string(layer_measure::cpu), .unit = CostUnit::time, .drawn = true},
            {.name = std::string(layer_measure::allocations), .unit = CostUnit::count},
            {.name = std::string(layer_measure::throughput), .unit = CostUnit::per_second}};
}

std::vector<std::int64_t> concurrencies_up_to(std::int64_t most) {
    std::vector<std::int64_t> levels;
    for (std::int64_t n = 1; n < most; n *= 10) levels.push_back(n);
    levels.push_back(most);
    return levels;
}

// None when it was stopped in the middle. Throws Error when an operation failed.
std::optional<LayerRun::Sample> run_layer(const Layer& layer, std::int64_t readers, std::int64_t operations,
                                          const net::Target& target, const std::stop_token& stop) {
    asio::io_context loop(1);
    std::deque<Line> lines;
    net::AsyncClient client(loop.get_executor(), {.keep_alive = static_cast<std::size_t>(readers)});
    const std::int64_t each = std::max(least_of_each, operations / layer.divisor / readers);
    LayerRun run(loop, readers, each, client, target);
    const std::stop_callback<std::function<void()>> stopper(stop, [&loop] { loop.stop(); });
    for (std::int64_t i = 0; i < readers; ++i) {
        Line& line = lines.emplace_back(loop);
        if (layer.start != nullptr) {
            layer.start(run, line);
        } else {
            asio::co_spawn(loop, layer.coroutine(run, line),
                           [&run](const std::exception_ptr& error) { run.ended(error); });
        }
    }
    if (!stop.stop_requested()) loop.run();
    if (stop.stop_requested()) return std::nullopt;
    if (!run.error().empty()) throw Error("an operation failed: " + run.error());
    return run.sample();
}

LayerRun::Sample median_of(std::vector<LayerRun::Sample>& samples) {
    std::sort(samples.begin(), samples.end(),
              [](const LayerRun::Sample& a, const LayerRun::Sample& b) { return a.cpu < b.cpu; });
    return samples[samples.size() / 2];
}

}  // namespace

Line::Line(asio::io_context& loop) : socket_(loop) {
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
        throw Error("cannot open a socket pair: " + message_of(errno));
    }
    far_ = pair[1];
    socket_.assign(asio::local::stream_protocol(), pair[0]);
}

Line::~Line() { ::close(far_); }

void Line::send_soon() {
    asio::post(socket_.get_executor(), [this] {
        static constexpr std::array<char, 8> message{'8', ' ', 'b', 'y', 't', 'e', 's', '\n'};
        // There is room: nothing is sent before the last message was read.
        static_cast<void>(::send(far_, message.data(), message.size(), MSG_NOSIGNAL));
    });
}

LayerRun::LayerRun(asio::io_context& loop, std::int64_t readers, std::int64_t operations,
                   net::AsyncClient& client, const net::Target& target)
    : loop_(loop),
      operations_(operations),
      first_(std::max(2 * readers, readers * operations / 10)),
      last_(readers * operations - readers),
      client_(client),
      target_(target) {}

LayerRun::Moment LayerRun::now() {
    return {.time = steady_now(), .cpu = sample_thread().cpu, .allocations = allocations_of_this_thread()};
}

void LayerRun::done() {
    ++done_;
    if (done_ == first_) begin_ = now();
    if (done_ == last_) end_ = now();
}

void LayerRun::fail(const std::string& error) {
    if (error_.empty()) error_ = error;
    loop_.stop();
}

void LayerRun::ended(const std::exception_ptr& error) {
    if (!error) return;
    try {
        std::rethrow_exception(error);
    } catch (const std::exception& thrown) {
        fail(std::string(thrown.what()));
    }
}

LayerRun::Sample LayerRun::sample() const {
    const auto count = static_cast<double>(last_ - first_);
    Sample sample{.time = static_cast<double>(end_.time - begin_.time) / count,
                  .cpu = static_cast<double>(end_.cpu - begin_.cpu) / count,
                  .allocations = std::nullopt};
    if (begin_.allocations && end_.allocations)
        sample.allocations = static_cast<double>(*end_.allocations - *begin_.allocations) / count;
    return sample;
}

Costs measure_layers(const Demo& demo, const RunOptions& options, std::span<const Layer> layers) {
    Costs costs;
    costs.demo = demo.name;
    costs.title = demo.title(options.settings, {});
    costs.at_once = "at once";
    costs.knobs = options.settings.values(false);
    costs.machine = describe_machine();
    costs.measures = layer_measures();
    costs.next = next_after(demo);
    for (const Layer& layer : layers) costs.kinds.push_back({.name = std::string(layer.name), .points = {}});
    const net::ServerProcess server(options.program, net::serve_arguments({}));
    const net::Target target = net::resolve(net::parse_url(server.url() + "/status/204"));
    const std::int64_t repeats = options.settings.get("repeat");
    for (const std::int64_t readers : concurrencies_up_to(options.settings.get("concurrency"))) {
        std::vector<std::vector<LayerRun::Sample>> samples(layers.size());
        for (std::int64_t repeat = 0; repeat < repeats; ++repeat) {
            for (std::size_t i = 0; i < layers.size(); ++i) {
                if (!costs.kinds[i].limit.empty() || !costs.kinds[i].error.empty()) continue;
                if (options.observer.doing)
                    options.observer.doing(costs.kinds[i].name + ", at once: " + std::to_string(readers));
                try {
                    net::need_descriptors(static_cast<std::size_t>(readers), "readers", files_of_reader);
                } catch (const Error& error) {
                    costs.kinds[i].limit = error.what();
                    continue;
                }
                try {
                    const auto sample = run_layer(layers[i], readers, options.settings.get("operations"),
                                                  target, options.stop);
                    if (!sample) {
                        costs.interrupted = true;
                        return costs;
                    }
                    samples[i].push_back(*sample);
                } catch (const Error& error) {
                    costs.kinds[i].error = error.what();
                }
            }
        }
        for (std::size_t i = 0; i < layers.size(); ++i) {
            if (!samples[i].empty())
                costs.kinds[i].points.push_back(point_of(readers, median_of(samples[i])));
        }
    }
    return costs;
}

}  // namespace overlap
