#include "ui/models/progress_block.h"

#include <QGridLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>

#include <algorithm>

#include "ui/models/model_text.h"
#include "ui/theme/elided_label.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {

constexpr int kIcon = 16;

bool is_download(ModelTask task) {
    return task >= ModelTask::Listing && task <= ModelTask::Publishing;
}

QLabel* plain(QWidget* parent, const char* kind) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    setKind(label, kind);
    return label;
}

}  // namespace

ProgressBlock::ProgressBlock(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    task_ = plain(this, "strong");
    text_ = plain(this, "quiet");
    note_ = plain(this, "warningSmall");
    for (QLabel* label : {task_, text_, note_}) label->setWordWrap(true);
    bar_ = new QProgressBar(this);
    bar_->setTextVisible(false);
    files_ = new QWidget(this);
    fileGrid_ = new QGridLayout(files_);
    fileGrid_->setContentsMargins(0, 4, 0, 0);
    fileGrid_->setHorizontalSpacing(8);
    fileGrid_->setVerticalSpacing(4);
    fileGrid_->setColumnStretch(1, 1);
    pause_ = new QPushButton(parent);
    stop_ = new QPushButton(parent);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    column->addWidget(task_);
    column->addWidget(bar_);
    column->addWidget(text_);
    column->addWidget(note_);
    column->addWidget(files_);
    connect(pause_, &QPushButton::clicked, this, [this] {
        if (work_.task == ModelTask::Paused)
            Q_EMIT resumeRequested();
        else
            Q_EMIT pauseRequested();
    });
    connect(stop_, &QPushButton::clicked, this, &ProgressBlock::stopRequested);
    connect(&theme_, &Theme::changed, this, &ProgressBlock::restyle);
    hide();
    pause_->hide();
    stop_->hide();
}

void ProgressBlock::addButtonsTo(QLayout& layout) {
    layout.addWidget(pause_);
    layout.addWidget(stop_);
}

void ProgressBlock::setAsking(bool asking) {
    asking_ = asking;
    setWork(work_);
}

void ProgressBlock::setWork(const ModelWork& work) {
    work_ = work;
    setVisible(work.task != ModelTask::None);
    if (work.task == ModelTask::None) {
        pause_->hide();
        stop_->hide();
        return;
    }
    task_->setText(ModelText::task(work));
    text_->setText(ModelText::progress(work));
    text_->setVisible(!text_->text().isEmpty());
    note_->setText(work.note);
    note_->setVisible(!work.note.isEmpty());
    const bool known = work.size > 0;
    bar_->setRange(0, known ? 1000 : 0);
    if (known) bar_->setValue(static_cast<int>(1000 * std::min(work.bytes, work.size) / work.size));
    setLook(bar_, "still", work.task == ModelTask::Paused ? QStringLiteral("true") : QStringLiteral("false"));
    bar_->setAccessibleName(task_->text());
    bar_->setAccessibleDescription(text_->text());

    const bool download = is_download(work.task);
    const bool paused = work.task == ModelTask::Paused;
    pause_->setVisible(download);
    pause_->setText(paused ? tr("Resume") : tr("Pause"));
    pause_->setAccessibleName(pause_->text());
    pause_->setEnabled(!work.ending && !asking_ && work.task != ModelTask::Publishing);
    stop_->setVisible(work.task != ModelTask::Removing);
    stop_->setText(download ? tr("Cancel…") : tr("Stop"));
    stop_->setAccessibleName(stop_->text());
    stop_->setEnabled(!work.ending && !asking_);
    showFiles();
}

void ProgressBlock::showFiles() {
    files_->setVisible(work_.files.size() > 1);
    while (rows_.size() < work_.files.size()) {
        const int line = static_cast<int>(rows_.size());
        auto* name = new ElidedLabel(files_);
        setKind(name, "quiet");
        FileRow row{new QLabel(files_), name, plain(files_, "quiet")};
        row.icon->setFixedSize(kIcon, kIcon);
        row.state->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
        fileGrid_->addWidget(row.icon, line, 0);
        fileGrid_->addWidget(row.name, line, 1);
        fileGrid_->addWidget(row.state, line, 2);
        rows_ << row;
    }
    for (int i = 0; i < rows_.size(); ++i) {
        const bool there = i < work_.files.size();
        for (QLabel* label : {rows_[i].icon, rows_[i].name, rows_[i].state}) label->setVisible(there);
        if (!there) continue;
        const ModelWork::File& file = work_.files[i];
        static_cast<ElidedLabel*>(rows_[i].name)->setWhole(file.name);
        rows_[i].state->setText(file.verified    ? tr("%1, checked").arg(ModelText::bytes(file.size))
                                : file.bytes > 0 ? ModelText::share(file.bytes, file.size)
                                                 : ModelText::bytes(file.size));
        const bool now = work_.what == file.name && !file.verified;
        rows_[i].icon->setPixmap(
            file.verified ? theme_.iconIn("check", theme_.colours().accent)
                                .pixmap(QSize(kIcon, kIcon), devicePixelRatioF())
            : now ? theme_.icon("download").pixmap(QSize(kIcon, kIcon), devicePixelRatioF())
                  : QPixmap());
    }
}

void ProgressBlock::restyle() {
    if (work_.task != ModelTask::None) showFiles();
}

}  // namespace sidewinder::ui
