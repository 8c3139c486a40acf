#pragma once

#include <QWidget>

#include "ui/models/model_values.h"

class QGridLayout;
class QLabel;

namespace sidewinder::ui {

/// What few look at: where a model comes from and lies, the disk that it takes, its files.
class ModelDetails : public QWidget {
    Q_OBJECT

  public:
    explicit ModelDetails(QWidget* parent);
    void setModel(const ModelItem& model);

  private:
    void addRow(const QString& name, const QString& text);

    QGridLayout* grid_;
    QList<QLabel*> labels_;  ///< pairs, in the order of rows
    int rows_ = 0;
};

}  // namespace sidewinder::ui
