#pragma once

#include <cstdint>
#include <string_view>

namespace sidewinder::syntax {

/// What a piece of code is, as far as colours go.
enum class Kind : std::uint8_t {
    None,
    Comment,
    String,
    Escape,  ///< within a string
    Number,
    Constant,  ///< also true, null, MAX_SIZE
    Keyword,
    Operator,
    Punctuation,
    Type,
    Constructor,
    Function,
    Macro,
    Variable,
    Parameter,
    Builtin,  ///< this, self, console
    Property,
    Module,
    Label,
    Tag,
    Attribute,
    Heading,
    Emphasis,
    Strong,
    Link,
    Literal,  ///< code within Markdown
    Error,
};

/// "keyword", for tests and listings.
std::string_view name_of(Kind kind);

/// Bytes [begin, end) of the text.
struct Highlight {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    Kind kind = Kind::None;
    bool operator==(const Highlight&) const = default;
};

/// The kind that a query's capture means ("function.method", "text.title"); `known` is false for captures
/// that are not for colours ("spell", "_name").
struct CaptureKind {
    Kind kind = Kind::None;
    bool known = false;
};
CaptureKind kind_of_capture(std::string_view capture);

}  // namespace sidewinder::syntax
