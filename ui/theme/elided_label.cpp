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

void ElidedLabel::setNote(const QString& note) {
    note_ = note;
    update();
}

void ElidedLabel::paintEvent(QPaintEvent*) {
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    const QString shown = fontMetrics().elidedText(whole_, Qt::ElideRight, width());
    painter.drawText(rect(), Qt::AlignLeft | Qt::AlignVCenter, shown);
    QStringList lines;
    if (shown != whole_) lines << whole_;
    if (!note_.isEmpty()) lines << note_;
    const QString tip = lines.isEmpty() ? QString() : Qt::convertFromPlainText(lines.join(QLatin1Char('\n')));
    if (toolTip() != tip) setToolTip(tip);
}

}  // namespace sidewinder::ui
