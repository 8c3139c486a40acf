#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <sstream>
#include <string>

#include "storage/checkpoints.h"
#include "storage/connection.h"
#include "tests/support/store_files.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

/// What the writer stores can be told from ids alone.
std::string question_text(RowId conversation, int n) {
    return "question " + std::to_string(conversation) + "/" + std::to_string(n);
}
std::string answer_text(int parts) {
    std::string text;
    for (int i = 0; i < parts; ++i)
        text += "part " + std::to_string(i) + " of the answer, with some length to it. ";
    return text;
}
constexpr int kParts = 4;

void say(const std::string& line) {
    if (::write(STDOUT_FILENO, line.data(), line.size()) < 0) ::_exit(3);
}

/// Saves for ever, and says each thing once it is saved: "q conversation n message", "s answer parts", "f
/// answer".
int write_messages(const fs::path& directory) {
    Database database(store_file(directory));
    Conversations store(database);
    store.recover_interrupted();
    for (int round = 0;; ++round) {
        const RowId conversation = store.create();
        std::optional<RowId> parent;
        for (int n = 0; n < 3; ++n) {
            const RowId question =
                store.add_user_message(conversation, parent, question_text(conversation, n), {});
            say("q " + std::to_string(conversation) + " " + std::to_string(n) + " " +
                std::to_string(question) + "\n");
            const RowId answer = store.begin_answer(conversation, question, "m");
            for (int parts = 0; parts < kParts; ++parts) {
                store.update_streaming(answer, answer_text(parts), {});
                say("s " + std::to_string(answer) + " " + std::to_string(parts) + "\n");
            }
            store.finish(answer, Status::Done, answer_text(kParts), {}, {});
            say("f " + std::to_string(answer) + "\n");
            parent = answer;
        }
        if (round % 4 == 3) database.backup_now();
    }
}

constexpr std::size_t kPayload = std::size_t{4} << 20;

std::vector<std::byte> payload_of(std::uint64_t position) {
    return std::vector<std::byte>(kPayload, static_cast<std::byte>(position * 7 + 1));
}

int write_checkpoints(const fs::path& directory) {
    Checkpoints checkpoints(directory, 10 * kPayload);
    for (std::uint64_t position = 1;; ++position) {
        const std::string id =
            checkpoints.write({"model", position, {}, CheckpointKind::Conversation}, payload_of(position));
        say("c " + id + "\n");
    }
}

/// Starts this program as a writer, kills it after `microseconds`, and returns what it had said.
std::string killed_writer(const char* mode, const fs::path& directory, unsigned microseconds) {
    int pipe_ends[2];
    if (::pipe(pipe_ends) != 0) throw std::runtime_error("pipe failed");
    const pid_t child = ::fork();
    if (child == 0) {
        ::dup2(pipe_ends[1], STDOUT_FILENO);
        ::close(pipe_ends[0]);
        ::close(pipe_ends[1]);
        ::execl("/proc/self/exe", "writer", mode, directory.c_str(), nullptr);
        ::_exit(127);
    }
    ::close(pipe_ends[1]);
    ::usleep(microseconds);
    ::kill(child, SIGKILL);
    std::string said;
    std::array<char, 4096> block;
    for (ssize_t got; (got = ::read(pipe_ends[0], block.data(), block.size())) > 0;)
        said.append(block.data(), static_cast<std::size_t>(got));
    ::close(pipe_ends[0]);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (!WIFSIGNALED(status))
        throw std::runtime_error("the writer ended by itself with code " +
                                 std::to_string(WEXITSTATUS(status)));
    return said;
}

int kills() {
    const char* set = std::getenv("SIDEWINDER_KILLS");
    return set != nullptr ? std::atoi(set) : 1000;
}

struct Saved {
    std::map<RowId, std::string> questions;
    std::map<RowId, int> streamed;  ///< parts
    std::set<RowId> finished;
    int count = 0;

    void add(const std::string& said) {
        std::istringstream lines(said);
        RowId a = 0, b = 0, c = 0;
        for (char what; lines >> what >> a;) {
            ++count;
            if (what == 'q' && lines >> b >> c) questions[c] = question_text(a, static_cast<int>(b));
            if (what == 's' && lines >> b) streamed[a] = static_cast<int>(b);
            if (what == 'f') finished.insert(a);
        }
    }
};

}  // namespace

/// S01 of reliability.md 3.4: kill -9 at random moments. SIDEWINDER_KILLS sets how often (1000).
class TestKill : public QObject {
    Q_OBJECT

  private slots:
    void nothing_acknowledged_is_lost();
    void no_half_checkpoint_is_used();

  private:
    void check(const fs::path& directory, const Saved& saved);

    std::mt19937 random_{20240717};
    int partial_ = 0;
    int interrupted_ = 0;
};

void TestKill::check(const fs::path& directory, const Saved& saved) {
    Database database(store_file(directory));  // runs integrity_check, since it was not closed
    QCOMPARE(int(database.recovery().kind), int(Recovery::Kind::None));
    check_integrity(database.connection(), true);
    Conversations store(database);
    interrupted_ += store.recover_interrupted();
    for (const auto& [id, text] : saved.questions) QCOMPARE(store.message(id).text, text);
    for (const auto& [id, parts] : saved.streamed) {
        const Message answer = store.message(id);
        if (saved.finished.contains(id) || answer.status == Status::Done) {
            QCOMPARE(answer.text, answer_text(kParts));
            QVERIFY(answer.status == Status::Done);
            continue;
        }
        QVERIFY(answer.status == Status::Stopped);
        QVERIFY(answer.text.size() >= answer_text(parts).size() &&
                answer_text(kParts).starts_with(answer.text));
        ++partial_;
    }
    QVERIFY(store.check_search());
}

void TestKill::nothing_acknowledged_is_lost() {
    constexpr int kPerStore =
        50;  // a fresh store now and then: so that its making is killed too, and it stays small
    const int total = kills();
    int acknowledged = 0;
    for (int done = 0; done < total;) {
        TemporaryDirectory directory;
        Saved saved;
        for (int i = 0; i < kPerStore && done < total; ++i, ++done) {
            saved.add(killed_writer("messages", directory.path(),
                                    std::uniform_int_distribution<unsigned>(2'000, 60'000)(random_)));
            // Every other time, so that a writer also opens what a killed one left.
            if (i % 2 == 1 || done + 1 == total) check(directory.path(), saved);
            if (QTest::currentTestFailed()) QFAIL(qPrintable(QStringLiteral("after kill %1").arg(done + 1)));
        }
        acknowledged += saved.count;
        for (const auto& backup : fs::directory_iterator(directory.path()))
            QVERIFY2(backup.path().string().find("damaged") == std::string::npos, backup.path().c_str());
    }
    qInfo("%d kills, %d acknowledged, %d answers cut off, %d checked as partial", total, acknowledged,
          interrupted_, partial_);
    QVERIFY(acknowledged > total);
    if (total >= 100) QVERIFY(partial_ > 0);
}

void TestKill::no_half_checkpoint_is_used() {
    const int total = std::max(1, kills() / 20);
    TemporaryDirectory directory;
    std::size_t seen = 0;
    for (int i = 0; i < total; ++i) {
        const std::string said = killed_writer(
            "checkpoints", directory.path(), std::uniform_int_distribution<unsigned>(2'000, 80'000)(random_));
        seen += said.size();
        Checkpoints checkpoints(directory.path(), 10 * kPayload);
        QCOMPARE(checkpoints.dropped_at_start(), 0);
        QVERIFY(checkpoints.used() <= checkpoints.budget());
        for (const auto& entry : checkpoints.list()) {
            std::vector<std::byte> payload(entry.payload_bytes);
            checkpoints.read(entry.id, payload);
            QVERIFY(payload == payload_of(entry.meta.position));
        }
        const std::size_t last = said.rfind("c ");
        if (last != std::string::npos && said.size() >= last + 34)
            QVERIFY(checkpoints.find(said.substr(last + 2, 32)));
        for (const auto& name : names_in(directory.path())) QVERIFY(name.ends_with(".checkpoint"));
    }
    QVERIFY(seen > 0);
}

int main(int argc, char** argv) {
    if (argc == 3 && std::string(argv[1]) == "messages") return write_messages(argv[2]);
    if (argc == 3 && std::string(argv[1]) == "checkpoints") return write_checkpoints(argv[2]);
    TestKill test;
    QTEST_SET_MAIN_SOURCE_PATH
    return QTest::qExec(&test, argc, argv);
}
#include "test_kill.moc"
