#pragma once

#include <QString>

#include "ui/theme/colours.h"

namespace sidewinder::ui {

/// resources/themes/sidewinder.qss with its @names filled in. `fontSize` in points.
QString styleSheet(const Colours& colours, int fontSize);

}  // namespace sidewinder::ui
