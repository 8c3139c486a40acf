#pragma once

#include <QFrame>

#include "ui/models/model_values.h"

class QLabel;
class QLineEdit;
class QPushButton;

namespace sidewinder::ui {

/// Names a repository of a model hub. Nothing is asked of the hub here: it adds a card, which offers the
/// download.
class RepositoryForm : public QFrame {
    Q_OBJECT

  public:
    explicit RepositoryForm(QWidget* parent);

    void open();
    void close();
    bool isOpen() const { return !isHidden(); }
    void setEndpoint(const QString& endpoint);  ///< what an empty field means

  Q_SIGNALS:
    void accepted(const sidewinder::ui::OtherRepository& repository);
    void closed();

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    OtherRepository value() const;
    void accept();
    void refresh();
    void retranslate();

    QLabel* sentence_;
    QLabel* names_[3];
    QLineEdit* repo_;
    QLineEdit* revision_;
    QLineEdit* endpoint_;
    QLabel* problem_;
    QPushButton* accept_;
    QPushButton* cancel_;
};

}  // namespace sidewinder::ui
