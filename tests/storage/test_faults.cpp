#include <SQLiteCpp/Database.h>

#include <QtTest>

#include "storage/connection.h"
#include "tests/support/child_process.h"
#include "tests/support/faulty_vfs.h"
#include "tests/support/migration_steps.h"
#include "tests/support/store_files.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

using Fault = FaultyVfs::Fault;

/// What was acknowledged before the fault.
struct Acknowledged {
    RowId conversation = 0;
    RowId question = 0;
    RowId answer = 0;
    int streamed = 0;
    bool finished = false;
    bool renamed = false;
};

const std::string kQuestion = "What is " + std::string(20'000, 'q');

std::string streamed_text(int n) {
    return std::string(static_cast<std::size_t>(n) * 3000, 'a');
}

/// Opens (which migrates, with a backup), works and closes. Only Error may come out of it, with a sentence.
void session(const fs::path& file, const std::vector<Migration>& steps, Acknowledged& done) {
    Database database(Database::Options{file, {}, steps, FaultyVfs::kName, 1500});
    Conversations store(database);
    done.conversation = store.create("");
    done.question = store.add_user_message(done.conversation, std::nullopt, kQuestion, {});
    done.answer = store.begin_answer(done.conversation, done.question, "m");
    for (int i = 1; i <= 3; ++i) {
        store.update_streaming(done.answer, streamed_text(i), {});
        done.streamed = i;
    }
    store.finish(done.answer, Status::Done, streamed_text(4), {}, {});
    done.finished = true;
    store.rename(done.conversation, "renamed");
    done.renamed = true;
}

void check_after(const fs::path& file, const std::vector<Migration>& steps, const Acknowledged& done) {
    Database database(Database::Options{file, {}, steps, {}, 1500});
    QCOMPARE(int(database.recovery().kind), int(Recovery::Kind::None));  // an I/O error is no damage
    check_integrity(database.connection(), true);
    Conversations store(database);
    const auto titles_now = titles(database);
    QCOMPARE(std::count(titles_now.begin(), titles_now.end(), "before"), 1);
    QCOMPARE(database.connection().execAndGet("SELECT count(*) FROM extra").getInt(), 1);
    if (done.question) QVERIFY(store.message(done.question).text == kQuestion);
    if (done.answer) QVERIFY(store.message(done.answer).text.size() >= streamed_text(done.streamed).size());
    if (done.finished) QVERIFY(store.message(done.answer).text == streamed_text(4));
    if (done.renamed) QCOMPARE(store.get(done.conversation).title, std::string("renamed"));
    store.recover_interrupted();
    QVERIFY(store.check_search());
    for (const auto& backup : fs::directory_iterator(file.parent_path() / "backups")) {
        if (backup.path().extension() != ".db") continue;
        SQLite::Database copy(backup.path().string());
        check_integrity(copy, true);
    }
}

}  // namespace

/// S03 and S04 of reliability.md 3.4: the Nth write, sync, truncation or deletion of a session that migrates,
/// saves and closes fails (once, or from then on), or the process is killed there; for every N until nothing
/// fails.
class TestFaults : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void nth_call_fails_data();
    void nth_call_fails();
    void killed_at_nth_call();
    void full_disk_while_streaming_is_retried();

  private:
    TemporaryDirectory directory_;
    fs::path base_;
    std::vector<Migration> steps_ = steps_with(kNextStep);
};

void TestFaults::initTestCase() {
    base_ = directory_ / "base";
    Database database(store_file(base_));
    add_conversation(database, "before", 30);
}

void TestFaults::nth_call_fails_data() {
    QTest::addColumn<bool>("sticky");
    QTest::addColumn<int>("fault");
    QTest::newRow("I/O error once") << false << int(Fault::IoError);
    QTest::newRow("I/O errors from then on") << true << int(Fault::IoError);
    QTest::newRow("disk full once") << false << int(Fault::DiskFull);
    QTest::newRow("disk full from then on") << true << int(Fault::DiskFull);
}

void TestFaults::nth_call_fails() {
    QFETCH(bool, sticky);
    QFETCH(int, fault);
    const fs::path work = directory_ / "work";
    int errors = 0, runs = 0;
    bool happened = true;
    int nth = 1;
    for (; happened; nth += sticky ? 3 : 1) {  // lasting faults differ little from call to call
        fs::remove_all(work);
        copy_files(base_, work);
        Acknowledged done;
        {
            FaultyVfs vfs;
            vfs.arm(nth, sticky, static_cast<Fault>(fault));
            try {
                session(store_file(work), steps_, done);
            } catch (const Error& error) {
                ++errors;
                QVERIFY(std::string(error.what()).size() > 30);
                QVERIFY(error.kind() != Error::Kind::Damaged && error.kind() != Error::Kind::Busy);
                if (static_cast<Fault>(fault) == Fault::DiskFull && sticky)
                    QVERIFY2(error.kind() == Error::Kind::NoSpace || error.kind() == Error::Kind::Io,
                             error.what());
            }
            happened = vfs.happened();
            runs += happened;
        }
        check_after(store_file(work), steps_, done);
        if (QTest::currentTestFailed()) QFAIL(qPrintable(QStringLiteral("at call %1").arg(nth)));
    }
    QVERIFY(errors > 20);
    qInfo("%d calls failed in turn, %d told as errors", runs, errors);
}

void TestFaults::killed_at_nth_call() {
    const fs::path work = directory_ / "work";
    int nth = 1;
    for (bool killed = true; killed; ++nth) {
        fs::remove_all(work);
        copy_files(base_, work);
        const int code = exit_code_of_child([&] {
            FaultyVfs vfs;
            vfs.arm(nth, false, Fault::Kill);
            Acknowledged done;
            session(store_file(work), steps_, done);
            return 0;
        });
        killed = code == -1;
        QVERIFY(killed || code == 0);
        check_after(store_file(work), steps_, {});
        for (const auto& entry : fs::recursive_directory_iterator(work))
            QVERIFY2(entry.path().string().find(".tmp") == std::string::npos, entry.path().c_str());
        if (QTest::currentTestFailed()) QFAIL(qPrintable(QStringLiteral("at call %1").arg(nth)));
    }
    QVERIFY(nth > 20);
    qInfo("killed at each of %d calls", nth - 2);
}

void TestFaults::full_disk_while_streaming_is_retried() {
    TemporaryDirectory directory;
    FaultyVfs vfs;
    Database database(
        Database::Options{store_file(directory.path()), {}, embedded_migrations(), FaultyVfs::kName, 1500});
    Conversations store(database);
    const RowId conversation = store.create();
    const RowId question = store.add_user_message(conversation, std::nullopt, "q", {});
    const RowId answer = store.begin_answer(conversation, question, "m");
    int refused = 0;
    for (int part = 1; part < 60; ++part) {
        vfs.arm(part % 9 + 1, false, Fault::DiskFull);
        try {
            store.update_streaming(answer, streamed_text(part), {});
        } catch (const Error& error) {
            QCOMPARE(int(error.kind()), int(Error::Kind::NoSpace));
            ++refused;
            QVERIFY(store.message(answer).text ==
                    streamed_text(part - 1));                         // what was saved before is still there
            store.update_streaming(answer, streamed_text(part), {});  // there is space again
        }
        QVERIFY(store.message(answer).text == streamed_text(part));
    }
    vfs.disarm();
    QVERIFY(refused > 20);
    store.finish(answer, Status::Done, "done", {}, {});
    check_integrity(database.connection(), true);
}

QTEST_APPLESS_MAIN(TestFaults)
#include "test_faults.moc"
