#pragma once

#include <QString>
#include <QStringView>

#include <optional>

namespace sidewinder::ui::markdown {

/// The line that opens a fenced code block (CommonMark 4.5), outside of any container.
struct Fence {
    QChar mark;
    int length = 0;
    int indent = 0;
    QString info;
};

/// Lines come without their line break.
std::optional<Fence> openingFence(QStringView line);
bool closesFence(QStringView line, const Fence& fence);

/// Could `start`, the beginning of an unfinished line, still become the closing line of the fence?
bool mayCloseFence(QStringView start, const Fence& fence);

/// A line of the block's content: up to `fence.indent` leading spaces are not part of the code.
QStringView fencedContent(QStringView line, const Fence& fence);

}  // namespace sidewinder::ui::markdown
