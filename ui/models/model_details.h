#pragma once

#include <QWidget>

#include "ui/models/model_values.h"

class QLabel;

namespace sidewinder::ui {

/// What few look at: where a model comes from and lies, the disk that it takes, its files.
class ModelDetails : public QWidget {
    Q_OBJECT

  public:
    explicit ModelDetails(QWidget* parent);
    void setModel(const ModelItem& model);

  private:
    static constexpr int kRows = 5, kFolder = 2;

    QLabel* names_[kRows];
    QLabel* values_[kRows];
};

}  // namespace sidewinder::ui
