#include "ui/markdown/parser.h"

#include <md4c.h>

#include <algorithm>
#include <utility>

#include "ui/markdown/cut.h"
#include "ui/markdown/text.h"

namespace sidewinder::ui::markdown {
namespace {

constexpr qsizetype longestParsed = 256 * 1024;  // QChars given to md4c at once
constexpr std::size_t mostCells = 1500;  // a bigger table, or a cell longer than this, is shown as text

/// Receives md4c's callbacks and builds the blocks. Lives for one parse.
class Builder {
  public:
    int enterBlock(MD_BLOCKTYPE type, void* detail);
    int leaveBlock(MD_BLOCKTYPE type);
    int enterSpan(MD_SPANTYPE type, void* detail);
    int leaveSpan(MD_SPANTYPE type);
    int text(MD_TEXTTYPE type, const char* bytes, MD_SIZE size);
    Blocks take();

  private:
    struct List {
        bool ordered = false;
        unsigned next = 1;
        bool tight = true;
    };
    struct OpenLink {
        int start = 0;
        QString address;
    };

    Block& open(BlockKind kind);
    void close();
    void ensureLeaf() {
        if (!current_) open(BlockKind::Paragraph);  // md4c leaves the paragraph out in a tight list
    }
    void beginItem(const MD_BLOCK_LI_DETAIL& item);
    void append(const QString& piece, quint8 extraFlags = 0, int link = -1);
    void closeLink();
    RichText& target() { return cell_ ? cell_->content : current_->text; }

    Blocks blocks_;
    std::unique_ptr<Block> current_;  // the leaf that receives text
    TableCell* cell_ = nullptr;
    std::vector<List> lists_;
    QString marker_;  // waits for the first leaf of a list item
    int quotes_ = 0;
    int itemsOpen_ = 0;
    int bold_ = 0, italic_ = 0, code_ = 0, strike_ = 0, image_ = 0;
    std::vector<OpenLink> links_;
};

bool tooBig(const Block& table) {
    std::size_t cells = 0;
    for (const auto& row : table.rows) {
        cells += row.size();
        for (const TableCell& cell : row)
            if (cell.content.text.size() > static_cast<qsizetype>(mostCells)) return true;
    }
    return cells > mostCells;
}

QString attribute(const MD_ATTRIBUTE& value) {
    QString out;
    for (int i = 0; value.text != nullptr && value.substr_offsets[i] < value.size; ++i) {
        const MD_OFFSET begin = value.substr_offsets[i];
        const QString piece = QString::fromUtf8(value.text + begin, value.substr_offsets[i + 1] - begin);
        if (value.substr_types[i] == MD_TEXT_ENTITY)
            out += decodeEntity(piece);
        else
            out += piece;
    }
    return out;
}

Block& Builder::open(BlockKind kind) {
    close();
    current_ = std::make_unique<Block>();
    current_->kind = kind;
    current_->quoteDepth = std::min(quotes_, maxDepth);
    current_->listDepth = std::min(itemsOpen_, maxDepth);
    current_->marker = std::exchange(marker_, {});
    current_->tight = !lists_.empty() && lists_.back().tight;
    return *current_;
}

void Builder::close() {
    if (!current_) return;
    Block& block = *current_;
    if (block.kind == BlockKind::Code && block.code.endsWith(u'\n')) block.code.chop(1);
    const bool empty =
        block.kind == BlockKind::Paragraph && block.text.text.isEmpty() && block.marker.isEmpty();
    if (block.kind == BlockKind::Table && tooBig(block)) {
        block.code = plainText(block);
        block.rows.clear();
        block.kind = BlockKind::Code;
    }
    if (!empty) appendCut(blocks_, std::move(current_));
    current_.reset();
}

void Builder::beginItem(const MD_BLOCK_LI_DETAIL& item) {
    close();
    ++itemsOpen_;
    if (item.is_task)
        marker_ = item.task_mark == ' ' ? QStringLiteral("☐") : QStringLiteral("☑");
    else if (!lists_.empty() && lists_.back().ordered)
        marker_ = QString::number(lists_.back().next++) + u'.';
    else
        marker_ = QStringLiteral("•");
}

int Builder::enterBlock(MD_BLOCKTYPE type, void* detail) {
    switch (type) {
        case MD_BLOCK_QUOTE:
            close();
            ++quotes_;
            break;
        case MD_BLOCK_UL:
            close();
            lists_.push_back({false, 1, static_cast<MD_BLOCK_UL_DETAIL*>(detail)->is_tight != 0});
            break;
        case MD_BLOCK_OL: {
            close();
            const auto* list = static_cast<MD_BLOCK_OL_DETAIL*>(detail);
            lists_.push_back({true, list->start, list->is_tight != 0});
            break;
        }
        case MD_BLOCK_LI:
            beginItem(*static_cast<MD_BLOCK_LI_DETAIL*>(detail));
            break;
        case MD_BLOCK_HR:
            open(BlockKind::Rule);
            close();
            break;
        case MD_BLOCK_H:
            open(BlockKind::Heading).level = static_cast<int>(static_cast<MD_BLOCK_H_DETAIL*>(detail)->level);
            break;
        case MD_BLOCK_CODE:
            open(BlockKind::Code).language =
                languageName(attribute(static_cast<MD_BLOCK_CODE_DETAIL*>(detail)->info));
            break;
        case MD_BLOCK_HTML:
        case MD_BLOCK_P:
            open(BlockKind::Paragraph);
            break;
        case MD_BLOCK_TABLE:
            open(BlockKind::Table);
            break;
        case MD_BLOCK_TR:
            if (current_) current_->rows.emplace_back();
            break;
        case MD_BLOCK_TH:
        case MD_BLOCK_TD: {
            if (!current_ || current_->rows.empty()) return 1;
            auto& row = current_->rows.back();
            const MD_ALIGN align = static_cast<MD_BLOCK_TD_DETAIL*>(detail)->align;
            row.emplace_back();
            if (align == MD_ALIGN_CENTER) row.back().alignment = Qt::AlignHCenter;
            if (align == MD_ALIGN_RIGHT) row.back().alignment = Qt::AlignRight;
            cell_ = &row.back();
            break;
        }
        default:
            break;
    }
    return 0;
}

int Builder::leaveBlock(MD_BLOCKTYPE type) {
    switch (type) {
        case MD_BLOCK_QUOTE:
            close();
            --quotes_;
            break;
        case MD_BLOCK_UL:
        case MD_BLOCK_OL:
            close();
            lists_.pop_back();
            break;
        case MD_BLOCK_LI:
            if (!marker_.isEmpty()) open(BlockKind::Paragraph);  // an empty item still shows its marker
            close();
            --itemsOpen_;
            break;
        case MD_BLOCK_H:
        case MD_BLOCK_CODE:
        case MD_BLOCK_HTML:
        case MD_BLOCK_P:
        case MD_BLOCK_TABLE:
            close();
            break;
        case MD_BLOCK_TH:
        case MD_BLOCK_TD:
            cell_ = nullptr;
            break;
        default:
            break;
    }
    return 0;
}

int Builder::enterSpan(MD_SPANTYPE type, void* detail) {
    switch (type) {
        case MD_SPAN_EM:
            ++italic_;
            break;
        case MD_SPAN_STRONG:
            ++bold_;
            break;
        case MD_SPAN_CODE:
            ++code_;
            break;
        case MD_SPAN_DEL:
            ++strike_;
            break;
        case MD_SPAN_IMG:
            ++image_;
            break;
        case MD_SPAN_A:
            ensureLeaf();
            links_.push_back({static_cast<int>(target().text.size()),
                              attribute(static_cast<MD_SPAN_A_DETAIL*>(detail)->href)});
            break;
        default:
            break;
    }
    return 0;
}

int Builder::leaveSpan(MD_SPANTYPE type) {
    switch (type) {
        case MD_SPAN_EM:
            --italic_;
            break;
        case MD_SPAN_STRONG:
            --bold_;
            break;
        case MD_SPAN_CODE:
            --code_;
            break;
        case MD_SPAN_DEL:
            --strike_;
            break;
        case MD_SPAN_IMG:
            --image_;
            break;
        case MD_SPAN_A:
            if (current_ && !links_.empty()) closeLink();
            break;
        default:
            break;
    }
    return 0;
}

void Builder::closeLink() {
    const OpenLink link = links_.back();
    links_.pop_back();
    RichText& rich = target();
    const QString web = webAddress(link.address);
    const QString words = rich.text.mid(link.start);
    int index = -1;
    if (!web.isEmpty()) {
        index = static_cast<int>(rich.links.size());
        rich.links.push_back(web);
        for (Span& span : rich.spans)
            if (span.start >= link.start) {
                span.flags |= Link;
                span.link = index;
            }
    }
    // The words may say anything; the address behind them is always written out unless they are the address.
    const QString shown = web.isEmpty() ? withVisibleControls(link.address.left(4096)) : web;
    if (words == web || words == link.address || shown.isEmpty()) return;
    append(QStringLiteral(" ("), LinkAddress);
    append(shown, LinkAddress, index);
    append(QStringLiteral(")"), LinkAddress);
}

void Builder::append(const QString& piece, quint8 extraFlags, int link) {
    if (piece.isEmpty()) return;
    ensureLeaf();
    RichText& rich = target();
    const auto flags = static_cast<quint8>((bold_ ? Bold : 0) | (italic_ ? Italic : 0) | (code_ ? Code : 0) |
                                           (strike_ ? Strike : 0) | (image_ ? Alt : 0) | extraFlags);
    const int start = static_cast<int>(rich.text.size());
    const int length = static_cast<int>(piece.size());
    rich.text += piece;
    // A link needs its own span to be marked when it closes, so text inside one is always recorded.
    if (flags == 0 && links_.empty()) return;
    const bool startsLink = !links_.empty() && links_.back().start == start;
    if (!rich.spans.empty() && !startsLink) {
        Span& last = rich.spans.back();
        if (last.flags == flags && last.link == link && last.start + last.length == start) {
            last.length += length;
            return;
        }
    }
    rich.spans.push_back({start, length, flags, link});
}

int Builder::text(MD_TEXTTYPE type, const char* bytes, MD_SIZE size) {
    switch (type) {
        case MD_TEXT_NULLCHAR:
            append(QString(QChar::ReplacementCharacter));
            break;
        case MD_TEXT_BR:
            append(QString(QChar::LineSeparator));
            break;
        case MD_TEXT_SOFTBR:
            append(QStringLiteral(" "));
            break;
        case MD_TEXT_ENTITY:
            append(decodeEntity(QString::fromUtf8(bytes, size)));
            break;
        default: {
            const QString piece = withVisibleControls(QString::fromUtf8(bytes, size));
            if (current_ && current_->kind == BlockKind::Code)
                current_->code += piece;
            else
                append(piece);
        }
    }
    return 0;
}

Blocks Builder::take() {
    close();
    return std::move(blocks_);
}

bool run(Builder& builder, const QByteArray& utf8) {
    MD_PARSER parser{};
    parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML |
                   MD_FLAG_PERMISSIVEURLAUTOLINKS;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
        return static_cast<Builder*>(self)->enterBlock(type, detail);
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void*, void* self) {
        return static_cast<Builder*>(self)->leaveBlock(type);
    };
    parser.enter_span = [](MD_SPANTYPE type, void* detail, void* self) {
        return static_cast<Builder*>(self)->enterSpan(type, detail);
    };
    parser.leave_span = [](MD_SPANTYPE type, void*, void* self) {
        return static_cast<Builder*>(self)->leaveSpan(type);
    };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* self) {
        return static_cast<Builder*>(self)->text(type, text, size);
    };
    return md_parse(utf8.constData(), static_cast<MD_SIZE>(utf8.size()), &parser, &builder) == 0;
}

}  // namespace

Blocks parse(QStringView source) {
    Blocks blocks;
    Builder builder;
    if (source.size() <= longestParsed && run(builder, source.toUtf8())) return builder.take();
    appendPlain(blocks, source);
    return blocks;
}

}  // namespace sidewinder::ui::markdown
