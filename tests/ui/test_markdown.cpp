#include <QTest>

#include <ctime>

#include "tests/ui/support/hostile_markdown.h"
#include "tests/ui/support/sample_data.h"
#include "ui/markdown/cut.h"
#include "ui/markdown/parser.h"
#include "ui/markdown/stream.h"
#include "ui/markdown/text.h"

using namespace sidewinder::ui::markdown;
using namespace sidewinder::test;

namespace {

QString flags(const RichText& rich) {
    QString out;
    for (const Span& span : rich.spans)
        out += QStringLiteral("[%1+%2:%3%4]")
                   .arg(span.start)
                   .arg(span.length)
                   .arg(span.flags)
                   .arg(span.link >= 0 ? QStringLiteral("L") : QString());
    return out;
}

/// Everything that is shown, so that two parses can be compared.
QString dump(const Blocks& blocks) {
    QString out;
    for (const auto& block : blocks) {
        out += QStringLiteral("%1 level=%2 quote=%3 list=%4 marker=%5 lang=%6\n")
                   .arg(static_cast<int>(block->kind))
                   .arg(block->level)
                   .arg(block->quoteDepth)
                   .arg(block->listDepth)
                   .arg(block->marker, block->language);
        out += plainText(*block) + u'\n' + flags(block->text) + u'\n';
    }
    return out;
}

Blocks streamed(const QString& text, int pieceSize, bool refreshAlways) {
    Stream stream;
    for (qsizetype i = 0; i < text.size(); i += pieceSize) {
        stream.append(QStringView(text).mid(i, pieceSize));
        if (refreshAlways) stream.refresh();
    }
    stream.finish();
    stream.refresh();
    Blocks out;
    for (const auto& block : stream.blocks()) out.push_back(std::make_unique<Block>(*block));
    return out;
}

double threadSeconds() {
    timespec now{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

}  // namespace

class TestMarkdown : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void blocks() {
        const Blocks blocks = parse(richAnswer());
        QList<BlockKind> kinds;
        for (const auto& block : blocks) kinds << block->kind;
        using K = BlockKind;
        QCOMPARE(kinds,
                 (QList<K>{K::Paragraph, K::Code, K::Heading, K::Paragraph, K::Paragraph, K::Paragraph,
                           K::Paragraph, K::Paragraph, K::Paragraph, K::Table, K::Rule, K::Paragraph}));
        QCOMPARE(blocks[1]->language, QStringLiteral("cpp"));
        QVERIFY(blocks[1]->code.startsWith(QStringLiteral("#include <optional>\n")));
        QVERIFY(blocks[1]->code.endsWith(u'}'));
        QCOMPARE(blocks[2]->level, 2);
        QCOMPARE(blocks[3]->marker, QStringLiteral("1."));
        QCOMPARE(blocks[5]->marker, QStringLiteral("3."));
        QCOMPARE(blocks[6]->marker, QStringLiteral("•"));
        QCOMPARE(blocks[6]->listDepth, 2);
        QCOMPARE(blocks[8]->quoteDepth, 1);
        QCOMPARE(blocks[9]->rows.size(), std::size_t(4));
        QCOMPARE(blocks[9]->rows[1][1].alignment, Qt::AlignRight);
    }

    void spans() {
        const Blocks blocks = parse(u"a **b** *c* `d` ~~e~~");
        QCOMPARE(blocks[0]->text.text, QStringLiteral("a b c d e"));
        QCOMPARE(flags(blocks[0]->text), QStringLiteral("[2+1:1][4+1:2][6+1:4][8+1:8]"));
    }

    void linksShowTheirAddress() {
        const Blocks blocks = parse(u"Go to [my bank](https://evil.example/a?b=c) now");
        QCOMPARE(blocks[0]->text.text, QStringLiteral("Go to my bank (https://evil.example/a?b=c) now"));
        QCOMPARE(blocks[0]->text.links.size(), std::size_t(1));
        const Blocks bare = parse(u"see https://example.org/x and <https://example.org/y>");
        QCOMPARE(bare[0]->text.text, QStringLiteral("see https://example.org/x and https://example.org/y"));
        QCOMPARE(bare[0]->text.links.size(), std::size_t(2));
        const Blocks lookalike = parse(u"[x](https://аpple.com/)");  // Cyrillic а
        QVERIFY(lookalike[0]->text.text.contains(QStringLiteral("https://xn--")));
    }

    void onlyWebLinksCanBeActivated_data() {
        QTest::addColumn<QString>("href");
        for (const char* href :
             {"file:///etc/passwd", "javascript:alert(1)", "data:text/html,x", "vbscript:x", "qrc:/a",
              "mailto:a@b.c", "ftp://a/b", "//host/share", "/etc/passwd", "../x", "smb://a/b", "JAVASCRIPT:x",
              "http://", "https:///x", "about:blank", "%6aavascript:x"})
            QTest::newRow(href) << QString::fromLatin1(href);
    }
    void onlyWebLinksCanBeActivated() {
        QFETCH(QString, href);
        QVERIFY(webAddress(href).isEmpty());
        for (const auto& block : parse(QStringLiteral("[x](%1) ![y](%1) <%1>").arg(href)))
            QVERIFY(block->text.links.empty());
    }

    void imagesAndHtmlStayText() {
        const Blocks image = parse(u"![a cat](file:///etc/passwd) and ![b](https://x.example/y.png)");
        QCOMPARE(image[0]->text.text, QStringLiteral("a cat and b"));
        QVERIFY(image[0]->text.links.empty());
        const Blocks html = parse(u"<img src=\"https://x/y\"> <script>alert(1)</script> <b>x</b>");
        QVERIFY(html[0]->text.text.contains(QStringLiteral("<script>alert(1)</script>")));
        QVERIFY(html[0]->text.text.contains(QStringLiteral("<b>x</b>")));
    }

    void hiddenCharactersAreShown() {
        QCOMPARE(withVisibleControls(u"a\u202eb"), QStringLiteral("a⟨U+202E⟩b"));
        const Blocks code = parse(u"```\nif (x\u2066) \n```");
        QVERIFY(code[0]->code.contains(QStringLiteral("⟨U+2066⟩")));
        QCOMPARE(withVisibleControls(u"tab\tand\nline"), QStringLiteral("tab\tand\nline"));
    }

    void streamingEqualsWhole_data() {
        QTest::addColumn<QString>("text");
        QTest::newRow("rich") << richAnswer();
        QTest::newRow("long") << longAnswer(600);
        QTest::newRow("code") << longCode(300);
        QTest::newRow("open fence") << QStringLiteral("text\n```js\nlet a = 1;\n\n\n  b\n");
        QTest::newRow("fence in list")
            << QStringLiteral("1. one\n   ```sh\n   ls\n\n   pwd\n   ```\n2. two\n\nend\n");
        QTest::newRow("crlf") << QStringLiteral("# a\r\n\r\n```\r\nx\r\n```\r\nb\r\n");
        QTest::newRow("tilde") << QStringLiteral("~~~~ md\n```\nx\n```\n~~~~\nafter");
        QTest::newRow("loose list") << QStringLiteral("- a\n\n- b\n\n  more\n\n- c\n\ntext");
        QTest::newRow("setext") << QStringLiteral("Title\n=====\n\nbody\n\nNext\n---\n");
        QTest::newRow("unclosed fence marks") << QStringLiteral("```\na\n``\nb\n````\nc");
        QTest::newRow("long line") << QString(50000, u'x');
        for (int i = 0; i < hostileCount(); i += 7)
            QTest::addRow("hostile %d", i) << hostileDocument(i).left(6000);
    }
    void streamingEqualsWhole() {
        QFETCH(QString, text);
        const QString whole = dump(streamed(text, static_cast<int>(text.size()) + 1, false));
        QCOMPARE(dump(streamed(text, 1, text.size() < 3000)), whole);
        QCOMPARE(dump(streamed(text, 7, text.size() < 20000)), whole);
        QCOMPARE(dump(streamed(text, 1000, true)), whole);
    }

    /// For ordinary documents the cutting at safe lines changes nothing: md4c on the whole text gives the
    /// same.
    void streamEqualsParser() {
        for (const QString& text : {richAnswer(), longAnswer(400), longCode(100)})
            QCOMPARE(dump(streamed(text, 13, false)), dump(parse(text)));
    }

    void frozenBlocksAreNotParsedAgain() {
        Stream stream;
        const QString text = longAnswer(2000);
        std::size_t made = 0;
        for (qsizetype i = 0; i < text.size(); i += 20) {
            stream.append(QStringView(text).mid(i, 20));
            const Stream::Change change = stream.refresh();
            made += stream.blocks().size() - change.firstNew;
        }
        const std::size_t refreshes = static_cast<std::size_t>(text.size() / 20);
        QVERIFY2(made < refreshes * 8, qPrintable(QString::number(made)));
    }

    void hostileDocumentsAreBounded() {
        QVERIFY(hostileCount() >= 200);
        double worst = 0;
        for (int i = 0; i < hostileCount(); ++i) {
            const QString text = hostileDocument(i);
            const double before = threadSeconds();
            const Blocks blocks = streamed(text, 4096, false);
            const double seconds = threadSeconds() - before;
            worst = std::max(worst, seconds);
            const double allowed = 1.0 + 4.0 * static_cast<double>(text.size()) / 1e6;
            QVERIFY2(seconds < allowed, qPrintable(QStringLiteral("document %1: %2 s").arg(i).arg(seconds)));
            qsizetype shown = 0;
            for (const auto& block : blocks) {
                QVERIFY(block->quoteDepth <= maxDepth && block->listDepth <= maxDepth);
                if (block->kind == BlockKind::Paragraph) QVERIFY(block->text.text.size() <= longestParagraph);
                for (const QString& link : block->text.links)
                    QVERIFY2(link.startsWith(QStringLiteral("http://")) ||
                                 link.startsWith(QStringLiteral("https://")),
                             qPrintable(link));
                shown += plainText(*block).size();
            }
            QVERIFY(shown <= text.size() * 8 + 1000);
        }
        qInfo("slowest hostile document: %.3f s of thread time", worst);
    }

    void typedTextIsKept() {
        const Blocks blocks = parseTyped(u"**not bold**\n  <b>x</b>\n\n```py\nx = 1\n```\nafter");
        QCOMPARE(blocks.size(), std::size_t(3));
        QCOMPARE(blocks[0]->text.text, QStringLiteral("**not bold**\u2028  <b>x</b>"));
        QCOMPARE(blocks[1]->code, QStringLiteral("x = 1"));
        QCOMPARE(blocks[2]->text.text, QStringLiteral("after"));
    }
};

QTEST_GUILESS_MAIN(TestMarkdown)
#include "test_markdown.moc"
