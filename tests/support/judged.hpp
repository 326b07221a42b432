// Programs in Python and sh, judged by `overlap exercise check`.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/cli.hpp"
#include "support/process.hpp"

namespace overlap::test {

/// A python3, by the path of the program itself: what stands for it in PATH may be a script with processes of
/// its own. Empty where there is none.
inline const std::string& python() {
    static const std::string path = [] {
        const std::unique_ptr<FILE, int (*)(FILE*)> pipe(
            ::popen("python3 -c 'import sys; print(sys.executable, end=\"\")' 2>/dev/null", "re"), ::pclose);
        std::string text;
        char buffer[256];
        while (const std::size_t count = pipe ? std::fread(buffer, 1, sizeof buffer, pipe.get()) : 0)
            text.append(buffer, count);
        return text;
    }();
    return path;
}

/// The command that runs a program in Python.
inline Words in_python(const std::string& program) { return {python(), "-S", "-E", "-c", program}; }

inline Words in_shell(const std::string& program) { return {"sh", "-c", program}; }

/// What programs in Python have at hand, and their keys. On one thread: at_most() and race(); on a thread for
/// each: each().
inline constexpr const char* prelude = R"py(
import os, select, socket, sys, threading, time
host, port = os.environ["OVERLAP_URL"][len("http://"):].split(":")

def send(path):
    s = socket.create_connection((host, int(port)))
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
    return s

def read(s):
    data = b""
    while part := s.recv(65536):
        data += part
    s.close()
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), body.decode()

def ok(path):
    status, body = read(send(path))
    assert status == 200, path
    return body

def tasks():
    return ok("/tasks").split()

def report(values):
    ok("/report?values=" + ",".join("_".join(value.split()) for value in values))

def at_most(most, paths, arrived=None):
    left, under_way, bodies = list(enumerate(paths)), {}, [""] * len(paths)
    while left or under_way:
        while left and len(under_way) < most:
            place, path = left.pop(0)
            under_way[send(path)] = place
        for s in select.select(list(under_way), [], [])[0]:
            place = under_way.pop(s)
            bodies[place] = read(s)[1]
            if arrived is not None:
                arrived.append(bodies[place])
    return bodies

def each(function, keys):
    results = [None] * len(keys)
    def run(i):
        results[i] = function(keys[i])
    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(keys))]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
    return results

def race(key, tail="", good=lambda status: status == 200, cancel=lambda s: s.close()):
    models = [send(model + key + tail) for model in ("/main/", "/fallback/")]
    while models:
        for s in select.select(models, [], [])[0]:
            models.remove(s)
            status, body = read(s)
            if good(status):
                for other in models: cancel(other)
                return body

class Redis:
    def __init__(self):
        address, number = os.environ["OVERLAP_REDIS"].split(":")
        self.socket = socket.create_connection((address, int(number)))
        self.file = self.socket.makefile("rb")
    def send(self, *words):
        parts = [f"*{len(words)}"] + [part for word in words for part in (f"${len(word)}", word)]
        self.socket.sendall(("\r\n".join(parts) + "\r\n").encode())
    def reply(self):
        line = self.file.readline().decode().strip()
        return self.file.readline().decode().strip() if line[0] == "$" and line != "$-1" else line
    def ask(self, *words):
        self.send(*words)
        return self.reply()

def calls(keys):
    return ["/call/" + key for key in keys]

keys = tasks()
)py";

struct ToJudge {
    std::string exercise;
    Words command;
    std::uint64_t seed = 1;
    Words options = {};
    Words environment = {};
};

inline Launch launch_of(const ToJudge& what) {
    return {.arguments =
                Words{"exercise", "check", what.exercise, "--json", "--seed", std::to_string(what.seed)} +
                what.options + Words{"--"} + what.command,
            .environment = what.environment};
}

/// The document that a check has printed; the exit code is that of its verdict.
inline Json document_of(const Ended& ended) {
    CAPTURE(ended.err);
    CAPTURE(ended.out);
    REQUIRE(Json::accept(ended.out));
    Json document = Json::parse(ended.out);
    CHECK(ended.err == "");
    const std::string verdict = document.at("verdict");
    CHECK(ended.code == (verdict == "pass" ? 0 : verdict == "fail" ? 1 : 3));
    return document;
}

/// Judges all, some at a time, and gives their documents. What is inconclusive, as the machine is too busy,
/// is judged again.
inline std::vector<Json> all_judged(const std::vector<ToJudge>& all) {
    constexpr std::size_t at_once = 6;
    constexpr int tries = 3;
    std::vector<Json> documents;
    for (std::size_t begin = 0; begin < all.size(); begin += at_once) {
        const std::size_t end = std::min(all.size(), begin + at_once);
        std::vector<std::unique_ptr<Process>> running;
        for (std::size_t i = begin; i < end; ++i)
            running.push_back(std::make_unique<Process>(launch_of(all[i])));
        for (const auto& process : running) documents.push_back(document_of(process->wait()));
        for (std::size_t i = begin; i < end; ++i) {
            for (int left = tries - 1; left > 0 && documents[i].at("verdict") == "inconclusive"; --left)
                documents[i] = document_of(run(launch_of(all[i])));
        }
    }
    return documents;
}

inline Json judged(const ToJudge& what) { return all_judged({what}).front(); }

/// A requirement of a document, by its name.
inline Json requirement_of(const Json& document, const std::string& name) {
    for (const Json& one : document.at("requirements")) {
        if (one.at("name") == name) return one;
    }
    FAIL("there is no requirement " << name);
    return {};
}

inline std::string mark_of(const Json& document, const std::string& name) {
    return requirement_of(document, name).at("mark");
}

/// The requirement that a program breaks: the first that was missed, else the first that was not shown;
/// "finish" when it did not come to its end. Empty for a pass.
inline std::string broken_by(const Json& document) {
    if (document.at("end").at("words") != "") return "finish";
    for (const char* const mark : {"missed", "not shown"}) {
        for (const Json& one : document.at("requirements")) {
            if (one.at("mark") == mark) return one.at("name");
        }
    }
    return "";
}

/// A program in Python, and the requirement that it breaks.
struct Attempt {
    std::string what;
    std::string program;
    std::string breaks;  ///< empty: it passes
};

/// Says so where there is none.
inline bool has_python() {
    if (!python().empty()) return true;
    MESSAGE("passed over: there is no python3");
    return false;
}

/// Judges them, each with a seed of its own: who breaks nothing passes, the others fail for what they break.
inline void check_attempts(const std::string& exercise, const std::vector<Attempt>& attempts) {
    if (!has_python()) return;
    std::vector<ToJudge> all;
    for (const Attempt& attempt : attempts)
        all.push_back({exercise, in_python(prelude + attempt.program), 100 + all.size()});
    const std::vector<Json> documents = all_judged(all);
    for (std::size_t i = 0; i < attempts.size(); ++i) {
        const Json& document = documents[i];
        CAPTURE(document.dump(1));
        const bool passes = attempts[i].breaks.empty();
        CHECK_MESSAGE(broken_by(document) == attempts[i].breaks, attempts[i].what);
        CHECK(document.at("verdict") == (passes ? "pass" : "fail"));
        CHECK((document.at("points") == document.at("of")) == passes);
        CHECK((document.at("gap") == "") == passes);
    }
}

}  // namespace overlap::test
