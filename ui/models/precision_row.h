#pragma once

#include <QObject>

#include "ui/models/model_values.h"
#include "ui/theme/theme.h"

class QLabel;
class QRadioButton;
class QWidget;

namespace sidewinder::ui {

/// The widgets of one precision in a PrecisionTable, which places and owns them.
class PrecisionRow : public QObject {
    Q_OBJECT

  public:
    PrecisionRow(const Theme& theme, QWidget* table);

    /// `labelled`: each cell says what it is about, since no heading does.
    void fill(const ModelPrecision& precision, bool labelled);

    struct Cell {
        QWidget* whole;
        QLabel* icon;
        QLabel* text;
    };
    QRadioButton* radio;
    Cell gpu, cpu, disk;

  private:
    Cell cell(QWidget* table) const;
    void fill(Cell& cell, const ModelFit& fit, const QString& label, bool labelled) const;
    static QString spoken(const ModelFit& fit);

    const Theme& theme_;
};

}  // namespace sidewinder::ui
