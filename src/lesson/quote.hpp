// Quoting a definition from a source file by its name, so that prose cannot drift from the code.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace overlap::lesson {

/// What the info of a quoted block says: "cpp demos/api.cpp call call_async".
struct Quote {
    std::string file;    ///< from the project's root
    std::string first;   ///< the name of what is quoted
    std::string second;  ///< empty: one only
};

/// None where the info quotes nothing.
std::optional<Quote> quote_of(std::string_view info);

/// The definition of that name in the text of a source file, as clang-format lays it out: its comment and
/// `template` lines, from where the name stands in a line that is not indented to the line that closes it.
/// Declarations are passed over. Empty where there is none. Ends with a newline.
std::string definition_of(std::string_view source, std::string_view name);

/// What the block has to hold: the one definition, or both with an empty line between. Throws Error, naming
/// what is not there.
std::string quoted(const Quote& quote, std::string_view source);

}  // namespace overlap::lesson
