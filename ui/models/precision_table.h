#pragma once

#include <QList>
#include <QWidget>

#include "ui/models/model_values.h"
#include "ui/theme/theme.h"

class QButtonGroup;
class QGridLayout;
class QLabel;
class QRadioButton;

namespace sidewinder::ui {

class PrecisionRow;

/// The precisions of one model, with the memory that each takes on this machine's devices; one is chosen. A
/// table where there is room, else one below the other.
class PrecisionTable : public QWidget {
    Q_OBJECT

  public:
    explicit PrecisionTable(const Theme& theme, QWidget* parent = nullptr);
    ~PrecisionTable() override;

    /// What was chosen stays chosen; at first it is what is used, else the best.
    void setModel(const ModelItem& model);
    QString chosen() const { return chosen_; }
    void retranslate();

  Q_SIGNALS:
    void chosenChanged();

  protected:
    void resizeEvent(QResizeEvent* event) override;

  private:
    void rebuild();
    void place(bool wide);
    void choose(const QString& name);
    int wideWidth() const;
    bool hasGpu() const;

    const Theme& theme_;
    ModelItem model_;
    QString chosen_;
    bool touched_ = false;  ///< the person chose
    bool wide_ = true;
    QGridLayout* grid_;
    QButtonGroup* group_;
    QList<QLabel*> heads_;  ///< of the columns
    QList<PrecisionRow*> rows_;
};

}  // namespace sidewinder::ui
