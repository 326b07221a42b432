// What is made of what was seen of a program.
#include "workshop/verdict.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "support/text.hpp"
#include "timeline/units.hpp"

namespace overlap::test {
namespace {

using namespace workshop;

TEST_SUITE_BEGIN("verdict");

const Numbers drawn_numbers{{"calls", 4}, {"tasks", 4}};
const ProgramEnd well{};

Requirement requirement(const std::string& name, const std::string& fact, Relation relation,
                        const std::string& needed, int points) {
    return {.name = name,
            .text = "Text of " + name + ".",
            .fact = fact,
            .relation = relation,
            .needed = needed,
            .points = points,
            .seen = "{seen} seen, {needed} needed of " + name,
            .gap = "Gap of " + name + ".",
            .hints = {"one", "two", "three"}};
}

// One of each relation, as exercises have them.
Exercise shopping() {
    Exercise exercise;
    exercise.requirements = {requirement("overlap", "in-flight", Relation::at_least, "calls", 3),
                             requirement("one-thread", "threads", Relation::at_most, "1", 2),
                             requirement("once", "asked-twice", Relation::exactly, "0", 4),
                             requirement("delivered", "delivered", Relation::at_least, "tasks", 8)};
    return exercise;
}

const Numbers all_right{{"in-flight", 4}, {"threads", 1}, {"asked-twice", 0}, {"delivered", 4}};

Numbers with(Numbers facts, const std::string& fact, std::int64_t value) {
    facts[fact] = value;
    return facts;
}

Numbers without(Numbers facts, const std::string& fact) {
    facts.erase(fact);
    return facts;
}

Judgement judged(const Numbers& facts, const ProgramEnd& end = well, const std::string& trouble = "") {
    return judge(shopping(), drawn_numbers, facts, end, trouble);
}

const Judged& of(const Judgement& judgement, const std::string& name) {
    for (const Judged& one : judgement.requirements) {
        if (one.name == name) return one;
    }
    FAIL("there is no requirement " << name);
    return judgement.requirements.front();
}

Mark mark(const Judgement& judgement, const std::string& name) { return of(judgement, name).mark; }

// Every way to end that is not a good one.
std::vector<ProgramEnd> bad_ends() {
    std::vector<ProgramEnd> ends{{.exit_code = 1}, {.signal = SIGSEGV}, {.could_not = "cannot start 'x'"}};
    for (const Stopped why : {Stopped::waits, Stopped::hangs, Stopped::spins, Stopped::wall, Stopped::memory,
                              Stopped::processes, Stopped::threads, Stopped::output, Stopped::asked})
        ends.push_back({.stopped = why, .used = "17"});
    return ends;
}

// What can be seen of a program: every fact is right, wrong, or not there at all.
template <typename Check>
void for_all_facts(Check check) {
    const std::vector<std::vector<std::int64_t>> values{{4, 3}, {1, 2}, {0, 1}, {4, 0}};
    const std::vector<std::string> names{"in-flight", "threads", "asked-twice", "delivered"};
    for (int choice = 0; choice < 81; ++choice) {
        Numbers facts;
        int rest = choice;
        for (std::size_t i = 0; i < names.size(); ++i, rest /= 3)
            if (rest % 3 < 2) facts[names[i]] = values[i][static_cast<std::size_t>(rest % 3)];
        check(facts);
    }
}

TEST_CASE("a program that does all that is asked for, and ends by itself, passes with all points") {
    const Judgement judgement = judged(all_right);
    CHECK(judgement.verdict == Verdict::pass);
    CHECK(judgement.points == 18);
    CHECK(judgement.of == 18);
    CHECK(judgement.gap == "");
    REQUIRE(judgement.requirements.size() == 5);
    CHECK(judgement.requirements.back().name == "finish");
    CHECK(judgement.requirements.back().points == 1);
    for (const Judged& one : judgement.requirements) CHECK(one.mark == Mark::met);
    CHECK(to_mend(shopping(), judgement) == nullptr);
}

TEST_CASE("requirements keep their order, texts and points, and say what was seen and needed") {
    const Judgement judgement = judged(with(all_right, "in-flight", 2));
    const Judged& one = judgement.requirements.front();
    CHECK(one.name == "overlap");
    CHECK(one.text == "Text of overlap.");
    CHECK(one.points == 3);
    CHECK(one.evidence == "2 seen, 4 needed of overlap");
    CHECK(of(judgement, "one-thread").evidence == "1 seen, 1 needed of one-thread");
}

TEST_CASE("at least: as many or more") {
    CHECK(mark(judged(with(all_right, "in-flight", 3)), "overlap") == Mark::missed);
    CHECK(mark(judged(with(all_right, "in-flight", 4)), "overlap") == Mark::met);
    CHECK(mark(judged(with(all_right, "in-flight", 5)), "overlap") == Mark::met);
}

TEST_CASE("at most: as many or fewer") {
    CHECK(mark(judged(with(all_right, "threads", 0)), "one-thread") == Mark::met);
    CHECK(mark(judged(with(all_right, "threads", 1)), "one-thread") == Mark::met);
    CHECK(mark(judged(with(all_right, "threads", 2)), "one-thread") == Mark::missed);
}

TEST_CASE("exactly: neither more nor fewer") {
    Exercise exercise = shopping();
    exercise.requirements[2].needed = "2";
    for (const std::int64_t seen : {1, 2, 3}) {
        const Judgement judgement =
            judge(exercise, drawn_numbers, with(all_right, "asked-twice", seen), well);
        CHECK(mark(judgement, "once") == (seen == 2 ? Mark::met : Mark::missed));
        CHECK(judgement.verdict == (seen == 2 ? Verdict::pass : Verdict::fail));
    }
}

TEST_CASE("what is needed is a number, or the name of one that was drawn for this run") {
    for (const std::int64_t calls : {3, 4, 5}) {
        const Judgement judgement = judge(shopping(), {{"calls", calls}, {"tasks", 4}}, all_right, well);
        CHECK(mark(judgement, "overlap") == (calls <= 4 ? Mark::met : Mark::missed));
        CHECK(contains(of(judgement, "overlap").evidence, std::to_string(calls) + " needed"));
    }
}

TEST_CASE("at most and exactly count only once the work was done: who does nothing keeps every limit") {
    for (const Numbers& facts : {with(all_right, "delivered", 3), without(all_right, "delivered")}) {
        const Judgement judgement = judged(facts);
        CHECK(mark(judgement, "overlap") == Mark::met);
        CHECK(mark(judgement, "one-thread") == Mark::not_shown);
        CHECK(mark(judgement, "once") == Mark::not_shown);
        CHECK(mark(judgement, "finish") == Mark::not_shown);
        CHECK(contains(of(judgement, "one-thread").evidence, "1 seen, 1 needed"));
        CHECK(contains(of(judgement, "one-thread").evidence, "once the work is done"));
        CHECK(judgement.points == 3);
    }
}

TEST_CASE("what broke a limit has missed it, whether the work was done or not") {
    const Numbers facts = with(with(all_right, "threads", 9), "delivered", 0);
    CHECK(mark(judged(facts), "one-thread") == Mark::missed);
    CHECK(of(judged(facts), "one-thread").evidence == "9 seen, 1 needed of one-thread");
}

TEST_CASE("without a number of tasks nobody can have done them") {
    const Judgement judgement = judge(shopping(), {{"calls", 4}}, all_right, well);
    CHECK(mark(judgement, "one-thread") == Mark::not_shown);
    CHECK(mark(judgement, "finish") == Mark::not_shown);
    CHECK(judgement.verdict == Verdict::fail);
}

TEST_CASE("a program that prints and does nothing earns nothing") {
    const Numbers nothing{{"in-flight", 0}, {"asked-twice", 0}};
    for (const Numbers& facts : {Numbers{}, nothing}) {
        const Judgement judgement = judged(facts);
        CHECK(judgement.verdict == Verdict::fail);
        CHECK(judgement.points == 0);
        CHECK(judgement.of == 18);
    }
}

TEST_CASE("a fact that is not there was not shown, and is said to be") {
    const Judgement judgement = judged(without(all_right, "in-flight"));
    CHECK(judgement.verdict == Verdict::fail);
    CHECK(mark(judgement, "overlap") == Mark::not_shown);
    CHECK(contains(of(judgement, "overlap").evidence, "did not come to that"));
    CHECK_FALSE(contains(of(judgement, "overlap").evidence, "{seen}"));
    CHECK(judgement.points == 15);
}

TEST_CASE("points are those of the requirements that were met, and of all") {
    for_all_facts([](const Numbers& facts) {
        for (const ProgramEnd& end : {well, ProgramEnd{.exit_code = 3}}) {
            const Judgement judgement = judged(facts, end);
            int points = 0;
            for (const Judged& one : judgement.requirements) points += one.mark == Mark::met ? one.points : 0;
            CHECK(judgement.points == points);
            CHECK(judgement.of == 18);
            CHECK((judgement.verdict == Verdict::pass) == (points == 18));
        }
    });
}

TEST_CASE("who does not come to the end fails, however well the work was done, and hears why first") {
    for (const ProgramEnd& end : bad_ends()) {
        CAPTURE(name_of(end.stopped));
        CHECK_FALSE(ended_well(end));
        const Judgement judgement = judged(all_right, end);
        CHECK(judgement.verdict == Verdict::fail);
        CHECK(mark(judgement, "finish") == Mark::missed);
        CHECK(judgement.points == 17);
        const std::string words = words_of(end, Limits{});
        CHECK(of(judgement, "finish").evidence == words);
        CHECK(contains(judgement.gap, words));
        CHECK(contains(judged({}, end).gap, words));
        CHECK(to_mend(shopping(), judgement) == nullptr);
    }
}

TEST_CASE("the gap is that of the requirement to mend") {
    CHECK(judged(with(all_right, "threads", 2)).gap == "Gap of one-thread.");
    CHECK(judged(without(all_right, "in-flight")).gap == "Gap of overlap.");
}

TEST_CASE("who asked for nothing is told so, and not what is amiss with calls that never came") {
    const Numbers nothing{{"in-flight", 0}};
    CHECK(judged(with(nothing, "requests", 1)).gap == "Gap of overlap.");
    const Judgement judgement = judged(with(nothing, "requests", 0));
    CHECK(contains(judgement.gap, "request"));
    CHECK(judgement.gap != "Gap of overlap.");
    CHECK(judgement.requirements == judged(nothing).requirements);
    CHECK(contains(judged(with(nothing, "requests", 0), {.exit_code = 3}).gap, "exit code 3"));
}

TEST_CASE("what was missed is mended before what was not shown, and what stands first before what follows") {
    const Exercise exercise = shopping();
    const auto first = [&](const Numbers& facts) {
        const Requirement* const found = to_mend(exercise, judged(facts));
        return found == nullptr ? std::string("nothing") : found->name;
    };
    CHECK(first(all_right) == "nothing");
    CHECK(first({}) == "overlap");
    CHECK(first(with({}, "delivered", 0)) == "delivered");
    CHECK(first(with({}, "threads", 5)) == "one-thread");
    CHECK(first(with(with({}, "threads", 5), "in-flight", 0)) == "overlap");
    CHECK(first(with(without(all_right, "in-flight"), "asked-twice", 7)) == "once");
}

TEST_CASE("trouble of the machine never makes a fail, nor a pass of what was not shown") {
    for_all_facts([](const Numbers& facts) {
        for (const ProgramEnd& end : bad_ends()) {
            const Judgement judgement = judged(facts, end, "this machine is too busy");
            CHECK(judgement.verdict == Verdict::inconclusive);
            CHECK(judgement.trouble == "this machine is too busy");
        }
        const Verdict plain = judged(facts).verdict;
        const Verdict troubled = judged(facts, well, "this machine is too busy").verdict;
        CHECK(troubled == (plain == Verdict::pass ? Verdict::pass : Verdict::inconclusive));
    });
}

TEST_CASE("trouble takes nothing away from what was shown") {
    const Numbers facts = with(all_right, "threads", 2);
    const Judgement judgement = judged(facts, well, "the judge was late");
    CHECK(judgement.points == judged(facts).points);
    CHECK(judgement.requirements == judged(facts).requirements);
    CHECK(judged(all_right, well, "the judge was late").gap == "");
}

TEST_CASE("nobody's output and nobody's time change a verdict") {
    for_all_facts([](const Numbers& facts) {
        const ProgramEnd slow{.used = "1GiB", .took = 3'600 * second, .cpu = second, .starved = 60 * second};
        CHECK(judged(facts, slow) == judged(facts));
    });
}

TEST_CASE("an end that is none has no words, and is a good one") {
    CHECK(ended_well(well));
    CHECK(words_of(well, Limits{}) == "");
    const ProgramEnd busy{.took = 9 * second, .cpu = 8 * second, .starved = second};
    CHECK(ended_well(busy));
    CHECK(words_of(busy, Limits{}) == "");
}

TEST_CASE("each way to end is told in words, with the limit that was hit") {
    const Limits limits{.wall = 30 * second,
                        .cpu = 20 * second,
                        .memory = 512LL * 1024 * 1024,
                        .processes = 64,
                        .threads = 2'000,
                        .output = 1024LL * 1024,
                        .wait = 5 * second,
                        .hang = 12 * second};
    struct {
        ProgramEnd end;
        std::vector<std::string> words;
    } const ways[] = {
        {{.exit_code = 3}, {"ended with exit code 3"}},
        {{.exit_code = 255}, {"ended with exit code 255"}},
        {{.signal = SIGSEGV}, {"crashed: SIGSEGV (Segmentation fault)"}},
        {{.signal = SIGABRT}, {"crashed: SIGABRT (Aborted)"}},
        {{.could_not = "cannot start 'nothing': No such file or directory"},
         {"cannot start 'nothing': No such file or directory"}},
        {{.stopped = Stopped::waits}, {"still waiting for a reply after 5s", "nothing else runnable"}},
        {{.stopped = Stopped::hangs}, {"asleep for 12s", "no call is open that could wake it"}},
        {{.stopped = Stopped::spins, .cpu = 20 * second}, {"spinning at 100 % CPU", "20.0s"}},
        {{.stopped = Stopped::wall}, {"not at its end after 30s"}},
        {{.stopped = Stopped::memory, .used = "523MiB"}, {"memory: 523MiB", "512MiB are allowed"}},
        {{.stopped = Stopped::processes, .used = "65"}, {"processes: 65", "64 are allowed"}},
        {{.stopped = Stopped::threads, .used = "2001"}, {"threads: 2001", "2000 are allowed"}},
        {{.stopped = Stopped::output}, {"output", "1024KiB"}},
        {{.stopped = Stopped::asked}, {"interrupted"}},
    };
    for (const auto& [end, words] : ways) {
        const std::string said = words_of(end, limits);
        for (const std::string& part : words) CHECK_MESSAGE(contains(said, part), said);
        CHECK_FALSE(ended_well(end));
    }
}

TEST_CASE("the limit that ended a program is told, not the signal or the code it left with") {
    const Limits limits;
    const ProgramEnd killed{.stopped = Stopped::hangs, .exit_code = 7, .signal = SIGKILL};
    CHECK(words_of(killed, limits) == words_of({.stopped = Stopped::hangs}, limits));
    const ProgramEnd not_started{.signal = SIGKILL, .could_not = "cannot be started: no memory"};
    CHECK(words_of(not_started, limits) == "cannot be started: no memory");
}

TEST_CASE("a signal without a name is told by its number") {
    CHECK(contains(words_of({.signal = SIGRTMIN + 3}, Limits{}), std::to_string(SIGRTMIN + 3)));
}

TEST_CASE("verdicts, marks and limits have names of their own") {
    CHECK(name_of(Verdict::pass) == "pass");
    CHECK(name_of(Verdict::fail) == "fail");
    CHECK(name_of(Verdict::inconclusive) == "inconclusive");
    CHECK(name_of(Mark::met) == "met");
    CHECK(name_of(Mark::missed) == "missed");
    CHECK(name_of(Mark::not_shown) == "not shown");
    std::map<std::string_view, int> names{{name_of(Stopped::no), 1}};
    for (const ProgramEnd& end : bad_ends()) names[name_of(end.stopped)] += 1;
    CHECK(names.size() == 10);
}

}  // namespace
}  // namespace overlap::test
