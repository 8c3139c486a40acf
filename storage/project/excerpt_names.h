#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/project/excerpt_text.h"
#include "storage/project/path_index.h"
#include "storage/project/search_index.h"

namespace sidewinder::project {

/// Something of the project that a question names.
struct Named {
    Why why = Why::NamedFile;
    std::string path;
    std::uint32_t first_line = 0, last_line = 0;  ///< 0: the file as a whole
    bool is_place = false;                        ///< a line that was named: what is about it matters too
};

/// The files, places and symbols that a question names, each once: what stands behind an `@` first, then
/// places and files, then symbols, in the question's order. A symbol is named by what looks like code:
/// "foo_bar", "fooBar", "Foo::baz", "module.baz", "baz()", or anything in backticks; one that has more than
/// a few definitions is left to the search.
std::vector<Named> names_in(std::string_view question, const PathIndex& paths, const SearchIndex& index);

/// What a mention without its `@` means: a file, a place in one, or the definitions of a symbol. Empty if
/// nothing has the name.
std::vector<Named> meaning_of(std::string_view mention, const PathIndex& paths, const SearchIndex& index);

}  // namespace sidewinder::project
