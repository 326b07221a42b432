#include "workshop/exercise.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <system_error>

#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include "timeline/duration.hpp"
#include "timeline/error.hpp"
#include "workshop/scenarios.hpp"

namespace overlap::workshop {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view description = "/exercise.toml";

// One exercise.toml, read with the file named in what is thrown.
class Description {
  public:
    Description(std::string file, const std::string& text) : file_(std::move(file)) {
        try {
            table_ = toml::parse(text);
        } catch (const toml::parse_error& error) {
            std::ostringstream where;
            where << error.source().begin.line;
            fail("line " + where.str() + ": " + std::string(error.description()));
        }
    }

    [[noreturn]] void fail(const std::string& why) const { throw Error(file_ + ": " + why); }

    [[nodiscard]] const toml::table& table() const { return table_; }

    [[nodiscard]] std::string text(const toml::table& from, std::string_view key) const {
        const auto value = from[key].value<std::string>();
        if (!value || value->empty()) fail("'" + std::string(key) + "' is missing: expected a text");
        return *value;
    }

    [[nodiscard]] std::string text_or(const toml::table& from, std::string_view key,
                                      std::string other) const {
        if (!from.contains(key)) return other;
        return text(from, key);
    }

    // A number, a duration as a text ("50ms"), or both ends of a range of them.
    [[nodiscard]] Range range(std::string_view key, const toml::node& node) const {
        if (const toml::array* both = node.as_array(); both != nullptr && both->size() == 2) {
            const Range range{number(key, (*both)[0]), number(key, (*both)[1])};
            if (range.least <= range.most) return range;
        } else if (both == nullptr) {
            const std::int64_t value = number(key, node);
            return {value, value};
        }
        fail("'" + std::string(key) + "' is no range: expected a number, or [least, most]");
    }

    [[nodiscard]] std::int64_t number(std::string_view key, const toml::node& node) const {
        if (const auto whole = node.value<std::int64_t>(); whole && node.is_integer() && *whole >= 0)
            return *whole;
        if (const auto text = node.value<std::string>()) {
            if (const auto duration = parse_duration(*text)) return *duration;
        }
        fail("'" + std::string(key) + "' is no number: expected a whole one, or a duration like \"50ms\"");
    }

    void expect_only(const toml::table& from, std::initializer_list<std::string_view> known) const {
        for (const auto& [key, value] : from) {
            if (std::find(known.begin(), known.end(), key.str()) == known.end())
                fail("'" + std::string(key.str()) + "' is not known here");
        }
    }

  private:
    std::string file_;
    toml::table table_;
};

std::string needed_text(const Description& read, const toml::table& from, std::string_view key) {
    if (const auto word = from[key].value<std::string>(); word && from[key].is_string()) return *word;
    return std::to_string(read.number(key, *from.get(key)));
}

Requirement read_requirement(const Description& read, const toml::table& from) {
    read.expect_only(
        from, {"name", "text", "fact", "at_least", "at_most", "exactly", "points", "seen", "gap", "hints"});
    Requirement requirement;
    requirement.name = read.text(from, "name");
    requirement.text = read.text(from, "text");
    requirement.fact = read.text(from, "fact");
    int relations = 0;
    for (const auto& [key, relation] : {std::pair<std::string_view, Relation>{"at_least", Relation::at_least},
                                        {"at_most", Relation::at_most},
                                        {"exactly", Relation::exactly}}) {
        if (!from.contains(key)) continue;
        ++relations;
        requirement.relation = relation;
        requirement.needed = needed_text(read, from, key);
        if (requirement.needed.empty())
            read.fail("requirement '" + requirement.name + "': '" + std::string(key) + "' is empty");
    }
    if (relations != 1)
        read.fail("requirement '" + requirement.name + "' needs one of at_least, at_most, exactly");
    if (from.contains("points"))
        requirement.points = static_cast<int>(read.number("points", *from.get("points")));
    requirement.seen = read.text(from, "seen");
    requirement.gap = read.text(from, "gap");
    if (requirement.seen.find("{seen}") == std::string::npos)
        read.fail("'seen' of '" + requirement.name + "' does not say what was seen: expected {seen} in it");
    if (!requirement.gap.ends_with('.'))
        read.fail("'gap' of '" + requirement.name + "' is no sentence: expected a full stop");
    if (const toml::array* hints = from["hints"].as_array()) {
        for (const toml::node& hint : *hints) {
            const auto text = hint.value<std::string>();
            if (!text || text->empty()) read.fail("a hint of '" + requirement.name + "' is no text");
            requirement.hints.push_back(*text);
        }
    }
    if (requirement.hints.size() != 3)
        read.fail("requirement '" + requirement.name + "' has " + std::to_string(requirement.hints.size()) +
                  " hints: expected three, from a nudge to nearly the answer");
    return requirement;
}

void read_limits(const Description& read, Limits& limits) {
    if (!read.table().contains("limits")) return;
    const toml::table* const from = read.table()["limits"].as_table();
    if (from == nullptr) read.fail("'limits' is no table: expected [limits]");
    read.expect_only(*from, {"wall", "cpu", "memory_mib", "processes", "threads"});
    const auto take = [&](std::string_view key, std::int64_t& into, std::int64_t unit) {
        if (from->contains(key)) into = read.number(key, *from->get(key)) * unit;
    };
    take("wall", limits.wall, 1);
    take("cpu", limits.cpu, 1);
    take("memory_mib", limits.memory, 1024 * 1024);
    take("processes", limits.processes, 1);
    take("threads", limits.threads, 1);
}

void read_server(const Description& read, Exercise& exercise) {
    const toml::table* const server = read.table()["server"].as_table();
    if (server == nullptr) read.fail("[server] is missing: which scenario the server plays");
    exercise.scenario = read.text(*server, "scenario");
    const ScenarioKind* const kind = find_scenario(exercise.scenario);
    if (kind == nullptr)
        read.fail("there is no scenario '" + exercise.scenario + "': expected one of " + scenario_words());
    for (const ScenarioNumber& number : kind->numbers)
        exercise.numbers[std::string(number.name)] = number.usual;
    for (const auto& [key, value] : *server) {
        if (key.str() == "scenario") continue;
        const auto known =
            std::find_if(kind->numbers.begin(), kind->numbers.end(),
                         [&](const ScenarioNumber& number) { return number.name == key.str(); });
        if (known == kind->numbers.end())
            read.fail("the scenario " + exercise.scenario + " has no number '" + std::string(key.str()) +
                      "'");
        const Range range = read.range(key.str(), value);
        if (range.least < known->least || range.most > known->most) {
            read.fail("'" + std::string(key.str()) + "' is out of range: expected " +
                      std::to_string(known->least) + " to " + std::to_string(known->most));
        }
        exercise.numbers[std::string(key.str())] = range;
    }
}

void check_requirements(const Description& read, const Exercise& exercise) {
    if (exercise.requirements.empty()) read.fail("there is no [[requirement]]");
    const ScenarioKind* const kind = find_scenario(exercise.scenario);
    std::set<std::string> names{"finish"};
    for (const Requirement& requirement : exercise.requirements) {
        if (!names.insert(requirement.name).second)
            read.fail("there are two requirements '" + requirement.name + "'");
        const auto& facts = kind->facts;
        if (std::none_of(facts.begin(), facts.end(),
                         [&](const auto& fact) { return fact.name == requirement.fact; }))
            read.fail("the scenario " + exercise.scenario + " has no fact '" + requirement.fact + "'");
        const bool is_number = requirement.needed.find_first_not_of("0123456789") == std::string::npos;
        const auto& derived = kind->derived;
        const bool is_known =
            exercise.numbers.contains(requirement.needed) || requirement.needed == "tasks" ||
            std::any_of(derived.begin(), derived.end(),
                        [&](const auto& number) { return number.name == requirement.needed; });
        if (!is_number && !is_known)
            read.fail("requirement '" + requirement.name + "': the scenario has no number '" +
                      requirement.needed + "'");
    }
    const auto expect_name = [&](const std::string& name, const std::string& where) {
        if (!names.contains(name)) read.fail(where + " breaks '" + name + "', which is no requirement");
    };
    expect_name(exercise.given_breaks, "'given'");
    for (const WrongAnswer& wrong : exercise.wrong) expect_name(wrong.breaks, "wrong/" + wrong.name + ".cpp");
}

const std::string& file_of(const Description& read, const Files& files, const std::string& path) {
    const auto found = files.find(path);
    if (found == files.end()) read.fail("there is no " + path.substr(path.rfind('/') + 1) + " beside it");
    return found->second;
}

void read_wrong(const Description& read, const Files& files, Exercise& exercise) {
    const toml::table* const wrong = read.table()["wrong"].as_table();
    if (wrong != nullptr) {
        for (const auto& [key, value] : *wrong) {
            const std::string name(key.str());
            const auto breaks = value.value<std::string>();
            if (!breaks) read.fail("[wrong] " + name + " is no requirement's name");
            const auto& source = file_of(read, files, exercise.folder + "/wrong/" + name + ".cpp");
            exercise.wrong.push_back({name, *breaks, source});
        }
    }
    const std::string folder = exercise.folder + "/wrong/";
    for (auto file = files.lower_bound(folder); file != files.end() && file->first.starts_with(folder);
         ++file) {
        const std::string name = fs::path(file->first).stem();
        if (wrong == nullptr || !wrong->contains(name))
            read.fail("[wrong] does not say what wrong/" + name + ".cpp breaks");
    }
    if (exercise.wrong.size() < 3) read.fail("expected at least three wrong answers in [wrong]");
}

Exercise read_exercise(const Files& files, const std::string& where, const std::string& path,
                       const std::string& text) {
    const Description read(where + "/" + path, text);
    const toml::table& table = read.table();
    read.expect_only(table, {"name", "title", "summary", "task", "any_language", "given", "server", "limits",
                             "requirement", "wrong"});
    Exercise exercise;
    exercise.folder = path.substr(0, path.size() - description.size());
    const auto number = std::from_chars(exercise.folder.data(), exercise.folder.data() + 2, exercise.lesson);
    if (number.ec != std::errc() || exercise.lesson < 1 || exercise.folder.size() < 4 ||
        exercise.folder[2] != '-')
        read.fail("expected it in a folder like 02-overlapping-waits");
    exercise.id = exercise.folder.substr(0, 2);
    exercise.name = read.text(table, "name");
    exercise.title = read.text(table, "title");
    exercise.summary = read.text(table, "summary");
    exercise.task = read.text(table, "task");
    exercise.given_breaks = read.text(table, "given");
    if (table.contains("any_language")) {
        const toml::node* const any = table.get("any_language");
        if (!any->is_boolean()) read.fail("'any_language' is not true or false");
        exercise.any_language = any->value_or(true);
    }
    read_server(read, exercise);
    read_limits(read, exercise.limits);
    if (const toml::array* requirements = table["requirement"].as_array()) {
        for (const toml::node& entry : *requirements) {
            if (const toml::table* one = entry.as_table())
                exercise.requirements.push_back(read_requirement(read, *one));
        }
    }
    exercise.given = file_of(read, files, exercise.folder + "/exercise.cpp");
    exercise.solution = file_of(read, files, exercise.folder + "/solution.cpp");
    read_wrong(read, files, exercise);
    check_requirements(read, exercise);
    return exercise;
}

// "8b" for what stands deeper in the lesson's folder: b, c and so on, in the order of their folders.
void number_them(std::vector<Exercise>& exercises) {
    std::map<int, char> last;
    for (Exercise& exercise : exercises) {
        const auto [entry, first] = last.emplace(exercise.lesson, 'a');
        if (!first) exercise.id += ++entry->second;
    }
}

}  // namespace

Files files_below(const fs::path& folder) {
    Files files;
    std::error_code error;
    fs::recursive_directory_iterator entry(folder, error);
    for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
        if (!entry->is_regular_file()) continue;
        const std::string extension = entry->path().extension();
        if (extension != ".cpp" && extension != ".toml") continue;
        std::ifstream file(entry->path());
        files[entry->path().lexically_relative(folder)] = {std::istreambuf_iterator<char>(file), {}};
    }
    if (error) throw Error("cannot read '" + folder.string() + "': " + error.message());
    return files;
}

std::vector<Exercise> read_exercises(const Files& files, const std::string& where) {
    std::vector<Exercise> exercises;
    std::set<std::string> names;
    for (const auto& [path, text] : files) {
        if (!path.ends_with(description)) continue;
        exercises.push_back(read_exercise(files, where, path, text));
        if (!names.insert(exercises.back().name).second)
            throw Error(where + "/" + path + ": there is another exercise '" + exercises.back().name + "'");
    }
    std::sort(exercises.begin(), exercises.end(),
              [](const Exercise& a, const Exercise& b) { return a.folder < b.folder; });
    number_them(exercises);
    return exercises;
}

std::vector<Exercise> exercises_below(const fs::path& folder) {
    std::vector<Exercise> exercises = read_exercises(files_below(folder), folder.string());
    if (exercises.empty())
        throw Error("there is no exercise in '" + folder.string() +
                    "': expected folders like 02-name with an exercise.toml");
    return exercises;
}

std::vector<std::string> embedded_exercise_names() {
    static constexpr std::string_view key = "name = \"";
    std::vector<std::string> names;
    for (const auto& [path, text] : embedded_files()) {
        if (!path.ends_with(description)) continue;
        const std::size_t at =
            text.starts_with(key) ? key.size() : text.find("\n" + std::string(key)) + 1 + key.size();
        names.push_back(text.substr(at, text.find('"', at) - at));
    }
    return names;
}

const std::vector<Exercise>& all_exercises() {
    static const std::vector<Exercise> exercises = read_exercises(embedded_files());
    return exercises;
}

std::string short_id(std::string_view id) { return std::string(id.substr(id.starts_with('0') ? 1 : 0)); }

const Exercise* find_exercise(const std::vector<Exercise>& exercises, std::string_view word) {
    std::string id(word);
    const bool one_digit = !id.empty() && id[0] >= '0' && id[0] <= '9' && (id.size() == 1 || id[1] > '9');
    if (one_digit) id.insert(0, "0");
    const auto is_named = [&](const Exercise& exercise) {
        return word == exercise.name || id == exercise.id || word == exercise.folder;
    };
    const auto found = std::find_if(exercises.begin(), exercises.end(), is_named);
    return found == exercises.end() ? nullptr : &*found;
}

}  // namespace overlap::workshop
