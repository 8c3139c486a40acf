#pragma once

#include <QTextLayout>

#include "ui/transcript/box.h"

namespace sidewinder::ui {

/// Shared by paragraphs, headings and table cells: rich text as a QTextLayout.
class RichLayout {
  public:
    /// `lineHeight` in pixels; 0: the font's own.
    int layOut(const markdown::RichText& rich, const TextStyle& style, const QFont& font, int width,
               int lineHeight, Qt::Alignment alignment = Qt::AlignLeft);
    bool isLaidOut() const { return layout_ != nullptr; }
    void release() { layout_.reset(); }
    void paint(const BoxPaint& p, const markdown::RichText& rich, const QPoint& at, int firstOffset) const;
    int offsetAt(const QPoint& point) const;
    QRect rectOf(int offset) const;
    std::vector<QRect> rectsOf(int start, int length) const;
    int naturalWidth() const;

  private:
    void paintCodeGrounds(const BoxPaint& p, const markdown::RichText& rich, const QPoint& at) const;
    std::unique_ptr<QTextLayout> layout_;
};

class TextBox : public BlockBox {
  public:
    explicit TextBox(const markdown::Block& block) : BlockBox(block) {}
    int estimate(const TextStyle& style, int width) const override;
    int layOut(const TextStyle& style, int width) override;
    bool isLaidOut() const override { return layout_.isLaidOut(); }
    void release() override { layout_.release(); }
    void paint(const BoxPaint& p) const override;
    int offsetAt(const QPoint& point) const override { return layout_.offsetAt(point); }
    QRect rectOf(int offset) const override { return layout_.rectOf(offset); }
    std::vector<BoxLink> links() const override;
    int naturalWidth() const override { return layout_.naturalWidth(); }

  private:
    RichLayout layout_;
};

class RuleBox : public BlockBox {
  public:
    explicit RuleBox(const markdown::Block& block) : BlockBox(block) {}
    int estimate(const TextStyle&, int) const override { return 17; }
    int layOut(const TextStyle&, int width) override {
        width_ = width;
        return 17;
    }
    bool isLaidOut() const override { return width_ > 0; }
    void release() override {}
    void paint(const BoxPaint& p) const override;
    int offsetAt(const QPoint&) const override { return 0; }
    QRect rectOf(int) const override { return {0, 0, width_, 17}; }

  private:
    int width_ = 0;
};

}  // namespace sidewinder::ui
