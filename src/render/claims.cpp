#include "render/claims.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "render/text.hpp"
#include "timeline/words.hpp"

namespace overlap {
namespace {

constexpr int narrowest_table = 72;
constexpr int gap = 2;
constexpr int table_columns = 3;

// Blue, orange and vermillion, as in the pictures: never red against green.
Glyph glyph_of(Verdict verdict) {
    switch (verdict) {
        case Verdict::holds:
            return Glyph::waiting;
        case Verdict::holds_only_when:
            return Glyph::running;
        case Verdict::does_not_hold:
            return Glyph::failed;
        case Verdict::not_run:
            break;
    }
    return Glyph::blank;
}

std::string verdict_words(const Claim& claim) {
    const Judgement& judgement = claim.judgement;
    std::string words(in_words(judgement.verdict));
    if (!judgement.condition.empty()) words += " " + judgement.condition;
    if (claim.tries > 1) words += fmt::format(" (measured {} times)", claim.tries);
    return words;
}

// The verdict's own words painted, wherever they stand at the front of a line.
std::string painted(const std::string& line, const Claim& claim, const Theme& theme) {
    const std::string_view words = in_words(claim.judgement.verdict);
    if (!theme.color || !line.starts_with(words)) return line;
    return paint(words, glyph_of(claim.judgement.verdict), theme) + line.substr(words.size());
}

void add_tests(std::string& text, const Claim& claim, int width) {
    for (const std::string& test : claim.tests) {
        for (const std::string& line : wrap(printable(test), width - 4, 4)) {
            add_line(text, (line.starts_with("overlap") ? "  $ " : "    ") + line);
        }
    }
}

void add_block(std::string& text, const Claim& claim, int width, const Theme& theme) {
    add_line(text, emphasize(elide(printable(claim.name), width), theme));
    text += beside("  notes:", 11, printable(claim.says), width);
    text += beside("  here:", 11, printable(claim.judgement.measured), width);
    std::string front = "  verdict: ";
    for (const std::string& line : wrap(printable(verdict_words(claim)), width - 11)) {
        add_line(text, front + painted(line, claim, theme));
        front.assign(front.size(), ' ');
    }
    add_tests(text, claim, width);
    text += '\n';
}

std::array<int, table_columns> widths_of(int width) {
    const int verdict = std::max(20, width / 4);
    const int says = (width - verdict - 2 * gap) * 9 / 20;
    return {says, width - verdict - says - 2 * gap, verdict};
}

void add_row(std::string& text, const std::array<std::string, table_columns>& cells,
             const std::array<int, table_columns>& widths, const Claim* claim, const Theme& theme) {
    std::array<std::vector<std::string>, table_columns> lines;
    std::size_t height = 0;
    for (std::size_t i = 0; i < table_columns; ++i) {
        lines[i] = wrap(printable(cells[i]), widths[i]);
        height = std::max(height, lines[i].size());
    }
    for (std::size_t row = 0; row < height; ++row) {
        std::string line;
        for (std::size_t i = 0; i < table_columns; ++i) {
            const std::string cell = row < lines[i].size() ? lines[i][row] : "";
            const bool last = i + 1 == table_columns;
            const std::string shown =
                last && row == 0 && claim != nullptr ? painted(cell, *claim, theme) : cell;
            line += last ? shown : pad_right(cell, widths[i] + gap);
        }
        add_line(text, line);
    }
}

void add_table(std::string& text, const Claims& claims, int width, const Theme& theme) {
    const std::array<int, table_columns> widths = widths_of(width);
    add_row(text, {"The notes say", "This machine showed", "Verdict"}, widths, nullptr, theme);
    std::string rule;
    for (std::size_t i = 0; i < table_columns; ++i)
        rule += std::string(static_cast<std::size_t>(widths[i]), '-') + (i + 1 < table_columns ? "  " : "");
    add_line(text, rule);
    for (const Claim& claim : claims.claims) {
        add_row(text, {claim.name + ": " + claim.says, claim.judgement.measured, verdict_words(claim)},
                widths, &claim, theme);
        add_tests(text, claim, width);
        text += '\n';
    }
}

std::string counted(const Claims& claims) {
    std::string words;
    for (const Verdict verdict : all_verdicts) {
        const int count = count_of(claims, verdict);
        if (count == 0) continue;
        words += fmt::format("{}{}: {}", words.empty() ? "" : ", ", in_words(verdict), count);
    }
    return words;
}

std::vector<std::string> below(const Claims& claims) {
    std::vector<std::string> sentences;
    const std::string summary = counted(claims);
    sentences.push_back(fmt::format("{}{}", plural(claims.claims.size(), "claim"),
                                    summary.empty() ? "." : ": " + summary + "."));
    if (claims.interrupted) {
        sentences.push_back(
            fmt::format("Interrupted: {} of {} were tested.", claims.claims.size(), claims.asked));
    }
    for (const std::string& name : failed_checks(claims))
        sentences.push_back(name +
                            " did not hold here, and we call it true: see what else the machine was doing.");
    return sentences;
}

}  // namespace

std::string render_ascii(const Claims& claims, const AsciiOptions& options) {
    const int width = std::clamp(options.width, narrowest_width, widest_width);
    std::string text;
    const std::string title =
        std::string("The notes put to the test") + (claims.quick ? ", times scaled down" : "");
    for (const std::string& line : wrap(title, width)) add_line(text, emphasize(line, options.theme));
    text += '\n';
    if (width >= narrowest_table && !claims.claims.empty())
        add_table(text, claims, width, options.theme);
    else
        for (const Claim& claim : claims.claims) add_block(text, claim, width, options.theme);
    for (const std::string& sentence : below(claims)) add_paragraph(text, sentence, width);
    add_paragraph(text,
                  fmt::format("Measured with {}, {}; cores: {}.", claims.machine.compiler,
                              claims.machine.build, claims.machine.cores),
                  width);
    return text;
}

std::string render_plain(const Claims& claims) {
    std::string text;
    for (const Claim& claim : claims.claims) {
        text += fmt::format("claim\t{}\t{}\t{}\t{}\t{}\n", printable(claim.name),
                            name_of(claim.judgement.verdict), printable(claim.judgement.measured),
                            printable(claim.judgement.condition), claim.tries);
    }
    for (const std::string& sentence : below(claims)) text += "note\t" + printable(sentence) + '\n';
    return text;
}

std::string list_ascii(const std::vector<Claim>& claims, int width) {
    const int columns_to_use = std::clamp(width, narrowest_width, widest_width);
    std::string text;
    for (const Claim& claim : claims) {
        add_line(text, elide(printable(claim.name), columns_to_use));
        add_paragraph(text, "    " + claim.says + " (" + claim.section + ")", columns_to_use, 4);
    }
    return text;
}

std::string list_plain(const std::vector<Claim>& claims) {
    std::string text;
    for (const Claim& claim : claims) {
        text += fmt::format("claim\t{}\t{}\t{}\n", printable(claim.name), printable(claim.says),
                            printable(claim.section));
    }
    return text;
}

}  // namespace overlap
