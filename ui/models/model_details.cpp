#include "ui/models/model_details.h"

#include <QGridLayout>
#include <QLabel>

#include "ui/models/model_text.h"
#include "ui/theme/elided_label.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {

ModelDetails::ModelDetails(QWidget* parent) : QWidget(parent) {
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setHorizontalSpacing(16);
    grid->setVerticalSpacing(6);
    grid->setColumnStretch(1, 1);
    for (int i = 0; i < kRows; ++i) {
        names_[i] = new QLabel(this);
        // A path has no place to break a line.
        auto* path = i == kFolder ? new ElidedLabel(this) : nullptr;
        values_[i] = path ? path : new QLabel(this);
        for (QLabel* label : {names_[i], values_[i]}) {
            label->setTextFormat(Qt::PlainText);
            label->setAlignment(Qt::AlignTop | Qt::AlignLeft);
            setKind(label, "quiet");
        }
        values_[i]->setWordWrap(!path);
        grid->addWidget(names_[i], i, 0);
        grid->addWidget(values_[i], i, 1);
    }
}

void ModelDetails::setModel(const ModelItem& model) {
    QStringList files;
    for (const ModelFile& file : model.files)
        files << QStringLiteral("%1 (%2)").arg(file.name, ModelText::bytes(file.size));
    const QString names[kRows] = {tr("Source"), tr("Licence"), tr("Folder"), tr("Disk"), tr("Files")};
    const QString values[kRows] = {ModelText::breakable(ModelText::source(model)),
                                   model.license.isEmpty() ? tr("not known") : model.license, model.place,
                                   ModelText::disk(model), files.join(QLatin1Char('\n'))};
    for (int i = 0; i < kRows; ++i) {
        names_[i]->setText(names[i]);
        if (i == kFolder)
            static_cast<ElidedLabel*>(values_[i])->setWhole(values[i]);
        else
            values_[i]->setText(values[i]);
        for (QLabel* label : {names_[i], values_[i]}) label->setVisible(!values[i].isEmpty());
    }
}

}  // namespace sidewinder::ui
