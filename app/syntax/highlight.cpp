#include "app/syntax/highlight.h"

#include <iterator>

namespace sidewinder::syntax {

namespace {

struct Named {
    std::string_view capture;
    Kind kind;
};

// The longest of these that a capture begins with, part by part, decides.
constexpr Named kCaptures[] = {
    {"attribute", Kind::Attribute},
    {"boolean", Kind::Constant},
    {"character", Kind::String},
    {"character.special", Kind::Operator},
    {"comment", Kind::Comment},
    {"conditional", Kind::Keyword},
    {"constant", Kind::Constant},
    {"constant.macro", Kind::Macro},
    {"constructor", Kind::Constructor},
    {"delimiter", Kind::Punctuation},
    {"embedded", Kind::None},
    {"error", Kind::Error},
    {"escape", Kind::Escape},
    {"exception", Kind::Keyword},
    {"field", Kind::Property},
    {"float", Kind::Number},
    {"function", Kind::Function},
    {"function.macro", Kind::Macro},
    {"function.special", Kind::Macro},
    {"include", Kind::Keyword},
    {"keyword", Kind::Keyword},
    {"keyword.operator", Kind::Keyword},
    {"label", Kind::Label},
    {"method", Kind::Function},
    {"module", Kind::Module},
    {"namespace", Kind::Module},
    {"none", Kind::None},
    {"number", Kind::Number},
    {"operator", Kind::Operator},
    {"parameter", Kind::Parameter},
    {"preproc", Kind::Macro},
    {"property", Kind::Property},
    {"punctuation", Kind::Punctuation},
    {"punctuation.special", Kind::Operator},
    {"repeat", Kind::Keyword},
    {"storageclass", Kind::Keyword},
    {"string", Kind::String},
    {"string.escape", Kind::Escape},
    {"string.special.key", Kind::Property},
    {"tag", Kind::Tag},
    {"tag.error", Kind::Error},
    {"text.emphasis", Kind::Emphasis},
    {"text.literal", Kind::Literal},
    {"text.reference", Kind::Link},
    {"text.strong", Kind::Strong},
    {"text.title", Kind::Heading},
    {"text.uri", Kind::Link},
    {"type", Kind::Type},
    {"type.qualifier", Kind::Keyword},
    {"variable", Kind::Variable},
    {"variable.builtin", Kind::Builtin},
    {"variable.member", Kind::Property},
    {"variable.parameter", Kind::Parameter},
};

constexpr std::string_view kNames[] = {
    "none",      "comment",     "string",   "escape",      "number",   "constant", "keyword",
    "operator",  "punctuation", "type",     "constructor", "function", "macro",    "variable",
    "parameter", "builtin",     "property", "module",      "label",    "tag",      "attribute",
    "heading",   "emphasis",    "strong",   "link",        "literal",  "error"};
static_assert(std::size(kNames) == static_cast<std::size_t>(Kind::Error) + 1);

}  // namespace

std::string_view name_of(Kind kind) {
    return kNames[static_cast<std::size_t>(kind)];
}

CaptureKind kind_of_capture(std::string_view capture) {
    CaptureKind found;
    std::size_t length = 0;
    for (const Named& named : kCaptures) {
        const bool begins = capture.starts_with(named.capture) &&
                            (capture.size() == named.capture.size() || capture[named.capture.size()] == '.');
        if (!begins || named.capture.size() < length) continue;
        length = named.capture.size();
        found = {named.kind, true};
    }
    return found;
}

}  // namespace sidewinder::syntax
