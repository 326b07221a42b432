// Programs that are judged: right ones pass, and wrong ones fail for what is wrong with them.
#include <doctest/doctest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "support/judged.hpp"
#include "support/machine_use.hpp"
#include "support/text.hpp"

namespace overlap::test {
namespace {

TEST_SUITE_BEGIN("judge");

constexpr const char* hasty = "came = []; at_most(9, calls(keys), came); report(came)";

TEST_CASE("calls: all at once on one thread passes, with sockets and with asyncio; others fail") {
    const std::string asyncio = R"py(
import asyncio
async def get(path):
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    data = await reader.read()
    writer.close()
    return data.partition(b"\r\n\r\n")[2].decode()
async def main():
    return await asyncio.gather(*[get(path) for path in calls(keys)])
report(asyncio.run(main())))py";
    const std::string too_early = R"py(
under_way = [send(path) for path in calls(keys)]
report(["0123abcd" for key in keys])
for s in under_way: read(s))py";
    check_attempts("three-calls",
                   {{"right", "report(at_most(9, calls(keys)))", ""},
                    {"right, asyncio", asyncio, ""},
                    {"serial", "report([ok(path) for path in calls(keys)])", "overlap"},
                    {"all but one", "report(at_most(len(keys) - 1, calls(keys)))", "overlap"},
                    {"a thread for each", "report(each(ok, calls(keys)))", "one-thread"},
                    {"in order of arrival", hasty, "delivered"},
                    {"by name", "report(at_most(9, calls(sorted(keys))))", "delivered"},
                    {"made up", "at_most(9, calls(keys)); report(['12345678'] * len(keys))", "delivered"},
                    {"one too many", "report(at_most(9, calls(keys)) + ['12345678'])", "delivered"},
                    {"handed in too early", too_early, "delivered"},
                    {"a crash", "report(at_most(9, calls(keys))); os.abort()", "finish"},
                    {"exit code 1", "report(at_most(9, calls(keys))); sys.exit(1)", "finish"}});
}

TEST_CASE("calls: orders that nobody waits for, and work that is done twice") {
    const std::string not_awaited = R"py(
orders = [send(path) for path in calls(keys)]
report(keys)
for s in orders: read(s))py";
    const std::string handed_in_twice = R"py(
orders = [send(path) for path in calls(keys)]
report(keys)
report([read(s)[1] for s in orders]))py";
    check_attempts("forgotten-await", {{"right", "report(at_most(9, calls(keys)))", ""},
                                       {"never placed", "report(keys)", "placed"},
                                       {"not awaited", not_awaited, "answered"},
                                       {"handed in twice", handed_in_twice, "answered"}});
    check_attempts("first-call",
                   {{"right", "report([ok(path) for path in calls(keys)])", ""},
                    {"at once", "report(at_most(9, calls(keys)))", "in-turn"},
                    {"twice", "at_most(1, calls(keys)); report(at_most(1, calls(keys)))", "asked-once"},
                    {"the same one", "report([ok(calls(keys)[0]) for key in keys])", "asked"}});
}

TEST_CASE("calls: as many at once as the server takes, and no more") {
    const std::string batches = R"py(
values = []
for i in range(0, len(keys), 4): values += at_most(4, calls(keys[i:i + 4]))
report(values))py";
    const std::string pool = R"py(
import concurrent.futures
with concurrent.futures.ThreadPoolExecutor(4) as pool: values = list(pool.map(ok, calls(keys)))
report(values))py";
    check_attempts("limit", {{"right", "report(at_most(4, calls(keys)))", ""},
                             {"serial", "report(at_most(1, calls(keys)))", "in-flight"},
                             {"one more", "report(at_most(5, calls(keys)))", "refused"},
                             {"batches", batches, "refilled"},
                             {"four threads", pool, "one-thread"}});
}

TEST_CASE("calls: four connections are enough, if they are kept") {
    const std::string kept = R"py(
import http.client, queue
left, values = queue.Queue(), {}
for key in keys: left.put(key)
def work(_):
    connection = http.client.HTTPConnection(host, int(port))
    while True:
        try: key = left.get_nowait()
        except queue.Empty: return
        connection.request("GET", "/call/" + key)
        values[key] = connection.getresponse().read().decode()
each(work, range(4))
report([values[key] for key in keys]))py";
    check_attempts("reuse", {{"right", kept, ""},
                             {"a connection each", "report(at_most(4, calls(keys)))", "connections"}});
}

TEST_CASE("calls: failures are tried again with a growing pause, and silence is given up") {
    const auto trying = [](const std::string& pause) {
        return "first = " + pause + R"py(
def price(key):
    pause = first
    while True:
        s = send("/call/" + key)
        if select.select([s], [], [], 0.3)[0]:
            status, body = read(s)
            if status == 200: return body
        else: s.close()
        time.sleep(pause)
        pause *= 2
report(each(price, keys)))py";
    };
    const std::string once = R"py(
def price(key):
    s = send("/call/" + key)
    return read(s)[1] if select.select([s], [], [], 1)[0] else ""
report(each(price, keys)))py";
    const auto in_asyncio = [](const std::string& patience, const std::string& sleep) {
        return "patience = " + patience + R"py(
import asyncio
async def get(key):
    reader, writer = await asyncio.open_connection(host, int(port))
    try:
        writer.write(f"GET /call/{key} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        return (await reader.read()).decode()
    finally: writer.close()
async def price(key):
    pause = 0.05
    while True:
        try:
            answer = await asyncio.wait_for(get(key), patience)
            if " 200 " in answer: return answer.partition("\r\n\r\n")[2]
        except asyncio.TimeoutError: pass
        )py" + sleep +
               R"py((pause)
        pause *= 2
async def main(): return await asyncio.gather(*[price(key) for key in keys])
report(asyncio.run(main())))py";
    };
    check_attempts("retries", {{"right", trying("0.05"), ""},
                               {"right, asyncio", in_asyncio("0.3", "await asyncio.sleep"), ""},
                               {"a pause of the thread", in_asyncio("3", "time.sleep"), "free-loop"},
                               {"at once", trying("0"), "backoff"},
                               {"never again", once, "delivered"}});
}

TEST_CASE("calls: who backs off for long, as answers came later than it waited for them, is not judged") {
    if (!has_python()) return;
    const std::string impatient = prelude + std::string(R"py(
for path in calls(keys):
    s = send(path)
    time.sleep(0.02)
    s.close()
time.sleep(100))py");
    const Json document = document_of(run(launch_of({"retries", in_python(impatient)})));
    CAPTURE(document.dump(1));
    CHECK(document.at("verdict") == "inconclusive");
    const std::string trouble = document.at("trouble");
    CHECK(contains(trouble, " answers came later than the program waited for them"));
}

TEST_CASE("calls: one failure ends all, and is named") {
    const std::string start = R"py(
under_way = {send("/call/" + key): key for key in keys}
first = select.select(list(under_way), [], [])[0][0]
failed = under_way.pop(first)
)py";
    const std::string cancelling = start + "for s in under_way: s.close()\n";
    check_attempts("first-error", {{"right", cancelling + "ok('/failed?key=' + failed)", ""},
                                   {"not cancelled", start + "ok('/failed?key=' + failed)", "cancelled"},
                                   {"when their time is up",
                                    start + "time.sleep(0.9)\n" +
                                        "for s in under_way: s.close()\nok('/failed?key=' + failed)",
                                    "cancelled"},
                                   {"another", cancelling + "ok('/failed?key=x' + failed)", "named"}});
}

TEST_CASE("chain: users, and each one's comments, at once, and no user waits for another") {
    const std::string steps = R"py(
def posts_of(user):
    return ok("/posts/" + user).split()
def comments_of(posts, most=9, arrived=None):
    return "-".join(at_most(most, ["/comments/" + post for post in posts], arrived))
def chain(key):
    return comments_of(posts_of(ok("/user/" + key)))
)py";
    const std::string one_comment = steps + R"py(
report(each(lambda key: comments_of(posts_of(ok("/user/" + key)), 1), keys)))py";
    const std::string by_steps = steps + R"py(
users = each(lambda key: ok("/user/" + key), keys)
report(each(comments_of, each(posts_of, users))))py";
    // Its gate is given up; from then on no clock may decide what was in flight together.
    const std::string by_slow_steps = steps + R"py(
def slowly(posts):
    sockets = []
    for post in posts:
        sockets.append(send("/comments/" + post))
        end = time.thread_time() + 0.03
        while time.thread_time() < end:
            pass
    return "-".join(read(s)[1] for s in sockets)
users = each(lambda key: ok("/user/" + key), keys)
report(each(slowly, each(posts_of, users))))py";
    const std::string in_turns = steps + R"py(
turn = threading.Lock()
def taking_turns(key):
    user = ok("/user/" + key)
    with turn:
        return comments_of(posts_of(user))
report(each(taking_turns, keys)))py";
    const std::string twice = steps + R"py(
def comments_asked_twice(key):
    posts = posts_of(ok("/user/" + key))
    return "-".join(at_most(9, ["/comments/" + post for post in posts for _ in (1, 2)])[::2])
report(each(comments_asked_twice, keys)))py";
    const std::string as_they_end = steps + R"py(
ended = []
each(lambda key: ended.append(chain(key)), keys)
report(ended))py";
    const std::string as_they_come = steps + R"py(
def hasty(key):
    came = []
    comments_of(posts_of(ok("/user/" + key)), 9, came)
    return "-".join(came)
report(each(hasty, keys)))py";
    check_attempts("chain", {{"right", steps + "report(each(chain, keys))", ""},
                             {"serial", steps + "report([chain(key) for key in keys])", "users"},
                             {"one comment at a time", one_comment, "comments"},
                             {"step by step", by_steps, "free-chains"},
                             {"one user at a time, behind the first step", in_turns, "free-chains"},
                             {"right, each comment asked for twice", twice, ""},
                             {"users as they end", as_they_end, "delivered"},
                             {"step by step, with much to compute", by_slow_steps, "free-chains"},
                             {"in order of arrival", as_they_come, "delivered"}});
}

TEST_CASE("race: both are asked, the first good answer wins, the loser is cancelled") {
    const std::string main_first = R"py(
def patient(key):
    status, body = read(send("/main/" + key))
    return body if status == 200 else read(send("/fallback/" + key))[1]
report(each(patient, keys)))py";
    const std::string kept = "lost = []\nreport(each(lambda key: race(key, cancel=lost.append), keys))";
    const std::string any = "report(each(lambda key: race(key, good=lambda status: True), keys))";
    const std::string hedged = R"py(
def hedge(key):
    models = [send("/main/" + key)]
    if not select.select(models, [], [], 0.9)[0]: models.append(send("/fallback/" + key))
    while True:
        for s in select.select(models, [], [])[0]:
            models.remove(s)
            status, body = read(s)
            if status == 200:
                for other in models: other.close()
                return body
            if not models: models.append(send("/fallback/" + key))
report(each(hedge, keys)))py";
    const std::string late = R"py(
def close_late(s): time.sleep(0.9); s.close()
report(each(lambda key: race(key, cancel=close_late), keys)))py";
    const std::string main_counts = R"py(
def errors_of_main_count(key):
    main, fallback = send("/main/" + key), send("/fallback/" + key)
    first = select.select([main, fallback], [], [])[0][0]
    status, body = read(first)
    other = fallback if first is main else main
    if status != 200 and first is fallback: return read(other)[1]
    other.close()
    return body
report(each(errors_of_main_count, keys)))py";
    check_attempts("race", {{"right", "report(each(race, keys))", ""},
                            {"one key after the other", "report([race(key) for key in keys])", ""},
                            {"main first", main_first, "both"},
                            {"fallback 0.9 s later", hedged, "both"},
                            {"not cancelled", kept, "cancelled"},
                            {"cancelled 0.9 s later", late, "cancelled"},
                            {"main's failure is an answer", main_counts, "delivered"},
                            {"first to end", any, "delivered"}});
}

TEST_CASE("beat: threads block, and the heart goes on") {
    const std::string right = R"py(
rows = []
work = threading.Thread(target=lambda: rows.extend(each(ok, calls(keys))))
work.start()
while work.is_alive(): ok("/beat"); time.sleep(0.01)
report(rows))py";
    const std::string joined = "for i in range(9): ok('/beat')\nreport(each(ok, calls(keys)))";
    const std::string awaited = R"py(
under_way = [send(path) for path in calls(keys)]
while not select.select(under_way, [], [], 0.01)[0]: ok("/beat")
report([read(s)[1] for s in under_way]))py";
    check_attempts("blocking-library", {{"right", right, ""},
                                        {"serial", "report([ok(path) for path in calls(keys)])", "in-flight"},
                                        {"joined", joined, "beats"},
                                        {"awaited", awaited, "threads"}});
}

TEST_CASE("stream: each word is said as it comes, and nothing is read ahead") {
    const std::string words = R"py(
stream = send("/stream/" + keys[0]).makefile("rb")
while stream.readline().strip(): pass
def words():
    while size := int(stream.readline(), 16):
        yield stream.read(size + 2).split()[0].decode()
def say(word): return ok(f"/say/{keys[0]}?word={word}") and word
)py";
    const std::string queue = words + R"py(
import queue
read_ahead = queue.Queue()
def reading():
    for word in words(): read_ahead.put(word)
    read_ahead.put(None)
threading.Thread(target=reading).start()
report(["-".join(say(word) for word in iter(read_ahead.get, None))]))py";
    const std::string at_the_end = words + "report(['-'.join(say(word) for word in list(words()))])";
    const std::string right = words + "report(['-'.join(say(word) for word in words())])";
    const std::string lazy = R"py(
stream = send("/stream/" + keys[0]).makefile("rb")
while stream.readline().strip(): pass
said = []
while size := int(stream.readline(), 16):
    said.append(stream.read(9).decode())
    ok(f"/say/{keys[0]}?word={said[-1]}")
    stream.read(size + 2 - 9)
report(["-".join(said)]))py";
    check_attempts("back-pressure",
                   {{"right", right, ""},
                    {"right, the filling only when the word is said", lazy, ""},
                    {"at the end", at_the_end, "first-early"},
                    {"one each", words + "report([say(word) for word in words()])", "delivered"},
                    {"a queue", queue, "back-pressure"}});
    if (!has_python()) return;
    // What the kernel has taken for a program is not what the program has read.
    const Json document = judged({"back-pressure", in_python(prelude + right)});
    CAPTURE(document.dump(1));
    CHECK(document.at("facts").at("read-ahead") <= 16);
}

TEST_CASE("redis: all reads on one connection before the first reply") {
    const std::string reads = R"py(
redis = Redis()
for key in keys: redis.send("GET", key)
values = [redis.reply() for key in keys]
)py";
    const std::string serial = "redis = Redis()\nreport([redis.ask('GET', key) for key in keys])";
    const std::string one_each = "report(each(lambda key: Redis().ask('GET', key), keys))";
    const std::string two = reads + "Redis().ask('GET', keys[0])\nreport(values)";
    // As ioredis and node-redis do.
    const std::string greeting = R"py(
redis = Redis()
redis.send("HELLO", "3")
assert b"server" in [redis.file.readline().strip() for _ in range(17)]
assert redis.ask("CLIENT", "SETNAME", "mine") == "+OK"
redis.send("INFO")
assert b"loading:0" in [redis.file.readline().strip() for _ in range(4)]
for key in keys: redis.send("GET", key)
report([redis.reply() for key in keys]))py";
    const std::string same_key = R"py(
redis = Redis()
for key in keys: redis.send("GET", keys[0])
for key in keys: redis.reply()
report([redis.ask("GET", key) for key in keys]))py";
    check_attempts("pipelining", {{"right", reads + "report(values)", ""},
                                  {"right, with a greeting", greeting, ""},
                                  {"all at once for one key", same_key, "pipelined"},
                                  {"serial", serial, "pipelined"},
                                  {"a connection each", one_each, "pipelined"},
                                  {"sorted", reads + "report(sorted(values))", "delivered"},
                                  {"another connection", two, "one-connection"}});
}

TEST_CASE("chatbot: all users at once, each with its history, its race and its saved answer") {
    const std::string turns = R"py(
def turn(key, save=True, history=lambda history: history):
    redis = Redis()
    answer = race(key, "?history=" + history(redis.ask("GET", "history:" + key)))
    if save: redis.ask("SET", "answer:" + key, answer)
    return answer
def turn_that_does_not_wait(key):
    redis = Redis()
    kept.append(redis)
    answer = race(key, "?history=" + redis.ask("GET", "history:" + key))
    redis.send("SET", "answer:" + key, answer)
    return answer
kept = []
)py";
    const std::string another = turns + R"py(
report(each(lambda key: turn(key, True, lambda history: "h0"), keys)))py";
    check_attempts("chatbot",
                   {{"right", turns + "report(each(turn, keys))", ""},
                    {"serial", turns + "report([turn(key) for key in keys])", "users"},
                    {"saved by itself", turns + "report(each(turn_that_does_not_wait, keys))", "saved"},
                    {"not saved", turns + "report(each(lambda key: turn(key, False), keys))", "saved"},
                    {"not the history", another, "finish"}});
}

TEST_CASE("a program that only prints the right words earns nothing, whatever the exercise") {
    if (!has_python()) return;
    std::vector<ToJudge> all;
    for (const char* const exercise : {"three-calls", "chain", "race", "back-pressure", "chatbot"})
        all.push_back({exercise, in_python("print('PASS', 'all calls are in flight at once')")});
    all.push_back({"three-calls", in_python(std::string(prelude) + "print(keys)")});
    for (const Json& document : all_judged(all)) {
        CAPTURE(document.dump(1));
        CHECK(document.at("verdict") == "fail");
        CHECK(document.at("points") == 0);
    }
}

TEST_CASE("no seed makes a wrong program right, and none a right one wrong") {
    if (!has_python()) return;
    std::vector<ToJudge> all;
    for (const std::uint64_t seed : {1u, 2u, 3u}) {
        const std::string start = prelude;
        all.push_back({"three-calls", in_python(start + hasty), seed});
        all.push_back({"race", in_python(start + "report(each(race, keys))"), seed});
    }
    const std::vector<Json> documents = all_judged(all);
    for (std::size_t i = 0; i < all.size(); ++i) {
        CAPTURE(documents[i].dump(1));
        CHECK(documents[i].at("seed") == all[i].seed);
        CHECK(broken_by(documents[i]) == (i % 2 == 0 ? "delivered" : ""));
    }
}

// What was asked for, as the server saw it.
std::set<std::string> asked(const Json& document) {
    std::set<std::string> names;
    for (const Json& lane : document.at("lanes")) names.insert(lane.at("name").get<std::string>());
    return names;
}

// Under a sanitizer such moments may be too short for it to come to an end.
TEST_CASE("a judge that gets a core for a moment only, now and then, finds no fault with a right program" *
          doctest::skip(sanitized)) {
    if (!has_python()) return;
    const Words right = in_python(std::string(prelude) + "report(each(race, keys))");
    std::vector<std::unique_ptr<Process>> all;
    for (std::uint64_t seed = 1; seed <= 6; ++seed)
        all.push_back(std::make_unique<Process>(launch_of({"race", right, seed})));
    const auto signal_judges = [&all](int number) {
        for (const auto& process : all) {
            for (const pid_t judge : children_of(process->pid())) ::kill(judge, number);
        }
    };
    const auto is_there = [](const auto& process) { return is_alive(process->pid()); };
    const auto enough = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (std::any_of(all.begin(), all.end(), is_there) && std::chrono::steady_clock::now() < enough) {
        signal_judges(SIGSTOP);
        std::this_thread::sleep_for(std::chrono::milliseconds(90));
        signal_judges(SIGCONT);
        std::this_thread::sleep_for(std::chrono::microseconds(500));
    }
    for (const auto& process : all) {
        const Json document = document_of(process->wait());
        CAPTURE(document.dump(1));
        CHECK(document.at("verdict") != "fail");
    }
}

TEST_CASE("the same seed draws the same counts and keys, another one others") {
    if (!has_python()) return;
    const Words right = in_python(std::string(prelude) + "report(at_most(9, calls(keys)))");
    const std::vector<Json> documents =
        all_judged({{"three-calls", right, 7}, {"three-calls", right, 7}, {"three-calls", right, 8}});
    CHECK(documents[0].at("drawn") == documents[1].at("drawn"));
    CHECK(asked(documents[0]) == asked(documents[1]));
    CHECK(asked(documents[0]) != asked(documents[2]));
    CHECK(asked(documents[0]).size() == documents[0].at("drawn").at("calls"));
    const Json calls = documents[0].at("drawn").at("calls");
    CHECK(calls >= 3);
    CHECK(calls <= 6);
}

TEST_CASE("results are minted anew: who has seen one run knows nothing of the next, even with its seed") {
    if (!has_python()) return;
    const Words printing = in_python(std::string(prelude) + "print('value', ok('/call/' + keys[0]))");
    std::set<std::string> values;
    for (int i = 0; i < 2; ++i) {
        const Ended ended = run(Words{"exercise", "check", "first-call", "--seed", "7", "--"} + printing);
        const std::size_t at = ended.out.find("| value ");
        REQUIRE(at != std::string::npos);
        values.insert(ended.out.substr(at, 16));
    }
    CHECK(values.size() == 2);
}

TEST_CASE("what is asleep before a closed gate is answered in the end, and told that it was waited for") {
    if (!has_python()) return;
    const Words serial = in_python(std::string(prelude) + "report([ok(path) for path in calls(keys)])");
    Process in_words(
        Launch{.arguments = Words{"exercise", "check", "three-calls", "--seed", "3", "--"} + serial});
    const Words right = in_python(std::string(prelude) + "report(at_most(9, calls(keys)))");
    const std::vector<Json> documents = all_judged({{"three-calls", serial, 3}, {"three-calls", right, 3}});
    CHECK(documents[0].at("facts").at("waited-in-vain") == 1);
    CHECK(documents[0].at("facts").at("in-flight") == 1);
    CHECK(mark_of(documents[0], "delivered") == "met");
    CHECK(mark_of(documents[0], "finish") == "met");
    CHECK_FALSE(documents[1].at("facts").contains("waited-in-vain"));
    const Ended ended = in_words.wait();
    CHECK(ended.code == 1);
    CHECK(contains(ended.out, "The server held its answers back"));
}

TEST_CASE("each requirement says what was seen, in numbers") {
    if (!has_python()) return;
    for (const char* const exercise : {"three-calls", "limit"}) {
        const std::string most = exercise == std::string("limit") ? "4" : "9";
        const Json document =
            judged({exercise, in_python(prelude + ("report(at_most(" + most + ", calls(keys)))"))});
        for (const Json& one : document.at("requirements")) {
            const std::string evidence = one.at("evidence");
            CHECK_FALSE(contains(evidence, "{"));
            if (one.at("name") != "finish") CHECK(evidence.find_first_of("0123456789") != std::string::npos);
        }
    }
}

TEST_CASE("what is no request of the exercise is refused, and does not count") {
    const std::string asking = R"py(
def status(path): return read(send(path))[0]
assert status("/nowhere") == 404
assert status("/call/nobody") == 404
assert status("/report") == 400
assert status("/") == 404
)py";
    if (!has_python()) return;
    const Json document = judged({"three-calls", in_python(prelude + asking)});
    CAPTURE(document.dump(1));
    CHECK(document.at("end").at("words") == "");
    CHECK(document.at("facts").at("asked") == 0);
    CHECK(document.at("facts").at("in-flight") == 0);
    CHECK(document.at("points") == 0);
}

TEST_CASE("what cannot be started is no answer that could be judged") {
    for (const std::string program : {"/no/such/program", "no-such-program-here", "/etc/passwd"}) {
        CAPTURE(program);
        check_refused(run({"exercise", "check", "three-calls", "--", program}), 1, {program});
    }
}

TEST_CASE("an exercise that needs our library takes no other program") {
    for (const char* const exercise : {"free-the-loop", "crashing-job"})
        check_refused(run({"exercise", "check", exercise, "--", "true"}), 2, {exercise, "C++"});
}

}  // namespace
}  // namespace overlap::test
