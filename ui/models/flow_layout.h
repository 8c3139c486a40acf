#pragma once

#include <QLayout>

#include <memory>
#include <vector>

namespace sidewinder::ui {

/// Items beside each other at the size that they want, going on in the next line where the width ends.
class FlowLayout : public QLayout {
  public:
    explicit FlowLayout(int spacing = 8, QWidget* parent = nullptr);
    ~FlowLayout() override;

    void addItem(QLayoutItem* item) override;
    int count() const override { return static_cast<int>(items_.size()); }
    QLayoutItem* itemAt(int index) const override;
    QLayoutItem* takeAt(int index) override;
    Qt::Orientations expandingDirections() const override { return {}; }
    bool hasHeightForWidth() const override { return true; }
    int heightForWidth(int width) const override { return arrange(QRect(0, 0, width, 0), false); }
    QSize minimumSize() const override;
    QSize sizeHint() const override;
    void setGeometry(const QRect& rect) override;

  private:
    int arrange(const QRect& rect, bool place) const;  ///< the height

    std::vector<std::unique_ptr<QLayoutItem>> items_;
};

}  // namespace sidewinder::ui
