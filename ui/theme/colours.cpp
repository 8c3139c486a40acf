#include "ui/theme/colours.h"

#include <algorithm>
#include <cmath>

namespace sidewinder::ui {
namespace {

QColor rgb(QRgb value) {
    return QColor::fromRgb(value);
}

double luminance(const QColor& colour) {
    const auto linear = [](double channel) {
        return channel <= 0.03928 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
           0.0722 * linear(colour.blueF());
}

}  // namespace

Colours lightColours() {
    Colours c;
    c.dark = false;
    c.window = rgb(0xfcfcfd);
    c.surface = rgb(0xf4f5f6);
    c.raised = rgb(0xffffff);
    c.line = rgb(0xe3e6e8);
    c.text = rgb(0x16191c);
    c.quiet = rgb(0x60666c);
    c.accent = rgb(0x0b7d73);
    c.accentHover = rgb(0x096a62);
    c.onAccent = rgb(0xffffff);
    c.accentSoft = rgb(0xe0efed);
    c.hover = rgb(0xe9ebed);
    c.pressed = rgb(0xdfe2e4);
    c.bubble = rgb(0xeff1f2);
    c.code = rgb(0xf6f7f8);
    c.codeHead = rgb(0xeff1f2);
    c.selection = rgb(0xb9dfda);
    c.find = rgb(0xfbe7a6);
    c.findCurrent = rgb(0xf7c948);
    c.danger = rgb(0xb3261e);
    c.dangerSoft = rgb(0xfbeceb);
    c.warning = rgb(0x8a5a00);
    c.warningSoft = rgb(0xfcf3df);
    return c;
}

Colours darkColours() {
    Colours c;
    c.dark = true;
    c.window = rgb(0x111315);
    c.surface = rgb(0x181b1e);
    c.raised = rgb(0x1f2327);
    c.line = rgb(0x2a2f34);
    c.text = rgb(0xe6e8ea);
    c.quiet = rgb(0x9ba1a6);
    c.accent = rgb(0x2bb3a3);
    c.accentHover = rgb(0x43c7b7);
    c.onAccent = rgb(0x06201d);
    c.accentSoft = rgb(0x17302e);
    c.hover = rgb(0x23282c);
    c.pressed = rgb(0x2b3136);
    c.bubble = rgb(0x1f2327);
    c.code = rgb(0x181b1e);
    c.codeHead = rgb(0x1f2327);
    c.selection = rgb(0x1d514b);
    c.find = rgb(0x5a4a12);
    c.findCurrent = rgb(0x735906);
    c.danger = rgb(0xf2857c);
    c.dangerSoft = rgb(0x341c1b);
    c.warning = rgb(0xe0b354);
    c.warningSoft = rgb(0x2f2716);
    return c;
}

double contrast(const QColor& a, const QColor& b) {
    const double first = luminance(a);
    const double second = luminance(b);
    return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

}  // namespace sidewinder::ui
