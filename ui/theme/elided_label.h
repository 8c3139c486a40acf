#pragma once

#include <QLabel>

namespace sidewinder::ui {

/// One line of plain text that ends in "…" where there is no room; the tool tip then has all of it.
class ElidedLabel : public QLabel {
    Q_OBJECT

  public:
    explicit ElidedLabel(QWidget* parent = nullptr);
    void setWhole(const QString& text);
    void setNote(const QString& note);  ///< for the tool tip, always; may be empty
    const QString& whole() const { return whole_; }

  protected:
    void paintEvent(QPaintEvent* event) override;

  private:
    QString whole_, note_;
};

}  // namespace sidewinder::ui
