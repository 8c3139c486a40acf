#include "ui/chat/find_bar.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>

#include "ui/theme/kind.h"

namespace sidewinder::ui {

FindBar::FindBar(const Theme& theme, QWidget* parent) : QFrame(parent), theme_(theme) {
    setObjectName(QStringLiteral("FindBar"));
    input_ = new QLineEdit(this);
    setKind(input_, "bare");
    input_->setMinimumWidth(180);
    input_->installEventFilter(this);
    count_ = new QLabel(this);
    setKind(count_, "quiet");
    count_->setTextFormat(Qt::PlainText);
    previous_ = new QToolButton(this);
    next_ = new QToolButton(this);
    close_ = new QToolButton(this);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(14, 5, 6, 5);
    row->setSpacing(4);
    row->addWidget(input_, 1);
    row->addWidget(count_);
    row->addSpacing(4);
    for (QToolButton* button : {previous_, next_, close_}) {
        button->setIconSize(QSize(16, 16));
        button->setFocusPolicy(Qt::TabFocus);
        row->addWidget(button);
    }
    connect(input_, &QLineEdit::textChanged, this, &FindBar::queryChanged);
    connect(previous_, &QToolButton::clicked, this, [this] { Q_EMIT stepRequested(-1); });
    connect(next_, &QToolButton::clicked, this, [this] { Q_EMIT stepRequested(+1); });
    connect(close_, &QToolButton::clicked, this, &FindBar::close);
    connect(&theme_, &Theme::changed, this, &FindBar::restyle);
    restyle();
    retranslate();
    hide();
}

void FindBar::open() {
    show();
    raise();
    input_->setFocus(Qt::ShortcutFocusReason);
    input_->selectAll();
    Q_EMIT queryChanged(input_->text());
}

void FindBar::close() {
    hide();
    Q_EMIT closed();
}

QString FindBar::query() const {
    return input_->text();
}

void FindBar::setCount(int current, int count, bool complete) {
    if (input_->text().isEmpty())
        count_->clear();
    else if (count == 0)
        count_->setText(complete ? tr("Not found") : tr("Searching…"));
    else
        count_->setText(tr("%1 of %2").arg(current + 1).arg(count));
    previous_->setEnabled(count > 0);
    next_->setEnabled(count > 0);
}

bool FindBar::eventFilter(QObject* watched, QEvent* event) {
    const bool key = event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride;
    if (watched == input_ && key) {
        const auto* press = static_cast<QKeyEvent*>(event);
        if (press->key() == Qt::Key_Escape) {  // closes the bar, does not stop an answer
            event->accept();
            if (event->type() == QEvent::KeyPress) close();
            return true;
        }
        if (event->type() == QEvent::KeyPress &&
            (press->key() == Qt::Key_Return || press->key() == Qt::Key_Enter)) {
            Q_EMIT stepRequested(press->modifiers() & Qt::ShiftModifier ? -1 : +1);
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

void FindBar::restyle() {
    previous_->setIcon(theme_.icon("chevron-up"));
    next_->setIcon(theme_.icon("chevron-down"));
    close_->setIcon(theme_.icon("close"));
}

void FindBar::retranslate() {
    input_->setPlaceholderText(tr("Find in this chat"));
    input_->setAccessibleName(tr("Find in this chat"));
    const auto name = [](QToolButton* button, const QString& text) {
        button->setToolTip(text);
        button->setAccessibleName(text);
    };
    name(previous_, tr("Previous match"));
    name(next_, tr("Next match"));
    name(close_, tr("Close find"));
}

void FindBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
}

}  // namespace sidewinder::ui
