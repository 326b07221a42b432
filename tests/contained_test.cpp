// Programs that misbehave, judged: they harm nobody but themselves, and it is said why they were ended.
#include <doctest/doctest.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "record/clock.hpp"
#include "record/proc_files.hpp"
#include "support/eventually.hpp"
#include "support/files.hpp"
#include "support/judged.hpp"
#include "support/process.hpp"
#include "support/text.hpp"
#include "workshop/contained.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("contained");

namespace fs = std::filesystem;

// A number of seconds that nobody else sleeps: it tells our programs from others, by their command lines.
std::string our_seconds() {
    static int count = 0;
    return "3600." + std::to_string(::getpid()) + "0" + std::to_string(++count);
}

// The command lines of all processes that have this word in it, blanks between their words.
std::vector<std::string> command_lines_with(const std::string& word) {
    std::vector<std::string> found;
    std::error_code gone;
    for (fs::directory_iterator entry("/proc", gone), end; !gone && entry != end; entry.increment(gone)) {
        std::string line = whole_text_of(entry->path().string() + "/cmdline");  // it may be gone by now
        std::replace(line.begin(), line.end(), '\0', ' ');
        if (contains(line, word)) found.push_back(line);
    }
    return found;
}

bool nothing_left_of(const std::string& seconds) {
    return eventually([&] { return command_lines_with(seconds).empty(); });
}

// Exercises whose limits are reached soon: one call, which is never answered where "silent" is 1.
class OwnExercises {
  public:
    void add(const std::string& name, const std::string& limits, const std::string& numbers = "") {
        const std::string path = folder_.path() + "/0" + std::to_string(++count_) + "-" + name + "/";
        fs::create_directories(path + "wrong");
        for (const char* file : {"exercise.cpp", "solution.cpp", "wrong/a.cpp", "wrong/b.cpp", "wrong/c.cpp"})
            write_file(path + file, "int main() {}\n");
        write_file(path + "exercise.toml",
                   "name = \"" + name +
                       "\"\ntitle = \"A\"\nsummary = \"b\"\ntask = \"c\"\ngiven = \"asked\"\n[server]\n"
                       "scenario = \"calls\"\ncalls = 1\n" +
                       numbers + "\n[limits]\n" + limits +
                       "\n[[requirement]]\nname = \"asked\"\ntext = \"d\"\nfact = \"asked\"\nat_least = 2\n"
                       "seen = \"{seen} {needed}\"\ngap = \"e.\"\nhints = [\"f\", \"g\", \"h\"]\n[wrong]\n"
                       "a = \"asked\"\nb = \"asked\"\nc = \"asked\"\n");
    }
    [[nodiscard]] const std::string& path() const { return folder_.path(); }

  private:
    TemporaryFolder folder_;
    int count_ = 0;
};

// A program that is up to no good.
struct Misbehaving {
    std::string what;
    Words command;
    Words said;                            ///< of its end
    std::string exercise = "three-calls";  ///< or one of our own
};

// All of them have failed, with the reason told, and have left nothing: neither a process nor a file. Gives
// the documents.
std::vector<Json> check_ended(const std::vector<Misbehaving>& programs, const std::string& seconds,
                              const OwnExercises& own) {
    std::vector<ToJudge> all;
    std::vector<std::unique_ptr<TemporaryFolder>> folders;
    for (const Misbehaving& one : programs) {
        folders.push_back(std::make_unique<TemporaryFolder>());
        ToJudge what{.exercise = one.exercise, .command = one.command};
        what.environment = {"TMPDIR=" + folders.back()->path()};
        if (one.exercise != "three-calls") what.options = {"--from", own.path()};
        all.push_back(what);
    }
    const std::vector<Json> documents = all_judged(all);
    for (std::size_t i = 0; i < programs.size(); ++i) {
        const Json& document = documents[i];
        CAPTURE(programs[i].what);
        CAPTURE(document.dump(1));
        CHECK(document.at("verdict") == "fail");
        const std::string words = document.at("end").at("words");
        for (const std::string& word : programs[i].said) CHECK_MESSAGE(contains(words, word), words);
        CHECK((words == "") == (mark_of(document, "finish") != "missed"));
        CHECK(contains(document.at("gap").get<std::string>(), words));
        CHECK(folders[i]->entries() == 0);
    }
    CHECK(nothing_left_of(seconds));
    return documents;
}

std::string isolation() {
    static const std::string words = judged({"three-calls", {"true"}}).at("isolation");
    return words;
}

bool has_own_process_ids() { return contains(isolation(), "process ids of its own"); }

TEST_CASE("a program that does not end by itself is ended, for the limit that it has hit") {
    if (!has_python()) return;
    OwnExercises own;
    own.add("silent", "", "silent = 1");
    own.add("cpu", "cpu = \"1s\"\nwall = \"300s\"");
    own.add("wall", "wall = \"1s\"");
    own.add("memory", "memory_mib = 150");
    own.add("threads", "threads = 100");
    const std::string seconds = our_seconds();
    const std::string mark = " # " + seconds;
    const std::string hog = "a = []\nwhile True: a.append(bytearray(20_000_000)); time.sleep(0.01)";
    const std::string many = R"py(
try:
    for i in range(10_000): threading.Thread(target=time.sleep, args=(600,)).start()
except RuntimeError: pass
time.sleep(600))py";
    check_ended(
        {{"waiting for ever for a reply",
          in_python(prelude + ("ok('/call/' + keys[0])" + mark)),
          {"still waiting for a reply after 5s", "nothing else runnable"},
          "silent"},
         {"asleep for ever", {"sleep", seconds}, {"asleep for 12s", "no call is open"}},
         {"asleep, while its child is", in_shell("sleep " + seconds + "; true"), {"asleep for 12s"}},
         {"spinning", in_shell("while :; do :; done" + mark), {"spinning at 100 % CPU"}, "cpu"},
         {"spinning in a child", in_shell("(while :; do :; done); exit" + mark), {"spinning"}, "cpu"},
         {"awake again and again",
          in_shell("while :; do sleep 0.05; done" + mark),
          {"not at its end after 1s"},
          "wall"},
         {"stopped by itself", in_shell("kill -STOP $$; exit" + mark), {"not at its end after 1s"}, "wall"},
         {"a memory hog",
          in_python(prelude + hog + mark),
          {"for its memory", "150MiB are allowed"},
          "memory"},
         {"ten thousand threads",
          in_python(prelude + many + mark),
          {"for its threads", "100 are allowed"},
          "threads"},
         {"endless output", {"yes", seconds}, {"for its output", "1024KiB were printed"}}},
        seconds, own);
}

TEST_CASE("a program that ends in another way than it should is told how") {
    const std::string seconds = our_seconds();
    const std::string mark = " # " + seconds;
    const std::string closing = "for i in 0 1 2 3 4 5 6 7 8 9; do eval \"exec $i>&-\"; done; exit 5";
    const std::vector<Json> documents = check_ended(
        {{"exit code 3", in_shell("exit 3" + mark), {"ended with exit code 3"}},
         {"a crash", in_shell("kill -SEGV $$" + mark), {"crashed: SIGSEGV (Segmentation fault)"}},
         {"an abort", in_shell("kill -ABRT $$" + mark), {"crashed: SIGABRT"}},
         {"all descriptors closed", in_shell(closing + mark), {"ended with exit code 5"}},
         {"a file of 100 MB",
          in_shell("exec head -c 100000000 /dev/zero > \"$TMPDIR/big\"" + mark),
          {"crashed: SIGXFSZ"}},
         {"its process group killed", in_shell("sleep " + seconds + " & kill -9 0"), {"crashed: SIGKILL"}},
         {"no word, no work", in_shell("exit 0" + mark), {}}},
        seconds, OwnExercises());
    CHECK(documents[0].at("end").at("exit_code") == 3);
    CHECK(documents[1].at("end").at("signal") == SIGSEGV);
    CHECK(documents[5].at("end").at("signal") == SIGKILL);
    for (const Json& document : documents) CHECK(document.at("points") == 0);
}

TEST_CASE("what has not run from one look to the next has slept since the first of them") {
    const TemporaryFolder folder;
    workshop::Contained program({.words = {"sleep", our_seconds()},
                                 .environment = {},
                                 .folder = folder.path(),
                                 .scratch = folder.path()},
                                {});
    const workshop::ProgramLook& look = program.look();
    Nanoseconds before = 0;  // when the look before was over
    Nanoseconds at = 0;
    REQUIRE(eventually([&] {
        REQUIRE(program.turn());
        if (look.asleep == 0 && std::exchange(at, look.at) != look.at) before = steady_now();
        return look.asleep > 0;
    }));
    CHECK(look.asleep >= look.at - before);
    CHECK(look.asleep < look.at - at);
}

TEST_CASE("fork bombs are ended") {
    const std::string seconds = our_seconds();
    const std::string mark = " # " + seconds;
    std::vector<Misbehaving> bombs{
        {"in sh", in_shell("b(){ b|b& }; b; sleep " + seconds), {"for its processes"}}};
    if (!python().empty()) {
        const std::string forking =
            "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass" + mark;
        bombs.push_back({"in Python", in_python(forking), {"for its processes", "64 are allowed"}});
    }
    // One after the other: what they do to this machine until then is bad enough.
    for (const Misbehaving& bomb : bombs) check_ended({bomb}, seconds, OwnExercises());
}

TEST_CASE("who leaves its session, ignores SIGTERM and lives on as a daemon is ended with its program") {
    const std::string seconds = our_seconds();
    const std::string daemon = "trap '' TERM HUP INT; (setsid sh -c 'trap \"\" TERM; sleep " + seconds +
                               " & sleep " + seconds + "; true' &); sleep 0.3; exit 0";
    const std::vector<Json> documents =
        check_ended({{"a daemon", in_shell(daemon), {}}}, seconds, OwnExercises());
    CHECK(documents[0].at("end").at("words") == "");
    CHECK(documents[0].at("facts").at("left-behind") >= 1);
}

TEST_CASE("who kills its parent has killed nothing that counts") {
    const std::string seconds = our_seconds();
    const TemporaryFolder folder;
    ToJudge what{"three-calls", in_shell("sleep " + seconds + " & kill -9 $PPID; exit 4")};
    what.environment = {"TMPDIR=" + folder.path()};
    const Json document = judged(what);
    // Without process ids of its own it may reach the process that keeps it: then nothing is known of it.
    CHECK(document.at("verdict") != "pass");
    if (has_own_process_ids()) CHECK(document.at("end").at("words") == "ended with exit code 4");
    CHECK(document.at("points") == 0);
    CHECK(folder.entries() == 0);
    CHECK(nothing_left_of(seconds));
}

TEST_CASE("kill -9 -1 reaches nobody else") {
    if (!has_own_process_ids()) {
        MESSAGE("passed over: programs have no process ids of their own here: " << isolation());
        return;
    }
    const std::string seconds = our_seconds();
    check_ended(
        {{"kill -9 -1", in_shell("sleep " + seconds + " & kill -9 -1; exit 4"), {"ended with exit code 4"}}},
        seconds, OwnExercises());
}

TEST_CASE("limits are not to be raised") {
    if (!has_python()) return;
    const std::string seconds = our_seconds();
    const std::string raising = R"py(
import resource as r, sys
for name in ("NOFILE", "FSIZE", "CPU", "CORE"):
    limit = getattr(r, "RLIMIT_" + name)
    for most in (r.getrlimit(limit)[1] + 1, r.RLIM_INFINITY):
        try: r.setrlimit(limit, (most, most))
        except (OSError, ValueError): continue
        print(name, "was raised")
        sys.exit(8)
sys.exit(7) # )py" + seconds;
    check_ended({{"raising limits", in_python(raising), {"ended with exit code 7"}}}, seconds,
                OwnExercises());
}

TEST_CASE("a program writes below its scratch folder, and nowhere else") {
    if (!contains(isolation(), "writes to its own folder only")) {
        MESSAGE("passed over: programs may write anywhere here: " << isolation());
        return;
    }
    const TemporaryFolder scratch;
    const TemporaryFolder work;
    const TemporaryFolder outside;
    write_file(work.path() / fs::path("kept"), "as it was");
    write_file(outside.path() / fs::path("kept"), "as it was");
    fs::create_directory(outside.path() / fs::path("folder"));
    // It tells how its attempts went by its exit code: 9 where one of them went well.
    const std::string script = R"sh(
cd "$1"
true > new && exit 9
mkdir new && exit 9
echo x > kept && exit 9
echo x >> kept && exit 9
rm kept && exit 9
mv kept moved && exit 9
mv kept "$TMPDIR/kept" && exit 9
ln kept "$TMPDIR/link" && exit 9
ln -s / link && exit 9
rmdir folder && exit 9
rm -rf "$1" "$2"
echo x > "$TMPDIR/mine" && mkdir "$TMPDIR/folder" && mv "$TMPDIR/mine" "$TMPDIR/folder" || exit 8
ln -s "$1/kept" "$TMPDIR/link" && echo x > "$TMPDIR/link" && exit 9
rm -rf "$TMPDIR"/*
exit 6)sh";
    const Launch launch{.arguments = Words{"exercise", "check", "three-calls", "--json", "--"} +
                                     in_shell(script) + Words{"sh", outside.path(), work.path()},
                        .environment = {"TMPDIR=" + scratch.path()},
                        .wrapper = {"sh", "-c", "cd '" + work.path() + R"(' && exec "$0" "$@")"}};
    const Json document = document_of(run(launch));
    CAPTURE(document.dump(1));
    CHECK(document.at("end").at("words") == "ended with exit code 6");
    CHECK(read_file(work.path() + "/kept") == "as it was");
    CHECK(work.entries() == 1);
    CHECK(read_file(outside.path() + "/kept") == "as it was");
    CHECK(outside.entries() == 2);
    CHECK(scratch.entries() == 0);
}

TEST_CASE("a scratch folder goes, whatever was made in it") {
    const std::string seconds = our_seconds();
    const std::string making =
        R"sh(cd "$TMPDIR" && mkdir -p a/b/c && : > a/b/c/d && ln -s / root && ln -s .. up
mkfifo pipe; : > "$(printf 'a\nb\033[31m')"; chmod 0 a/b/c a/b a .; exit 6 # )sh" +
        seconds;
    check_ended({{"a mess", in_shell(making), {"ended with exit code 6"}}}, seconds, OwnExercises());
}

// A program under way, with a child in a session of its own.
class UnderWay {
  public:
    UnderWay()
        : process_(Launch{.arguments = Words{"exercise", "check", "three-calls", "--json", "--"} +
                                       in_shell("trap '' INT TERM; (setsid sleep " + seconds_ +
                                                " &); sleep " + seconds_ + "; true"),
                          .environment = {"TMPDIR=" + folder_.path()}}) {
        REQUIRE(eventually([&] {
            const std::vector<std::string> lines = command_lines_with(seconds_);
            return std::count_if(lines.begin(), lines.end(),
                                 [](const std::string& line) { return line.starts_with("sleep "); }) == 2;
        }));
    }

    Process& process() { return process_; }
    [[nodiscard]] bool nothing_left() const { return nothing_left_of(seconds_); }
    [[nodiscard]] std::size_t files() const { return folder_.entries(); }

  private:
    std::string seconds_ = our_seconds();
    TemporaryFolder folder_;
    Process process_;
};

TEST_CASE("Ctrl-C in the middle ends all, leaves nothing and prints no verdict") {
    for (const int number : {SIGINT, SIGTERM}) {
        UnderWay one;
        CHECK(one.files() == 1);
        one.process().signal(number);
        const Ended ended = one.process().wait();
        CHECK(ended.code == 130);
        CHECK(ended.out == "");
        CHECK(one.nothing_left());
        CHECK(one.files() == 0);
    }
}

TEST_CASE("when overlap is killed in the middle, the program ends with it") {
    UnderWay one;
    const std::vector<pid_t> judges = children_of(one.process().pid());
    one.process().signal(SIGKILL);
    CHECK(one.process().wait().signal == SIGKILL);
    for (const pid_t judge : judges) CHECK(ends_soon(judge));
    CHECK(one.nothing_left());
}

TEST_CASE("a judge that is lost is inconclusive, and the program ends with it") {
    if (!has_own_process_ids()) {
        MESSAGE("passed over: programs have no process ids of their own here: " << isolation());
        return;
    }
    UnderWay one;
    const std::vector<pid_t> judges = children_of(one.process().pid());
    REQUIRE(judges.size() == 1);
    ::kill(judges[0], SIGKILL);
    const Json document = document_of(one.process().wait());
    CHECK(document.at("verdict") == "inconclusive");
    CHECK(contains(document.at("trouble").get<std::string>(), "killed by signal 9"));
    CHECK(document.at("points") == 0);
    CHECK(one.nothing_left());
    CHECK(one.files() == 0);
}

}  // namespace
}  // namespace overlap::test
