#include "ui/models/precision_row.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QRadioButton>

#include "ui/models/model_text.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {
constexpr int kIcon = 16;
}

PrecisionRow::PrecisionRow(const Theme& theme, QWidget* table)
    : QObject(table),
      radio(new QRadioButton(table)),
      gpu(cell(table)),
      cpu(cell(table)),
      disk(cell(table)),
      theme_(theme) {
    radio->setFocusPolicy(Qt::StrongFocus);
    disk.icon->hide();
}

PrecisionRow::Cell PrecisionRow::cell(QWidget* table) const {
    auto* whole = new QWidget(table);
    auto* icon = new QLabel(whole);
    auto* text = new QLabel(whole);
    text->setTextFormat(Qt::PlainText);
    setKind(text, "quiet");
    auto* row = new QHBoxLayout(whole);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(6);
    row->addWidget(icon);
    row->addWidget(text, 1);
    return {whole, icon, text};
}

void PrecisionRow::fill(const ModelPrecision& precision, bool labelled) {
    radio->setText(precision.name);
    fill(gpu, precision.gpu, labelled ? tr("GPU: %1") : QStringLiteral("%1"), labelled);
    fill(cpu, precision.cpu, labelled ? tr("Processor: %1") : QStringLiteral("%1"), labelled);
    const QString kept = precision.disk == 0 ? tr("as it comes")
                         : precision.made >= 0
                             ? tr("%1, made").arg(ModelText::bytes(precision.made))
                             : tr("%1, made on first use").arg(ModelText::bytes(precision.disk));
    disk.text->setText(labelled ? tr("File: %1").arg(kept) : kept);
    QString name = precision.name;
    if (precision.gpu.usable) name += tr("; GPU %1").arg(spoken(precision.gpu));
    if (precision.cpu.usable) name += tr("; processor %1").arg(spoken(precision.cpu));
    radio->setAccessibleName(name);
    radio->setAccessibleDescription(tr("File: %1").arg(kept));
}

QString PrecisionRow::spoken(const ModelFit& fit) {
    const QString need = ModelText::bytes(fit.need);
    return fit.fits ? tr("%1, fits").arg(need) : tr("%1, too much").arg(need);
}

void PrecisionRow::fill(Cell& cell, const ModelFit& fit, const QString& label, bool labelled) const {
    const Colours& c = theme_.colours();
    cell.text->setText(
        label.arg(ModelText::bytes(fit.need) + (fit.fits || !labelled ? QString() : tr(", too much"))));
    cell.whole->setToolTip(fit.fits ? tr("Fits: %1 are free").arg(ModelText::bytes(fit.free))
                                    : fit.reason.toHtmlEscaped());
    const QIcon icon = fit.fits ? theme_.iconIn("check", c.accent) : theme_.iconIn("close", c.danger);
    cell.icon->setPixmap(icon.pixmap(QSize(kIcon, kIcon), cell.icon->devicePixelRatioF()));
}

}  // namespace sidewinder::ui
