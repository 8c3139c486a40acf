#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "app/syntax/answer_parser.h"

using namespace sidewinder::syntax;

namespace {

std::string_view language_of(std::string_view path) {
    return path.ends_with(".cpp") ? "cpp" : "";
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    for (const AnswerBlock& block : parse_answer({reinterpret_cast<const char*>(data), size}, language_of)) {
        const bool code = block.form == AnswerBlock::Form::Code;
        if (code != block.changes.empty() || (!code && !block.problem.empty())) std::abort();
        if (block.path.empty() != (block.path_source == PathSource::None)) std::abort();
        for (const FileChange& change : block.changes)
            for (const Hunk& hunk : change.hunks)
                if (hunk.before().size() > hunk.lines.size() || hunk.after().size() > hunk.lines.size())
                    std::abort();
        if (block.code.size() > 4 * size) std::abort();  // a NUL is three bytes of U+FFFD, a tab four blanks
    }
    return 0;
}
