#pragma once

#include <string>
#include <string_view>

namespace sidewinder::project {

/// What stands before a "{" or a ";", without comments and with its strings emptied, as a definition.
struct Definition {
    std::string name, kind, container;  ///< no name: it defines nothing
};

/// "class Foo : public Bar", "int Foo::bar(int x) const", "func (r *T) Name() error", "const f = (x) =>".
/// `inside_function`: only what says by a keyword that it defines something counts.
Definition definition_of(std::string_view head, bool inside_function);

/// The same for a statement that ended without a block: constants, aliases.
Definition statement_of(std::string_view head);

}  // namespace sidewinder::project
