#pragma once

#include "ui/projects/project_values.h"

namespace sidewinder::test {

using namespace sidewinder::ui;

inline SheetEntry sheetFile(const QString& path, qint64 tokens, qint64 size = 0) {
    SheetEntry entry;
    entry.path = path;
    entry.included = true;
    entry.tokens = tokens;
    entry.size = size > 0 ? size : tokens * 4;
    return entry;
}

inline SheetEntry sheetLeftOut(const QString& path, const QString& reason, const QString& sentence,
                               bool choosable = true, qint64 tokens = -1, qint64 size = 0) {
    SheetEntry entry;
    entry.path = path;
    entry.reason = reason;
    entry.sentence = sentence;
    entry.choosable = choosable;
    entry.unusual = true;
    entry.tokens = tokens;
    entry.size = size;
    return entry;
}

/// A web server's project: what one sees in many.
inline QList<SheetEntry> sampleEntries() {
    QList<SheetEntry> all;
    SheetEntry git = sheetLeftOut(QStringLiteral(".git"), QStringLiteral("Git's own"),
                                  QStringLiteral("It is Git's own data."), false);
    git.folder = true;
    all << git;
    all << sheetLeftOut(QStringLiteral("assets/logo.png"), QStringLiteral("Not text"),
                        QStringLiteral("It is not text: byte 0 is 0x89."), false, -1, 18'220);
    all << sheetFile(QStringLiteral("assets/strings.json"), 1'420);
    SheetEntry build = sheetLeftOut(QStringLiteral("build"), QStringLiteral("Ignored"),
                                    QStringLiteral("A rule in .gitignore names it."));
    build.folder = true;
    all << build;
    all << sheetFile(QStringLiteral("include/http/request.h"), 2'110)
        << sheetFile(QStringLiteral("include/http/response.h"), 1'830)
        << sheetFile(QStringLiteral("include/server.h"), 990);
    all << sheetFile(QStringLiteral("src/http/parser.cpp"), 9'340)
        << sheetFile(QStringLiteral("src/http/request.cpp"), 6'050)
        << sheetFile(QStringLiteral("src/http/response.cpp"), 5'210)
        << sheetFile(QStringLiteral("src/main.cpp"), 1'180)
        << sheetFile(QStringLiteral("src/server.cpp"), 12'760)
        << sheetFile(QStringLiteral("src/tls.cpp"), 7'450);
    all << sheetFile(QStringLiteral("tests/test_parser.cpp"), 8'890)
        << sheetFile(QStringLiteral("tests/test_server.cpp"), 10'310);
    all << sheetLeftOut(QStringLiteral(".env"), QStringLiteral("Looks secret"),
                        QStringLiteral("It looks like a secret: line 3 looks like a token."), true, 120, 410);
    all << sheetFile(QStringLiteral("CMakeLists.txt"), 760) << sheetFile(QStringLiteral("README.md"), 2'390);
    all << sheetLeftOut(QStringLiteral("package-lock.json"), QStringLiteral("Generated"),
                        QStringLiteral("A machine made it: it is a lock file."), true, 41'300, 168'400);
    return all;
}

inline qint64 tokensOf(const QList<SheetEntry>& entries) {
    qint64 sum = 0;
    for (const SheetEntry& entry : entries) sum += entry.included ? entry.tokens : 0;
    return sum;
}

inline SheetTotals firstTotals() {
    SheetTotals totals;
    totals.logTokens = totals.toRead = tokensOf(sampleEntries()) + 310;
    totals.secondsToRead = 41;
    totals.diskBytes = 268'400'000LL * 5;
    totals.recall = QStringLiteral(
        "How well this model finds again what it has read: not measured (sidewinder-cli recall).");
    return totals;
}

inline ProjectItem sampleProject(ProjectState state, qint64 id = 1) {
    ProjectItem item;
    item.id = id;
    item.name = QStringLiteral("harbour");
    item.path = QStringLiteral("/home/ana/work/harbour");
    item.state = state;
    item.tokens = 70'690;
    item.percent = 40;
    item.changedFiles = 3;
    item.tokensToRead = 1'240;
    return item;
}

inline QList<ExcerptItem> sampleExcerpts() {
    return {{QStringLiteral("src/http/parser.cpp"), 120, 168, 640, QStringLiteral("named in your question"),
             true},
            {QStringLiteral("include/http/request.h"), 30, 52, 280, QStringLiteral("defines Request"), true},
            {QStringLiteral("tests/test_parser.cpp"), 12, 40, 390, QStringLiteral("found by search"), true}};
}

}  // namespace sidewinder::test
