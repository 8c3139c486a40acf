#include "ui/theme/elided_label.h"

#include <QPainter>
#include <QTextDocument>

namespace sidewinder::ui {

ElidedLabel::ElidedLabel(QWidget* parent) : QLabel(parent) {
    setTextFormat(Qt::PlainText);
    setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    setText(QStringLiteral(" "));  // gives the height of a line
}

void ElidedLabel::setWhole(const QString& text) {
    whole_ = text;
    setAccessibleName(text);
    update();
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    const QString shown = fontMetrics().elidedText(whole_, Qt::ElideRight, width());
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, shown);
    const QString tip = shown == whole_ ? QString() : Qt::convertFromPlainText(whole_);
    if (toolTip() != tip) setToolTip(tip);
}

}  // namespace sidewinder::ui
