#include "ui/theme/icon.h"

#include <QFile>
#include <QIconEngine>
#include <QPainter>
#include <QPixmap>
#include <QSvgRenderer>

namespace sidewinder::ui {
namespace {

/// Draws the SVG anew for every size: no raster is ever scaled.
class SvgIconEngine : public QIconEngine {
  public:
    SvgIconEngine(QByteArray svg, QColor colour, QColor disabled)
        : svg_(std::move(svg)), colour_(std::move(colour)), disabled_(std::move(disabled)) {}

    void paint(QPainter* painter, const QRect& rect, QIcon::Mode mode, QIcon::State) override {
        QByteArray svg = svg_;
        const QColor& colour = mode == QIcon::Disabled ? disabled_ : colour_;
        svg.replace("currentColor", colour.name(QColor::HexRgb).toLatin1());
        QSvgRenderer renderer(svg);
        painter->save();
        painter->setRenderHint(QPainter::Antialiasing);
        renderer.render(painter, rect);
        painter->restore();
    }

    QPixmap pixmap(const QSize& size, QIcon::Mode mode, QIcon::State state) override {
        QPixmap pixmap(size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        paint(&painter, QRect(QPoint(), size), mode, state);
        return pixmap;
    }

    QIconEngine* clone() const override { return new SvgIconEngine(*this); }

  private:
    QByteArray svg_;
    QColor colour_;
    QColor disabled_;
};

QByteArray readIcon(const QString& name) {
    QFile file(QStringLiteral(":/sidewinder/icons/%1.svg").arg(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

QIcon lineIcon(const QString& name, const QColor& colour, const QColor& disabled) {
    QByteArray svg = readIcon(name);
    return svg.isEmpty() ? QIcon() : QIcon(new SvgIconEngine(std::move(svg), colour, disabled));
}

QIcon applicationIcon() {
    return lineIcon(QStringLiteral("sidewinder"), Qt::black, Qt::black);
}

}  // namespace sidewinder::ui
