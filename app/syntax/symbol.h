#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "app/syntax/byte_range.h"

namespace sidewinder::syntax {

enum class SymbolKind : std::uint8_t {
    Function,
    Method,
    Class,
    Struct,
    Union,
    Enum,
    Interface,
    Trait,
    Module,  ///< also a namespace
    Type,    ///< an alias
    Macro,
    Constant,
    Variable,
    Property,  ///< also a field
    Heading,   ///< of Markdown
    Rule,      ///< of CSS: its selector; of make: its target
    Table,     ///< of SQL and TOML
    Key,       ///< of JSON and YAML, at the top
};

/// "function", "class", ...
std::string_view name_of(SymbolKind kind);

/// Something with a name in a text.
struct Symbol {
    SymbolKind kind = SymbolKind::Function;
    bool declares_only = false;  ///< a prototype: the body is elsewhere
    std::string name;            ///< "parse"; at most 200 bytes
    std::string
        container;  ///< "app::Parser": what it stands in, or what it says that it belongs to; or empty
    ByteRange name_range;
    ByteRange range;  ///< the whole definition, with decorators, template header, "export"
    std::uint32_t begin_with_comment = 0;  ///< where its comment or attributes begin that stand right above
    std::uint32_t first_line = 0;          ///< of `range`, counted from 0
    std::uint32_t last_line = 0;

    bool operator==(const Symbol&) const = default;
};

}  // namespace sidewinder::syntax
