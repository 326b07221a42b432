#include "lesson/quote.hpp"

#include <doctest/doctest.h>

#include <string>

#include "support/error_message.hpp"
#include "support/files.hpp"
#include "support/text.hpp"
#include "timeline/error.hpp"

namespace overlap::lesson {
namespace {

TEST_SUITE_BEGIN("quote");

// What stands in the same file behind everything that is looked for: nothing of it may be quoted along.
constexpr const char* behind = "\nint other() { return 2; }\n";

void check_is_quoted(const std::string& definition, const std::string& name) {
    CAPTURE(definition);
    CHECK(definition_of(definition, name) == definition);
    CHECK(definition_of("#include <a>\n\nint before;\n\n" + definition + behind, name) == definition);
    CHECK(definition_of("namespace {\n" + definition + "\n}  // namespace\n", name) == definition);
}

TEST_CASE("a function is quoted with the comment above it") {
    check_is_quoted("// Adds.\n// Both.\nint add(int a, int b) {\n    return a + b;\n}\n", "add");
    check_is_quoted("int one() { return 1; }\n", "one");
    check_is_quoted("int one() { return 1; }  // always\n", "one");
    check_is_quoted("[[noreturn]] void fail() {\n    throw 1;\n}\n", "fail");
    check_is_quoted("void Server::stop() {\n    stopped_ = true;\n}\n", "stop");
}

TEST_CASE("a function whose head takes several lines is quoted whole") {
    check_is_quoted("int add(int a,\n        int b) {\n\n    return a + b;\n}\n", "add");
    check_is_quoted("asio::awaitable<Answer>\ncall_async(int a) {\n    co_return a;\n}\n", "call_async");
    check_is_quoted("int add(int a, int b)\n{\n    return a + b;\n}\n", "add");
}

TEST_CASE("a coroutine is quoted, with braces and parentheses in what it awaits") {
    check_is_quoted(
        "// One call.\nasio::awaitable<void> call_async(Context& context) {\n"
        "    co_await wait({.first = [] { return \"}\"; }, .second = '}'});  // }\n    const char c = "
        "'\\'';\n"
        "    const int many = 1'000;\n    co_await text(R\"(}\n}\n)\");\n}\n",
        "call_async");
}

TEST_CASE("a constructor is quoted with its initializers") {
    check_is_quoted("Server::Server(int port)\n    : port_{port}, open_(true) {\n    listen();\n}\n",
                    "Server");
}

TEST_CASE("types and constants are quoted to their semicolon") {
    check_is_quoted("// A call.\nstruct Call {\n    int id = 0;\n\n    int end() { return 1; }\n};\n",
                    "Call");
    check_is_quoted("class Special : public Call {\n    int a;\n};\n", "Special");
    check_is_quoted("enum class Way : std::uint8_t { one, two };\n", "Way");
    check_is_quoted("constexpr int limit = 3;  // of all\n", "limit");
    check_is_quoted("const std::map<int, int> table{\n    {1, 2},\n    {3, 4},\n};\n", "table");
    check_is_quoted("constexpr int list[] = {1, 2};\n", "list");
    check_is_quoted("using Word = std::string;\n", "Word");
    check_is_quoted("const auto twice = [](int n) {\n    return 2 * n;\n};\n", "twice");
}

TEST_CASE("a template is quoted with its parameters") {
    check_is_quoted("// Both.\ntemplate <typename T>\nT add(T a, T b) {\n    return a + b;\n}\n", "add");
    check_is_quoted(
        "template <typename First,\n          typename Second>\nstruct Pair {\n    First a;\n};\n", "Pair");
    check_is_quoted("template <typename T> T none() { return {}; }\n", "none");
}

TEST_CASE("a declaration is passed over for the definition behind it") {
    const std::string definition = "int add(int a, int b) {\n    return a + b;\n}\n";
    for (const std::string declaration :
         {"int add(int a, int b);\n", "int add(int a = 1,\n        int b = {});\n",
          "int add(int a, int b = {});\n", "int add(int a, int b);  // { }\n"}) {
        CAPTURE(declaration);
        CHECK(definition_of(declaration, "add") == "");
        CHECK(definition_of(declaration + "\n" + definition, "add") == definition);
    }
    CHECK(definition_of("struct Call;\n", "Call") == "");
    CHECK(definition_of("extern const int limit;\n", "limit") == "");
}

TEST_CASE("a name that is used only, or is a part of another one, is not what is quoted") {
    const std::string definition = "int call() {\n    return 1;\n}\n";
    for (const std::string other :
         {"int call_async() {\n    return 1;\n}\n", "int recall() {\n    return 1;\n}\n",
          "int use(int call) {\n    return call;\n}\n", "const int value = call();\n",
          "struct Used {\n    int call() { return 1; }\n};\n", "// int call() {\n// }\nint x = 1;\n",
          "int twice() { return call() + call(); }\n", "int other = 1;  // call {\n",
          "call::Type value{};\n"}) {
        CAPTURE(other);
        CHECK(definition_of(other, "call") == "");
        CHECK(definition_of(other + "\n" + definition, "call") == definition);
    }
    CHECK(definition_of(definition, "") == "");
    CHECK(definition_of("", "call") == "");
    CHECK(definition_of("int call() {\n", "call") == "");
}

TEST_CASE("a comment that an empty line parts from the definition is not its own") {
    CHECK(definition_of("// The file.\n\nint one() { return 1; }\n", "one") == "int one() { return 1; }\n");
    CHECK(definition_of("int zero() {\n    return 0;\n}\nint one() { return 1; }\n", "one") ==
          "int one() { return 1; }\n");
    CHECK(definition_of("#include <a>\nint one() { return 1; }\n", "one") == "int one() { return 1; }\n");
}

TEST_CASE("a definition at the end of a text without a newline gets one") {
    CHECK(definition_of("int one() { return 1; }", "one") == "int one() { return 1; }\n");
}

TEST_CASE("what a block quotes is in its info") {
    const std::optional<Quote> quote = quote_of("cpp demos/api.cpp call call_async");
    REQUIRE(quote.has_value());
    CHECK(quote->file == "demos/api.cpp");
    CHECK(quote->first == "call");
    CHECK(quote->second == "call_async");
    CHECK(quote_of("cpp demos/api.cpp call").value_or(Quote{}).second == "");
    for (const char* info : {"", "cpp", "cpp sketch", "cpp demos/api.cpp", "console run", "python a b"}) {
        CAPTURE(info);
        CHECK_FALSE(quote_of(info).has_value());
    }
}

TEST_CASE("two definitions are quoted in the order asked for, with an empty line between") {
    const std::string source = "int two() { return 2; }\nint one() { return 1; }\n";
    CHECK(quoted({"a.cpp", "one", "two"}, source) == "int one() { return 1; }\n\nint two() { return 2; }\n");
    CHECK(quoted({"a.cpp", "one", ""}, source) == "int one() { return 1; }\n");
}

TEST_CASE("a quote of what is not there says what, and where") {
    const std::string message =
        test::error_message<Error>([] { quoted({"a.cpp", "one", "two"}, "int one() { return 1; }\n"); });
    CHECK(test::contains(message, "'two'"));
    CHECK(test::contains(message, "a.cpp"));
}

TEST_CASE("the tasks of a demo are quoted whole") {
    const std::string source = test::read_file(OVERLAP_SOURCE_DIR "/demos/api.cpp");
    for (const char* name : {"call", "call_async", "sequential", "coroutines", "pool"}) {
        CAPTURE(name);
        const std::string definition = definition_of(source, name);
        CHECK(test::contains(source, definition));
        CHECK(test::count_of(definition, "{") == test::count_of(definition, "}"));
        CHECK(definition.size() > 20);
    }
}

}  // namespace
}  // namespace overlap::lesson
