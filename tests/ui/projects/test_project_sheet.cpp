#include <QComboBox>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>
#include <QTreeView>

#include "tests/ui/support/fake_controller.h"
#include "tests/ui/support/sample_projects.h"
#include "ui/projects/project_sheet.h"
#include "ui/projects/sheet_foot.h"

using namespace sidewinder::ui;
using namespace sidewinder::test;

/// The sheet before a project is read: tree, ticks, budget, keys.
class TestProjectSheet : public QObject {
    Q_OBJECT

    std::unique_ptr<MainWindow> window_;
    ProjectSheet* sheet_ = nullptr;

    SheetModel& model() { return sheet_->model(); }
    QModelIndex row(const QString& path) {
        QModelIndex at;
        for (const QString& part : path.split(QLatin1Char('/'))) {
            QModelIndex next;
            for (int i = 0; i < model().rowCount(at); ++i)
                if (model().index(i, 0, at).data().toString() == part) next = model().index(i, 0, at);
            at = next;
            if (!at.isValid()) break;
        }
        return at;
    }
    int state(const QString& path) { return row(path).data(Qt::CheckStateRole).toInt(); }
    void show(const QList<SheetEntry>& entries, const SheetTotals& totals) {
        window_->openSheet();
        sheet_->begin(QStringLiteral("harbour"), QStringLiteral("/home/ana/harbour"));
        sheet_->setEntries(entries);
        sheet_->setTotals(totals);
        sheet_->setState({.phase = SheetPhase::Ready});
        QTest::qWait(10);
    }
    bool says(const QString& part) {
        for (const QLabel* label : sheet_->findChildren<QLabel*>())
            if (label->isVisibleTo(sheet_) && label->text().contains(part)) return true;
        return false;
    }

  private Q_SLOTS:
    void init() {
        window_ = std::make_unique<MainWindow>();
        window_->resize(1180, 780);
        window_->show();
        QVERIFY(QTest::qWaitForWindowExposed(window_.get()));
        sheet_ = &window_->sheet();
    }
    void cleanup() { window_.reset(); }

    void theTreeSumsUpItsFolders() {
        show(sampleEntries(), firstTotals());
        QCOMPARE(row(QStringLiteral("src/http")).siblingAtColumn(SheetModel::Tokens).data().toString(),
                 QLocale().toString(9'340 + 6'050 + 5'210));
        QCOMPARE(model().includedTokens(), tokensOf(sampleEntries()));
        QCOMPARE(model().includedFiles(), 14);
        QCOMPARE(row(QStringLiteral("assets")).data(Qt::CheckStateRole).toInt(),
                 static_cast<int>(Qt::Checked));
        // Git's own data has no box at all.
        QVERIFY(!row(QStringLiteral(".git")).data(Qt::CheckStateRole).isValid());
        QString tip = row(QStringLiteral(".env")).data(Qt::ToolTipRole).toString();
        QVERIFY(tip.replace(QChar::Nbsp, QLatin1Char(' ')).contains(QStringLiteral("line 3")));
    }

    void aFoldersBoxTakesItsFilesButNoSecret() {
        QList<SheetEntry> entries = sampleEntries();
        entries << sheetFile(QStringLiteral("tools/run.sh"), 50)
                << sheetLeftOut(QStringLiteral("tools/token.txt"), QStringLiteral("Looks secret"),
                                QStringLiteral("It looks like a secret."), true, 12, 40);
        show(entries, firstTotals());
        QSignalSpy ticked(sheet_, &ProjectSheet::ticked);
        QVERIFY(model().toggle(row(QStringLiteral("tools"))));
        QCOMPARE(state(QStringLiteral("tools")), static_cast<int>(Qt::Unchecked));
        QCOMPARE(ticked.last().at(1).toString(), QStringLiteral("tools"));
        QCOMPARE(ticked.last().at(2).toBool(), false);
        QVERIFY(model().toggle(row(QStringLiteral("tools"))));
        QCOMPARE(state(QStringLiteral("tools/run.sh")), static_cast<int>(Qt::Checked));
        QCOMPARE(state(QStringLiteral("tools/token.txt")), static_cast<int>(Qt::Unchecked));
        // By its own box it goes in.
        QVERIFY(model().toggle(row(QStringLiteral("tools/token.txt"))));
        QCOMPARE(state(QStringLiteral("tools/token.txt")), static_cast<int>(Qt::Checked));
        QCOMPARE(ticked.count(), 3);
        QVERIFY(!model().toggle(row(QStringLiteral("assets/logo.png"))));
        QCOMPARE(ticked.count(), 3);
    }

    void whatWasNeverOpenedWaitsForTheController() {
        show(sampleEntries(), firstTotals());
        QSignalSpy ticked(sheet_, &ProjectSheet::ticked);
        QVERIFY(model().toggle(row(QStringLiteral("build"))));
        QCOMPARE(ticked.count(), 1);
        QCOMPARE(state(QStringLiteral("build")), static_cast<int>(Qt::Unchecked));
    }

    void theFilterKeepsWhatLeadsThere() {
        show(sampleEntries(), firstTotals());
        auto* filter = sheet_->findChild<QLineEdit*>();
        filter->setText(QStringLiteral("PARSER"));
        QCOMPARE(model().rowCount(), 2);  // src and tests
        QVERIFY(row(QStringLiteral("src/http/parser.cpp")).isValid());
        QVERIFY(!row(QStringLiteral("src/main.cpp")).isValid());
        QVERIFY(sheet_->tree().isExpanded(row(QStringLiteral("src/http"))));
        filter->clear();
        auto* which = sheet_->findChild<QComboBox*>();
        which->setCurrentIndex(2);
        QVERIFY(row(QStringLiteral(".env")).isValid());
        QVERIFY(!row(QStringLiteral("README.md")).isValid());
    }

    void overTheBudgetNothingIsReadBeforeItIsRaised() {
        SheetTotals totals = firstTotals();
        show(sampleEntries(), totals);
        QVERIFY(sheet_->foot().readButton()->isEnabled());
        auto* budget = sheet_->foot().findChild<QComboBox*>();
        budget->setCurrentIndex(0);  // 65,536
        Q_EMIT budget->activated(0);
        QVERIFY(!sheet_->foot().readButton()->isEnabled());
        QVERIFY(says(QStringLiteral("over the budget")));
        QCOMPARE(sheet_->foot().findChild<QProgressBar*>()->property("over").toString(),
                 QStringLiteral("true"));
        QSignalSpy changed(sheet_, &ProjectSheet::budgetChanged);
        budget->setCurrentIndex(1);
        Q_EMIT budget->activated(1);
        QCOMPARE(changed.last().first().toLongLong(), 131'072);
        QVERIFY(sheet_->foot().readButton()->isEnabled());
    }

    void afterATickReadWaitsForTheSum() {
        show(sampleEntries(), firstTotals());
        QVERIFY(sheet_->foot().readButton()->isEnabled());
        model().toggle(row(QStringLiteral("src")));
        QVERIFY(!sheet_->foot().readButton()->isEnabled());
        sheet_->setTotals(firstTotals());
        QVERIFY(sheet_->foot().readButton()->isEnabled());
    }

    void whatItCostsIsSaid() {
        SheetTotals totals = firstTotals();
        show(sampleEntries(), totals);
        QVERIFY(says(QStringLiteral("about 41 s on this device")));
        QVERIFY(says(QStringLiteral("1.3 GB of disk")));
        totals.secondsToRead = -1;
        sheet_->setTotals(totals);
        QVERIFY(says(QStringLiteral("not known yet")));
        totals.readBefore = true;
        totals.changed = 3;
        totals.kept = 250'310;
        totals.toRead = 1'240;
        sheet_->setTotals(totals);
        QVERIFY(says(QStringLiteral("3 files changed: 1,240 tokens to read, 250,310 kept.")));
        QCOMPARE(sheet_->foot().readButton()->text(), QStringLiteral("Update"));
    }

    void keysTickReadAndGoBack() {
        show(sampleEntries(), firstTotals());
        QTreeView& tree = sheet_->tree();
        QCOMPARE(QApplication::focusWidget(), &tree);
        tree.setCurrentIndex(row(QStringLiteral("README.md")).siblingAtColumn(SheetModel::Tokens));
        QTest::keyClick(&tree, Qt::Key_Space);
        QCOMPARE(state(QStringLiteral("README.md")), static_cast<int>(Qt::Unchecked));
        QSignalSpy cancelled(window_.get(), &MainWindow::sheetCancelled);
        QTest::keyClick(&tree, Qt::Key_Escape);
        QCOMPARE(cancelled.count(), 1);
        QVERIFY(!window_->showsSheet());
    }

    void theTreeStaysWhereItWasWhenItComesAnew() {
        show(sampleEntries(), firstTotals());
        sheet_->tree().collapse(row(QStringLiteral("src")));
        sheet_->tree().expand(row(QStringLiteral("assets")));
        sheet_->setEntries(sampleEntries());
        QVERIFY(!sheet_->tree().isExpanded(row(QStringLiteral("src"))));
        QVERIFY(sheet_->tree().isExpanded(row(QStringLiteral("assets"))));
    }

    void aHundredThousandFilesAreRowsAndNothingElse() {
        QList<SheetEntry> entries;
        for (int folder = 0; folder < 1000; ++folder)
            for (int file = 0; file < 100; ++file)
                entries << sheetFile(QStringLiteral("d%1/f%2.c")
                                         .arg(folder, 4, 10, QLatin1Char('0'))
                                         .arg(file, 3, 10, QLatin1Char('0')),
                                     10);
        show(entries, firstTotals());
        QCOMPARE(model().includedFiles(), 100'000);
        sheet_->tree().expandAll();
        const qsizetype widgets = sheet_->tree().findChildren<QWidget*>().size();
        QVERIFY2(widgets < 30, qPrintable(QString::number(widgets)));
        QScrollBar* bar = sheet_->tree().verticalScrollBar();
        bar->setValue(bar->maximum());
        QTest::qWait(20);
        QCOMPARE(sheet_->tree().findChildren<QWidget*>().size(), widgets);
        // The end is painted as it is, and ticking all of it at once is one signal.
        const QModelIndex last =
            sheet_->tree().indexAt(sheet_->tree().viewport()->rect().bottomLeft() - QPoint(-60, 12));
        QVERIFY(last.isValid());
        QSignalSpy ticked(sheet_, &ProjectSheet::ticked);
        QVERIFY(model().toggle(row(QStringLiteral("d0500"))));
        QCOMPARE(ticked.count(), 1);
        QCOMPARE(ticked.first().first().value<QList<int>>().size(), 100);
        QCOMPARE(model().includedFiles(), 99'900);
    }
};

QTEST_MAIN(TestProjectSheet)
#include "test_project_sheet.moc"
