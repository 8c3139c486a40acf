#include "ui/chat/notice_bar.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>

#include "ui/theme/kind.h"

namespace sidewinder::ui {

NoticeBar::NoticeBar(const Theme& theme, QWidget* parent) : QFrame(parent), theme_(theme) {
    setObjectName(QStringLiteral("NoticeBar"));
    icon_ = new QLabel(this);
    sentence_ = new QLabel(this);
    sentence_->setTextFormat(Qt::PlainText);
    sentence_->setWordWrap(true);
    sentence_->setTextInteractionFlags(Qt::TextSelectableByMouse);
    action_ = new QPushButton(this);
    details_ = new QPushButton(this);
    setKind(action_, "link");
    setKind(details_, "link");
    close_ = new QToolButton(this);
    close_->setIconSize(QSize(16, 16));
    close_->setFocusPolicy(Qt::TabFocus);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(14, 8, 8, 8);
    row->setSpacing(8);
    row->addWidget(icon_, 0, Qt::AlignVCenter);
    row->addWidget(sentence_, 1);
    row->addWidget(details_);
    row->addWidget(action_);
    row->addWidget(close_);
    QFrame::hide();

    timer_.setSingleShot(true);
    connect(&timer_, &QTimer::timeout, this, &NoticeBar::expire);
    connect(close_, &QToolButton::clicked, this, &NoticeBar::dismiss);
    connect(action_, &QPushButton::clicked, this, [this] {
        const qint64 id = notice_.actionId;
        dismiss();
        Q_EMIT actionTriggered(id);
    });
    connect(details_, &QPushButton::clicked, this, [this] {
        QApplication::clipboard()->setText(notice_.details);
        details_->setText(tr("Copied"));
    });
    connect(&theme_, &Theme::changed, this, &NoticeBar::restyle);
}

void NoticeBar::show(const Notice& notice) {
    notice_ = notice;
    sentence_->setText(notice.sentence);
    action_->setText(notice.actionLabel);
    action_->setAccessibleName(notice.actionLabel);
    action_->setVisible(!notice.actionLabel.isEmpty());
    details_->setText(tr("Copy details"));
    details_->setAccessibleName(tr("Copy details"));
    details_->setVisible(!notice.details.isEmpty());
    close_->setAccessibleName(tr("Close notice"));
    close_->setToolTip(tr("Close"));
    setAccessibleName(notice.sentence);
    restyle();
    QFrame::show();
    raise();
    if (notice.milliseconds > 0)
        timer_.start(notice.milliseconds);
    else
        timer_.stop();
    Q_EMIT sizeChanged();
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void NoticeBar::dismiss() {
    timer_.stop();
    QFrame::hide();
    Q_EMIT sizeChanged();
}

void NoticeBar::expire() {
    if (underMouse() || isAncestorOf(QApplication::focusWidget()))
        timer_.start(2000);
    else
        dismiss();
}

void NoticeBar::restyle() {
    const Colours& c = theme_.colours();
    const bool error = notice_.kind == NoticeKind::Error;
    const bool warning = notice_.kind == NoticeKind::Warning;
    setLook(this, "tone",
            error     ? QStringLiteral("error")
            : warning ? QStringLiteral("warning")
                      : QStringLiteral("info"));
    const QIcon icon = theme_.iconIn(error || warning ? "warning" : "info", error     ? c.danger
                                                                            : warning ? c.warning
                                                                                      : c.quiet);
    icon_->setPixmap(icon.pixmap(QSize(18, 18), devicePixelRatioF()));
    close_->setIcon(theme_.icon("close"));
}

void NoticeBar::place(const QRect& column, int bottom) {
    const int width = column.width();
    const int inner = layout()->hasHeightForWidth() ? layout()->heightForWidth(width) : sizeHint().height();
    const int height = std::max(inner, 46);
    setGeometry(column.center().x() - width / 2, bottom - height - 10, width, height);
}

void NoticeBar::enterEvent(QEnterEvent* event) {
    QFrame::enterEvent(event);
    timer_.stop();
}

void NoticeBar::leaveEvent(QEvent* event) {
    QFrame::leaveEvent(event);
    if (isVisible() && notice_.milliseconds > 0) timer_.start(std::min(notice_.milliseconds, 4000));
}

}  // namespace sidewinder::ui
