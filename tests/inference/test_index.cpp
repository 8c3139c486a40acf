#include <QtTest>

#include "inference/error.h"
#include "inference/safetensors_index.h"
#include "tests/support/index_text.h"
#include "tests/support/limited_child.h"
#include "tests/support/model_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using test::fault_of;
using test::map_of;
using test::tensor;
using test::write_file;

namespace {

const std::string kName = "model.safetensors.index.json";

}  // namespace

class TestIndex : public QObject {
    Q_OBJECT
  private slots:
    void init() {
        std::filesystem::create_directory(path());
        write_file(path() / "one.safetensors",
                   test::safetensors_bytes("{" + tensor("a", 0, 4) + "," + tensor("b", 4, 8) + "}", 8));
        write_file(path() / "two.safetensors",
                   test::safetensors_bytes("{" + tensor("c", 0, 4) + "}", 3) + "\7");
        write_index(map_of(kGood));
    }
    void cleanup() { std::filesystem::remove_all(path()); }

    void readsShardsAsOne() {
        const ShardedTensors tensors(Folder::open(path()), kName);
        QCOMPARE(tensors.tensors().size(), std::size_t{3});
        std::byte last[1];
        tensors.read("c", 3, last);
        QCOMPARE(std::to_integer<int>(last[0]), 7);
        QCOMPARE(fault_of([&] { tensors.read("d", 0, last); }), std::optional(Fault::MissingTensor));
        write_index(R"({"weight_map": {)" + kGood + "}}");  // metadata may be missing
        QCOMPARE(ShardedTensors(Folder::open(path()), kName).tensors().size(), std::size_t{3});
    }

    void refusesShardNamesThatAreNoPlainNames_data() {
        QTest::addColumn<QByteArray>("shard");
        for (const char* name : {"../x.safetensors",
                                 "/etc/passwd",
                                 "/etc/x.safetensors",
                                 "C:\\\\x.safetensors",
                                 "a/b.safetensors",
                                 "..\\\\x.safetensors",
                                 "",
                                 ".safetensors",
                                 "x",
                                 "x.bin",
                                 "x.safetensors.pt",
                                 "~/x.safetensors",
                                 "x y.safetensors",
                                 "x\\u0000.safetensors",
                                 "x\\n.safetensors",
                                 "%2e%2e.safetensors",
                                 "caf\\u00e9.safetensors",
                                 "x.safetensors/",
                                 "\\u202ex.safetensors",
                                 "$HOME.safetensors"})
            QTest::newRow(name) << QByteArray(name);
        QTest::newRow("201 characters") << QByteArray(201, 'x') + ".safetensors";
    }

    void refusesShardNamesThatAreNoPlainNames() {
        QFETCH(QByteArray, shard);
        std::string message;
        const auto fault = fault_of(
            [&] { parse_safetensors_index(map_of("\"a\": \"" + shard.toStdString() + "\""), kName); },
            &message);
        QVERIFY2(fault == Fault::BadName, message.c_str());
    }

    void refusesBrokenIndexes_data() {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<int>("fault");
        const auto row = [](const char* name, const std::string& json, Fault fault) {
            QTest::newRow(name) << QByteArray::fromStdString(json) << static_cast<int>(fault);
        };
        row("empty", "", Fault::NotJson);
        row("a list", "[]", Fault::NotJson);
        row("no map", R"({"metadata": {}})", Fault::BadIndex);
        row("empty map", map_of(""), Fault::BadIndex);
        row("map is a list", R"({"weight_map": []})", Fault::BadIndex);
        row("shard is a number", map_of("\"a\": 1"), Fault::BadIndex);
        row("shard is null", map_of("\"a\": null"), Fault::BadIndex);
        row("shard is a list", map_of("\"a\": [\"one.safetensors\"]"), Fault::BadIndex);
        row("P61 tensor in two shards", map_of(kGood + R"(, "a": "two.safetensors")"), Fault::Duplicate);
        row("the same by an escape", map_of(kGood + R"(, "\u0061": "one.safetensors")"), Fault::Duplicate);
        row("two maps", R"({"weight_map": {}, "weight_map": {}})", Fault::Duplicate);
        row("empty tensor name", map_of("\"\": \"one.safetensors\""), Fault::BadName);
        row("hidden character in a tensor's name", map_of("\"a\\u202e\": \"one.safetensors\""),
            Fault::BadName);
        row("tensor name of 513 bytes", map_of("\"" + std::string(513, 'n') + "\": \"one.safetensors\""),
            Fault::BadName);
        row("total_size -1", map_of(kGood, R"({"total_size": -1})"), Fault::BadNumber);
        row("total_size 12.0", map_of(kGood, R"({"total_size": 12.0})"), Fault::BadNumber);
        row("total_size a text", map_of(kGood, R"({"total_size": "12"})"), Fault::BadNumber);
        row("total_size 2^64", map_of(kGood, R"({"total_size": 18446744073709551616})"), Fault::BadNumber);
        row("total_size 13", map_of(kGood, R"({"total_size": 13})"), Fault::BadIndex);
        row("depth 5", R"({"weight_map": {"a": [[[1]]]}})", Fault::TooDeep);
        row("P60 shard missing", map_of(kGood + R"(, "d": "three.safetensors")"), Fault::MissingFile);
        row("P62 wrong shard",
            map_of(R"("a": "one.safetensors", "b": "two.safetensors", "c": "two.safetensors")"),
            Fault::BadIndex);
        row("shard holds more", map_of(R"("a": "one.safetensors", "c": "two.safetensors")"), Fault::BadIndex);
        row("shard holds less", map_of(kGood + R"(, "d": "two.safetensors")"), Fault::BadIndex);
        row("the shard is the index", map_of(kGood + R"(, "d": "model.safetensors.index.json")"),
            Fault::BadName);
        std::string many;
        for (int i = 0; i < 257; ++i)
            many += (i ? "," : "") +
                    ("\"t" + std::to_string(i) + "\": \"s" + std::to_string(i) + ".safetensors\"");
        row("257 shards", map_of(many), Fault::BadIndex);
    }

    void refusesBrokenIndexes() {
        QFETCH(QByteArray, json);
        QFETCH(int, fault);
        write_index(json.toStdString());
        std::string message;
        const auto thrown = fault_of([&] { ShardedTensors(Folder::open(path()), kName); }, &message);
        QVERIFY(thrown.has_value());
        QVERIFY2(static_cast<int>(*thrown) == fault, message.c_str());
    }

    void refusesBrokenShards() {
        const auto open = [&] { return fault_of([&] { ShardedTensors(Folder::open(path()), kName); }); };
        const std::string two = test::read_file(path() / "two.safetensors");
        write_file(path() / "two.safetensors", two.substr(0, two.size() - 1));  // P63
        QCOMPARE(open(), std::optional(Fault::Truncated));
        write_file(path() / "two.safetensors", two + "x");
        QCOMPARE(open(), std::optional(Fault::TrailingBytes));
        write_file(path() / "two.safetensors", "version https://git-lfs.github.com/spec/v1\n");
        QCOMPARE(open(), std::optional(Fault::WrongKind));
    }

    void linksStayInTheFolder() {
        const auto open = [&] { return fault_of([&] { ShardedTensors(Folder::open(path()), kName); }); };
        std::filesystem::rename(path() / "two.safetensors", path() / "real.bin");
        std::filesystem::create_symlink("real.bin", path() / "two.safetensors");
        QVERIFY(!open());
        std::filesystem::rename(path() / "real.bin", outside_ / "real.bin");
        QCOMPARE(open(), std::optional(Fault::MissingFile));
        for (const std::filesystem::path& target :
             {outside_ / "real.bin",
              std::filesystem::path("..") / ".." / outside_.path().filename() / "real.bin",
              std::filesystem::path("/etc/passwd"), std::filesystem::path("/proc/self/mem")}) {
            std::filesystem::remove(path() / "two.safetensors");
            std::filesystem::create_symlink(target, path() / "two.safetensors");
            QCOMPARE(open(), std::optional(Fault::BadName));
        }
        // A link inside that leads to a link outside.
        std::filesystem::remove(path() / "two.safetensors");
        std::filesystem::create_symlink(outside_ / "real.bin", path() / "step");
        std::filesystem::create_symlink("step", path() / "two.safetensors");
        QCOMPARE(open(), std::optional(Fault::BadName));
    }

    void bombsStayWithinMemory() {
        for (const int kind : {0, 1}) {
            std::string json = R"({"weight_map": {)";
            for (int i = 0; json.size() < 24'000'000; ++i)
                json += (i ? ",\"" : "\"") + std::to_string(i) +
                        (kind == 0 ? R"(":"x.safetensors")" : R"(":[0,0,0,0,0,0])");
            const test::ChildResult child =
                test::run_limited({}, [&] { parse_safetensors_index(json + "}}", kName); });
            QCOMPARE(child.signal, 0);
            QVERIFY(child.fault == Fault::BadEntry);
        }
        const auto fault = fault_of([] { parse_safetensors_index(std::string(25'000'001, ' '), kName); });
        QCOMPARE(fault, std::optional(Fault::BadIndex));
    }

    void everyFlippedByteIsRefusedOrHarmless() {
        const std::string good = map_of(kGood);
        for (std::size_t at = 0; at < good.size(); ++at)
            for (int bit = 0; bit < 8; ++bit) {
                std::string bad = good;
                bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
                fault_of([&] {
                    for (const std::string& shard : parse_safetensors_index(bad, kName).shards)
                        if (shard.find('/') != std::string::npos)
                            throw std::logic_error("a path was accepted");
                });
            }
        for (std::size_t size = 0; size < good.size(); ++size)
            QVERIFY(fault_of([&] { parse_safetensors_index(good.substr(0, size), kName); }));
    }

  private:
    std::filesystem::path path() const { return folder_ / "model"; }
    void write_index(const std::string& json) { write_file(path() / kName, json); }

    static inline const std::string kGood =
        R"("a": "one.safetensors", "b": "one.safetensors", "c": "two.safetensors")";
    test::TemporaryFolder folder_;
    test::TemporaryFolder outside_;
};

QTEST_APPLESS_MAIN(TestIndex)
#include "test_index.moc"
