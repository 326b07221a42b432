#include "workshop/judge.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <asio/co_spawn.hpp>
#include <asio/detached.hpp>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <asio/post.hpp>
#include <asio/redirect_error.hpp>
#include <asio/use_awaitable.hpp>
#include <chrono>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "record/clock.hpp"
#include "timeline/duration.hpp"
#include "timeline/error.hpp"
#include "timeline/units.hpp"
#include "timeline/words.hpp"
#include "trace/command.hpp"
#include "workshop/gate_redis.hpp"
#include "workshop/gate_server.hpp"
#include "workshop/scenario.hpp"
#include "workshop/scenarios.hpp"

namespace overlap::workshop {
namespace {

using asio::awaitable;

// A gate opens when nothing has moved for so long, or at the latest after so long.
constexpr Nanoseconds still = 1 * second;
constexpr Nanoseconds patience = 10 * second;

Limits limits_of_compiling() {
    return {.wall = 120 * second,
            .cpu = 60 * second,
            .memory = 3LL * 1024 * 1024 * 1024,
            .file = 512 * 1024 * 1024};
}

std::vector<std::string> environment_for(const JudgeRequest& request, const std::string& url,
                                         const std::string& redis) {
    std::vector<std::string> all = environment_with(url);
    all.push_back("OVERLAP_REDIS=" + redis);
    all.insert(all.end(), request.environment.begin(), request.environment.end());
    return all;
}

// What comes over `control` is its end: whoever wants this judged has gone.
bool is_gone(int control) {
    pollfd entry{control, POLLIN | POLLRDHUP, 0};
    return control >= 0 && ::poll(&entry, 1, 0) > 0;
}

// Gives whether it went well.
bool compile(const JudgeRequest& request, int control, JudgeReport& report) {
    Contained compiler({.words = request.compile,
                        .environment = our_environment(),
                        .folder = request.scratch,
                        .scratch = request.scratch},
                       limits_of_compiling());
    while (compiler.turn()) {
        if (is_gone(control)) compiler.stop(Stopped::asked);
        ::poll(nullptr, 0, 3);
    }
    report.compiler_output = compiler.output();
    report.isolation = compiler.isolation();
    report.compiled = ended_well(compiler.end());
    if (report.compiled || compiler.end().exit_code != 0) return report.compiled;
    if (!compiler.end().could_not.empty() || compiler.end().signal == SIGKILL)
        report.trouble = "the compiler: " + words_of(compiler.end(), limits_of_compiling());
    else
        report.compiler_output += "the compiler: " + words_of(compiler.end(), limits_of_compiling()) + "\n";
    return false;
}

// One program on the stage, from its start to its end.
class Performance {
  public:
    Performance(const JudgeRequest& request, int control)
        : request_(request),
          control_(control),
          stage_(loop_, request.numbers, request.seed),
          scenario_(find_scenario(request.scenario)->make(stage_)),
          server_(loop_, stage_, [this](Exchange& exchange) { return scenario_->serve(exchange); }),
          redis_(loop_, stage_, *scenario_) {}

    void run(JudgeReport& report) {
        program_.emplace(
            ContainedCommand{.words = request_.program,
                             .environment = environment_for(request_, server_.url(), redis_.address()),
                             .folder = request_.folder,
                             .scratch = request_.scratch},
            request_.limits);
        asio::co_spawn(loop_, scenario_->direct(), asio::detached);
        asio::co_spawn(loop_, supervise(), [this](std::exception_ptr error) {
            error_ = error;
            loop_.stop();
        });
        loop_.run();
        if (error_) std::rethrow_exception(error_);
        tell(report);
        // What is suspended looks at the scenario once more: let it end before that goes.
        server_.close();
        redis_.close();
        loop_.restart();
        loop_.poll();
    }

  private:
    awaitable<void> supervise() {
        Nanoseconds last = steady_now();
        started_ = last;
        held_since_ = last;
        last_event_ = last;
        while (program_->turn()) {
            // Who was asleep has sent all that it was moved to send: that is taken before the look counts.
            // The bound is for one that is woken meanwhile, and floods us.
            if (program_->look().at != stage_.program.at) co_await read_what_came(1'000);
            stage_.program = program_->look();
            stage_.changed();
            lag_ = std::max(lag_, steady_now() - last - 10 * ms);
            last = steady_now();
            lose_patience();
            if (is_gone(control_)) program_->stop(Stopped::asked);
            co_await stage_.pause(10 * ms);
        }
        co_await read_what_came(std::numeric_limits<int>::max());
    }

    [[nodiscard]] std::int64_t events() const { return server_.events() + redis_.events(); }

    // Threads of its own that fight for the cores starve each other: only where it had little of them, others
    // did.
    [[nodiscard]] bool starved_by_others(Nanoseconds took) const {
        return program_->end().starved > took / 2 && program_->cpu() < took / 2;
    }

    void lose_patience() {
        const Nanoseconds now = steady_now();
        const std::int64_t count = events();
        if (std::exchange(events_, count) != count) last_event_ = now;
        const Nanoseconds quiet = std::min(program_->look().asleep, now - last_event_);
        if (stage_.held == 0 || stage_.open()) held_since_ = now;
        if (stage_.held > 0 && !stage_.open()) {
            const bool late = now - held_since_ > patience;
            if (late) late_and_starved_ = starved_by_others(now - started_);
            if (late || quiet > still) stage_.give_up();
        }
        const bool owed = server_.owed() + redis_.owed() > 0;
        if (owed && quiet > request_.limits.wait) program_->stop(Stopped::waits);
        if (!owed && quiet > request_.limits.hang) program_->stop(Stopped::hangs);
    }

    // What the program has sent so far: until nothing new comes in a few turns of the loop.
    awaitable<void> read_what_came(int most_turns) {
        for (int quiet = 0; quiet < 8 && most_turns > 0; --most_turns) {
            const std::int64_t before = events();
            co_await asio::post(loop_, asio::use_awaitable);
            quiet = events() == before ? quiet + 1 : 0;
        }
    }

    void tell(JudgeReport& report) {
        stage_.facts["left-behind"] = program_->left_behind();
        scenario_->finish();
        report.drawn = stage_.drawn();
        report.facts = stage_.facts;
        report.end = program_->end();
        report.output = program_->output();
        report.isolation = program_->isolation();
        std::vector<net::Served> seen = server_.seen();
        std::vector<net::Served> commands = redis_.seen();
        seen.insert(seen.end(), commands.begin(), commands.end());
        report.seen = timeline_of_work(std::move(seen));
        const bool short_of_time = report.end.stopped == Stopped::wall && starved_by_others(report.end.took);
        if (!report.end.could_not.empty()) report.trouble = report.end.could_not;
        // Who crashed, failed or went over a limit did so on any machine.
        if (failed_by_itself(report.end)) return;
        if (lag_ > 2 * second)
            report.trouble =
                "the judge itself came " + format_duration(lag_) + " late: this machine is too busy";
        // Each of them has made its pauses longer.
        const auto late = report.facts.find("late-answers");
        if (report.end.stopped == Stopped::hangs && late != report.facts.end() && late->second > 0) {
            report.trouble = std::to_string(late->second) +
                             " answers came later than the program waited for them: this machine is too busy";
        }
        if (late_and_starved_ || short_of_time) {
            report.trouble = "the program was ready and had no core for " +
                             format_duration(report.end.starved) + ": this machine is too busy";
        }
    }

    const JudgeRequest& request_;
    int control_;
    asio::io_context loop_{1};
    Stage stage_;
    std::unique_ptr<Scenario> scenario_;
    GateServer server_;
    GateRedis redis_;
    std::optional<Contained> program_;
    std::exception_ptr error_;
    std::int64_t events_ = 0;
    Nanoseconds started_ = 0;
    Nanoseconds last_event_ = 0;
    Nanoseconds held_since_ = 0;
    Nanoseconds lag_ = 0;
    bool late_and_starved_ = false;
};

Nanoseconds at(net::Served::Time time) {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(time.time_since_epoch()).count();
}

}  // namespace

JudgeRequest request_for(const Exercise& exercise) {
    return {.scenario = exercise.scenario, .numbers = exercise.numbers, .limits = exercise.limits};
}

Timeline timeline_of_work(std::vector<net::Served> requests) {
    std::erase_if(requests, [](const net::Served& request) {
        return request.target == "/tasks" || request.target.starts_with("/report");
    });
    std::sort(requests.begin(), requests.end(), [](const auto& a, const auto& b) { return a.read < b.read; });
    struct Row {
        std::string path;
        Nanoseconds end = 0;
        int calls = 0;
        std::int64_t connection = 0;     // of its first call
        std::set<std::string> troubles;  // of all of them
    };
    Timeline timeline;
    if (requests.empty()) return timeline;
    const Nanoseconds zero = at(requests.front().read);
    std::vector<Row> rows;
    std::map<std::int64_t, std::int64_t> connections;  // numbered anew: /tasks and /report are not drawn
    for (const net::Served& request : requests) {
        const std::string path = request.target.substr(0, request.target.find('?'));
        const Nanoseconds begin = at(request.read) - zero;
        auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const Row& one) { return one.path == path && one.end <= begin; });
        if (row == rows.end()) row = rows.insert(row, Row{.path = path});
        row->end = std::max(begin, at(request.end) - zero);
        const std::int64_t connection =
            connections.emplace(request.connection, static_cast<std::int64_t>(connections.size()) + 1)
                .first->second;
        if (++row->calls == 1) row->connection = connection;
        Outcome outcome = Outcome::done;
        if (request.status >= 400) {
            outcome = Outcome::failed;
            row->troubles.insert("answered " + std::to_string(request.status));
        } else if (request.hung_up || request.status == 0) {
            outcome = Outcome::cancelled;
            row->troubles.insert(request.hung_up ? "hung up" : "unanswered");
        }
        timeline.spans.push_back({.lane = static_cast<std::uint32_t>(row - rows.begin()),
                                  .state = State::at_server,
                                  .outcome = outcome,
                                  .begin = begin,
                                  .end = row->end});
    }
    for (const Row& row : rows) {
        std::string note = row.calls == 1 ? "connection " + std::to_string(row.connection)
                                          : plural(static_cast<std::size_t>(row.calls), "call");
        for (const std::string& trouble : row.troubles) note += ", " + trouble;
        timeline.lanes.push_back(
            {.name = row.path, .error = row.troubles.empty() ? "" : *row.troubles.begin(), .note = note});
    }
    sort_spans(timeline);
    return timeline;
}

JudgeReport judge_program(const JudgeRequest& request, int control) {
    JudgeReport report;
    if (!request.compile.empty() && !compile(request, control, report)) return report;
    if (request.program.empty()) return report;
    if (find_scenario(request.scenario) == nullptr)
        throw Error("there is no scenario '" + request.scenario + "'");
    Performance performance(request, control);
    performance.run(report);
    return report;
}

}  // namespace overlap::workshop
