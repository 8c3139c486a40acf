#include "ui/models/model_details.h"

#include <QGridLayout>
#include <QLabel>

#include "ui/models/model_text.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {

ModelDetails::ModelDetails(QWidget* parent) : QWidget(parent), grid_(new QGridLayout(this)) {
    grid_->setContentsMargins(0, 0, 0, 0);
    grid_->setHorizontalSpacing(16);
    grid_->setVerticalSpacing(6);
    grid_->setColumnStretch(1, 1);
}

void ModelDetails::addRow(const QString& name, const QString& text) {
    if (text.isEmpty()) return;
    if (labels_.size() <= 2 * rows_) {
        for (int column = 0; column < 2; ++column) {
            auto* label = new QLabel(this);
            label->setTextFormat(Qt::PlainText);
            label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
            setKind(label, "quiet");
            grid_->addWidget(label, rows_, column);
            labels_ << label;
        }
        labels_.last()->setWordWrap(true);
        labels_.last()->setTextInteractionFlags(Qt::TextSelectableByMouse);
    }
    labels_[2 * rows_]->setText(name);
    labels_[2 * rows_ + 1]->setText(text);
    ++rows_;
}

void ModelDetails::setModel(const ModelItem& model) {
    rows_ = 0;
    addRow(tr("Source"), ModelText::source(model));
    addRow(tr("Licence"), model.license.isEmpty() ? tr("not known") : model.license);
    addRow(tr("Folder"), model.place);
    addRow(tr("Disk"), ModelText::disk(model));
    QStringList files;
    for (const ModelFile& file : model.files)
        files << QStringLiteral("%1 (%2)").arg(file.name, ModelText::bytes(file.size));
    addRow(tr("Files"), files.join(QLatin1Char('\n')));
    for (int i = 0; i < labels_.size(); ++i) labels_[i]->setVisible(i < 2 * rows_);
}

}  // namespace sidewinder::ui
