#include "ui/markdown/document.h"

namespace sidewinder::ui::markdown {

QString plainText(const Block& block) {
    switch (block.kind) {
        case BlockKind::Code:
            return block.code;
        case BlockKind::Rule:
            return {};
        case BlockKind::Table: {
            QString out;
            for (const auto& row : block.rows) {
                if (!out.isEmpty()) out += u'\n';
                for (std::size_t column = 0; column < row.size(); ++column) {
                    if (column > 0) out += u'\t';
                    out += row[column].content.text;
                }
            }
            return out;
        }
        default:
            return block.text.text;
    }
}

}  // namespace sidewinder::ui::markdown
