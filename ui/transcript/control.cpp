#include "ui/transcript/control.h"

#include <QCoreApplication>
#include <QFontMetrics>

#include "ui/transcript/code_box.h"

namespace sidewinder::ui {
namespace {

using Kind = Control::Kind;

struct Words {
    Q_DECLARE_TR_FUNCTIONS(Transcript)
};

int siblingLabelWidth(const MessageItem& item, const TextStyle& style) {
    const QString widest =
        QStringLiteral("%1/%1").arg(QString(QString::number(item.view().siblingCount).size(), u'0'));
    return QFontMetrics(style.small).horizontalAdvance(widest) + 6;
}

struct Row {
    int left = 0;
    bool siblings = false;  // "2/3" and its two buttons come first
    int width = 0;
    std::vector<Kind> kinds;
};

/// The row beneath a message: an answer's starts at the left, a user's ends at the right.
Row rowOf(const MessageItem& item, const TextStyle& style) {
    const MessageView& view = item.view();
    Row row;
    if (view.status == MessageStatus::Streaming || item.editorHeight() > 0) return row;
    const int siblings = view.siblingCount > 1 ? 2 * metric::button + siblingLabelWidth(item, style) : 0;
    row.kinds.push_back(Kind::CopyMessage);
    if (view.editable) row.kinds.push_back(item.isUser() ? Kind::Edit : Kind::Regenerate);
    row.width = siblings + static_cast<int>(row.kinds.size()) * metric::button;
    row.left = item.isUser() ? item.bubble().right() + 1 - row.width : -6;
    row.siblings = siblings > 0;
    return row;
}

QRect buttonRect(const MessageItem& item, int x) {
    const QRect error = item.errorRect();
    const int top = error.isEmpty() ? item.contentBottom() : error.bottom() + 1;
    return {x, top + 4, metric::button, metric::button};
}

Control makeControl(Kind kind, int index, const QRect& rect, const QString& name, bool enabled = true) {
    Control control;
    control.kind = kind;
    control.item = index;
    control.rects = {rect};
    control.name = name;
    control.enabled = enabled;
    return control;
}

void addBlockControls(std::vector<Control>& out, const MessageItem& item, int index,
                      const ControlContext& context) {
    for (std::size_t b = 0; b < item.boxes().size(); ++b) {
        const MessageItem::Slot& slot = item.boxes()[b];
        if (slot.top > context.visibleBottom) break;
        if (context.onlyVisible && slot.top + slot.height < context.visibleTop) continue;
        if (const auto* code = dynamic_cast<const CodeBox*>(slot.box.get())) {
            const int head = code->isLaidOut() ? code->headTop(context.visibleTop - slot.top) : 0;
            const QRect rect(slot.left + slot.width - metric::button - 6, slot.top + head + 3, metric::button,
                             metric::button);
            Control control = makeControl(Kind::CopyCode, index, rect, Words::tr("Copy code"));
            control.block = static_cast<int>(b);
            out.push_back(std::move(control));
            continue;
        }
        if (!slot.box->isLaidOut()) continue;
        for (const BoxLink& link : slot.box->links()) {
            Control control;
            control.kind = Kind::OpenLink;
            control.item = index;
            control.block = static_cast<int>(b);
            control.url = link.url;
            control.name = Words::tr("Link to %1").arg(link.url);
            for (const QRect& rect : link.rects)
                control.rects.push_back(rect.translated(slot.left, slot.top));
            if (!control.rects.empty()) out.push_back(std::move(control));
        }
    }
}

}  // namespace

QRect Control::bounds() const {
    QRect all;
    for (const QRect& rect : rects) all |= rect;
    return all;
}

const char* Control::icon() const {
    switch (kind) {
        case Kind::CopyCode:
        case Kind::CopyMessage:
            return "copy";
        case Kind::PreviousSibling:
            return "chevron-left";
        case Kind::NextSibling:
            return "chevron-right";
        case Kind::Edit:
            return "edit";
        case Kind::Regenerate:
            return "regenerate";
        default:
            return nullptr;
    }
}

std::vector<Control> controlsOf(const MessageItem& item, int index, const TextStyle& style,
                                const ControlContext& context) {
    std::vector<Control> out;
    if (item.editorHeight() == 0) addBlockControls(out, item, index, context);
    const MessageView& view = item.view();
    if (!item.errorRect().isEmpty() && view.editable) {
        const QRect error = item.errorRect();
        const int width = QFontMetrics(style.strong).horizontalAdvance(Words::tr("Try again")) + 20;
        out.push_back(makeControl(Kind::Retry, index,
                                  QRect(error.right() - width - 8, error.center().y() - 14, width, 28),
                                  Words::tr("Try again"), context.engineFree));
    }
    const Row row = rowOf(item, style);
    int x = row.left;
    if (row.siblings) {
        const int label = siblingLabelWidth(item, style);
        out.push_back(makeControl(Kind::PreviousSibling, index, buttonRect(item, x),
                                  Words::tr("Previous version"),
                                  context.engineFree && view.siblingIndex > 0));
        x += metric::button + label;
        out.push_back(makeControl(Kind::NextSibling, index, buttonRect(item, x), Words::tr("Next version"),
                                  context.engineFree && view.siblingIndex + 1 < view.siblingCount));
        x += metric::button;
    }
    for (const Kind kind : row.kinds) {
        const QString name = kind == Kind::CopyMessage ? Words::tr("Copy message")
                             : kind == Kind::Edit      ? Words::tr("Edit and send again")
                                                       : Words::tr("Answer again");
        out.push_back(makeControl(kind, index, buttonRect(item, x), name,
                                  kind == Kind::CopyMessage || context.engineFree));
        x += metric::button;
    }
    return out;
}

QRect siblingLabelRect(const MessageItem& item, const TextStyle& style) {
    const Row row = rowOf(item, style);
    if (!row.siblings) return {};
    const QRect button = buttonRect(item, row.left + metric::button);
    return {button.left(), button.top(), siblingLabelWidth(item, style), button.height()};
}

QRect statsRect(const MessageItem& item, const TextStyle& style) {
    const Row row = rowOf(item, style);
    const QRect button = buttonRect(item, row.left + row.width + 10);
    return {button.left(), button.top(), 420, button.height()};
}

}  // namespace sidewinder::ui
