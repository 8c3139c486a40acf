#include <QTest>
#include <random>

#include "storage/download/digest.h"
#include "storage/download/piece_map.h"
#include "tests/support/temporary_directory.h"

using namespace sidewinder::download;

namespace {

PieceMap some_map() {
    PieceMap map{std::string(64, 'a'), 1000, std::string(40, 'c'), "https://cdn", "\"etag\"", {}};
    map.have.add({0, 100});
    map.have.add({500, 700});
    return map;
}

std::string with_sum(const std::string& body) {
    return body + "sha256 " + sidewinder::storage::sha256_of(body) + "\n";
}

}  // namespace

/// Extents against a plain bitmap; the piece map through its file and with damage of every kind.
class TestPieceMap : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void extentsAreABitmap() {
        std::minstd_rand random(7);
        for (int round = 0; round < 200; ++round) {
            ExtentSet set;
            std::vector<bool> bits(64);
            for (int step = 0; step < 30; ++step) {
                std::int64_t begin = random() % 65, end = random() % 65;
                if (begin > end) std::swap(begin, end);
                const bool add = random() % 3 != 0;
                add ? set.add({begin, end}) : set.remove({begin, end});
                for (std::int64_t i = begin; i < end; ++i) bits[static_cast<std::size_t>(i)] = add;
                compare(set, bits);
            }
        }
    }

    void comesBack() {
        const PieceMap map = some_map();
        QVERIFY(parse_piece_map(piece_map_text(map)) == map);
        const PieceMap empty{"e", 0, "", "", "", {}};
        QVERIFY(parse_piece_map(piece_map_text(empty)) == empty);
        const sidewinder::tests::TemporaryDirectory folder;
        QVERIFY(!read_piece_map(folder / "none"));
        sidewinder::tests::write_bytes(folder / "map", piece_map_text(map));
        QVERIFY(read_piece_map(folder / "map") == map);
        QVERIFY(!read_piece_map(folder.path()));
    }

    void damageIsNothing() {
        const std::string text = piece_map_text(some_map());
        for (std::size_t i = 0; i < text.size(); ++i) {
            QVERIFY(!parse_piece_map(text.substr(0, i)));
            for (int bit = 0; bit < 8; ++bit) {
                std::string flipped = text;
                flipped[i] = static_cast<char>(flipped[i] ^ (1 << bit));
                QVERIFY(!parse_piece_map(flipped));
            }
        }
        QVERIFY(!parse_piece_map(text + "x") && !parse_piece_map(text + text));
    }

    void liesAreNothing() {  // with a right checksum
        const std::string head =
            "sidewinder-pieces 1\netag e\nsize 1000\ncommit c\nlocation l\nlocation-etag t\n";
        QVERIFY(parse_piece_map(with_sum(head + "have 0 1000\n")));
        for (const char* have :
             {"have 0 1001\n", "have 5 5\n", "have 9 5\n", "have -1 5\n", "have 0 10\nhave 10 20\n",
              "have 20 30\nhave 0 10\n", "have 0\n", "have 0 1 2\n", "got 0 1\n", "have 0 1", "\n"})
            QVERIFY2(!parse_piece_map(with_sum(head + have)), have);
        std::string newer = head;
        newer.replace(newer.find(" 1\n"), 3, " 2\n");
        QVERIFY(!parse_piece_map(with_sum(newer)));
        QVERIFY(
            !parse_piece_map(with_sum("sidewinder-pieces 1\netag e\nsize 99999999999999999\ncommit c\n"
                                      "location l\nlocation-etag t\n")));
    }

    void hashes() {
        QCOMPARE(sidewinder::storage::sha256_of("abc"),
                 std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
        FileDigest digest(0, true);
        QCOMPARE(digest.finish().git_sha1,
                 std::string("e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"));  // git's empty blob
        FileDigest hello(6, true);
        for (const std::string part : {"hel", "lo\n"}) hello.add(std::as_bytes(std::span(part)));
        const FileHashes both = hello.finish();
        QCOMPARE(both.git_sha1, std::string("ce013625030ba8dba906f756967f9e9ca394464a"));
        QCOMPARE(both.sha256, sidewinder::storage::sha256_of("hello\n"));
        FileDigest large(6, false);
        QCOMPARE(large.finish().git_sha1, std::string());
    }

  private:
    static void compare(const ExtentSet& set, const std::vector<bool>& bits) {
        std::int64_t bytes = 0, front = 0;
        for (std::size_t i = 0; i < bits.size(); ++i) {
            const auto at = static_cast<std::int64_t>(i);
            QCOMPARE(set.covers({at, at + 1}), static_cast<bool>(bits[i]));
            bytes += bits[i];
            if (bits[i] && front == at) ++front;
            const Extent gap = set.first_gap(at, 64, 5);
            std::size_t begin = i;
            while (begin < bits.size() && bits[begin]) ++begin;
            std::size_t end = begin;
            while (end < bits.size() && !bits[end] && end - begin < 5) ++end;
            if (begin == bits.size()) QCOMPARE(gap.size(), std::int64_t{0});
            if (begin < bits.size())
                QCOMPARE(gap, (Extent{static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end)}));
        }
        QCOMPARE(set.bytes(), bytes);
        QCOMPARE(set.front(), front);
    }
};

QTEST_APPLESS_MAIN(TestPieceMap)
#include "test_piece_map.moc"
