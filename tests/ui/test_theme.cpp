#include <QTest>

#include "ui/theme/colours.h"

using namespace sidewinder::ui;

class TestTheme : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void ratioIsWcag() {
        QVERIFY(std::abs(contrast(Qt::black, Qt::white) - 21.0) < 0.01);
        QVERIFY(std::abs(contrast(QColor(0x76, 0x76, 0x76), Qt::white) - 4.54) < 0.02);
    }
    void textReads_data() {
        QTest::addColumn<bool>("dark");
        QTest::newRow("light") << false;
        QTest::newRow("dark") << true;
    }
    void textReads() {
        QFETCH(bool, dark);
        const Colours c = dark ? darkColours() : lightColours();
        struct Pair {
            const char* name;
            QColor ink, ground;
        };
        const Pair pairs[] = {
            {"text on window", c.text, c.window},       {"text on surface", c.text, c.surface},
            {"text on bubble", c.text, c.bubble},       {"text on selection", c.text, c.selection},
            {"text on find", c.text, c.find},           {"text on current", c.text, c.findCurrent},
            {"text on chosen", c.text, c.accentSoft},   {"text on danger", c.text, c.dangerSoft},
            {"quiet on window", c.quiet, c.window},     {"quiet on surface", c.quiet, c.surface},
            {"quiet on raised", c.quiet, c.raised},     {"quiet on code", c.quiet, c.codeHead},
            {"quiet on hover", c.quiet, c.hover},       {"quiet on chosen", c.quiet, c.accentSoft},
            {"accent on window", c.accent, c.window},   {"accent on raised", c.accent, c.raised},
            {"on accent", c.onAccent, c.accent},        {"on accent hover", c.onAccent, c.accentHover},
            {"danger on soft", c.danger, c.dangerSoft}, {"warning on soft", c.warning, c.warningSoft},
        };
        for (const Pair& pair : pairs)
            QVERIFY2(contrast(pair.ink, pair.ground) >= 4.5,
                     qPrintable(QStringLiteral("%1: %2")
                                    .arg(QString::fromLatin1(pair.name))
                                    .arg(contrast(pair.ink, pair.ground))));
    }
};

QTEST_GUILESS_MAIN(TestTheme)
#include "test_theme.moc"
