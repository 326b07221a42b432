#include <doctest/doctest.h>

#include "timeline/duration.hpp"

namespace overlap {
namespace {

TEST_SUITE_BEGIN("duration");

TEST_CASE("a duration is written with two or three digits in the unit that fits") {
    CHECK(format_duration(0) == "0ns");
    CHECK(format_duration(640) == "640ns");
    CHECK(format_duration(64'000) == "64us");
    CHECK(format_duration(1'100'000) == "1.1ms");
    CHECK(format_duration(201'400'000) == "201ms");
    CHECK(format_duration(1'000'000'000) == "1.00s");
    CHECK(format_duration(12'340'000'000) == "12.3s");
    CHECK(format_duration(125'000'000'000) == "2m05s");
    CHECK(format_duration(-1'100'000) == "-1.1ms");
}

TEST_CASE("rounding up at a unit's end carries into the next unit") {
    CHECK(format_duration(999) == "999ns");
    CHECK(format_duration(999'499) == "999us");
    CHECK(format_duration(999'500) == "1.0ms");
    CHECK(format_duration(9'949'999) == "9.9ms");
    CHECK(format_duration(9'950'000) == "10ms");
    CHECK(format_duration(999'499'999) == "999ms");
    CHECK(format_duration(999'500'000) == "1.00s");
    CHECK(format_duration(9'995'000'000) == "10.0s");
    CHECK(format_duration(59'950'000'000) == "1m00s");
}

TEST_CASE("durations are read with their unit") {
    CHECK(parse_duration("200ms") == 200'000'000);
    CHECK(parse_duration("2s") == 2'000'000'000);
    CHECK(parse_duration("1.5s") == 1'500'000'000);
    CHECK(parse_duration("50us") == 50'000);
    CHECK(parse_duration("7ns") == 7);
    CHECK(parse_duration("2m") == 120'000'000'000);
    CHECK(parse_duration("0") == 0);
    CHECK(parse_duration("0ms") == 0);
}

TEST_CASE("settings are written with every digit, and read back as they were") {
    CHECK(format_exact(2'000'000'000) == "2s");
    CHECK(format_exact(200'000'000) == "200ms");
    CHECK(format_exact(0) == "0ms");
    for (const Nanoseconds duration : {1, 1'000, 1'001, 1'500'000, 1'500'000'000}) {
        CHECK(parse_duration(format_exact(duration)) == duration);
    }
}

TEST_CASE("what is no duration is not read as one") {
    for (const char* text : {"", "ms", "200", "-1s", "-0s", "1.5", "1,5s", "2 s", " 2s", "2s ", "2S", "2h",
                             "nans", "infs", "1e3s", "0x10s", "1s1s", "99999999999999999999s", "+2s"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_duration(text).has_value());
    }
}

}  // namespace
}  // namespace overlap
