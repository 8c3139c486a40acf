#include <QElapsedTimer>
#include <QTest>
#include <algorithm>
#include <cstdio>

#include "tests/storage/download/fault_cases.h"

using namespace sidewinder::tests;

/// Plays every fault of reliability.md 2.3 against the real sidewinder-fetch, and prints the table.
class TestFaultMatrix : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() {
        for (auto&& some : {transfer_cases(), hub_cases(), trust_cases(), machine_cases()})
            cases_.insert(cases_.end(), some.begin(), some.end());
        std::ranges::sort(cases_, {}, [](const FaultCase& one) { return QByteArray(one.id); });
        QCOMPARE(cases_.size(), std::size_t{46});
        server_ = std::make_unique<HubServer>();
    }

    void plays_data() {
        QTest::addColumn<int>("number");
        for (std::size_t i = 0; i < cases_.size(); ++i) QTest::newRow(cases_[i].id) << static_cast<int>(i);
    }

    void plays() {
        QFETCH(int, number);
        const FaultCase& one = cases_[static_cast<std::size_t>(number)];
        QElapsedTimer timer;
        timer.start();
        QString wrong;
        try {
            wrong = one.play(*server_);
        } catch (const std::exception& error) {
            wrong = QString::fromUtf8(error.what());
        }
        const QByteArray verdict = wrong.isEmpty() ? "as expected" : wrong.toUtf8();
        table_ +=
            QByteArray(one.id) + "  " + QByteArray(one.what).leftJustified(76, ' ') + "  " +
            QByteArray::number(static_cast<double>(timer.elapsed()) / 1000, 'f', 1).rightJustified(5, ' ') +
            " s  " + verdict.left(120) + "\n";
        if (wrong.isEmpty()) ++good_;
        if (wrong.startsWith(QStringLiteral("skipped"))) QSKIP(verdict.constData());
        QVERIFY2(wrong.isEmpty(), verdict.constData());
    }

    void cleanupTestCase() {
        std::printf("\n%s\n%d/%zu faults end as they must\n\n", table_.constData(), good_, cases_.size());
        std::fflush(stdout);
    }

  private:
    std::vector<FaultCase> cases_;
    std::unique_ptr<HubServer> server_;
    QByteArray table_;
    int good_ = 0;
};

QTEST_GUILESS_MAIN(TestFaultMatrix)
#include "test_fault_matrix.moc"
