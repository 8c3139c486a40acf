#include "ui/markdown/stream.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "ui/markdown/parser.h"
#include "ui/markdown/text.h"

namespace sidewinder::ui::markdown {
namespace {

constexpr qsizetype longList = 16 * 1024;     // QChars after which a list is cut between two of its items
constexpr qsizetype longSegment = 64 * 1024;  // and anything else between two lines
constexpr qsizetype longLine =
    16 * 1024;  // outside of code a longer line is broken, so that work stays bounded

bool isBlank(QStringView line) {
    return line.trimmed().isEmpty();
}

bool startsListItem(QStringView line) {
    const QStringView text = line.trimmed();
    if (text.isEmpty()) return false;
    const auto spaceAt = [text](qsizetype i) { return i >= text.size() || text[i].isSpace(); };
    if (text[0] == u'-' || text[0] == u'*' || text[0] == u'+') return spaceAt(1);
    qsizetype digits = 0;
    while (digits < text.size() && digits < 9 && text[digits] >= u'0' && text[digits] <= u'9') ++digits;
    if (digits == 0 || digits >= text.size()) return false;
    return (text[digits] == u'.' || text[digits] == u')') && spaceAt(digits + 1);
}

/// An unfinished line of nothing but marks may still become anything; showing it early makes the text
/// flicker.
bool isOnlyMarks(QStringView line) {
    static constexpr QStringView marks = u"`~-=*+#>|_.) \t";
    return std::all_of(line.begin(), line.end(), [](QChar c) { return marks.contains(c); });
}

}  // namespace

void Stream::append(QStringView delta) {
    dropTail();
    qsizetype from = 0;
    for (qsizetype end = delta.indexOf(u'\n'); end >= 0; end = delta.indexOf(u'\n', from)) {
        line_ += delta.mid(from, end - from);
        takeLongLine();
        QStringView line = line_;
        if (line.endsWith(u'\r')) line.chop(1);
        takeLine(line);
        line_.clear();
        from = end + 1;
    }
    line_ += delta.mid(from);
    takeLongLine();
}

void Stream::takeLongLine() {
    while (!fence_ && line_.size() > longLine) {
        const qsizetype cut = line_[longLine - 1].isHighSurrogate() ? longLine - 1 : longLine;
        takeLine(QStringView(line_).left(cut));
        line_.remove(0, cut);
    }
}

void Stream::finish() {
    dropTail();
    if (!line_.isEmpty()) takeLine(std::exchange(line_, {}));
    if (!fence_) freezeSegment();
    fence_.reset();
}

Stream::Change Stream::refresh() {
    dropTail();
    if (fence_) {
        showPartialCode();
    } else {
        const bool partial = !line_.isEmpty() && !isOnlyMarks(line_);
        Blocks tail = partial ? parse(QString(segment_ + line_)) : parse(segment_);
        std::move(tail.begin(), tail.end(), std::back_inserter(blocks_));
    }
    const Change change{reported_, std::exchange(codeGrew_, false)};
    reported_ = frozen_;
    return change;
}

void Stream::dropTail() {
    blocks_.resize(frozen_);
    if (partialCode_ > 0) blocks_.back()->code.chop(std::exchange(partialCode_, 0));
}

void Stream::showPartialCode() {
    QStringView line = line_;
    if (line.endsWith(u'\r')) line.chop(1);
    if (line.isEmpty() || mayCloseFence(line, *fence_)) return;
    QString& code = blocks_.back()->code;
    const qsizetype before = code.size();
    if (codeHasLines_) code += u'\n';
    code += withVisibleControls(fencedContent(line, *fence_));
    partialCode_ = code.size() - before;
    codeGrew_ = true;
}

void Stream::takeLine(QStringView line) {
    if (fence_) {
        takeCodeLine(line);
        return;
    }
    auto fence = openingFence(line);
    if (fence && (fence->indent == 0 || !segmentHasList_)) {
        freezeSegment();
        openCode(std::move(*fence));
        return;
    }
    if (splitsBefore(line)) freezeSegment();
    segment_ += line;
    segment_ += u'\n';
    segmentHasList_ = segmentHasList_ || startsListItem(line);
    afterBlank_ = isBlank(line);
}

void Stream::takeCodeLine(QStringView line) {
    if (closesFence(line, *fence_)) {
        fence_.reset();
        return;
    }
    QString& code = blocks_.back()->code;
    if (codeHasLines_) code += u'\n';
    code += withVisibleControls(fencedContent(line, *fence_));
    codeHasLines_ = true;
    codeGrew_ = true;
}

bool Stream::splitsBefore(QStringView line) const {
    if (segment_.isEmpty() || isBlank(line)) return false;
    if (segment_.size() > longSegment) return true;
    if (line[0].isSpace()) return false;
    if (segmentHasList_ && startsListItem(line)) return segment_.size() > longList;
    return afterBlank_;
}

void Stream::freezeSegment() {
    Blocks parsed = parse(segment_);
    std::move(parsed.begin(), parsed.end(), std::back_inserter(blocks_));
    frozen_ = blocks_.size();
    segment_.clear();
    segmentHasList_ = false;
    afterBlank_ = false;
}

void Stream::openCode(Fence fence) {
    auto block = std::make_unique<Block>();
    block->kind = BlockKind::Code;
    block->language = languageName(fence.info);
    blocks_.push_back(std::move(block));
    frozen_ = blocks_.size();
    fence_ = std::move(fence);
    codeHasLines_ = false;
}

}  // namespace sidewinder::ui::markdown
