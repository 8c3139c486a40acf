#pragma once

#include <QFont>
#include <QFontMetricsF>

#include <array>

#include "ui/theme/colours.h"
#include "ui/theme/theme.h"

namespace sidewinder::ui {

/// What the transcript's boxes need to know to lay out and paint: taken from the theme once per change.
struct TextStyle {
    explicit TextStyle(const Theme& theme);

    Colours colours;
    QFont body, mono, small, strong;
    std::array<QFont, 3> headings;
    int bodyLine;  ///< height of a line of prose in pixels
    int codeLine;  ///< of code
    int smallLine;
    double bodyChar;  ///< average width of a character
    double codeChar;  ///< width of every character of code
    int listIndent;
};

namespace metric {
inline constexpr int column = 760;     ///< widest text
inline constexpr int margin = 24;      ///< least space beside it
inline constexpr int codeHead = 34;    ///< header of a code block
inline constexpr int codePad = 12;     ///< around its lines
inline constexpr int codeScroll = 10;  ///< its sideways scroll bar
inline constexpr int radius = 10;
inline constexpr int quoteIndent = 18;
inline constexpr int bubblePadX = 16;
inline constexpr int bubblePadY = 11;
inline constexpr int actions = 32;  ///< row of buttons beneath a message
inline constexpr int button = 28;
inline constexpr int messageGap = 12;
}  // namespace metric

}  // namespace sidewinder::ui
