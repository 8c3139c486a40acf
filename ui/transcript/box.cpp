#include "ui/transcript/box.h"

#include "ui/transcript/code_box.h"
#include "ui/transcript/table_box.h"
#include "ui/transcript/text_box.h"

namespace sidewinder::ui {

std::unique_ptr<BlockBox> makeBox(const markdown::Block& block) {
    switch (block.kind) {
        case markdown::BlockKind::Code:
            return std::make_unique<CodeBox>(block);
        case markdown::BlockKind::Table:
            return std::make_unique<TableBox>(block);
        case markdown::BlockKind::Rule:
            return std::make_unique<RuleBox>(block);
        default:
            return std::make_unique<TextBox>(block);
    }
}

}  // namespace sidewinder::ui
