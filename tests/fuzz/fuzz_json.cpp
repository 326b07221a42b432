// A document given to `overlap render`: refused in one line, or drawn at any width, and the same once kept
// again.
#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "fuzz/input.hpp"
#include "render/ascii.hpp"
#include "render/costs.hpp"
#include "render/json.hpp"
#include "render/plain.hpp"

namespace overlap::test {
namespace {

void check_lines(const std::string& picture, std::size_t width) {
    must(picture.ends_with('\n'), "a picture ends with a newline");
    std::size_t column = 0;
    for (const char c : picture) {
        must(c == '\n' || (c >= ' ' && c <= '~'), "a picture is printable ASCII");
        column = c == '\n' ? 0 : column + 1;
        must(column <= width, "a picture keeps to its width");
    }
}

// `text` with one value of it changed: to one that is near a limit, or to another one of it.
std::string with_one_value_changed(const std::string& text, std::minstd_rand& random) {
    using Json = nlohmann::ordered_json;
    static const std::array<Json, 14> values{0,
                                             1,
                                             -1,
                                             2,
                                             999,
                                             1'000'000,
                                             100'000'000'000'000,
                                             std::numeric_limits<std::int64_t>::max(),
                                             std::numeric_limits<std::int64_t>::min(),
                                             nullptr,
                                             true,
                                             "",
                                             "\u00e9\n",
                                             Json::array()};
    Json document = Json::parse(text, nullptr, false);
    if (document.is_discarded() || !document.is_structured() || document.empty()) return text;
    const Json leaves = document.flatten();
    const auto leaf = [&] {
        return std::next(leaves.begin(), static_cast<std::ptrdiff_t>(random() % leaves.size()));
    };
    Json& changed = document[Json::json_pointer(leaf().key())];
    changed = random() % 2 == 0 ? values[random() % values.size()] : *leaf();
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

// The same for what things cost. Gives whether it was that.
bool check_costs(std::string_view text) {
    const std::optional<Costs> costs = parse_costs(text);
    if (!costs) return false;
    for (const int width : {40, 80, 120}) {
        check_lines(render_ascii(*costs, {.width = width}), static_cast<std::size_t>(width));
    }
    must(!render_plain(*costs).empty(), "costs have facts");
    must(parse_costs(render_json(*costs)) == costs, "costs that are kept come back as they were");
    return true;
}

}  // namespace

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t most);

// Bytes changed at random seldom make a document that is drawn: of four changes, three are of a value.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t most,
                                               unsigned seed) {
    std::minstd_rand random(seed);
    if (random() % 4 == 0) return LLVMFuzzerMutate(data, size, most);
    const std::string text = with_one_value_changed({reinterpret_cast<const char*>(data), size}, random);
    if (text.size() > most) return size;
    std::copy(text.begin(), text.end(), data);
    return text.size();
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    Run run;
    try {
        if (check_costs({reinterpret_cast<const char*>(data), size})) return 0;
        run = parse_run({reinterpret_cast<const char*>(data), size});
    } catch (const RunFormatError& error) {
        must(std::string_view(error.what()).size() > 0, "an error says something");
        return 0;
    }
    for (const int width : {40, 80, 120}) {
        check_lines(render_ascii(run, {.width = width}), static_cast<std::size_t>(width));
    }
    must(!render_plain(run).empty(), "a run has facts");
    must(parse_run(render_json(run)) == run, "a run that is kept comes back as it was");
    return 0;
}

}  // namespace overlap::test
