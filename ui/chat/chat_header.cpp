#include "ui/chat/chat_header.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QMenu>
#include <QToolButton>

#include "ui/theme/elided_label.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {

ChatHeader::ChatHeader(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    setObjectName(QStringLiteral("Header"));
    sidebar_ = new QToolButton(this);
    new_ = new QToolButton(this);
    find_ = new QToolButton(this);
    more_ = new QToolButton(this);
    more_->setPopupMode(QToolButton::InstantPopup);
    label_ = new ElidedLabel(this);
    setKind(label_, "strong");
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(10, 8, 10, 6);
    row->setSpacing(4);
    row->addWidget(sidebar_);
    row->addWidget(new_);
    row->addSpacing(6);
    row->addWidget(label_, 1);
    row->addWidget(find_);
    row->addWidget(more_);
    for (QToolButton* button : {sidebar_, new_, find_, more_}) {
        button->setIconSize(QSize(20, 20));
        button->setFocusPolicy(Qt::TabFocus);
    }
    connect(sidebar_, &QToolButton::clicked, this, &ChatHeader::sidebarToggled);
    connect(new_, &QToolButton::clicked, this, &ChatHeader::newRequested);
    connect(find_, &QToolButton::clicked, this, &ChatHeader::findRequested);
    connect(&theme_, &Theme::changed, this, &ChatHeader::restyle);
    restyle();
    retranslate();
}

void ChatHeader::setTitle(const QString& title) {
    label_->setWhole(title);
}

QString ChatHeader::title() const {
    return label_->whole();
}

void ChatHeader::setCanFind(bool canFind) {
    find_->setEnabled(canFind);
}

void ChatHeader::setMenu(QMenu* menu) {
    more_->setMenu(menu);
}

void ChatHeader::restyle() {
    sidebar_->setIcon(theme_.icon("sidebar"));
    new_->setIcon(theme_.icon("compose"));
    find_->setIcon(theme_.icon("search"));
    more_->setIcon(theme_.icon("more"));
}

void ChatHeader::retranslate() {
    const auto name = [](QToolButton* button, const QString& text, const QString& key) {
        button->setAccessibleName(text);
        button->setToolTip(key.isEmpty() ? text : QStringLiteral("%1 (%2)").arg(text, key));
    };
    name(sidebar_, tr("Show or hide the sidebar"), tr("Ctrl+B"));
    name(new_, tr("New chat"), tr("Ctrl+N"));
    name(find_, tr("Find in this chat"), tr("Ctrl+F"));
    name(more_, tr("More"), {});
}

void ChatHeader::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
}

}  // namespace sidewinder::ui
