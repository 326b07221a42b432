// `overlap exercise verify`: what an exercise says of itself, tried.
#include <doctest/doctest.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <vector>

#include "support/cli.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "support/workshop.hpp"
#include "workshop/verify.hpp"

namespace overlap::test {
namespace {

namespace fs = std::filesystem;
using workshop::Exercise;
using workshop::Judgement;
using workshop::Mark;
using workshop::Verdict;
using workshop::Verified;

TEST_SUITE_BEGIN("exercise_verify");

const Words verify{"exercise", "verify"};

Judgement judgement(Verdict verdict, std::initializer_list<Mark> marks) {
    Judgement one{.verdict = verdict, .requirements = {}, .gap = {}, .trouble = {}};
    const char* const names[] = {"overlap", "one-thread", "delivered", "finish"};
    for (const Mark mark : marks) {
        const std::size_t i = one.requirements.size();
        one.requirements.push_back({.name = names[i], .text = {}, .mark = mark, .evidence = "seen"});
    }
    if (verdict == Verdict::inconclusive) one.trouble = "too busy";
    return one;
}

TEST_CASE("what an answer breaks is the first that it misses, or else does not show, or that it has no end") {
    constexpr Mark met = Mark::met;
    constexpr Mark missed = Mark::missed;
    constexpr Mark not_shown = Mark::not_shown;
    Exercise calls;
    calls.name = "three-calls";
    for (const char* const name : {"overlap", "one-thread", "delivered"}) {
        calls.requirements.emplace_back();
        calls.requirements.back().name = name;
    }
    const auto seen = [&](const std::string& breaks, std::initializer_list<Mark> marks) {
        const bool pass = std::all_of(marks.begin(), marks.end(), [](Mark mark) { return mark == met; });
        const Verified one =
            verified(calls, "wrong/a.cpp", breaks, judgement(pass ? Verdict::pass : Verdict::fail, marks));
        CHECK(one.exercise == "three-calls");
        CHECK(one.file == "wrong/a.cpp");
        CHECK(one.expected == (breaks.empty() ? "pass" : breaks));
        CHECK(one.as_expected == (one.seen == one.expected));
        CHECK(one.evidence.empty() == one.as_expected);
        CHECK_FALSE(one.inconclusive);
        return one.seen;
    };
    CHECK(seen("", {met, met, met, met}) == "pass");
    CHECK(seen("overlap", {met, met, met, met}) == "pass");
    CHECK(seen("", {missed, not_shown, met, met}) == "overlap");
    CHECK(seen("overlap", {missed, not_shown, met, met}) == "overlap");
    CHECK(seen("overlap", {not_shown, met, missed, met}) == "delivered");
    CHECK(seen("one-thread", {met, not_shown, met, met}) == "one-thread");
    CHECK(seen("overlap", {not_shown, not_shown, not_shown, missed}) == "finish");
    CHECK(seen("finish", {missed, not_shown, not_shown, missed}) == "finish");
    CHECK(seen("finish", {missed, not_shown, not_shown, not_shown}) == "overlap");

    const Verified open =
        verified(calls, "solution.cpp", "", judgement(Verdict::inconclusive, {missed, met, met, met}));
    CHECK(open.inconclusive);
    CHECK_FALSE(open.as_expected);
    CHECK(open.evidence == "too busy");
}

TEST_CASE("two of ours are as they say") {
    const Words words = verify + Words{"three-calls", "1"};
    if (!can_compile({.arguments = words})) return;
    const Ended ended = run(words);
    check_done(ended);
    CHECK(contains(ended.out, "2 exercises, "));
    CHECK(contains(ended.out, " 0 not (0 false passes, 0 false fails), 0 inconclusive\n"));
    CHECK(lines_of(ended.out).size() == 1);
}

// An author's folder with three-calls, whose files can be made wrong.
class Author {
  public:
    Author() {
        for (const auto& [path, text] : workshop::embedded_files()) {
            if (!path.starts_with(one_.folder + "/")) continue;
            fs::create_directories(fs::path(folder_.path() + "/" + path).parent_path());
            write_file(folder_.path() + "/" + path, text);
        }
    }
    [[nodiscard]] std::string file(const std::string& name) const {
        return folder_.path() + "/" + one_.folder + "/" + name;
    }
    void replace(const std::string& in, const std::string& old, const std::string& by) const {
        std::string text = read_file(file(in));
        const std::size_t at = text.find(old);
        REQUIRE(at != std::string::npos);
        write_file(file(in), text.replace(at, old.size(), by));
    }
    // Fewer files are enough, and quicker.
    void leave_wrong(const Words& names) const {
        for (const workshop::WrongAnswer& wrong : one_.wrong) {
            if (std::find(names.begin(), names.end(), wrong.name) != names.end()) continue;
            fs::remove(file("wrong/" + wrong.name + ".cpp"));
            replace("exercise.toml", "\n" + wrong.name + " = \"" + wrong.breaks + "\"", "");
        }
    }
    [[nodiscard]] const Exercise& one() const { return one_; }
    [[nodiscard]] Words verifying() const { return verify + Words{"--from", folder_.path()}; }

  private:
    const Exercise& one_ = exercise("three-calls");
    TemporaryFolder folder_;
};

TEST_CASE("files that are not what they are said to be are named, with what was expected and what was seen") {
    const Author author;
    if (!can_compile({.arguments = author.verifying()})) return;
    author.leave_wrong({"serial", "threads", "printed"});
    write_file(author.file("exercise.cpp"), author.one().solution);
    write_file(author.file("solution.cpp"), wrong_answer(author.one(), "serial"));
    author.replace("exercise.toml", "threads = \"one-thread\"", "threads = \"delivered\"");
    write_file(author.file("wrong/printed.cpp"), "int main() { return nothing; }\n");
    const Ended ended = run(author.verifying());
    CAPTURE(ended.out);
    CHECK(ended.code == 1);
    CHECK(ended.err.empty());
    CHECK(contains(ended.out, "three-calls exercise.cpp: expected overlap, seen pass\n"));
    CHECK(contains(ended.out, "three-calls solution.cpp: expected pass, seen overlap\n"));
    CHECK(contains(ended.out, "overlap missed: the server saw 1 at a time; needed "));
    CHECK(contains(ended.out, "three-calls wrong/threads.cpp: expected delivered, seen one-thread\n"));
    CHECK(contains(ended.out, "three-calls wrong/printed.cpp: expected overlap, seen no program\n"));
    CHECK(contains(ended.out, "does not compile: "));
    CHECK(contains(ended.out, "use of undeclared identifier 'nothing'"));
    CHECK_FALSE(contains(ended.out, "serial"));
    CHECK(contains(ended.out,
                   "exercise, 5 runs: 1 as they should be, 4 not (1 false passes, 1 false fails), 0 "
                   "inconclusive\n"));
}

TEST_CASE("an exercise that cannot be read is named, with what is amiss, in any build") {
    const auto check_unreadable = [](const Author& author, const Words& said) {
        check_refused(run(author.verifying()), 1, Words{author.one().folder + "/exercise.toml"} + said);
    };
    {
        const Author author;
        fs::remove(author.file("solution.cpp"));
        check_unreadable(author, {"there is no solution.cpp"});
    }
    {
        const Author author;
        author.replace("exercise.toml", "serial = \"overlap\"", "serial = \"overlaps\"");
        check_unreadable(author, {"wrong/serial.cpp", "'overlaps'"});
    }
    {
        const Author author;
        fs::remove(author.file("wrong/serial.cpp"));
        check_unreadable(author, {"serial.cpp"});
    }
    {
        const Author author;
        author.replace("exercise.toml", "[server]", "[server");
        check_unreadable(author, {": line "});
    }
    const TemporaryFolder empty;
    check_refused(run(verify + Words{"--from", empty.path()}), 1, {"there is no exercise"});
    check_refused(run(verify + Words{"--from", "/nowhere"}), 2, {"'/nowhere'"});
    check_refused(run(verify + Words{"three-cals"}), 2, {"did you mean 'three-calls'?"});
    check_refused(run(verify + Words{"--runs", "0"}), 2, {"--runs", "'0'"});
}

TEST_CASE("who interrupts it has an end of all that it started") {
    const Words words = verify + Words{"three-calls"};
    if (!can_compile({.arguments = words})) return;
    Process process(Launch{.arguments = words});
    std::vector<pid_t> children;
    const bool begun = eventually([&] { return !(children = children_of(process.pid())).empty(); });
    REQUIRE(begun);
    process.signal(SIGINT);
    const Ended ended = process.wait(long_before_that);
    CHECK(ended.code == 130);
    for (const pid_t pid : children) CHECK(ends_soon(pid));
}

}  // namespace
}  // namespace overlap::test
