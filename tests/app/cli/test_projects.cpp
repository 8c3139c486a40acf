#include <QtTest>
#include <map>
#include <thread>

#include "app/cli/command.h"
#include "inference/error.h"
#include "tests/support/cli_process.h"
#include "tests/support/project_files.h"

using namespace sidewinder;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

std::string source(int number, int functions) {
    std::string text = "import os\n\n";
    for (int i = 0; i < functions; ++i) {
        const std::string name = std::to_string(number) + "_" + std::to_string(i);
        text += "def load_" + name + "(path):\n    with open(path) as file:\n        return file.read()\n\n";
    }
    return text;
}

std::map<std::string, std::string> contents(const fs::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& file : fs::directory_iterator(folder))
        files[file.path().filename()] = read_bytes(file.path());
    return files;
}

bool says(const QByteArray& text, const char* words) {
    if (text.contains(words)) return true;
    qWarning("'%s' is not in: %s", words, text.constData());
    return false;
}

}  // namespace

class TestProjectsCli : public QObject {
    Q_OBJECT

    std::optional<CliHome> home_;
    std::optional<TemporaryDirectory> directory_;

    std::string project() const { return directory_->path() / "project"; }

  private Q_SLOTS:
    void init() {
        home_.emplace();
        directory_.emplace();
        for (int i = 0; i < 6; ++i)
            put(fs::path(project()) / ("lib/part" + std::to_string(i) + ".py"), source(i, 30));
        put(fs::path(project()) / ".gitignore", "*.log\n");
        put(fs::path(project()) / "debug.log", "noise\n");
        put(fs::path(project()) / "data.bin", std::string("\0\1\2", 3));
    }

    void scanSaysWhatIsReadAndWhy() {
        const auto ran = home_->run({"projects", "scan", project()});
        QVERIFY2(ran.code == 0, ran.err.constData());
        QVERIFY(says(ran.out, "  lib/part3.py\n"));
        QVERIFY(says(ran.out, "left out  debug.log"));
        QVERIFY(says(ran.out, ".gitignore"));
        QVERIFY(says(ran.out, "left out  data.bin"));
        QVERIFY(says(ran.out, "tokens in 7 files, of 262,144 that may be read"));
        QVERIFY(!fs::exists(home_->checkpoints()) || fs::is_empty(home_->checkpoints()));
        const auto json = home_->run({"projects", "scan", "--json", project()}).json();
        QCOMPARE(json[QStringLiteral("files")].toInt(), 7);
        QCOMPARE(json[QStringLiteral("tokens")], json[QStringLiteral("tokens_to_read")]);
    }

    void theSecondReadingReadsNothing() {
        const auto first = home_->run({"projects", "read", project()});
        QVERIFY2(first.code == 0, first.err.constData());
        QVERIFY(!says(first.out, "Read 0 tokens"));
        const auto second = home_->run({"projects", "read", project()});
        QVERIFY2(second.code == 0, second.err.constData());
        QVERIFY(says(second.out, "Read 0 tokens"));
        const auto listed = home_->run({"projects", "list"});
        QVERIFY(says(listed.out, project().c_str()));
    }

    void killedItGoesOnAndEndsInTheSameState() {
        QVERIFY(home_->run({"projects", "read", project()}).code == 0);
        const auto whole = contents(home_->checkpoints());
        QVERIFY(whole.size() >= 3);
        const CliHome killed;
        QProcess process;
        killed.start(process, {"projects", "read", project()});
        const auto begun = [&] {
            if (!fs::exists(killed.checkpoints())) return false;
            for (const auto& file : fs::directory_iterator(killed.checkpoints()))
                if (whole.contains(file.path().filename())) return true;
            return false;
        };
        for (int i = 0; i < 20'000 && !begun(); ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(2));
        process.kill();
        QVERIFY(process.waitForFinished());
        QVERIFY2(process.exitStatus() == QProcess::CrashExit, "it was done before it could be killed");
        const auto rest = killed.run({"projects", "read", "--json", project()});
        QVERIFY2(rest.code == 0, rest.err.constData());
        QVERIFY(rest.json()[QStringLiteral("tokens_reused")].toInt() > 0);
        QVERIFY(rest.json()[QStringLiteral("tokens_read")].toInt() > 0);
        int same = 0;  // but for the times in their heads
        for (const auto& [name, bytes] : contents(killed.checkpoints())) {
            const auto other = whole.find(name);
            if (other == whole.end()) continue;
            QCOMPARE(bytes.size(), other->second.size());
            QVERIFY(bytes.substr(4096) == other->second.substr(4096));
            ++same;
        }
        QVERIFY(same >= 2);
    }

    void askingReadsTheProjectOnce() {
        const auto ask = [&] {
            return home_->run(
                {"ask", "--json", "--max-tokens", "4", "--project", project(), "What is this?"});
        };
        const auto first = ask();
        QVERIFY2(first.code == 0, first.err.constData());
        const auto read = [](const QJsonObject& json) {
            return json[QStringLiteral("project")].toObject()[QStringLiteral("tokens_read")].toInt(-1);
        };
        QVERIFY(read(first.json()) > 500);
        const auto second = ask();
        QCOMPARE(read(second.json()), 0);
        const auto stats = second.json()[QStringLiteral("stats")].toObject();
        QVERIFY(stats[QStringLiteral("tokens_read")].toInt() < 20);
        QVERIFY(stats[QStringLiteral("tokens_reused")].toInt() > 500);
        put(fs::path(project()) / "lib/part5.py", source(9, 2));
        const int again = read(ask().json());
        QVERIFY(again > 0 && again < read(first.json()));
    }

    void nothingIsCutToFitTheBudget() {
        const auto ran = home_->run({"projects", "read", "--budget", "300", project()});
        QCOMPARE(ran.code, static_cast<int>(inference::Fault::BadRequest));
        QVERIFY(says(ran.err, "the budget is 300"));
        QVERIFY(says(ran.err, "--without"));
        QVERIFY(says(ran.err, "lib/part"));
        QVERIFY(fs::is_empty(home_->checkpoints()));
    }

    void choicesAreRemembered() {
        const auto files = [&](CliHome::Words words) {
            const auto ran = home_->run(words);
            if (ran.code != 0) qWarning("%s", ran.err.constData());
            return ran.json()[QStringLiteral("files")].toInt(-1);
        };
        QCOMPARE(files({"projects", "scan", "--json", "--without", "lib/", "--with", "debug.log", project()}),
                 2);
        QCOMPARE(files({"projects", "scan", "--json", project()}), 2);
        QCOMPARE(files({"projects", "scan", "--json", "--by-rules", "lib", project()}), 8);
        const auto unknown = home_->run({"projects", "scan", "--without", "lib/part", project()});
        QCOMPARE(unknown.code, static_cast<int>(inference::Fault::BadRequest));
        QVERIFY(says(unknown.err, "no file or folder lib/part in"));
    }

    void forgettingRemovesTheStates() {
        QVERIFY(home_->run({"projects", "read", project()}).code == 0);
        QVERIFY(!fs::is_empty(home_->checkpoints()));
        const auto ran = home_->run({"projects", "remove", project()});
        QVERIFY2(ran.code == 0, ran.err.constData());
        QVERIFY(fs::is_empty(home_->checkpoints()));
        QVERIFY(fs::exists(fs::path(project()) / "lib/part0.py"));
        QVERIFY(home_->run({"projects", "list"}).out.isEmpty());
        QVERIFY(says(home_->run({"projects", "remove", project()}).err, "not among the projects"));
    }

    void aFolderThatIsNoneIsNamed() {
        const auto ran = home_->run({"projects", "read", project() + "/nothing"});
        QCOMPARE(ran.code, int(cli::exit_code::kStore));
        QVERIFY(says(ran.err, "/nothing"));
    }
};

QTEST_GUILESS_MAIN(TestProjectsCli)
#include "test_projects.moc"
