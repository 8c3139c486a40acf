#pragma once

#include <QStringView>

#include "ui/markdown/document.h"

namespace sidewinder::ui::markdown {

inline constexpr qsizetype longestParagraph = 6 * 1024;  ///< QChars that are laid out at once

/// Appends the block; a paragraph too long to be laid out at once is cut at spaces into several that follow
/// tightly.
void appendCut(Blocks& blocks, std::unique_ptr<Block> block);

/// Text as it is, never formatted, as paragraphs short enough to be laid out; single line breaks are kept.
void appendPlain(Blocks& blocks, QStringView text);

}  // namespace sidewinder::ui::markdown
