#include "render/theme.hpp"

#include <fmt/format.h>

namespace overlap {
namespace {

// 256-colour codes: sky blue, orange, vermillion, reddish purple, blue, grey.
std::string_view color_code(Glyph glyph) {
    switch (glyph) {
        case Glyph::waiting:
            return "38;5;74";
        case Glyph::running:
            return "38;5;178";
        case Glyph::blocked:
            return "38;5;166";
        case Glyph::failed:
            return "1;38;5;166";
        case Glyph::ready:
        case Glyph::reading:
            return "38;5;175";
        case Glyph::at_server:
            return "38;5;32";
        case Glyph::queued:
        case Glyph::backoff:
        case Glyph::cancelled:
        case Glyph::brief:
            return "38;5;245";
        case Glyph::blank:
        case Glyph::cap:
        case Glyph::token:
        case Glyph::history:
        case Glyph::format:
        case Glyph::model:
        case Glyph::answer:
        case Glyph::save:
            return "";
    }
    return "";
}

}  // namespace

std::string_view character(Glyph glyph, const Theme& theme) {
    switch (glyph) {
        case Glyph::blank:
            return " ";
        case Glyph::queued:
            return theme.unicode ? "·" : ".";
        case Glyph::waiting:
            return theme.unicode ? "─" : "-";
        case Glyph::blocked:
            return theme.unicode ? "═" : "=";
        case Glyph::running:
            return theme.unicode ? "█" : "#";
        case Glyph::ready:
            return theme.unicode ? "▒" : "x";
        case Glyph::backoff:
            return "_";
        case Glyph::reading:
            return "o";
        case Glyph::token:
            return "*";
        case Glyph::at_server:
            return theme.unicode ? "━" : ":";
        case Glyph::history:
            return "H";
        case Glyph::format:
            return "F";
        case Glyph::model:
            return "M";
        case Glyph::answer:
            return "A";
        case Glyph::save:
            return "S";
        case Glyph::failed:
            return "!";
        case Glyph::cancelled:
            return "~";
        case Glyph::cap:
            return theme.unicode ? "│" : "|";
        case Glyph::brief:
            return "'";
    }
    return "?";
}

std::string_view meaning(Glyph glyph) {
    switch (glyph) {
        case Glyph::queued:
            return "queued for its turn";
        case Glyph::waiting:
            return "waiting, thread is free";
        case Glyph::blocked:
            return "waiting, holds its thread";
        case Glyph::running:
            return "running";
        case Glyph::ready:
            return "ready, but the loop is busy";
        case Glyph::backoff:
            return "waits to try again";
        case Glyph::reading:
            return "reader takes its time";
        case Glyph::token:
            return "a token came";
        case Glyph::at_server:
            return "at the server, not answered yet";
        case Glyph::history:
            return "history is read";
        case Glyph::format:
            return "formatting";
        case Glyph::model:
            return "models are asked";
        case Glyph::answer:
            return "answer streams";
        case Glyph::save:
            return "saving";
        case Glyph::failed:
            return "failed";
        case Glyph::cancelled:
            return "cancelled";
        case Glyph::brief:
            return "shorter than a column";
        case Glyph::blank:
        case Glyph::cap:
            return "";
    }
    return "";
}

std::string_view meaning_at_server(Glyph glyph) {
    if (glyph == Glyph::queued) return "queued at the server";
    if (glyph == Glyph::failed) return "answered with an error";
    if (glyph == Glyph::cancelled) return "never answered";
    return meaning(glyph);
}

std::string_view meaning_with_lock(Glyph glyph) {
    return glyph == Glyph::ready ? "ready, but the lock or loop is busy" : meaning(glyph);
}

std::string paint(std::string_view text, Glyph glyph, const Theme& theme) {
    const std::string_view code = color_code(glyph);
    if (!theme.color || code.empty()) return std::string(text);
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::string emphasize(std::string_view text, const Theme& theme) {
    return theme.color ? fmt::format("\x1b[1m{}\x1b[0m", text) : std::string(text);
}

}  // namespace overlap
