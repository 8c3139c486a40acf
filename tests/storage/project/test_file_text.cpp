#include <QtTest>
#include <random>

#include "storage/project/file_kind.h"
#include "storage/project/file_text.h"
#include "storage/project/project_root.h"
#include "storage/project/utf8.h"

using namespace sidewinder::project;
using namespace std::string_literals;

class TestFileText : public QObject {
    Q_OBJECT

  private slots:
    void decodes_data();
    void decodes();
    void not_text_data();
    void not_text();
    void utf8_as_the_standard_has_it();
    void any_bytes_give_valid_text();
    void display_names();
    void languages();
    void generated_data();
    void generated();
    void secrets_are_found();
    void ordinary_code_holds_no_secret();
};

void TestFileText::decodes_data() {
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<int>("encoding");
    QTest::addColumn<int>("ends");
    QTest::addColumn<QByteArray>("flags");  // b: mark, f: final newline, l: lossy, h: hidden
    const auto row = [](const char* name, const std::string& bytes, const std::string& text,
                        Encoding encoding, LineEnds ends, const char* flags) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes) << QByteArray::fromStdString(text)
                            << int(encoding) << int(ends) << QByteArray(flags);
    };
    using enum Encoding;
    row("empty", "", "", Utf8, LineEnds::None, "");
    row("plain", "a\nb\n", "a\nb\n", Utf8, LineEnds::Lf, "f");
    row("no final newline", "a\nb", "a\nb", Utf8, LineEnds::Lf, "");
    row("crlf", "a\r\nb\r\n", "a\nb\n", Utf8, LineEnds::CrLf, "f");
    row("mixed", "a\r\nb\nc\r\n", "a\nb\nc\n", Utf8, LineEnds::Mixed, "f");
    row("lone cr", "a\rb\nc\r\n\r", "a\rb\nc\n\r", Utf8, LineEnds::Mixed, "");
    row("old mac", "a\rb\r", "a\nb\n", Utf8, LineEnds::Cr, "f");
    row("mark", "\xef\xbb\xbfx\n", "x\n", Utf8, LineEnds::Lf, "bf");
    row("only a mark", "\xef\xbb\xbf", "", Utf8, LineEnds::None, "b");
    row("utf-8", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", Utf8,
        LineEnds::None, "");
    row("latin-1", "caf\xe9 na\xefve\n", "caf\xc3\xa9 na\xc3\xafve\n", Windows1252, LineEnds::Lf, "f");
    row("windows quotes",
        "\x93"
        "a\x94 \x80",
        "\xe2\x80\x9c"
        "a\xe2\x80\x9d \xe2\x82\xac",
        Windows1252, LineEnds::None, "");
    row("utf-8 cut off", "caf\xc3", "caf\xc3\x83", Windows1252, LineEnds::None, "");
    row("utf-16le", "\xff\xfe"s + "a\0\r\0\n\0"s, "a\n", Utf16LittleEndian, LineEnds::CrLf, "bf");
    row("utf-16be", "\xfe\xff"s + "\0a\0\n"s, "a\n", Utf16BigEndian, LineEnds::Lf, "bf");
    row("utf-16 pair", "\xff\xfe\x3d\xd8\x00\xde"s, "\xf0\x9f\x98\x80", Utf16LittleEndian, LineEnds::None,
        "b");
    row("lone surrogate",
        "\xff\xfe\x3d\xd8"
        "a\0"s,
        "\xef\xbf\xbd"
        "a",
        Utf16LittleEndian, LineEnds::None, "bl");
    row("odd byte",
        "\xff\xfe"
        "a\0b"s,
        "a\xef\xbf\xbd", Utf16LittleEndian, LineEnds::None, "bl");
    row("bidi",
        "a\xe2\x80\xae"
        "b",
        "a\xe2\x80\xae"
        "b",
        Utf8, LineEnds::None, "h");
    row("tag", "a\xf3\xa0\x81\x81", "a\xf3\xa0\x81\x81", Utf8, LineEnds::None, "h");
    row("escape and form feed", "\x1b[1mlog\x1b[0m\f\n", "\x1b[1mlog\x1b[0m\f\n", Utf8, LineEnds::Lf, "f");
}

void TestFileText::decodes() {
    QFETCH(QByteArray, bytes);
    QFETCH(QByteArray, text);
    QFETCH(int, encoding);
    QFETCH(int, ends);
    QFETCH(QByteArray, flags);
    const FileText result = decode_text(bytes.toStdString());
    QVERIFY2(result.is_text, result.why_not.c_str());
    QCOMPARE(QByteArray::fromStdString(result.text), text);
    const TextForm expected{Encoding(encoding),  flags.contains('b'), LineEnds(ends),
                            flags.contains('f'), flags.contains('l'), flags.contains('h')};
    QVERIFY(result.form == expected);
    QCOMPARE(int(encoding_named(name_of(result.form.encoding))), encoding);
}

void TestFileText::not_text_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto row = [](const char* name, const std::string& bytes) {
        QTest::newRow(name) << QByteArray::fromStdString(bytes);
    };
    row("nul", "a\0b"s);
    row("nul at the end", std::string(100'000, 'a') + '\0');
    row("utf-16 without mark", "a\0b\0"s);
    row("utf-16 nul", "\xff\xfe\0\0a\0"s);
    row("utf-32", "\xff\xfe\0\0a\0\0\0"s);
    row("utf-32be", "\0\0\xfe\xff\0\0\0a"s);
    row("controls", "\x01\x02\x03\x04\x05"s);
    row("unassigned", "ab\x81\x8d\x8f\x90\x9d"s);
    std::mt19937 engine(1);
    std::string noise;
    while (noise.size() < 4000)
        if (const char c = static_cast<char>(engine()); c != 0) noise += c;
    row("noise without nul", noise);
}

void TestFileText::not_text() {
    QFETCH(QByteArray, bytes);
    const FileText result = decode_text(bytes.toStdString());
    QVERIFY(!result.is_text);
    QVERIFY(!result.why_not.empty());
}

void TestFileText::utf8_as_the_standard_has_it() {
    for (const char* wrong :
         {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
          "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82", "\xc3("})
        QVERIFY(!is_utf8("12345678"s + wrong));
    for (char32_t code = 1; code < 0x110000; code += 7) {
        if (code >= 0xd800 && code < 0xe000) continue;
        std::string text;
        append_utf8(text, code);
        const Character read = character_at(text, 0);
        QVERIFY(read.code == code && read.bytes == text.size() && is_utf8(text));
    }
}

void TestFileText::any_bytes_give_valid_text() {
    std::mt19937 engine(7);
    constexpr char kLikely[] = {'a',        '\n',       '\r',       char(0xff), char(0xfe),
                                char(0xc3), char(0xa9), char(0xe2), char(0x80)};
    int texts = 0;
    for (int round = 0; round < 20'000; ++round) {
        std::string bytes;
        for (auto length = engine() % 24; length > 0; --length)
            bytes += engine() % 16 == 0 ? static_cast<char>(engine()) : kLikely[engine() % sizeof kLikely];
        const FileText result = decode_text(bytes);
        if (!result.is_text) continue;
        ++texts;
        QVERIFY(is_utf8(result.text));
        QVERIFY(result.text.find('\0') == std::string::npos);
        QVERIFY(result.text.find("\r\n") == std::string::npos || bytes.find("\r\r\n") != std::string::npos ||
                result.form.encoding == Encoding::Utf16LittleEndian ||
                result.form.encoding == Encoding::Utf16BigEndian);
    }
    QVERIFY(texts > 10'000);
}

void TestFileText::display_names() {
    QCOMPARE(display_name("src/a b.cpp"), "src/a b.cpp"s);
    QCOMPARE(display_name("a\nb\t\x1b[31m"), "a\\nb\\t\\x1b[31m"s);
    QCOMPARE(display_name("a\\nb"), "a\\\\nb"s);
    QCOMPARE(display_name("\xff\xe9.c"), "\\xff\\xe9.c"s);
    QCOMPARE(display_name("x\xe2\x80\xaegpj.exe"), "x\\u{202e}gpj.exe"s);
    QCOMPARE(display_name("\xc2\x85\xc3\xa9"), "\\u{85}\xc3\xa9"s);
    std::mt19937 engine(3);
    std::map<std::string, std::string> seen;
    constexpr char kLetters[] = {'\\', 'n',        '\n',       'x',        '0',    'a', 'u', '{',
                                 '}',  char(0xe2), char(0x80), char(0xae), '\x1b', '1', 'b'};
    for (int round = 0; round < 50'000; ++round) {
        std::string name;
        for (auto length = engine() % 6; length > 0; --length) name += kLetters[engine() % sizeof kLetters];
        const std::string shown = display_name(name);
        QVERIFY(is_utf8(shown) && shown.find('\n') == std::string::npos &&
                shown.find('\x1b') == std::string::npos);
        QCOMPARE(seen.emplace(shown, name).first->second, name);
    }
}

void TestFileText::languages() {
    QCOMPARE(language_of("a/b.cpp"), std::string_view("cpp"));
    QCOMPARE(language_of("CMakeLists.txt"), std::string_view("cmake"));
    QCOMPARE(language_of("x.zsh"), std::string_view("bash"));
    QCOMPARE(language_of("x.S"), std::string_view("asm"));
    QCOMPARE(language_of(".gitignore"), std::string_view(""));
    QCOMPARE(language_of("a.b/c"), std::string_view(""));
}

void TestFileText::generated_data() {
    QTest::addColumn<QString>("path");
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("generated");
    QTest::newRow("lock") << "web/package-lock.json" << QByteArray("{}") << true;
    QTest::newRow("minified name") << "a.min.js" << QByteArray("x") << true;
    QTest::newRow("minified") << "a.js" << QByteArray(20'000, 'x') << true;
    QTest::newRow("go") << "a.go" << QByteArray("// Code generated by protoc. DO NOT EDIT.\n") << true;
    QTest::newRow("head") << "a.py" << QByteArray("#!/usr/bin/python\n# @generated by x\n") << true;
    QTest::newRow("map") << "a.js.map" << QByteArray("{\"version\":3,\"mappings\":\"AAAA\"}") << true;
    QTest::newRow("a string in a generator") << "gen.py" << QByteArray("HEAD = '// DO NOT EDIT'\n") << false;
    QTest::newRow("deep in the file")
        << "a.c" << QByteArray(QByteArray("x;\n").repeated(30) + "// DO NOT EDIT\n") << false;
    QTest::newRow("one long line") << "a.c"
                                   << QByteArray(QByteArray("int x;\n").repeated(3000) +
                                                 QByteArray(6000, 'x'))
                                   << false;
    QTest::newRow("map of the world") << "world.map" << QByteArray("#####\n") << false;
    QTest::newRow("plain") << "lock.cpp" << QByteArray("int main() {}\n") << false;
}

void TestFileText::generated() {
    QFETCH(QString, path);
    QFETCH(QByteArray, text);
    QFETCH(bool, generated);
    QCOMPARE(!generated_sign(path.toStdString(), text.toStdString()).empty(), generated);
}

void TestFileText::secrets_are_found() {
    std::mt19937 engine(11);
    const auto random = [&](std::string_view letters, std::size_t length) {
        std::string made;
        while (made.size() < length) made += letters[engine() % letters.size()];
        return made;
    };
    constexpr std::string_view kUpper = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    constexpr std::string_view kWord = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
    constexpr const char* kPlaces[] = {"key = \"%\"\n", "export TOKEN=%\n", "  - %\n",
                                       "{\"a\":\"%\"}", "// old: %",        "%"};
    int found = 0, made = 0;
    const auto expect = [&](const std::string& secret) {
        std::string text = "first\n" + std::string(kPlaces[engine() % std::size(kPlaces)]);
        text.replace(text.find('%'), 1, secret);
        ++made;
        const std::string sign = secret_content(text);
        if (sign.starts_with("line 2 looks like"))
            ++found;
        else
            qWarning("missed: %s -> %s", text.c_str(), sign.c_str());
        QVERIFY(sign.find(secret.substr(secret.size() - 8)) == std::string::npos);
    };
    for (int i = 0; i < 50; ++i) {
        expect("AKIA" + random(kUpper, 16));
        expect("ghp_" + random(kWord, 36));
        expect("github_pat_" + random(kWord, 22) + "_" + random(kWord, 59));
        expect("glpat-" + random(kWord, 20));
        expect("xoxb-" + random("0123456789", 12) + "-" + random(kWord, 24));
        expect("sk_live_" + random(kWord, 24));
        expect("AIzaSy" + random(kWord, 33));
        expect("hf_" + random(kWord, 34));
        expect("-----BEGIN OPENSSH PRIVATE KEY-----\n" + random(kWord, 70) + "\n" + random(kWord, 70));
        expect("eyJhbGciOiJIUzI1NiJ9." + random(kWord, 40) + "." + random(kWord, 43));
    }
    qInfo("%d/%d generated secrets found", found, made);
    QCOMPARE(found, made);
    int names = 0;
    const char* secret_names[] = {".env",
                                  "x/.env.local",
                                  "prod.env",
                                  "id_rsa",
                                  ".ssh/id_ed25519",
                                  "server.key",
                                  ".netrc",
                                  ".npmrc",
                                  ".pypirc",
                                  "credentials",
                                  ".aws/credentials",
                                  "a.pfx",
                                  "a.p12",
                                  "x.jks",
                                  "secrets.yaml",
                                  ".git-credentials",
                                  ".htpasswd",
                                  "terraform.tfstate",
                                  "deploy_rsa",
                                  "ID_RSA"};
    for (const char* name : secret_names) names += secret_name(name).empty() ? 0 : 1;
    QCOMPARE(names, int(std::size(secret_names)));
}

void TestFileText::ordinary_code_holds_no_secret() {
    for (const char* name :
         {".env.example", "env.cpp", "key.cpp", "id_rsa.pub", "keyboard.svg", "credentials.cpp", "cert.pem"})
        QVERIFY2(secret_name(name).empty(), name);
    for (const char* text :
         {"constexpr auto k = \"AKIA\";", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
          "-----BEGIN PRIVATE KEY-----",
          "-----BEGIN "
          "CERTIFICATE-----\nMIIB0000000000000000000000000000000000000000000000000000000000000000000000000\n",
          "int hf_value_of_this_variable;", "npm_config_registry", "SG.short", "XAKIA0123456789ABCDEF"})
        QVERIFY2(secret_content(text).empty(), text);
}

QTEST_APPLESS_MAIN(TestFileText)
#include "test_file_text.moc"
