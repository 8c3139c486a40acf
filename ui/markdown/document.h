#pragma once

#include <QString>

#include <memory>
#include <vector>

/// What an answer may consist of. Deliberately small: no images, no HTML, nothing that could be loaded.
namespace sidewinder::ui::markdown {

enum SpanFlag : quint8 {
    Bold = 1,
    Italic = 2,
    Code = 4,
    Strike = 8,
    Link = 16,         ///< the words of a link
    LinkAddress = 32,  ///< its address, written out behind them
    Alt = 64,          ///< the alternative text of an image that is not shown
};

/// A run of `RichText::text` that looks or acts differently; positions count QChars.
struct Span {
    int start = 0;
    int length = 0;
    quint8 flags = 0;
    int link = -1;  ///< index into RichText::links, -1: not to be activated
};

struct RichText {
    QString text;
    std::vector<Span> spans;     ///< ascending, not overlapping
    std::vector<QString> links;  ///< http and https only, fully encoded
};

enum class BlockKind { Paragraph, Heading, Code, Table, Rule };

struct TableCell {
    RichText content;
    Qt::AlignmentFlag alignment = Qt::AlignLeft;
};

struct Block {
    BlockKind kind = BlockKind::Paragraph;
    int level = 0;       ///< heading: 1 to 6
    int quoteDepth = 0;  ///< capped at maxDepth, as is listDepth
    int listDepth = 0;
    QString marker;      ///< bullet, number or task box before the first block of a list item
    bool tight = false;  ///< follows its predecessor closely (tight list, cut paragraph)
    RichText text;
    QString language;  ///< code: first word of the info string, printable, at most 32 characters
    QString code;      ///< code: without the last line break
    std::vector<std::vector<TableCell>> rows;  ///< table: the first row is the head
};

using Blocks = std::vector<std::unique_ptr<Block>>;

inline constexpr int maxDepth = 8;

/// All the text that a block shows and that can be selected in it; table cells are joined by tabs and line
/// breaks.
QString plainText(const Block& block);

}  // namespace sidewinder::ui::markdown
