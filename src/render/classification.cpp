#include "render/classification.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "render/text.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

using Json = nlohmann::ordered_json;

const char* yes_or_no(bool value) { return value ? "yes" : "no"; }

struct Trait {
    const char* name;
    const char* label;
    std::string value;
    std::string why;
};

// In the order of the notes' arguments.
std::vector<Trait> traits_of(const Classification& classification) {
    const TaskTraits& task = classification.traits;
    const Evidence evidence = classification.evidence.value_or(Evidence{});
    return {
        {"uses_blocking_io", "blocking I/O", yes_or_no(task.uses_blocking_io), evidence.blocking_io},
        {"uses_sync_lib", "sync library", yes_or_no(task.uses_sync_lib), evidence.sync_lib},
        {"cpu_cost_ms", "CPU of a task", milliseconds_in_words(task.cpu_cost_ms), evidence.cpu},
        {"has_async_api", "async API", yes_or_no(task.has_async_api), evidence.async_api},
    };
}

void add_evidence(std::string& text, const Evidence& evidence, int width) {
    add_paragraph(text, evidence.title, width, 4);
    text += '\n';
    int column = 0;
    for (const Fact& fact : evidence.facts) column = std::max(column, static_cast<int>(fact.label.size()));
    for (const Fact& fact : evidence.facts) {
        text += beside("  " + fact.label, column + 4, printable(fact.words), width);
    }
    text += '\n';
    for (const std::string& note : evidence.notes) add_paragraph(text, note, width);
    if (!evidence.notes.empty()) text += '\n';
}

void add_traits(std::string& text, const Classification& classification, int width) {
    for (const Trait& trait : traits_of(classification)) {
        text += beside("  " + pad_right(trait.label, 15) + trait.value, 27, printable(trait.why), width);
    }
}

}  // namespace

std::string render_ascii(const Classification& classification, int width) {
    const TaskTraits& task = classification.traits;
    const Pattern pattern = classify_task(task);
    std::string text;
    if (classification.evidence) add_evidence(text, *classification.evidence, width);
    text += "The task:\n";
    add_traits(text, classification, width);
    text += fmt::format("\n{} (case {})\n", name_of(pattern), case_of(pattern));
    add_paragraph(text, reason_of(task), width);
    if (classification.otherwise) {
        add_paragraph(text,
                      fmt::format("It would be {} (case {}) {}.", name_of(classification.otherwise->pattern),
                                  case_of(classification.otherwise->pattern), classification.otherwise->when),
                      width);
    }
    for (const std::string& caution : cautions_of(task)) add_paragraph(text, "Mind: " + caution, width, 6);
    text += "\nIn C++ with Asio:\n\n";
    std::string_view code = classification.code;
    while (!code.empty()) {
        const std::size_t end = std::min(code.find('\n'), code.size());
        if (end > 0) text += "    ";
        text += std::string(code.substr(0, end)) + '\n';
        code.remove_prefix(std::min(end + 1, code.size()));
    }
    text += '\n';
    add_paragraph(text, fmt::format("In Python: {}", in_python(task)), width, 11);
    text += '\n';
    add_paragraph(text, "Python and C++: " + in_cpp(pattern), width);
    text += '\n';
    add_paragraph(text, fmt::format("Next: {}", fmt::join(next_of(task), " | ")), width, 6);
    return text;
}

std::string render_json(const Classification& classification) {
    const TaskTraits& task = classification.traits;
    const Pattern pattern = classify_task(task);
    Json document;
    document["schema"] = classification_schema;
    document["pattern"] = name_of(pattern);
    document["case"] = std::string(1, case_of(pattern));
    document["traits"] = {{"uses_blocking_io", task.uses_blocking_io},
                          {"uses_sync_lib", task.uses_sync_lib},
                          {"cpu_cost_ms", task.cpu_cost_ms},
                          {"has_async_api", task.has_async_api}};
    document["reason"] = reason_of(task);
    document["cautions"] = cautions_of(task);
    document["code"] = classification.code;
    document["in_python"] = in_python(task);
    document["in_cpp"] = in_cpp(pattern);
    document["next"] = next_of(task);
    if (classification.otherwise) {
        document["otherwise"] = {{"pattern", name_of(classification.otherwise->pattern)},
                                 {"when", classification.otherwise->when}};
    }
    if (const std::optional<Evidence>& evidence = classification.evidence) {
        Json measured;
        measured["title"] = evidence->title;
        for (const Fact& fact : evidence->facts) {
            if (fact.number) {
                measured[fact.key] = *fact.number;
            } else {
                measured[fact.key] = fact.words;
            }
        }
        for (const Trait& trait : traits_of(classification)) measured["why"][trait.name] = trait.why;
        measured["notes"] = evidence->notes;
        document["measured"] = std::move(measured);
    }
    // A command line may hold any bytes.
    return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

std::string render_plain(const Classification& classification) {
    const TaskTraits& task = classification.traits;
    const Pattern pattern = classify_task(task);
    std::string text;
    if (const std::optional<Evidence>& evidence = classification.evidence) {
        text += "measured\t" + printable(evidence->title) + '\n';
        for (const Fact& fact : evidence->facts) {
            text += "measured\t" + fact.key + '\t' +
                    (fact.number ? fmt::format("{:.3f}", *fact.number) : printable(fact.words)) + '\n';
        }
        for (const std::string& note : evidence->notes) text += "note\t" + printable(note) + '\n';
    }
    for (const Trait& trait : traits_of(classification)) {
        const bool is_cpu = std::string_view(trait.name) == "cpu_cost_ms";
        text += fmt::format("trait\t{}\t{}", trait.name,
                            is_cpu ? fmt::format("{}", task.cpu_cost_ms) : trait.value);
        if (!trait.why.empty()) text += '\t' + printable(trait.why);
        text += '\n';
    }
    text +=
        fmt::format("pattern\t{}\ncase\t{}\nwhy\t{}\n", name_of(pattern), case_of(pattern), reason_of(task));
    if (classification.otherwise) {
        text += fmt::format("otherwise\t{}\t{}\n", name_of(classification.otherwise->pattern),
                            classification.otherwise->when);
    }
    for (const std::string& caution : cautions_of(task)) text += "mind\t" + caution + '\n';
    text += fmt::format("in_python\t{}\nin_cpp\t{}\n", in_python(task), in_cpp(pattern));
    for (const std::string& command : next_of(task)) text += "next\t" + command + '\n';
    return text;
}

}  // namespace overlap
