#include <QTest>

#include "storage/download/fault.h"
#include "storage/download/file_choice.h"
#include "storage/download/hub_address.h"
#include "storage/download/token.h"
#include "storage/download/url.h"

using namespace sidewinder::download;

namespace {

template <typename Work>
int fault_of(const Work& work) {
    try {
        work();
    } catch (const Error& error) {
        return static_cast<int>(error.fault());
    }
    return 0;
}

constexpr int kUsage = static_cast<int>(Fault::Usage), kRefused = static_cast<int>(Fault::RefusedAddress);

}  // namespace

/// Addresses, names and tokens: what is let through and what is not.
class TestHubAddress : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void buildsAddresses() {
        const HubAddress hub("https://Hub.Example/base/", "mistralai/Mamba-Codestral-7B-v0.1", "refs/pr/1");
        QCOMPARE(hub.revision_url().text, std::string("https://hub.example/base/api/models/mistralai/"
                                                      "Mamba-Codestral-7B-v0.1/revision/refs%2Fpr%2F1"));
        QCOMPARE(
            hub.resolve_url("c0", "a b.json").text,
            std::string("https://hub.example/base/mistralai/Mamba-Codestral-7B-v0.1/resolve/c0/a%20b.json"));
        QCOMPARE(hub.tree_url("c0").text,
                 std::string("https://hub.example/base/api/models/mistralai/Mamba-Codestral-7B-v0.1/tree/c0"
                             "?recursive=false&expand=false"));
        QCOMPARE(hub.origin().text(), std::string("https://hub.example"));
        QCOMPARE(hub.at_mirror("https://huggingface.co/x/y"), std::string("https://hub.example/base/x/y"));
        QCOMPARE(hub.at_mirror("https://huggingface.co.evil/x"),
                 std::string("https://huggingface.co.evil/x"));
    }

    void refusesEndpoints() {
        for (const char* endpoint :
             {"", "hub", "ftp://hub", "http://8.8.8.8", "https://u:p@hub", "https://hub?x=1", "file:///etc",
              "https://hub\r\nX: y", "http://[2001:db8::1]"})
            QVERIFY2(fault_of([&] { HubAddress(endpoint, "o/r", "main"); }) == kUsage, endpoint);
        for (const char* endpoint : {"http://127.0.0.1:8000", "http://10.1.2.3", "http://mirror.corp",
                                     "http://[::1]:1", "https://8.8.8.8"})
            QVERIFY2(fault_of([&] { HubAddress(endpoint, "o/r", "main"); }) == 0, endpoint);
        for (const char* repository :
             {"", "/", "a/", "/b", "a/b/c", "../b", "a/..", "a b", "a/b?x", "-a/b", "a/.b"})
            QVERIFY2(fault_of([&] { HubAddress("https://hub", repository, "main"); }) == kUsage, repository);
        for (const char* revision : {"", "a b", "a\n", "\xc3\xa9"})
            QVERIFY2(fault_of([&] { HubAddress("https://hub", "o/r", revision); }) == kUsage, revision);
    }

    void followsRedirects() {
        const Url from = parse_url("https://hub/a/b?q=1");
        QCOMPARE(redirected(from, "/c").text, std::string("https://hub/c"));
        QCOMPARE(redirected(from, "https://cdn.hub/x#y").origin.text(), std::string("https://cdn.hub"));
        QCOMPARE(redirected(from, "//cdn/x").origin.host, std::string("cdn"));
        for (const char* location :
             {"http://hub/a", "ftp://hub/a", "file:///etc/passwd", "gopher://x/", "", "https://u@hub/a",
              "https://hub/\r\nx", "https://", "javascript:1", "https://h\\x"})
            QVERIFY2(fault_of([&] { redirected(from, location); }) == kRefused, location);
        QCOMPARE(fault_of([&] { redirected(from, std::string(9000, 'a')); }), kRefused);
        QVERIFY(is_relative_location("/a:b") && is_relative_location("a/b") && is_relative_location("?a:b"));
        QVERIFY(!is_relative_location("//host/a") && !is_relative_location("https://a"));
    }

    void knowsOriginsApart() {
        const Origin origin = parse_url("https://hub/a").origin;
        QVERIFY(origin == parse_url("https://HUB:443/b").origin);
        QVERIFY(origin != parse_url("https://hub:444/a").origin);
        QVERIFY(origin != parse_url("http://hub:443/a").origin);
        QVERIFY(origin != parse_url("https://hub.evil/a").origin);
    }

    void knowsPrivateAddresses() {
        for (const char* address :
             {"127.0.0.1", "10.0.0.1", "172.31.1.1", "192.168.0.1", "169.254.169.254", "100.64.0.1",
              "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fd00::1", "ff02::1",
              "::ffff:10.0.0.1", "64:ff9b::a00:1"})
            QVERIFY2(is_private_address(address), address);
        for (const char* address :
             {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700::1", "::ffff:8.8.8.8", "hub", ""})
            QVERIFY2(!is_private_address(address), address);
    }

    void refusesNames() {
        for (const char* name : {"",
                                 ".",
                                 "..",
                                 "../x",
                                 "a/b",
                                 "a\\b",
                                 "C:x",
                                 "-rf",
                                 "~x",
                                 ".hidden",
                                 "a.",
                                 "CON",
                                 "con.txt",
                                 "LPT9",
                                 "a b",
                                 "a\n",
                                 "\xc3\xa9",
                                 "manifest.json",
                                 "damaged.txt",
                                 "quantized",
                                 "a+b",
                                 "a=b",
                                 "a@b",
                                 "a,b"})
            QVERIFY2(refusal_of_name(name), name);
        QVERIFY(refusal_of_name(std::string(201, 'a')) && refusal_of_name(std::string("a\0b", 3)));
        for (const char* name : {"params.json", "consolidated.safetensors", "tokenizer.model.v3", "_a",
                                 "console.txt", "model-00001-of-00003.safetensors"})
            QVERIFY2(!refusal_of_name(name), name);
    }

    void choosesFiles() {
        const auto file = [](const char* name, std::int64_t size) {
            return RemoteFile{name, size, {}, std::string(40, 'a')};
        };
        const std::vector<RemoteFile> mistral{file(".gitattributes", 1),
                                              file("consolidated.safetensors", 9),
                                              file("model.safetensors", 9),
                                              file("params.json", 2),
                                              file("config.json", 1),
                                              file("tokenizer.model.v3", 3),
                                              file("../evil", 1)};
        const auto chosen = chosen_files(mistral, {});
        QCOMPARE(chosen.size(), std::size_t{3});
        QCOMPARE(chosen.back().name, std::string("consolidated.safetensors"));
        const std::vector<RemoteFile> face{file("config.json", 1),
                                           file("model-00001-of-00002.safetensors", 5),
                                           file("model-00002-of-00002.safetensors", 5),
                                           file("model.safetensors.index.json", 2),
                                           file("README.md", 1),
                                           file("onnx/model.safetensors", 5)};
        QCOMPARE(chosen_files(face, {}).size(), std::size_t{4});
        QCOMPARE(fault_of([&] { chosen_files({file("README.md", 1)}, {}); }),
                 static_cast<int>(Fault::NoFile));
        QCOMPARE(fault_of([&] { chosen_files(face, {"absent.json"}); }), static_cast<int>(Fault::NoFile));
        QCOMPARE(fault_of([&] { chosen_files(mistral, {"../evil"}); }), static_cast<int>(Fault::UnsafeName));
    }

    void keepsTokens() {
        const Token token(" hf_secret\n");
        QCOMPARE(token.header(), std::string("Authorization: Bearer hf_secret"));
        QCOMPARE(token.hidden("a hf_secret and hf_secret"), std::string("a [token] and [token]"));
        for (const char* bad : {"a\nb: c", "a\rb", "a b", "\xc3\xa9"})
            QVERIFY2(fault_of([&] { Token{bad}; }) == kUsage, bad);
        QVERIFY(!Token("") && !Token(" \n"));
    }
};

QTEST_APPLESS_MAIN(TestHubAddress)
#include "test_hub_address.moc"
