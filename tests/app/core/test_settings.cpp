#include <QtTest>

#include <filesystem>
#include <fstream>

#include "app/core/proxy_address.h"
#include "app/core/settings.h"

using namespace sidewinder::app;
namespace fs = std::filesystem;

class TestSettings : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    fs::path file() const { return fs::path(folder_.path().toStdString()) / "config" / "settings.json"; }
    void write(const std::string& text) const {
        fs::create_directories(file().parent_path());
        std::ofstream(file()) << text;
    }

  private Q_SLOTS:
    void cleanup() { fs::remove_all(file().parent_path()); }

    void aMissingFileGivesDefaults() {
        std::string problem;
        QVERIFY(load_settings(file(), &problem) == Settings{});
        QVERIFY(problem.empty());
    }

    void whatIsSavedComesBack() {
        Settings s;
        s.system_prompt = "Answer \"briefly\"\nin português ☺";
        s.sampling.temperature = 0.75f;
        s.sampling.top_k = 7;
        s.seed = 18446744073709551615ULL;
        s.theme = Settings::Theme::Dark;
        s.font_size = 15;
        s.device = Device::Cuda;
        s.float8_prefill = true;
        s.offline = false;
        s.endpoint = "https://mirror.example";
        s.proxy = "http://proxy:3128";
        s.ca_file = "/ca.pem";
        s.token_file = "/token";
        s.downloads = {{"o--n@main", "o/n", "main", ""}, {"a--b@v1", "a/b", "v1", "http://127.0.0.1:1"}};
        s.weights = "int4-g64";
        save_settings(file(), s);
        QVERIFY(load_settings(file()) == s);
        s.seed.reset();
        save_settings(file(), s);
        QVERIFY(load_settings(file()) == s);
    }

    void oneBadFieldLeavesTheOthers() {
        write(R"({"temperature": 99, "top_k": "many", "max_tokens": 50, "theme": "dark"})");
        std::string problem;
        const Settings s = load_settings(file(), &problem);
        QCOMPARE(s.sampling.temperature, Settings{}.sampling.temperature);
        QCOMPARE(s.max_tokens, 50);
        QVERIFY(s.theme == Settings::Theme::Dark);
        QVERIFY2(problem.find("temperature, top_k") != std::string::npos, problem.c_str());
    }

    void float8IsYesOrNo() {
        write(R"({"float8_prefill": 8, "font_size": 11})");
        std::string problem;
        const Settings s = load_settings(file(), &problem);
        QVERIFY(!s.float8_prefill);
        QCOMPARE(s.font_size, 11);
        QVERIFY2(problem.find("float8_prefill") != std::string::npos, problem.c_str());
    }

    void offlineUntilToldOtherwise() {
        QVERIFY(load_settings(file()).offline);
        write(R"({"offline": 0, "downloads": [7, {"id": "x"}, {"id": "x", "repo": "o/n", "revision": 1}]})");
        std::string problem;
        const Settings s = load_settings(file(), &problem);
        QVERIFY(s.offline && s.downloads.empty());
        QVERIFY2(problem.find("offline") != std::string::npos, problem.c_str());
    }

    void anUnknownDeviceIsTold() {
        write(R"({"device": "abacus", "font_size": 11})");
        std::string problem;
        const Settings s = load_settings(file(), &problem);
        QVERIFY(s.device == Device::Auto && s.font_size == 11);
        QVERIFY2(problem.ends_with("device."), problem.c_str());
    }

    void anUnknownThemeIsTold() {
        write(R"({"theme": "sepia"})");
        std::string problem;
        QVERIFY(load_settings(file(), &problem).theme == Settings::Theme::System);
        QVERIFY2(problem.find("theme") != std::string::npos, problem.c_str());
    }

    void aDamagedFileGivesDefaultsAndASentence() {
        write("{\"temperature\": 0.");
        std::string problem;
        QVERIFY(load_settings(file(), &problem) == Settings{});
        QVERIFY2(problem.find(file().string()) != std::string::npos, problem.c_str());
    }

    void fieldsOfANewerVersionAreKept() {
        write(R"({"from_the_future": [1, 2], "max_tokens": 9})");
        save_settings(file(), load_settings(file()));
        std::ifstream in(file());
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        QVERIFY2(text.find("from_the_future") != std::string::npos, text.c_str());
    }

    void aProxysPasswordIsNeitherKeptNorLeft() {
        Settings s;
        s.proxy = "http://me:pass/w@rd@proxy:3128";
        save_settings(file(), s);
        QCOMPARE(load_settings(file()).proxy, std::string("http://me@proxy:3128"));
        write("{\"proxy\": \"socks5h://me:secretword@proxy:1\", \"temperature\": 0.5, \"newer\": [1]}");
        std::string problem;
        QCOMPARE(load_settings(file(), &problem).proxy, std::string("socks5h://me@proxy:1"));
        QVERIFY2(problem.find("was taken out of") != std::string::npos &&
                     problem.find("secretword") == std::string::npos,
                 problem.c_str());
        std::ifstream in(file());
        const std::string text{std::istreambuf_iterator<char>(in), {}};
        QVERIFY(text.find("secretword") == std::string::npos && text.find("newer") != std::string::npos);
        problem.clear();
        QCOMPARE(load_settings(file(), &problem).sampling.temperature, 0.5f);
        QVERIFY(problem.empty());
    }

    void passwordsGoIntoAndOutOfAddresses() {
        QCOMPARE(without_password("proxy:3128"), std::string("proxy:3128"));
        QCOMPARE(without_password("me:x@proxy"), std::string("me@proxy"));
        QCOMPARE(without_password("me@proxy:1"), std::string("me@proxy:1"));
        QCOMPARE(with_password("http://me@h:1", "a:/@ \xc3\xa9"),
                 std::string("http://me:a%3A%2F%40%20%C3%A9@h:1"));
        QCOMPARE(with_password("http://me:old@h:1", "new"), std::string("http://me:new@h:1"));
        QCOMPARE(with_password("http://h:1", "x"), std::string("http://h:1"));
    }

    void aFixedSeedIsUsedAndNoneIsAnotherEachTime() {
        Settings s;
        s.seed = 5;
        QCOMPARE(generate_options(s).sampling.seed, 5U);
        s.seed.reset();
        QVERIFY(generate_options(s).sampling.seed != generate_options(s).sampling.seed);
    }
};

QTEST_APPLESS_MAIN(TestSettings)
#include "test_settings.moc"
