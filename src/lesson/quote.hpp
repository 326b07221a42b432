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

/// The definition of that name in the text of a source file, as clang-format lays it out: a function, a type
/// or a constant that is not indented, with its comment and `template` lines above it. Declarations are
/// passed over, as is a name that is only used. Empty where there is none. Ends with a newline.
std::string definition_of(std::string_view source, std::string_view name);

/// What the block has to hold: the one definition, or both with an empty line between. Throws Error, naming
/// what is not there.
std::string quoted(const Quote& quote, std::string_view source);

}  // namespace overlap::lesson
