#include <signal.h>
#include <sys/stat.h>

#include <QElapsedTimer>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QtTest>
#include <random>

#include "app/core/model_choice.h"
#include "storage/model_files.h"
#include "tests/support/demo_model.h"
#include "tests/support/model_folder_files.h"

using namespace sidewinder;
namespace fs = std::filesystem;

namespace {

struct Ran {
    int code;
    QByteArray out, err;
};

QStringList words(std::initializer_list<std::string> list) {
    QStringList all;
    for (const std::string& word : list) all << QString::fromStdString(word);
    return all;
}

QJsonObject object(const QByteArray& text) {
    return QJsonDocument::fromJson(text).object();
}

int kills() {
    const char* set = std::getenv("SIDEWINDER_KILLS");
    return set != nullptr ? std::atoi(set) : 40;
}

}  // namespace

/// `sidewinder-cli models` as a script uses it: real processes, a home of its own.
class TestModels : public QObject {
    Q_OBJECT
    std::optional<tests::TemporaryDirectory> home_;
    const std::string demo_ = test::demo_model().string();

    fs::path models_folder() const { return home_->path() / "XDG_DATA_HOME/sidewinder/models"; }
    fs::path installed() const { return models_folder() / "local--demo-model@import"; }
    QProcessEnvironment environment() const {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "HF_HOME"})
            environment.insert(QLatin1String(name), QString::fromStdString((home_->path() / name).string()));
        environment.remove(QStringLiteral("HF_HUB_CACHE"));
        environment.remove(QStringLiteral("HUGGINGFACE_HUB_CACHE"));
        return environment;
    }
    Ran run_program(const QString& program, const QStringList& arguments, const QByteArray& input = {}) {
        QProcess process;
        process.setProcessEnvironment(environment());
        process.start(program, arguments);
        process.write(input);
        process.closeWriteChannel();
        if (!process.waitForFinished(120'000)) return {-1, {}, "timed out"};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), process.readAllStandardError()};
    }
    Ran run(std::initializer_list<std::string> arguments, const QByteArray& input = {}) {
        return run_program(QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-cli"), words(arguments), input);
    }
    /// Starts it and kills it after a while; true if it was still running.
    bool run_and_kill(std::initializer_list<std::string> arguments, int milliseconds) {
        QProcess process;
        process.setProcessEnvironment(environment());
        process.start(QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-cli"), words(arguments));
        if (!process.waitForStarted()) return false;
        const bool ended = process.waitForFinished(milliseconds);
        if (!ended) ::kill(static_cast<pid_t>(process.processId()), SIGKILL);
        process.waitForFinished();
        return !ended;
    }
    QJsonArray listed() {
        return object(run({"models", "list", "--json"}).out)[QStringLiteral("models")].toArray();
    }
    static QString state_of(const QJsonValue& model) { return model[QStringLiteral("state")].toString(); }
    /// A copy of the program beside a downloader that does what `script` says.
    QString program_with_fetch(const std::string& script) {
        const fs::path folder = home_->path() / "bin";
        fs::create_directories(folder);
        fs::copy_file(SIDEWINDER_BIN_DIR "/sidewinder-cli", folder / "sidewinder-cli",
                      fs::copy_options::overwrite_existing);
        tests::write_bytes(folder / "sidewinder-fetch",
                           "#!/bin/sh\nfor a; do case $a in --into=*) into=${a#--into=};; esac; done\n"
                           "say() { printf '%s\\n' \"$1\"; }\n" +
                               script);
        ::chmod((folder / "sidewinder-fetch").c_str(), 0700);
        return QString::fromStdString((folder / "sidewinder-cli").string());
    }
    Ran download(const std::string& script, std::initializer_list<std::string> more = {}) {
        return run_program(program_with_fetch(script),
                           words({"models", "download", "me/demo"}) + words(more));
    }
    /// What a right downloader leaves: the demo model and a manifest, written last.
    std::string whole_download() {
        storage::ModelFiles elsewhere(home_->path() / "hub-side");
        elsewhere.remove_leftovers();
        if (elsewhere.list().empty()) app::import_folder(elsewhere, {demo_, "me/demo", {}, {}, {}});
        std::string manifest = tests::read_bytes(elsewhere.list()[0].folder / "manifest.json");
        manifest.replace(manifest.find("\"folder\""), 8, "\"hub\",\"repo\":\"me/demo\",\"commit\":\"abc\"");
        tests::write_bytes(home_->path() / "manifest", manifest);
        return "mkdir -p $into; cp " + demo_ + "/params.json " + demo_ + "/consolidated.safetensors " +
               demo_ + "/tokenizer.model.v3 $into; cp " + (home_->path() / "manifest").string() +
               " $into/manifest.json; say '{\"event\":\"done\"}'";
    }

  private slots:
    void init() { home_.emplace(); }

    void theWholeWayRound() {
        Ran ran = run({"models", "import", demo_});
        QVERIFY2(ran.code == 0 && ran.out.startsWith("Imported local--demo-model@import, 14.9 MB"), ran.err);
        const QJsonArray models = listed();
        QCOMPARE(models.size(), 2);
        QCOMPARE(models[0][QStringLiteral("repo")].toString(),
                 QStringLiteral("mistralai/Mamba-Codestral-7B-v0.1"));
        QCOMPARE(state_of(models[0]), QStringLiteral("available"));
        QCOMPARE(state_of(models[1]), QStringLiteral("installed"));
        QCOMPARE(models[1][QStringLiteral("precisions")].toArray().size(), 3);
        ran = run({"models", "quantize", "demo-model", "--json"});
        QVERIFY2(ran.code == 0 && object(ran.out)[QStringLiteral("made")].toBool(), ran.err);
        ran = run({"models", "quantize", "demo-model", "--json"});
        QVERIFY2(ran.code == 0 && !object(ran.out)[QStringLiteral("made")].toBool(true), ran.err);
        ran = run({"models", "show", "demo-model"});
        QVERIFY2(
            ran.code == 0 && ran.out.contains("consolidated.safetensors") && ran.out.contains("6.9 MB, made"),
            ran.out);
        // The engine reads the file that quantize made: it makes none in the cache.
        ran = run({"ask", "--model", "demo-model", "--weights", "int4", "--max-tokens", "4", "Hello"});
        QVERIFY2(ran.code == 0 && !fs::exists(home_->path() / "XDG_CACHE_HOME/sidewinder/quantized"),
                 ran.err);
        ran = run({"models", "verify", "demo-model", "--json"});
        QVERIFY2(ran.code == 0 && object(ran.out)[QStringLiteral("right")].toBool(), ran.err);
        const fs::path stick = home_->path() / "stick";
        fs::create_directories(stick);
        ran = run({"models", "export", "demo-model", stick.string(), "--json"});
        QVERIFY2(ran.code == 0, ran.err);
        ran = run({"models", "remove", "demo-model", "--yes", "--json"});
        QVERIFY2(ran.code == 0 && object(ran.out)[QStringLiteral("removed")].toBool(), ran.err);
        QVERIFY(fs::is_empty(models_folder()));
        ran = run({"models", "import", (stick / "demo-model@import").string(), "--link"});
        QVERIFY2(ran.code == 0 && ran.out.startsWith("Linked local--demo-model@import"), ran.err);
        ran = run({"bench", "--help"});
        QVERIFY(ran.out.contains("installed model"));
    }

    void importAlsoMakesTheChosenFile() {
        QCOMPARE(run({"models", "import", demo_, "--weights", "int3"}).code, 40);
        QVERIFY(!fs::exists(models_folder()));
        const Ran ran = run({"models", "import", demo_, "--weights", "int8", "--json"});
        QVERIFY2(ran.code == 0, ran.err);
        const Ran again = run({"models", "quantize", "demo-model", "--weights", "int8", "--json"});
        QVERIFY2(again.code == 0 && !object(again.out)[QStringLiteral("made")].toBool(true), again.err);
    }

    void theKnownModelIsShownBeforeItIsHere() {
        const Ran ran = run({"models", "show", "Mamba-Codestral-7B-v0.1"});
        QVERIFY2(ran.code == 0, ran.err);
        for (const char* part :
             {"not here", "14.57 GB", "Apache-2.0", "params.json", "bf16", "int8", "int4", "needed"})
            QVERIFY2(ran.out.contains(part), part);
    }

    void aWrongByteKeepsAModelFromBeingUsed() {
        QCOMPARE(run({"models", "import", demo_}).code, 0);
        const fs::path weights = installed() / "consolidated.safetensors";
        std::string bytes = tests::read_bytes(weights);
        bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
        tests::write_bytes(weights, bytes);
        Ran ran = run({"models", "verify", "demo-model"});
        QCOMPARE(ran.code, 63);
        QVERIFY2(ran.out.contains("WRONG  consolidated.safetensors") && ran.err.contains("is right"),
                 ran.err);
        ran = run({"ask", "--model", "demo-model", "Hello"});
        QCOMPARE(ran.code, 63);
        QVERIFY2(ran.err.contains("has the SHA-256"), ran.err);
        QCOMPARE(state_of(listed()[1]), QStringLiteral("broken"));
        QCOMPARE(run({"models", "quantize", "demo-model"}).code, 63);
        QCOMPARE(run({"models", "import", demo_}).code, 0);
        QCOMPARE(run({"models", "verify", "demo-model"}).code, 0);
    }

    void removingIsAskedFor() {
        QCOMPARE(run({"models", "import", demo_}).code, 0);
        Ran ran = run({"models", "remove", "demo-model"});
        QVERIFY2(ran.code == 2 && ran.err.contains("Remove local--demo-model@import, 14.9 MB? [y/N]"),
                 ran.err);
        QCOMPARE(run({"models", "remove", "demo-model"}, "no\n").code, 2);
        QVERIFY(fs::exists(installed() / "manifest.json"));
        QCOMPARE(run({"models", "remove", "demo-model"}, "y\n").code, 0);
        QVERIFY(!fs::exists(installed()));
    }

    void refusalsAreSentences_data() {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QString>("sentence");
        const auto row = [](const char* name, std::initializer_list<std::string> arguments, int code,
                            const char* sentence) {
            QTest::newRow(name) << words(arguments) << code << sentence;
        };
        row("no such folder", {"models", "import", "/none"}, 63,
            "neither a folder /none nor such a model in");
        row("no model", {"models", "import", "/usr"}, 21, "holds neither params.json nor config.json");
        row("no such model", {"models", "verify", "x"}, 63, "There is no model 'x': none is installed");
        row("show", {"models", "show", "../../etc"}, 63, "There is no model '../../etc'");
        row("remove", {"models", "remove", "--yes", ".."}, 63, "There is no model '..'");
        row("both ways", {"models", "import", "--link", "--copy", "/usr"}, 2, "excludes");
        row("name", {"models", "import", demo_path(), "--name", "a/b/@"}, 63,
            "cannot be part of a model's name");
        row("model", {"ask", "--model", "x", "hello"}, 63, "There is no model 'x'");
        row("download", {"models", "download", "justaname"}, 63, "is no repository: give OWNER/NAME");
        row("weights", {"models", "download", "a/b", "--weights", "int3"}, 40, "int3");
    }
    static std::string demo_path() { return test::demo_model().string(); }

    void refusalsAreSentences() {
        QFETCH(QStringList, arguments);
        QFETCH(int, code);
        QFETCH(QString, sentence);
        const Ran ran = run_program(QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-cli"), arguments);
        QVERIFY2(ran.err.contains(sentence.toUtf8()), ran.err);
        QCOMPARE(ran.code, code);
        QVERIFY(!fs::exists(models_folder()) || fs::is_empty(models_folder()));
    }

    void theCacheOfHuggingFaceIsUsedWhereItIs() {
        const tests::HubCacheFiles cache(home_->path() / "HF_HOME/hub", demo_, "models--me--demo");
        QVERIFY(run({"models", "list"}).out.contains("me/demo at cccccccccccc"));
        const Ran ran = run({"models", "import", "me/demo"});
        QVERIFY2(ran.code == 0 && ran.out.startsWith("Linked me--demo@cccccccccccc"), ran.err);
        QCOMPARE(run({"ask", "--model", "demo", "--max-tokens", "2", "Hello"}).code, 0);
        QCOMPARE(run({"models", "remove", "demo", "--yes"}).code, 0);
        QVERIFY(fs::exists(cache.snapshot / "params.json"));
    }

    void killedImportsLeaveNothingHalf() {
        QElapsedTimer whole_run;
        whole_run.start();
        QCOMPARE(run({"models", "import", demo_}).code, 0);
        const int longest = static_cast<int>(whole_run.elapsed());
        QCOMPARE(run({"models", "remove", "demo-model", "--yes"}).code, 0);
        std::mt19937 random(20261123);
        int killed = 0, whole = 0;
        for (int i = 0; i < kills(); ++i) {
            killed += run_and_kill({"models", "import", demo_},
                                   static_cast<int>(std::uniform_int_distribution(1, 2 * longest)(random)));
            storage::ModelFiles models(models_folder());
            const auto there = models.list();
            QVERIFY(there.size() <= 1);
            if (there.empty()) continue;
            ++whole;
            QVERIFY2(there[0].state == storage::ModelState::Installed, there[0].reason.c_str());
            for (const auto& check : models.verify(there[0].id))
                QVERIFY2(check.problem.empty(), check.problem.c_str());
            models.remove(there[0].id);
        }
        qInfo("%d of %d imports killed, %d whole", killed, kills(), whole);
        QVERIFY(killed > 0);
        const Ran ran = run({"models", "import", demo_});
        QVERIFY2(ran.code == 0, ran.err);
        QCOMPARE(std::distance(fs::directory_iterator(models_folder()), {}), std::ptrdiff_t{1});
    }

    void killedConversionsLeaveNothingHalf() {
        QCOMPARE(run({"models", "import", demo_}).code, 0);
        const auto file = [&]() -> fs::path {
            for (const auto& entry : fs::directory_iterator(installed() / "quantized"))
                if (entry.path().extension() == ".safetensors") return entry.path();
            return {};
        };
        QElapsedTimer whole_run;
        whole_run.start();
        QCOMPARE(run({"models", "quantize", "demo-model"}).code, 0);
        const int longest = static_cast<int>(whole_run.elapsed());
        const std::string right = tests::read_bytes(file());
        std::mt19937 random(20261123);
        int killed = 0;
        for (int i = 0; i < kills(); ++i) {
            fs::remove(file());
            killed += run_and_kill({"models", "quantize", "demo-model"},
                                   static_cast<int>(std::uniform_int_distribution(1, 2 * longest)(random)));
            if (const fs::path made = file(); !made.empty()) QVERIFY(tests::read_bytes(made) == right);
        }
        qInfo("%d of %d conversions killed", killed, kills());
        QVERIFY(killed > 0);
        QCOMPARE(run({"models", "quantize", "demo-model"}).code, 0);
        QVERIFY(tests::read_bytes(file()) == right);
        QCOMPARE(std::distance(fs::directory_iterator(installed() / "quantized"), {}), std::ptrdiff_t{1});
    }

    void aDownloadIsCheckedAndThenUsed() {
        Ran ran = download(whole_download(), {"--json", "--weights", "int4"});
        QVERIFY2(ran.code == 0, ran.err);
        QCOMPARE(object(ran.out)[QStringLiteral("id")].toString(), QStringLiteral("me--demo@main"));
        QCOMPARE(object(ran.out)[QStringLiteral("commit")].toString(), QStringLiteral("abc"));
        QVERIFY(!fs::is_empty(models_folder() / "me--demo@main/quantized"));
        QCOMPARE(run({"ask", "--model", "me/demo", "--max-tokens", "2", "Hello"}).code, 0);
        // Found wrong later: the next download puts it right.
        fs::resize_file(models_folder() / "me--demo@main/params.json", 3);
        QCOMPARE(run({"models", "verify", "demo"}).code, 63);
        ran = download("test ! -e $into/manifest.json || exit 99\n" + whole_download());
        QVERIFY2(ran.code == 0, ran.err);
        QCOMPARE(run({"models", "verify", "demo"}).code, 0);
    }

    void aDownloadThatFailsSaysWhy() {
        Ran ran = download(
            "say '{\"event\":\"note\",\"message\":\"a \\u001b[2J note\"}'\n"
            "say '{\"event\":\"error\",\"fault\":\"no_space\",\"code\":28,\"resumable\":true,"
            "\"message\":\"The disk is full.\"}'; exit 28",
            {"--json"});
        QCOMPARE(ran.code, 64);
        QVERIFY2(ran.err.contains("sidewinder-cli: The disk is full.") && ran.err.contains("a ?[2J note"),
                 ran.err);
        QCOMPARE(object(ran.out)[QStringLiteral("fault")].toString(), QStringLiteral("no_space"));
        ran = download("kill -9 $$");
        QCOMPARE(ran.code, 64);
        QVERIFY2(ran.err.contains("ended without saying why (code 137)"), ran.err);
        ran = download("say '{\"event\":\"done\"}'");
        QCOMPARE(ran.code, 63);
        QVERIFY2(ran.err.contains("left no model me--demo@main"), ran.err);
        ran = download("mkdir -p $into; echo '{}' > $into/manifest.json");
        QVERIFY2(ran.code != 0 && ran.err.contains("names no format"), ran.err);
    }

    void ctrlCStopsADownloadAndKeepsWhatCame() {
        QProcess process;
        process.setProcessEnvironment(environment());
        process.start(program_with_fetch("say '{\"event\":\"note\",\"message\":\"begun\"}'; cat > /dev/null; "
                                         "say '{\"event\":\"error\",\"fault\":\"stopped\",\"resumable\":true,"
                                         "\"message\":\"Stopped.\"}'; exit 3"),
                      words({"models", "download", "me/demo"}));
        process.setReadChannel(QProcess::StandardError);
        QByteArray err;
        while (!err.contains("begun") && process.waitForReadyRead(20'000))
            err += process.readAllStandardError();
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(20'000));
        err += process.readAllStandardError();
        QCOMPARE(process.exitCode(), 130);
        QVERIFY2(err.contains("sidewinder-cli: Stopped."), err);
    }
};

QTEST_GUILESS_MAIN(TestModels)
#include "test_models.moc"
