#include "ui/markdown/cut.h"
#include "ui/markdown/fence.h"
#include "ui/markdown/parser.h"
#include "ui/markdown/text.h"

namespace sidewinder::ui::markdown {
namespace {

void flushProse(Blocks& blocks, QStringView prose) {
    while (prose.endsWith(u'\n')) prose.chop(1);
    while (prose.startsWith(u'\n')) prose = prose.mid(1);
    if (!prose.trimmed().isEmpty()) appendPlain(blocks, prose);
}

void flushCode(Blocks& blocks, const Fence& fence, QString code) {
    if (code.endsWith(u'\n')) code.chop(1);
    auto block = std::make_unique<Block>();
    block->kind = BlockKind::Code;
    block->language = languageName(fence.info);
    block->code = std::move(code);
    blocks.push_back(std::move(block));
}

}  // namespace

Blocks parseTyped(QStringView source) {
    Blocks blocks;
    std::optional<Fence> fence;
    QString code;
    qsizetype proseStart = 0;
    for (qsizetype at = 0; at < source.size();) {
        qsizetype end = source.indexOf(u'\n', at);
        if (end < 0) end = source.size();
        const QStringView line = source.mid(at, end - at);
        if (fence && closesFence(line, *fence)) {
            flushCode(blocks, *fence, std::exchange(code, {}));
            fence.reset();
            proseStart = std::min(end + 1, source.size());
        } else if (fence) {
            code += withVisibleControls(fencedContent(line, *fence)) + u'\n';
        } else if (auto opened = openingFence(line)) {
            flushProse(blocks, source.mid(proseStart, at - proseStart));
            fence = std::move(opened);
        }
        at = end + 1;
    }
    if (fence)
        flushCode(blocks, *fence, code);
    else
        flushProse(blocks, source.mid(proseStart));
    return blocks;
}

}  // namespace sidewinder::ui::markdown
