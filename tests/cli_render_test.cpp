// A run that is kept as JSON and drawn later.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "render/json.hpp"
#include "render/plain.hpp"
#include "support/cli.hpp"
#include "support/files.hpp"
#include "support/kept_run.hpp"
#include "support/listener.hpp"
#include "support/process.hpp"
#include "support/screen.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("cli_render");

TEST_CASE("--json gives one whole document that says what it is") {
    const std::string& text = kept_run();
    REQUIRE(Json::accept(text));
    const Json document = Json::parse(text);
    CHECK(document["schema"] == run_schema);
    for (const char* key : {"demo", "title", "knobs", "urls", "seed", "machine", "ways", "next"}) {
        CAPTURE(key);
        CHECK(document.contains(key));
    }
    CHECK(text.ends_with("}\n"));
    // Nothing is lost on the way through.
    CHECK(render_json(parse_run(text)) == text);
}

TEST_CASE("render draws a kept run as it would have been drawn, from a file and from standard input") {
    struct View {
        Words options;
        std::string expected;
    };
    const std::string& json = kept_run();
    std::vector<View> views{
        {{}, picture_of(json, 80)},
        {{"--unicode"}, picture_of(json, 80, true)},
        {{"--color", "always"}, picture_of(json, 80, false, true)},
        {{"--color", "never"}, picture_of(json, 80)},
        {{"--unicode", "--color", "always", "--width", "100"}, picture_of(json, 100, true, true)},
        {{"--plain"}, render_plain(parse_run(json))},
        {{"--width", "10000"}, picture_of(json, 120)},
    };
    for (const int width : {40, 57, 80, 120}) {
        views.push_back({{"--width", std::to_string(width)}, picture_of(json, width)});
    }
    for (const auto& [options, expected] : views) {
        CAPTURE(joined(options));
        const Ended from_file = run(Words{"render", kept_file()} + options);
        check_done(from_file);
        CHECK(from_file.out == expected);
        const Ended from_input = run(Launch{.arguments = Words{"render", "-"} + options, .input = json});
        check_done(from_input);
        CHECK(from_input.out == expected);
    }
}

TEST_CASE("render draws a run with failures and one with many lanes as they were kept") {
    const std::vector<std::pair<Words, int>> runs{
        {{"--tasks", "60", "--latency", "5ms", "--way", "coroutines,pool"}, 0},
        {{"--url", url_without_server()}, 1},
    };
    for (const auto& [options, code] : runs) {
        const Ended kept = run(Words{"api", "--json"} + options);
        CHECK(kept.code == code);
        for (const int width : {40, 57, 80, 120, 200}) {
            CAPTURE(width);
            const Words arguments{"render", "-", "--width", std::to_string(width), "--color", "always"};
            const Ended drawn = run(Launch{.arguments = arguments, .input = kept.out});
            check_done(drawn);
            CHECK(drawn.out == picture_of(kept.out, width, false, true));
            CHECK(widest_line(drawn.out) <= std::min(width, 120));
        }
    }
}

TEST_CASE("a run cut off anywhere is refused in one line") {
    const std::string& json = kept_run();
    REQUIRE(json.size() > 100);
    constexpr std::size_t cuts = 24;
    for (std::size_t i = 0; i < cuts; ++i) {
        const std::size_t size = i * (json.size() - 2) / (cuts - 1);  // the last one lacks its brace
        CAPTURE(size);
        if (size == 0) continue;
        check_refused(run(Launch{.arguments = {"render", "-"}, .input = json.substr(0, size)}), 1,
                      {"standard input"});
    }
}

TEST_CASE("what is no run is refused in one line that names it") {
    const std::string& run_text = kept_run();
    const auto with = [&](const std::string& part, const std::string& other) {
        std::string text = run_text;
        const std::size_t at = text.find(part);
        REQUIRE(at != std::string::npos);
        return text.replace(at, part.size(), other);
    };
    const Words texts{
        "",
        "\n",
        "{}",
        "[]",
        "null",
        "42",
        "\"overlap.run/1\"",
        R"({"schema": "overlap.run/1"})",
        R"({"schema": "overlap.run/1", "ways": 3})",
        R"({"name": "left-pad", "version": "1.3.0"})",
        "three calls\nthree ways\n",
        std::string("\x7f"
                    "ELF\0\0\n\x1b[31m\xff\xfe\n",
                    15),
        std::string(64, '\0'),
        std::string(100'000, '['),
        run_text + run_text,
        with("overlap.run/1", "overlap.run/2"),
        with("overlap.run/1", "over\\nlap\\u001b[31m"),
        with("\"overlap.run/1\"", "1"),
        with("\"ways\"", "\"weighs\""),
        with("\"lane\": 0", "\"lane\": 99"),
        with("\"lane\": 0", "\"lane\": -1"),
        with("\"lane\": 0", "\"lane\": 0.5"),
        with("\"lane\": 0", "\"lane\": 1e999"),
        with("\"lane\": 0", "\"lane\": 99999999999999999999"),
        with("\"end_ns\": ", "\"end_ns\": -"),
        with("\"begin_ns\": ", "\"begin_ns\": 9999999"),
        with("\"blocked\"", "\"b\\nlocked\""),
        with("\"done\"", "\"d\xff one\""),
    };
    for (const std::string& text : texts) {
        CAPTURE(text.substr(0, 60));
        const TemporaryFile file(text);
        check_refused(run({"render", file.path()}), 1, {file.path()});
    }
}

TEST_CASE("a file that cannot be read is refused in one line that names it") {
    check_refused(run({"render", "/no/such/file.json"}), 1, {"/no/such/file.json", "No such file"});
    const std::string folder = std::filesystem::temp_directory_path();
    check_refused(run({"render", folder}), 1, {"'" + folder + "'", "directory"});
    // Standard input that is a directory.
    const Words from_folder{"sh", "-c", R"(exec "$0" "$@" < /)"};
    check_refused(run(Launch{.arguments = {"render", "-"}, .wrapper = from_folder}), 1, {"standard input"});
    check_refused(run({"render", "-"}), 1, {"standard input"});  // nothing in it
}

}  // namespace
}  // namespace overlap::test
