#include "ui/models/precision_table.h"

#include <QButtonGroup>
#include <QGridLayout>
#include <QLabel>
#include <QRadioButton>
#include <QResizeEvent>

#include <algorithm>

#include "ui/models/model_text.h"
#include "ui/models/precision_row.h"
#include "ui/theme/elided_label.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {
constexpr int kColumnGap = 16;
constexpr int kIndent = 28;  // beneath a radio button's text
}  // namespace

PrecisionTable::PrecisionTable(const Theme& theme, QWidget* parent)
    : QWidget(parent), theme_(theme), grid_(new QGridLayout(this)), group_(new QButtonGroup(this)) {
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(kColumnGap);
    grid_->setVerticalSpacing(4);
    for (int i = 0; i < 4; ++i) {
        auto* head = new QLabel(this);
        head->setTextFormat(Qt::PlainText);
        setKind(head, "section");
        heads_ << head;
    }
    connect(group_, &QButtonGroup::idToggled, this, [this](int id, bool on) {
        if (!on || id < 0 || id >= model_.precisions.size()) return;
        touched_ = touched_ || model_.precisions[id].name != chosen_;
        choose(model_.precisions[id].name);
    });
    connect(&theme_, &Theme::changed, this, &PrecisionTable::retranslate);
}

PrecisionTable::~PrecisionTable() = default;

bool PrecisionTable::hasGpu() const {
    return std::any_of(model_.precisions.begin(), model_.precisions.end(),
                       [](const ModelPrecision& p) { return p.gpu.usable; });
}

void PrecisionTable::setModel(const ModelItem& model) {
    const bool same =
        model.precisions == model_.precisions && model.used == model_.used && model.best == model_.best;
    if (model.used != model_.used) touched_ = false;
    model_ = model;
    if (same) return;
    rebuild();
}

void PrecisionTable::rebuild() {
    while (rows_.size() < model_.precisions.size()) {
        rows_ << new PrecisionRow(theme_, this);
        group_->addButton(rows_.last()->radio, static_cast<int>(rows_.size()) - 1);
    }
    const auto known = [this](const QString& name) {
        return std::any_of(model_.precisions.begin(), model_.precisions.end(),
                           [&](const ModelPrecision& p) { return p.name == name; });
    };
    QString wanted = chosen_;
    if (!touched_ || !known(wanted)) wanted = !model_.used.isEmpty() ? model_.used : model_.best;
    if (!known(wanted) && !model_.precisions.isEmpty()) wanted = model_.precisions.last().name;
    for (int i = 0; i < rows_.size(); ++i) {
        const bool there = i < model_.precisions.size();
        rows_[i]->radio->setVisible(there);
        for (const PrecisionRow::Cell& cell : {rows_[i]->gpu, rows_[i]->cpu, rows_[i]->disk})
            cell.whole->setVisible(there);
        if (there && model_.precisions[i].name == wanted) rows_[i]->radio->setChecked(true);
    }
    choose(wanted);
    retranslate();
}

void PrecisionTable::choose(const QString& name) {
    if (name == chosen_) return;
    chosen_ = name;
    Q_EMIT chosenChanged();
}

void PrecisionTable::retranslate() {
    if (model_.precisions.isEmpty()) return;
    const ModelPrecision& first = model_.precisions.first();
    heads_[0]->setText(tr("Precision"));
    heads_[1]->setText(tr("GPU, %1 free").arg(ModelText::bytes(first.gpu.free)));
    heads_[1]->setToolTip(first.gpu.device.toHtmlEscaped());
    heads_[2]->setText(tr("Processor, %1 free").arg(ModelText::bytes(first.cpu.free)));
    heads_[2]->setToolTip(first.cpu.device.toHtmlEscaped());
    heads_[3]->setText(tr("File"));
    for (int i = 0; i < model_.precisions.size(); ++i) rows_[i]->fill(model_.precisions[i], false);
    place(width() >= wideWidth());
}

int PrecisionTable::wideWidth() const {
    int sum = 0;
    for (int column = 0; column < 4; ++column) {
        if (column == 1 && !hasGpu()) continue;
        int widest = heads_[column]->sizeHint().width();
        for (PrecisionRow* row : rows_) {
            const QWidget* cells[] = {row->radio, row->gpu.whole, row->cpu.whole, row->disk.whole};
            widest = std::max(widest, cells[column]->sizeHint().width());
        }
        sum += widest + (sum > 0 ? kColumnGap : 0);
    }
    return sum;
}

void PrecisionTable::place(bool wide) {
    wide_ = wide;
    while (QLayoutItem* item = grid_->takeAt(0)) delete item;
    const bool gpu = hasGpu();
    for (int i = 0; i < heads_.size(); ++i) heads_[i]->setVisible(wide && (i != 1 || gpu));
    if (wide)
        for (int column = 0; column < 4; ++column)
            if (column != 1 || gpu) grid_->addWidget(heads_[column], 0, column);
    int line = 1;
    for (int i = 0; i < model_.precisions.size(); ++i) {
        PrecisionRow* row = rows_[i];
        row->fill(model_.precisions[i], !wide);
        QWidget* cells[] = {row->gpu.whole, row->cpu.whole, row->disk.whole};
        cells[0]->setVisible(gpu);
        grid_->addWidget(row->radio, line, 0, Qt::AlignLeft);
        for (int c = 0; c < 3; ++c) {
            if (c == 0 && !gpu) continue;
            cells[c]->setContentsMargins(wide ? 0 : kIndent, 0, 0, 0);
            if (wide)
                grid_->addWidget(cells[c], line, c + 1);
            else
                grid_->addWidget(cells[c], ++line, 0);
        }
        ++line;
    }
    for (int column = 0; column < 4; ++column) grid_->setColumnStretch(column, wide && column == 3 ? 1 : 0);
    if (!wide) grid_->setColumnStretch(0, 1);
    updateGeometry();
}

void PrecisionTable::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    if (model_.precisions.isEmpty() || event->oldSize().width() == event->size().width()) return;
    // Measured with the short texts of the table.
    for (int i = 0; !wide_ && i < model_.precisions.size(); ++i) rows_[i]->fill(model_.precisions[i], false);
    const bool room = event->size().width() >= wideWidth();
    if (room != wide_ || !wide_) place(room);
}

}  // namespace sidewinder::ui
