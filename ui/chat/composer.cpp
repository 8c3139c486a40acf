#include "ui/chat/composer.h"

#include <QDragEnterEvent>
#include <QHBoxLayout>
#include <QInputMethodEvent>
#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QScrollBar>
#include <QTextBlock>
#include <QTextLayout>
#include <QToolButton>

#include <algorithm>
#include <cmath>

#include "ui/projects/drop_overlay.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {
constexpr int mostLines = 10;
}

Composer::Composer(const Theme& theme, QWidget* parent) : QFrame(parent), theme_(theme) {
    setObjectName(QStringLiteral("Composer"));
    input_ = new QPlainTextEdit(this);
    setKind(input_, "bare");
    input_->setTabChangesFocus(true);
    input_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    input_->document()->setDocumentMargin(2);
    input_->viewport()->setAutoFillBackground(false);
    input_->setMinimumHeight(0);
    input_->installEventFilter(this);
    input_->viewport()->installEventFilter(this);
    button_ = new QToolButton(this);
    setKind(button_, "send");
    button_->setFixedSize(34, 34);
    button_->setIconSize(QSize(20, 20));
    button_->setFocusPolicy(Qt::TabFocus);

    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(14, 8, 8, 8);
    row->setSpacing(8);
    row->addWidget(input_, 1, Qt::AlignVCenter);
    row->addWidget(button_, 0, Qt::AlignBottom);
    setFocusProxy(input_);
    setCursor(Qt::IBeamCursor);
    button_->setCursor(Qt::PointingHandCursor);

    connect(button_, &QToolButton::clicked, this, [this] {
        if (busy_)
            Q_EMIT stopRequested();
        else
            submit();
    });
    connect(input_, &QPlainTextEdit::textChanged, this, [this] {
        fitHeight();
        refresh();
    });
    connect(&theme_, &Theme::changed, this, [this] {
        fitHeight();
        refresh();
    });
    fitHeight();
    refresh();
}

QString Composer::text() const {
    return input_->toPlainText();
}

void Composer::setText(const QString& text) {
    input_->setPlainText(text);
    input_->moveCursor(QTextCursor::End);
}

void Composer::setBusy(bool busy) {
    busy_ = busy;
    refresh();
}

void Composer::setCanSend(bool canSend) {
    canSend_ = canSend;
    refresh();
}

void Composer::setPlaceholder(const QString& text) {
    input_->setPlaceholderText(text);
}

void Composer::focusInput() {
    input_->setFocus();
}

void Composer::refresh() {
    button_->setIcon(busy_ ? theme_.iconOnAccent("stop") : theme_.iconOnAccent("send"));
    button_->setEnabled(busy_ || (canSend_ && !text().trimmed().isEmpty()));
    const QString name = busy_ ? tr("Stop (Esc)") : tr("Send (Enter)");
    button_->setToolTip(name);
    button_->setAccessibleName(busy_ ? tr("Stop") : tr("Send"));
    input_->setAccessibleName(tr("Message"));
}

void Composer::fitHeight() {
    const double line = input_->fontMetrics().lineSpacing();
    double lines = 0;
    // Only as many blocks as can be shown are counted: a pasted book must not cost a layout of it.
    for (QTextBlock block = input_->document()->begin(); block.isValid() && lines < mostLines;
         block = block.next()) {
        const int laidOut = block.layout() ? block.layout()->lineCount() : 0;
        const double estimate = std::ceil((block.length() * input_->fontMetrics().averageCharWidth()) /
                                          std::max(1.0, static_cast<double>(input_->viewport()->width())));
        lines += laidOut > 0 ? laidOut : std::max(1.0, estimate);
    }
    const int height =
        static_cast<int>(std::ceil(std::clamp(lines, 1.0, static_cast<double>(mostLines)) * line)) + 6;
    if (input_->height() != height || input_->maximumHeight() != height) input_->setFixedHeight(height);
    input_->setVerticalScrollBarPolicy(lines > mostLines ? Qt::ScrollBarAsNeeded : Qt::ScrollBarAlwaysOff);
}

void Composer::resizeEvent(QResizeEvent* event) {
    QFrame::resizeEvent(event);
    fitHeight();
}

void Composer::mousePressEvent(QMouseEvent* event) {
    QFrame::mousePressEvent(event);
    focusInput();
}

void Composer::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) refresh();
}

bool Composer::eventFilter(QObject* watched, QEvent* event) {
    if (watched == input_->viewport()) {
        // A folder is the window's to take, not a path to be typed here.
        if (event->type() != QEvent::DragEnter ||
            DropOverlay::folderIn(static_cast<QDragEnterEvent*>(event)->mimeData()).isEmpty())
            return QFrame::eventFilter(watched, event);
        event->ignore();
        return true;
    }
    if (watched != input_) return QFrame::eventFilter(watched, event);
    switch (event->type()) {
        case QEvent::InputMethod:
            // Some input methods hand Enter on as a key while their text is still being composed.
            composing_ = !static_cast<QInputMethodEvent*>(event)->preeditString().isEmpty();
            break;
        case QEvent::KeyPress:
            if (keyPressed(*static_cast<QKeyEvent*>(event))) return true;
            break;
        case QEvent::FocusIn:
            setLook(this, "active", QStringLiteral("true"));
            break;
        case QEvent::FocusOut:
            composing_ = false;
            setLook(this, "active", QStringLiteral("false"));
            break;
        default:
            break;
    }
    return QFrame::eventFilter(watched, event);
}

bool Composer::keyPressed(QKeyEvent& key) {
    if (key.key() == Qt::Key_Up && key.modifiers() == Qt::NoModifier && text().isEmpty()) {
        Q_EMIT editLastRequested();
        return true;
    }
    if (key.key() != Qt::Key_Return && key.key() != Qt::Key_Enter) return false;
    if (composing_) return true;
    const Qt::KeyboardModifiers modifiers = key.modifiers() & ~Qt::KeypadModifier;
    if (modifiers == Qt::ShiftModifier) {
        input_->insertPlainText(QStringLiteral("\n"));
        input_->ensureCursorVisible();
        return true;
    }
    if (modifiers != Qt::NoModifier && modifiers != Qt::ControlModifier) return false;
    if (!busy_ && !key.isAutoRepeat()) submit();
    return true;
}

void Composer::submit() {
    const QString message = text();
    if (busy_ || !canSend_ || message.trimmed().isEmpty()) return;
    input_->clear();
    Q_EMIT sendRequested(message);
}

}  // namespace sidewinder::ui
