#include "ui/transcript/text_style.h"

#include <cmath>

namespace sidewinder::ui {

TextStyle::TextStyle(const Theme& theme)
    : colours(theme.colours()),
      body(theme.body()),
      mono(theme.mono()),
      small(theme.small()),
      strong(theme.strong()),
      headings{theme.heading(1), theme.heading(2), theme.heading(3)} {
    const QFontMetricsF bodyMetrics(body);
    const QFontMetricsF monoMetrics(mono);
    bodyLine = static_cast<int>(std::lround(bodyMetrics.height() * 1.32));
    codeLine = static_cast<int>(std::lround(monoMetrics.height() * 1.22));
    smallLine = static_cast<int>(std::lround(QFontMetricsF(small).height() * 1.3));
    bodyChar = bodyMetrics.horizontalAdvance(QStringLiteral("the quick brown fox jumps over")) / 30.0;
    codeChar = monoMetrics.horizontalAdvance(QStringLiteral("0"));
    listIndent = static_cast<int>(std::lround(bodyMetrics.horizontalAdvance(QStringLiteral("00. ")) + 2));
}

}  // namespace sidewinder::ui
