#pragma once

#include <QColor>

namespace sidewinder::ui {

/// Every colour of the window. Text on its ground reads at 4.5 : 1 or better (tests/ui/test_theme.cpp).
struct Colours {
    bool dark = false;
    QColor window, surface, raised, line;
    QColor text, quiet;
    QColor accent, accentHover, onAccent, accentSoft;  ///< accentSoft: a tint for the chosen row
    QColor hover, pressed;                             ///< of quiet buttons and rows
    QColor bubble, code, codeHead;
    QColor selection, find, findCurrent;
    QColor danger, dangerSoft, warning, warningSoft;
};

Colours lightColours();
Colours darkColours();

/// WCAG 2 contrast ratio of two opaque colours, 1 to 21.
double contrast(const QColor& a, const QColor& b);

}  // namespace sidewinder::ui
