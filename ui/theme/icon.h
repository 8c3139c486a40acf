#pragma once

#include <QColor>
#include <QIcon>
#include <QString>

namespace sidewinder::ui {

/// One of our line icons (resources/icons/NAME.svg) in a colour, sharp at any scale. Unknown names give an
/// empty icon.
QIcon lineIcon(const QString& name, const QColor& colour, const QColor& disabled);

/// The application's own mark, in its own colours.
QIcon applicationIcon();

}  // namespace sidewinder::ui
