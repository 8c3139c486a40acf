#pragma once

#include <QFrame>

#include "ui/theme/theme.h"

class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace sidewinder::ui {

/// Asks for a folder in the page: where a model is brought in from, or copied to.
class FolderForm : public QFrame {
    Q_OBJECT

  public:
    enum class For { Import, Export };
    FolderForm(For purpose, QWidget* parent);

    void open();
    void close();  ///< without an answer
    bool isOpen() const { return !isHidden(); }
    QString folder() const;

  Q_SIGNALS:
    void accepted(const QString& folder, bool link);
    void closed();  ///< either way

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void browse();
    void accept();
    void refresh();
    void retranslate();

    For purpose_;
    QLabel* sentence_;
    QLineEdit* folder_;
    QPushButton* browse_;
    QRadioButton* copy_;
    QRadioButton* link_;
    QPushButton* accept_;
    QPushButton* cancel_;
};

}  // namespace sidewinder::ui
