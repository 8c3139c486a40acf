#include "ui/projects/project_chip.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QTextDocument>
#include <QToolButton>

#include "ui/projects/project_text.h"
#include "ui/theme/elided_label.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {

ProjectChip::ProjectChip(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    name_ = new QPushButton(this);
    setKind(name_, "tag");
    name_->setIconSize(QSize(16, 16));
    remove_ = new QToolButton(this);
    remove_->setIconSize(QSize(14, 14));
    remove_->setFocusPolicy(Qt::TabFocus);
    state_ = new ElidedLabel(this);
    update_ = new QPushButton(this);
    setKind(update_, "link");
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(2, 0, 2, 2);
    row->setSpacing(4);
    row->addWidget(name_);
    row->addWidget(remove_);
    row->addSpacing(4);
    row->addWidget(state_, 1);
    row->addWidget(update_);
    connect(name_, &QPushButton::clicked, this, [this] { Q_EMIT sheetRequested(item_.id); });
    connect(update_, &QPushButton::clicked, this, [this] { Q_EMIT updateRequested(item_.id); });
    connect(remove_, &QToolButton::clicked, this, &ProjectChip::removed);
    connect(&theme_, &Theme::changed, this, &ProjectChip::refresh);
    refresh();
}

void ProjectChip::setProject(const ProjectItem& item, bool removable) {
    item_ = item;
    removable_ = removable;
    refresh();
}

void ProjectChip::setBeingRead(bool being) {
    if (being == beingRead_) return;
    beingRead_ = being;
    refresh();
}

void ProjectChip::refresh() {
    setVisible(item_.id != 0);
    if (item_.id == 0) return;
    name_->setIcon(theme_.icon("folder"));
    remove_->setIcon(theme_.icon("close"));
    name_->setText(name_->fontMetrics().elidedText(item_.name, Qt::ElideMiddle, 240));
    name_->setToolTip(Qt::convertFromPlainText(item_.path));
    name_->setAccessibleName(tr("Project %1: choose files").arg(item_.name));
    remove_->setVisible(removable_);
    remove_->setAccessibleName(tr("Chat without the project"));
    remove_->setToolTip(remove_->accessibleName());
    const bool changed = item_.state == ProjectState::Changed;
    const bool wants = changed || item_.state == ProjectState::Paused ||
                       item_.state == ProjectState::NotRead || item_.state == ProjectState::OtherModel;
    state_->setWhole(changed ? ProjectText::changes(item_) : ProjectText::state(item_));
    setKind(state_, wants || item_.state == ProjectState::Missing ? "warningSmall" : "quiet");
    state_->style()->unpolish(state_);
    state_->style()->polish(state_);
    if (beingRead_) state_->setWhole(QString());  // it stays, since it keeps the chip to its size
    update_->setVisible(wants && !beingRead_);
    update_->setText(changed                               ? tr("Update…")
                     : item_.state == ProjectState::Paused ? tr("Continue")
                                                           : tr("Read…"));
    update_->setAccessibleName(update_->text());
}

void ProjectChip::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) refresh();
}

}  // namespace sidewinder::ui
