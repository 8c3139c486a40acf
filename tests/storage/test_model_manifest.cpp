#include <QtTest>
#include <algorithm>

#include "storage/checksum_list.h"
#include "storage/file_hash.h"
#include "storage/model_files.h"
#include "storage/model_manifest.h"

using namespace sidewinder::storage;

namespace {

const std::string kSum(64, 'a');

/// JSON with ' for ".
std::string q(std::string text) {
    std::replace(text.begin(), text.end(), '\'', '"');
    return text;
}

std::string file_json(const std::string& name, const std::string& more = "") {
    return q("{'name':'") + name + q("','size':3,'sha256':'") + kSum + "\"" + more + "}";
}
std::string manifest_json(const std::string& files,
                          const std::string& source = q("{'kind':'folder','path':'/x'}")) {
    return q("{'format':1,'source':") + source + q(",'files':[") + files + "]}";
}

/// The sentence that refuses it, or nothing.
std::string refusal(const std::string& json, Error::Kind kind = Error::Kind::Damaged) {
    try {
        parse_manifest(json, "/models/m/manifest.json");
    } catch (const Error& error) {
        return error.kind() == kind ? error.what() : std::string("another kind: ") + error.what();
    }
    return {};
}

}  // namespace

/// What installed models and lists of checksums look like, and every way that theirs can be wrong.
class TestModelManifest : public QObject {
    Q_OBJECT
  private slots:
    void isReadAsItWasWritten() {
        Manifest manifest;
        manifest.source = {ManifestSource::Kind::Hub,
                           "https://huggingface.co",
                           "o/n",
                           "main",
                           std::string(40, 'c'),
                           {},
                           false};
        manifest.files = {{"consolidated.safetensors", 14'570'880'000, kSum, std::string(40, 'b'), {}},
                          {"params.json", 0, std::string(64, '0'), {}, -5}};
        const std::string text = to_json(manifest);
        QVERIFY(parse_manifest(text, "x") == manifest);
        for (std::size_t size = 0; size + 2 < text.size(); ++size)  // cut anywhere
            QVERIFY_THROWS_EXCEPTION(Error, parse_manifest(text.substr(0, size), "x"));
        manifest.source = {ManifestSource::Kind::Cache, {}, "o/n", {}, {}, "/home/a b/\"c\"", true};
        QVERIFY(parse_manifest(to_json(manifest), "x") == manifest);
    }

    void keysOfLaterVersionsAreLeftAlone() {
        QCOMPARE(refusal(manifest_json(file_json("a", q(",'new':[1]")))), std::string());
    }

    void isRefused_data() {
        QTest::addColumn<QString>("json");
        QTest::addColumn<QString>("why");
        const auto row = [](const char* name, const std::string& json, const char* why) {
            QTest::newRow(name) << QString::fromStdString(json) << QString::fromUtf8(why);
        };
        row("empty", "", "no JSON object");
        row("cut off", q("{'format':1,"), "no JSON object");
        row("an array", "[]", "no JSON object");
        row("rubbish behind", manifest_json(file_json("a")) + "x", "no JSON object");
        row("deep", q("{'format':1,'x':[[[[[[]]]]]]}"), "nested more than 4 deep");
        row("very deep", "{\"a\":" + std::string(200'000, '['), "nested more than 4 deep");
        row("huge", std::string(Manifest::kMaxBytes + 1, ' '), "1048576 are the limit");
        row("key twice", q("{'format':1,'format':1}"), "a key occurs twice");
        row("key twice by an escape", q("{'format':1,'\\u0066ormat':1}"), "a key occurs twice");
        row("no format", q("{'source':{},'files':[]}"), "names no format");
        row("no source", q("{'format':1,'files':[]}"), "names no source");
        row("source is text", manifest_json(file_json("a"), "\"x\""), "\"source\" is no object");
        row("unknown kind", manifest_json(file_json("a"), q("{'kind':'ftp'}")),
            "kind of source is not known");
        row("no kind", manifest_json(file_json("a"), "{}"), "lacks \"kind\"");
        row("hidden text", manifest_json(file_json("a"), q("{'kind':'hub','repo':'a\\u001b[2J'}")),
            "control characters");
        row("linked nowhere", manifest_json(file_json("a"), q("{'kind':'folder','linked':true}")),
            "no folder where its files are");
        row("linked relatively",
            manifest_json(file_json("a"), q("{'kind':'folder','path':'../x','linked':true}")),
            "no folder where its files are");
        row("linked hub", manifest_json(file_json("a"), q("{'kind':'hub','path':'/x','linked':true}")),
            "no folder where its files are");
        row("linked is text", manifest_json(file_json("a"), q("{'kind':'folder','path':'/x','linked':'y'}")),
            "neither true nor false");
        row("no files", manifest_json(""), "lists no files");
        row("file is a number", manifest_json("1"), "one of its files is no object");
        for (const char* name : {"../x", "/etc/passwd", "a/b", ".hidden", "..", "-rf", "", "a b", "~",
                                 "a\\\\b", "manifest.json", "damaged.txt", "quantized"})
            row(qPrintable(QStringLiteral("name ") + QString::fromUtf8(name)), manifest_json(file_json(name)),
                "not a plain one");
        row("long name", manifest_json(file_json(std::string(201, 'a'))), "not a plain one");
        row("NUL in a name", manifest_json(file_json("a\\u0000b")), "control characters");
        for (const char* size : {"-1", "1.5", "9223372036854775808", "\"3\"", "null", "1e3"})
            row(size,
                manifest_json(q("{'name':'a','size':") + std::string(size) + q(",'sha256':'") + kSum + "\"}"),
                "not a possible number");
        row("short hash", manifest_json(q("{'name':'a','size':1,'sha256':'ab'}")), "does not have 64 digits");
        row("capital hash",
            manifest_json(q("{'name':'a','size':1,'sha256':'") + std::string(64, 'A') + "\"}"),
            "does not have 64 digits");
        row("git hash", manifest_json(file_json("a", q(",'git_sha1':'12'"))), "does not have 40 digits");
        row("time", manifest_json(file_json("a", q(",'mtime_ns':'now'"))), "time of a is no number");
        row("file twice", manifest_json(file_json("a") + "," + file_json("a")), "a is listed twice");
        std::string many;
        for (int i = 0; i < 513; ++i) many += (i ? "," : "") + file_json("f" + std::to_string(i));
        row("many files", manifest_json(many), "512 are the limit");
    }

    void isRefused() {
        QFETCH(QString, json);
        QFETCH(QString, why);
        const QString sentence = QString::fromStdString(refusal(json.toStdString()));
        QVERIFY2(sentence.contains(why), qPrintable(sentence));
        QVERIFY(sentence.startsWith(
            QStringLiteral("The list of files /models/m/manifest.json cannot be used: ")));
        QVERIFY(sentence.endsWith(QStringLiteral("download or import it again.")));
    }

    void ofANewerVersionIsSaid() {
        const std::string text = refusal(q("{'format':2,'source':{},'files':[]}"), Error::Kind::Newer);
        QVERIFY2(text.find("newer Sidewinder (format 2") != std::string::npos, text.c_str());
    }

    void weightsHaveOneHash() {
        Manifest manifest;
        QCOMPARE(weights_sha256(manifest), std::string());
        manifest.files = {{"b.safetensors", 1, std::string(64, 'b'), {}, {}}, {"x.json", 1, kSum, {}, {}}};
        QCOMPARE(weights_sha256(manifest), std::string(64, 'b'));
        manifest.files.push_back({"a.safetensors", 1, kSum, {}, {}});
        // printf of the two lines | sha256sum
        QCOMPARE(weights_sha256(manifest),
                 sha256_of(kSum + "  a.safetensors\n" + std::string(64, 'b') + "  b.safetensors\n"));
    }

    void hashesAreTheStandardOnes() {
        // FIPS 180-4's example, and `printf abc | git hash-object --stdin`.
        QCOMPARE(sha256_of("abc"),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        FileHash git = FileHash::git_blob(3);
        git.add(std::as_bytes(std::span("abc", 3)));
        QCOMPARE(git.hex(), std::string("f2ba8f84ab5c1bce84a7b441cb1959cfc7093b7f"));
    }

    void checksumListsAreReadAsTheToolWritesThem() {
        const auto sums = parse_checksum_list(kSum + "  a\n" + kSum + " *b\r\n\n" + kSum + "  ./c\n" + kSum +
                                                  "  sub/d\n\\" + kSum + "  e\\nf\n" + kSum + "  last",
                                              "x");
        QCOMPARE(sums.size(), std::size_t{4});
        QVERIFY(sums.contains("a") && sums.contains("b") && sums.contains("c") && sums.contains("last"));
    }

    void checksumListsAreRefused_data() {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("why");
        const auto row = [](const char* name, const std::string& text, const char* why) {
            QTest::newRow(name) << QString::fromStdString(text) << QString::fromUtf8(why);
        };
        row("MD5", std::string(32, 'a') + "  a\n", "line 1 is not a SHA-256 and a name");
        row("page", kSum + "  a\n<html>\n", "line 2 is not a SHA-256 and a name");
        row("twice", kSum + "  a\n" + std::string(64, 'b') + "  a\n", "a is listed twice");
        row("huge", std::string(Manifest::kMaxBytes + 1, '\n'), "more than 1 MiB");
    }

    void checksumListsAreRefused() {
        QFETCH(QString, text);
        QFETCH(QString, why);
        QString sentence;
        try {
            parse_checksum_list(text.toStdString(), "/stick/SHA256SUMS");
        } catch (const Error& error) {
            sentence = QString::fromUtf8(error.what());
        }
        QVERIFY2(sentence.contains(why), qPrintable(sentence));
    }

    void idsAreFolderNames() {
        const auto id = ModelId::parse("mistralai--Mamba-Codestral-7B-v0.1@main");
        QVERIFY(id && id->owner == "mistralai" && id->name == "Mamba-Codestral-7B-v0.1" &&
                id->revision == "main");
        for (const char* bad : {"", "a--b", "a@b", "--b@c", "a--@c", "a--b@", "a--..@c", "a--b@../c",
                                ".a--b@c", "a--b--c@d", "a/b--c@d", "-a--b@c"})
            QVERIFY2(!ModelId::parse(bad), bad);
        QCOMPARE(ModelId::make("o", "n", "refs/pr/1").text(), std::string("o--n@refs_pr_1"));
        QCOMPARE(ModelId::make("o", "../x--y", ".z").text(), std::string("o--_._x-_y@_z"));
        QVERIFY(ModelId::parse(ModelId::make("ä b", "--", "@@").text()));
        QVERIFY_EXCEPTION_THROWN(ModelId::make("o", "", "r"), Error);
        QVERIFY_EXCEPTION_THROWN(ModelId::make("o", std::string(97, 'n'), "r"), Error);
    }
};

QTEST_APPLESS_MAIN(TestModelManifest)
#include "test_model_manifest.moc"
