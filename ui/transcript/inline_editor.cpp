#include "ui/transcript/inline_editor.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/theme/kind.h"

namespace sidewinder::ui {

InlineEditor::InlineEditor(const QString& text, QWidget* parent) : QFrame(parent), original_(text) {
    setObjectName(QStringLiteral("InlineEditor"));
    edit_ = new QPlainTextEdit(this);
    setKind(edit_, "bare");
    edit_->setPlainText(text);
    edit_->setTabChangesFocus(true);
    edit_->setAccessibleName(tr("Edit your message"));
    edit_->installEventFilter(this);
    edit_->moveCursor(QTextCursor::End);
    auto* cancel = new QPushButton(tr("Cancel"), this);
    send_ = new QPushButton(tr("Send again"), this);
    setKind(send_, "primary");
    cancel->setAccessibleName(tr("Cancel editing"));
    send_->setAccessibleName(tr("Send the edited message"));

    auto* row = new QHBoxLayout;
    row->setSpacing(8);
    row->addStretch();
    row->addWidget(cancel);
    row->addWidget(send_);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(14, 12, 12, 12);
    column->setSpacing(8);
    column->addWidget(edit_, 1);
    column->addLayout(row);
    setFocusProxy(edit_);

    connect(cancel, &QPushButton::clicked, this, &InlineEditor::cancelled);
    connect(send_, &QPushButton::clicked, this, &InlineEditor::submit);
    connect(edit_, &QPlainTextEdit::textChanged, this, [this] {
        send_->setEnabled(!edit_->toPlainText().trimmed().isEmpty());
        Q_EMIT heightChanged();
    });
}

QString InlineEditor::text() const {
    return edit_->toPlainText();
}

int InlineEditor::heightFor(int width) const {
    const int perLine = std::max(20, (width - 40) / std::max(1, edit_->fontMetrics().averageCharWidth()));
    int lines = 0;
    const QString text = edit_->toPlainText();
    for (const QStringView line : QStringView(text).split(u'\n'))
        lines += 1 + static_cast<int>(line.size()) / perLine;
    return std::clamp(lines + 1, 3, 14) * edit_->fontMetrics().lineSpacing() + 76;
}

bool InlineEditor::eventFilter(QObject* watched, QEvent* event) {
    if (watched == edit_ && event->type() == QEvent::KeyPress) {
        const auto* key = static_cast<QKeyEvent*>(event);
        const bool enter = key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        if (enter && (key->modifiers() & Qt::ControlModifier)) {
            submit();
            return true;
        }
    }
    // Esc ends the editing, not the answer that may be running: taken before the window's shortcut.
    if (watched == edit_ &&
        (event->type() == QEvent::ShortcutOverride || event->type() == QEvent::KeyPress) &&
        static_cast<QKeyEvent*>(event)->key() == Qt::Key_Escape) {
        event->accept();
        if (event->type() == QEvent::KeyPress) Q_EMIT cancelled();
        return true;
    }
    return QFrame::eventFilter(watched, event);
}

void InlineEditor::submit() {
    if (!text().trimmed().isEmpty()) Q_EMIT submitted(text());
}

}  // namespace sidewinder::ui
