#include <doctest/doctest.h>

#include "cli/suggest.hpp"
#include "cli/values.hpp"
#include "timeline/error.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("values");

TEST_CASE("whole numbers are taken within their range only") {
    CHECK(read_whole("--n", "3", 1, 10) == 3);
    CHECK(read_whole("--n", "-3", -5, 10) == -3);
    for (const char* text : {"", "0", "11", "3.0", "3x", " 3", "+3", "0x3", "99999999999999999999"}) {
        CAPTURE(text);
        CHECK_THROWS_AS(read_whole("--n", text, 1, 10), UsageError);
    }
    CHECK_THROWS_WITH(read_whole("--n", "abc", 1, 10), "--n is 'abc': expected a whole number from 1 to 10");
}

TEST_CASE("a share is a number from 0 to 1") {
    CHECK(read_share("--s", "0.25") == 0.25);
    for (const char* text : {"", "-0.1", "1.1", "nan", "half", "10%"})
        CHECK_THROWS_AS(read_share("--s", text), UsageError);
}

TEST_CASE("ways are named one by one or with commas, and come in the order of the picture") {
    CHECK(read_ways({"pool"}) == std::vector<Way>{Way::pool});
    CHECK(read_ways({"pool,sequential", "pool"}) == std::vector<Way>{Way::sequential, Way::pool});
    for (const char* text : {"", "threads", "pool,", ",pool", "Pool"})
        CHECK_THROWS_AS(read_ways({text}), UsageError);
}

TEST_CASE("the nearest word is suggested when it is near") {
    const std::vector<std::string> words{"api", "burst", "list", "code", "render", "serve"};
    CHECK(nearest("apj", words) == "api");
    CHECK(nearest("pai", words) == "api");
    CHECK(nearest("brust", words) == "burst");
    CHECK(nearest("rendr", words) == "render");
    CHECK(nearest("xyz", words).empty());
    CHECK(nearest("", words).empty());
}

}  // namespace
}  // namespace overlap
