#include "ui/projects/excerpt_note.h"

#include <QCheckBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/projects/project_text.h"
#include "ui/theme/elided_label.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {
constexpr int kMostHeight = 170;
}

ExcerptNote::ExcerptNote(const Theme& theme, QWidget* parent) : QFrame(parent), theme_(theme) {
    setObjectName(QStringLiteral("ExcerptNote"));
    title_ = new QPushButton(this);
    setKind(title_, "row");
    title_->setIconSize(QSize(16, 16));
    rows_ = new QWidget;
    column_ = new QVBoxLayout(rows_);
    column_->setContentsMargins(10, 0, 10, 8);
    column_->setSpacing(2);
    scroll_ = new QScrollArea(this);
    scroll_->setWidget(rows_);
    scroll_->setWidgetResizable(true);
    scroll_->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll_->setFocusPolicy(Qt::NoFocus);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(2, 2, 2, 2);
    column->setSpacing(2);
    column->addWidget(title_);
    column->addWidget(scroll_);
    connect(title_, &QPushButton::clicked, this, [this] {
        open_ = !open_;
        refresh();
    });
    connect(&theme_, &Theme::changed, this, &ExcerptNote::refresh);
    refresh();
}

void ExcerptNote::setExcerpts(const QList<ExcerptItem>& excerpts) {
    excerpts_ = excerpts;
    rebuild();
    refresh();
}

void ExcerptNote::rebuild() {
    switches_.clear();
    while (QLayoutItem* item = column_->takeAt(0)) {
        delete item->widget();
        delete item;
    }
    for (int i = 0; i < excerpts_.size(); ++i) {
        const ExcerptItem& excerpt = excerpts_[i];
        auto* row = new QWidget(rows_);
        auto* line = new QHBoxLayout(row);
        line->setContentsMargins(0, 0, 0, 0);
        line->setSpacing(8);
        auto* on = new QCheckBox(row);
        on->setChecked(excerpt.on);
        on->setText(tr("%1:%2–%3").arg(excerpt.path).arg(excerpt.firstLine).arg(excerpt.lastLine));
        on->setAccessibleName(
            tr("%1, %2, %3").arg(on->text(), ProjectText::tokens(excerpt.tokens), excerpt.why));
        auto* why = new ElidedLabel(row);
        why->setWhole(tr("%1 · %2").arg(ProjectText::tokens(excerpt.tokens), excerpt.why));
        setKind(why, "quiet");
        line->addWidget(on);
        line->addWidget(why, 1);
        column_->addWidget(row);
        switches_ << on;
        connect(on, &QCheckBox::toggled, this, [this, i](bool checked) {
            excerpts_[i].on = checked;
            refresh();
            Q_EMIT switched(i, checked);
        });
    }
}

void ExcerptNote::refresh() {
    setVisible(!excerpts_.isEmpty());
    scroll_->setVisible(open_ && !excerpts_.isEmpty());
    scroll_->setFixedHeight(std::min(kMostHeight, rows_->sizeHint().height()));
    title_->setIcon(theme_.icon(open_ ? "chevron-down" : "chevron-right"));
    qint64 tokens = 0;
    int on = 0;
    for (const ExcerptItem& excerpt : excerpts_) {
        tokens += excerpt.on ? excerpt.tokens : 0;
        on += excerpt.on ? 1 : 0;
    }
    title_->setText(on == 1 ? tr("1 excerpt beside your question, %1").arg(ProjectText::tokens(tokens))
                            : tr("%1 excerpts beside your question, %2")
                                  .arg(ProjectText::number(on), ProjectText::tokens(tokens)));
    title_->setAccessibleName(title_->text());
    title_->setAccessibleDescription(open_ ? tr("Open") : tr("Closed"));
    updateGeometry();
    Q_EMIT sizeChanged();
}

void ExcerptNote::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() != QEvent::LanguageChange) return;
    rebuild();
    refresh();
}

}  // namespace sidewinder::ui
