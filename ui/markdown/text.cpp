#include "ui/markdown/text.h"

#include <QUrl>

#include <algorithm>
#include <array>

namespace sidewinder::ui::markdown {
namespace {

bool needsShowing(char32_t c) {
    if (c == U'\t' || c == U'\n' || c == U'\r') return false;
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x061c || c == 0x200e || c == 0x200f ||
           (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || (c >= 0xe0000 && c <= 0xe007f);
}

bool mayNeedShowing(QChar c) {
    const char16_t u = c.unicode();
    return (u < 0x20 && u != u'\t' && u != u'\n') || (u >= 0x7f && u < 0xa0) || u == 0x061c ||
           (u >= 0x200e && u <= 0x202e) || (u >= 0x2066 && u <= 0x2069) || u == 0xdb40;
}

struct Entity {
    QStringView name;
    char16_t character;
};

constexpr std::array<Entity, 22> entities{
    {{u"&amp;", u'&'},     {u"&lt;", u'<'},      {u"&gt;", u'>'},       {u"&quot;", u'"'},
     {u"&apos;", u'\''},   {u"&nbsp;", 0xa0},    {u"&copy;", 0xa9},     {u"&reg;", 0xae},
     {u"&deg;", 0xb0},     {u"&plusmn;", 0xb1},  {u"&times;", 0xd7},    {u"&divide;", 0xf7},
     {u"&ndash;", 0x2013}, {u"&mdash;", 0x2014}, {u"&hellip;", 0x2026}, {u"&larr;", 0x2190},
     {u"&rarr;", 0x2192},  {u"&le;", 0x2264},    {u"&ge;", 0x2265},     {u"&ne;", 0x2260},
     {u"&infin;", 0x221e}, {u"&trade;", 0x2122}}};

}  // namespace

QString withVisibleControls(QStringView text) {
    if (std::none_of(text.begin(), text.end(), mayNeedShowing)) return text.toString();
    QString out;
    out.reserve(text.size() + 16);
    for (qsizetype i = 0; i < text.size(); ++i) {
        char32_t c = text[i].unicode();
        if (text[i].isHighSurrogate() && i + 1 < text.size() && text[i + 1].isLowSurrogate()) {
            c = QChar::surrogateToUcs4(text[i], text[i + 1]);
            ++i;
        }
        if (c == 0)
            out += QChar::ReplacementCharacter;
        else if (c == U'\r')
            out += u'\n';
        else if (needsShowing(c))
            out += QStringLiteral("⟨U+%1⟩").arg(static_cast<uint>(c), 4, 16, QLatin1Char('0')).toUpper();
        else
            out += QStringView(QChar::fromUcs4(c));
    }
    return out;
}

QString webAddress(const QString& href) {
    if (href.size() > 4096) return {};
    const QUrl url(href.trimmed(), QUrl::StrictMode);
    const QString scheme = url.scheme().toLower();
    if (!url.isValid() || url.host().isEmpty()) return {};
    if (scheme != QLatin1String("http") && scheme != QLatin1String("https")) return {};
    return QString::fromLatin1(url.toEncoded(QUrl::FullyEncoded));
}

QString decodeEntity(QStringView entity) {
    if (entity.startsWith(u"&#") && entity.endsWith(u';')) {
        const bool hex = entity.size() > 3 && (entity[2] == u'x' || entity[2] == u'X');
        bool ok = false;
        const uint code = entity.mid(hex ? 3 : 2).chopped(1).toUInt(&ok, hex ? 16 : 10);
        if (!ok || code == 0 || code > QChar::LastValidCodePoint || QChar::isSurrogate(code))
            return QString(QChar::ReplacementCharacter);
        return withVisibleControls(QStringView(QChar::fromUcs4(code)));
    }
    const auto found = std::find_if(entities.begin(), entities.end(),
                                    [entity](const Entity& candidate) { return candidate.name == entity; });
    return found == entities.end() ? entity.toString() : QString(QChar(found->character));
}

QString languageName(QStringView info) {
    const QStringView trimmed = info.trimmed();
    qsizetype end = 0;
    while (end < trimmed.size() && end < 32 && !trimmed[end].isSpace() && trimmed[end].isPrint() &&
           trimmed[end] != u'{' && trimmed[end] != u',')
        ++end;
    return withVisibleControls(trimmed.left(end));
}

}  // namespace sidewinder::ui::markdown
