#include "support/cli.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "support/text.hpp"

namespace overlap::test {

Words operator+(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

Words shell(const std::string& script) { return {"sh", "-c", script}; }

std::string joined(const Words& words) {
    std::string text = "overlap";
    for (const std::string& word : words) text += " '" + word + "'";
    return text;
}

bool is_one_line(const std::string& text) {
    const auto is_control = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
    return text.ends_with('\n') && std::count_if(text.begin(), text.end(), is_control) == 1;
}

void check_done(const Ended& ended) {
    CAPTURE(ended.out);
    CHECK(ended.code == 0);
    CHECK(ended.signal == 0);
    CHECK(ended.err == "");
}

void check_refused(const Ended& ended, int code, const Words& said) {
    CAPTURE(ended.out.substr(0, 100));
    CAPTURE(ended.err);
    CHECK(ended.code == code);
    CHECK(ended.signal == 0);
    CHECK(ended.out.empty());
    CHECK(ended.err.starts_with("overlap: "));
    CHECK(is_one_line(ended.err));
    for (const std::string& word : said) {
        CAPTURE(word);
        CHECK(contains(ended.err, word));
    }
}

Json run_as_json(const Words& arguments, int code) {
    const Ended ended = run(arguments + Words{"--json"});
    CAPTURE(joined(arguments));
    CAPTURE(ended.err);
    CHECK(ended.code == code);
    CHECK(ended.err.empty());
    REQUIRE(Json::accept(ended.out));
    return Json::parse(ended.out);
}

}  // namespace overlap::test
