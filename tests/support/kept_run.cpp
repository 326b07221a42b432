#include "support/kept_run.hpp"

#include "render/ascii.hpp"
#include "render/json.hpp"
#include "support/files.hpp"
#include "support/process.hpp"

namespace overlap::test {

const std::string& kept_run() {
    static const std::string text = run({"api", "--latency", "20ms", "--json"}).out;
    return text;
}

const std::string& kept_file() {
    static const TemporaryFile file(kept_run());
    return file.path();
}

std::string picture_of(const std::string& json, int width, bool unicode, bool color) {
    return render_ascii(parse_run(json), {.width = width, .theme = {.unicode = unicode, .color = color}});
}

}  // namespace overlap::test
