#pragma once

#include <QString>
#include <QStyle>
#include <QVariant>
#include <QWidget>

namespace sidewinder::ui {

/// Marks a widget for the style sheet: QPushButton[kind="primary"].
inline void setKind(QWidget* widget, const char* kind) {
    widget->setProperty("kind", QString::fromLatin1(kind));
}

/// The same for a property that changes while the widget is shown.
inline void setLook(QWidget* widget, const char* property, const QString& value) {
    if (widget->property(property).toString() == value) return;
    widget->setProperty(property, value);
    widget->style()->unpolish(widget);
    widget->style()->polish(widget);
}

}  // namespace sidewinder::ui
