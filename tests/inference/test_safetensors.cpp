#include <QtTest>

#include "inference/error.h"
#include "inference/safetensors.h"
#include "tests/support/hostile_headers.h"
#include "tests/support/limited_child.h"
#include "tests/support/model_files.h"

using namespace sidewinder;
using namespace sidewinder::inference;
using test::fault_of;
using test::little_endian;
using test::safetensors_bytes;

namespace {

/// What SafetensorsFile does with these bytes, without a file.
SafetensorsHeader parse(const std::string& bytes) {
    const std::uint64_t length =
        safetensors_header_length(std::string_view(bytes).substr(0, 512), bytes.size(), "file");
    return parse_safetensors_header(std::string_view(bytes).substr(8, length), bytes.size(), "file");
}

std::string valid_file() {
    return safetensors_bytes(
        R"({"__metadata__":{"format":"pt"},"first":{"dtype":"F32","shape":[2,3],)"
        R"("data_offsets":[0,24]},"second":{"dtype":"BF16","shape":[5],"data_offsets":[24,34]}})",
        34);
}

}  // namespace

class TestSafetensors : public QObject {
    Q_OBJECT
  private slots:
    void refusesHostileHeaders_data() {
        QTest::addColumn<int>("number");
        const std::vector<test::HostileHeader>& cases = test::hostile_headers();
        for (std::size_t i = 0; i < cases.size(); ++i)
            QTest::newRow(cases[i].name.c_str()) << static_cast<int>(i);
    }

    void refusesHostileHeaders() {
        QFETCH(int, number);
        const test::HostileHeader& hostile = test::hostile_headers()[static_cast<std::size_t>(number)];
        std::string message;
        const auto fault = fault_of([&] { parse(hostile.bytes); }, &message);
        QVERIFY2(fault.has_value(), "accepted");
        QVERIFY2(*fault == hostile.fault,
                 (std::to_string(static_cast<int>(*fault)) + ": " + message).c_str());
        QVERIFY2(message.ends_with('.') && message.starts_with("file cannot be used: "), message.c_str());
        // From a file the verdict is the same.
        test::write_file(folder_ / "hostile.safetensors", hostile.bytes);
        QVERIFY(fault_of([&] { SafetensorsFile::open(folder_ / "hostile.safetensors"); }) == hostile.fault);
    }

    void acceptsUnusualHeaders_data() {
        QTest::addColumn<QByteArray>("header");
        QTest::addColumn<int>("bytes");
        QTest::addColumn<int>("tensors");
        const auto row = [](const char* name, const char* header, int bytes, int tensors) {
            QTest::newRow(name) << QByteArray(header) << bytes << tensors;
        };
        row("white space before", " \t\r\n{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}}", 1,
            1);
        row("white space after", "{\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]}} \t\r\n  ",
            1, 1);
        row("white space inside",
            "{ \"a\" : { \"dtype\" : \"U8\" , \"shape\" : [ 1 ] , \"data_offsets\" : [ 0 , 1 ] } }", 1, 1);
        row("no tensors", "{}", 0, 0);
        row("only metadata", R"({"__metadata__":{"a":"b","c":""}})", 0, 0);
        row("empty metadata", R"({"__metadata__":{}})", 0, 0);
        row("zero-sized tensor", R"({"a":{"dtype":"F32","shape":[2,0],"data_offsets":[0,0]}})", 0, 1);
        row("rank 0", R"({"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}})", 4, 1);
        row("rank 8", R"({"a":{"dtype":"U8","shape":[1,1,1,1,1,1,1,2],"data_offsets":[0,2]}})", 2, 1);
        row("offsets not in the order of names",
            R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[3,5]},"b":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}})",
            5, 2);
        row("unaligned data",
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}})",
            5, 2);
        row("zero-sized between others",
            R"({"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"z":{"dtype":"F32","shape":[0],"data_offsets":[1,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}})",
            2, 3);
        row("two zero-sized at one place",
            R"({"y":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"z":{"dtype":"F32","shape":[0,7],"data_offsets":[0,0]}})",
            0, 2);
        row("properties in another order", R"({"a":{"data_offsets":[0,1],"shape":[1],"dtype":"I8"}})", 1, 1);
        row("escaped name", R"({"\u0061\u00e9":{"dtype":"I32","shape":[1],"data_offsets":[0,4]}})", 4, 1);
        row("exact 2^53 + 1", R"({"a":{"dtype":"U8","shape":[9007199254740993,0],"data_offsets":[0,0]}})", 0,
            1);
    }

    void acceptsUnusualHeaders() {
        QFETCH(QByteArray, header);
        QFETCH(int, bytes);
        QFETCH(int, tensors);
        const SafetensorsHeader parsed =
            parse(safetensors_bytes(header.toStdString(), static_cast<std::size_t>(bytes)));
        QCOMPARE(parsed.tensors.size(), static_cast<std::size_t>(tensors));
        QCOMPARE(parsed.offsets.size(), parsed.tensors.size());
    }

    void keepsNumbersExact() {
        const SafetensorsHeader parsed = parse(safetensors_bytes(
            R"({"a":{"dtype":"U8","shape":[9007199254740993,0],"data_offsets":[0,0]}})", 0));
        QCOMPARE(parsed.tensors[0].shape[0], std::int64_t{9007199254740993});
    }

    void readsWhatItSays() {
        std::string bytes = valid_file();
        for (std::size_t i = 0; i < 34; ++i) bytes[bytes.size() - 34 + i] = static_cast<char>(i);
        test::write_file(folder_ / "valid.safetensors", bytes);
        const SafetensorsFile file = SafetensorsFile::open(folder_ / "valid.safetensors");
        QCOMPARE(file.tensors().size(), std::size_t{2});
        QCOMPARE(file.metadata().at("format"), std::string("pt"));
        const TensorInfo* second = file.find("second");
        QVERIFY(second && second->dtype == DType::BF16 && second->bytes == 10);
        std::byte part[4];
        file.read("second", 3, part);
        QCOMPARE(std::to_integer<int>(part[0]), 27);
        QCOMPARE(std::to_integer<int>(part[3]), 30);
        QCOMPARE(fault_of([&] { file.read("second", 7, part); }), std::optional(Fault::SizeMismatch));
        QCOMPARE(fault_of([&] { file.read("third", 0, part); }), std::optional(Fault::MissingTensor));
        QVERIFY(file.find("third") == nullptr);
    }

    void everyFlippedByteIsRefusedOrHarmless() {
        const std::string good = valid_file();
        std::size_t refused = 0, accepted = 0;
        for (std::size_t at = 0; at < good.size() - 34; ++at) {
            for (int bit = 0; bit < 8; ++bit) {
                std::string bad = good;
                bad[at] = static_cast<char>(bad[at] ^ (1 << bit));
                if (fault_of([&] {
                        const SafetensorsHeader header = parse(bad);
                        std::uint64_t total = 0;  // what is accepted still covers the data exactly
                        for (const TensorInfo& tensor : header.tensors) total += tensor.bytes;
                        if (total != 34)
                            throw std::logic_error("accepted a header that does not cover the data");
                    }))
                    ++refused;
                else
                    ++accepted;
            }
        }
        QVERIFY(accepted > 0);  // another letter in a name
        QVERIFY(refused > accepted);
    }

    void everyTruncationIsRefused() {
        const std::string good = valid_file();
        for (std::size_t size = 0; size < good.size(); ++size)
            QVERIFY2(fault_of([&] { parse(good.substr(0, size)); }), std::to_string(size).c_str());
        QVERIFY(!fault_of([&] { parse(good); }));
        QCOMPARE(fault_of([&] { parse(good + "x"); }), std::optional(Fault::TrailingBytes));
    }

    void bombsStayWithinMemory_data() {
        QTest::addColumn<int>("bomb");
        QTest::addColumn<int>("fault");
        QTest::newRow("a million tensors in 100 MB") << 0 << static_cast<int>(Fault::HeaderTooLarge);
        QTest::newRow("100,000 tensors over the same bytes") << 1 << static_cast<int>(Fault::Duplicate);
        QTest::newRow("a million nested arrays") << 2 << static_cast<int>(Fault::BadEntry);
        QTest::newRow("a million nested arrays as a shape") << 3 << static_cast<int>(Fault::BadNumber);
        QTest::newRow("a name of 99 MB") << 4 << static_cast<int>(Fault::BadEntry);
        QTest::newRow("a number of 99 MB") << 5 << static_cast<int>(Fault::BadNumber);
        QTest::newRow("10 MB of metadata") << 6 << static_cast<int>(Fault::BadEntry);
        QTest::newRow("99 MB of metadata keys") << 7 << static_cast<int>(Fault::BadEntry);
        QTest::newRow("99 MB of spaces") << 8 << static_cast<int>(Fault::NotJson);
        QTest::newRow("a million dimensions") << 9 << static_cast<int>(Fault::BadEntry);
    }

    void bombsStayWithinMemory() {
        QFETCH(int, bomb);
        QFETCH(int, fault);
        test::write_file(folder_ / "bomb.safetensors", test::header_bomb(bomb));
        const auto size = std::filesystem::file_size(folder_ / "bomb.safetensors");
        const test::ChildResult child =
            test::run_limited({}, [&] { SafetensorsFile::open(folder_ / "bomb.safetensors"); });
        QCOMPARE(child.signal, 0);
        QVERIFY(child.fault.has_value());
        QCOMPARE(static_cast<int>(*child.fault), fault);
#ifndef SIDEWINDER_SANITIZED
        QVERIFY2(child.peak_kib * 1024 < static_cast<std::int64_t>(4 * size + (128 << 20)),
                 std::to_string(child.peak_kib).c_str());
#endif
        std::filesystem::remove(folder_ / "bomb.safetensors");
    }

    void namesOtherKindsOfFiles_data() {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QByteArray>("kind");
        const auto row = [](const char* name, QByteArray bytes, const char* kind) {
            QTest::newRow(name) << bytes + QByteArray(600, '\1') << QByteArray(kind);
        };
        row("PyTorch zip", QByteArray("PK\3\4\0\0\10\10", 8), "ZIP");
        row("pickle 2", QByteArray("\x80\x02}q\x00X\x05\x00", 8), "pickle");
        row("pickle with a small length", QByteArray("\x80\x02\0\0\0\0\0\0\x8a\nl\xfc", 12), "pickle");
        row("pickle 4", QByteArray("\x80\x04\x95\x10\0\0\0\0", 8), "pickle");
        row("GGUF", QByteArray("GGUF\3\0\0\0", 8), "GGUF");
        row("GGML", QByteArray("lmgg\1\0\0\0", 8), "GGML");
        row("HTML", "<!DOCTYPE html><html>", "HTML");
        row("HTML after a line", "\n<html lang=en>", "HTML");
        row("Git LFS", "version https://git-lfs.github.com/spec/v1\noid sha256:", "Git LFS");
        row("JSON", R"({"error":"gated repository"})", "JSON");
        row("gzip", QByteArray("\x1f\x8b\x08\0\0\0\0\0", 8), "gzip");
        row("PDF", "%PDF-1.7\n%", "PDF");
        row("NumPy", QByteArray("\x93NUMPY\1\0", 8), "NumPy");
        row("HDF5", QByteArray("\x89HDF\r\n\x1a\n", 8), "HDF5");
        row("tar", QByteArray(257, 'n') + "ustar", "tar");
    }

    void namesOtherKindsOfFiles() {
        QFETCH(QByteArray, bytes);
        QFETCH(QByteArray, kind);
        test::write_file(folder_ / "kind.safetensors", bytes.toStdString());
        std::string message;
        const auto fault = fault_of([&] { SafetensorsFile::open(folder_ / "kind.safetensors"); }, &message);
        QVERIFY2(fault == Fault::WrongKind, message.c_str());
        QVERIFY2(message.find(kind.toStdString()) != std::string::npos, message.c_str());
    }

  private:
    test::TemporaryFolder folder_;
};

QTEST_APPLESS_MAIN(TestSafetensors)
#include "test_safetensors.moc"
