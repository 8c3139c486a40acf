#include "ui/theme/style_sheet.h"

#include <QFile>
#include <QHash>

#include <algorithm>

namespace sidewinder::ui {
namespace {

QString points(double size) {
    return QString::number(std::max(8.0, size), 'f', 1) + QStringLiteral("pt");
}

QHash<QString, QString> values(const Colours& c, int fontSize) {
    const auto name = [](const QColor& colour) { return colour.name(QColor::HexRgb); };
    return {
        {QStringLiteral("window"), name(c.window)},
        {QStringLiteral("surface"), name(c.surface)},
        {QStringLiteral("raised"), name(c.raised)},
        {QStringLiteral("card"), name(c.dark ? c.surface : c.raised)},
        {QStringLiteral("line"), name(c.line)},
        {QStringLiteral("text"), name(c.text)},
        {QStringLiteral("quiet"), name(c.quiet)},
        {QStringLiteral("accent"), name(c.accent)},
        {QStringLiteral("accentHover"), name(c.accentHover)},
        {QStringLiteral("onAccent"), name(c.onAccent)},
        {QStringLiteral("hover"), name(c.hover)},
        {QStringLiteral("pressed"), name(c.pressed)},
        {QStringLiteral("selection"), name(c.selection)},
        {QStringLiteral("danger"), name(c.danger)},
        {QStringLiteral("dangerSoft"), name(c.dangerSoft)},
        {QStringLiteral("warning"), name(c.warning)},
        {QStringLiteral("warningSoft"), name(c.warningSoft)},
        {QStringLiteral("smallpt"), points(fontSize * 0.86)},
        {QStringLiteral("titlept"), points(fontSize * 1.25)},
        {QStringLiteral("displaypt"), points(fontSize * 2.0)},
    };
}

}  // namespace

QString styleSheet(const Colours& colours, int fontSize) {
    QFile file(QStringLiteral(":/sidewinder/themes/sidewinder.qss"));
    if (!file.open(QIODevice::ReadOnly)) return {};
    const QString sheet = QString::fromUtf8(file.readAll());
    const auto tokens = values(colours, fontSize);
    QString out;
    out.reserve(sheet.size() * 2);
    for (qsizetype i = 0; i < sheet.size();) {
        if (sheet[i] != u'@') {
            out += sheet[i++];
            continue;
        }
        qsizetype end = i + 1;
        while (end < sheet.size() && sheet[end].isLetter()) ++end;
        out += tokens.value(sheet.mid(i + 1, end - i - 1), sheet.mid(i, end - i));
        i = end;
    }
    return out;
}

}  // namespace sidewinder::ui
