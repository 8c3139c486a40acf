#include <QtTest>
#include <random>

#include "storage/project/reading_plan.h"

using namespace sidewinder::project;
using sidewinder::storage::ReadFile;
using sidewinder::storage::Reading;

namespace {

constexpr int kHead = 7;  // tokens of preamble and tree

ContentHash hash_of(int content) {
    ContentHash hash{};
    hash[0] = static_cast<std::byte>(content >> 8);
    hash[1] = static_cast<std::byte>(content);
    return hash;
}

/// A document's tokens are its content, so that a log shows what was read.
std::int64_t length_of(int content) {
    return 1 + content % 5;
}

struct World {
    std::vector<std::pair<std::string, int>> files;  // path and content

    std::vector<PresentFile> present() const {
        std::vector<PresentFile> all;
        for (const auto& [path, content] : files) all.push_back({path, hash_of(content), length_of(content)});
        return all;
    }
};

void append(Reading& reading, const std::string& path, int content) {
    const auto begin = static_cast<std::int64_t>(reading.tokens.size());
    reading.tokens.insert(reading.tokens.end(), static_cast<std::size_t>(length_of(content)), content);
    reading.files.push_back({path, hash_of(content), 1, "UTF-8", begin, begin + length_of(content)});
}

Reading read_all(const World& world) {
    Reading reading;
    reading.tokens.assign(kHead, -1);
    for (const auto& [path, content] : world.files) append(reading, path, content);
    return reading;
}

/// What the caller does with a plan.
Reading carry_out(const Reading& old, const ReadingStep& step, const World& world) {
    Reading now = old;
    now.tokens.resize(static_cast<std::size_t>(step.keep_tokens));
    now.files.resize(step.keep_files);
    for (const std::size_t i : step.read) append(now, world.files[i].first, world.files[i].second);
    return now;
}

World change(World world, std::mt19937& engine, int& next) {
    for (auto edits = engine() % 4; edits > 0; --edits) {
        const auto at = world.files.empty() ? 0 : engine() % world.files.size();
        switch (engine() % 5) {
            case 0:
                if (!world.files.empty()) world.files[at].second = next++;
                break;
            case 1:
                world.files.insert(world.files.begin() + static_cast<std::ptrdiff_t>(at),
                                   {"n" + std::to_string(next), next});
                ++next;
                break;
            case 2:
                if (!world.files.empty())
                    world.files.erase(world.files.begin() + static_cast<std::ptrdiff_t>(at));
                break;
            case 3:
                if (!world.files.empty()) world.files[at].first = "r" + std::to_string(next++);
                break;
            case 4:  // a touch: only the order is another
                std::shuffle(world.files.begin(), world.files.end(), engine);
                break;
        }
    }
    return world;
}

}  // namespace

class TestReadingPlan : public QObject {
    Q_OBJECT

  private slots:
    void nothing_changed();
    void one_file_changed();
    void rename_and_touch_cost_nothing();
    void appended_versions_count();
    void note();
    void whatever_happens_the_log_tells_the_truth();
};

void TestReadingPlan::nothing_changed() {
    const World world{{{"a", 1}, {"b", 2}}};
    const Reading stored = read_all(world);
    const ReadingPlan plan = plan_reading(stored, world.present());
    QVERIFY(plan.up_to_date() && plan.renamed.empty());
    for (const ReadingStep* step : {&plan.rebuild, &plan.append}) {
        QCOMPARE(step->read_tokens, 0);
        QCOMPARE(step->keep_tokens, std::int64_t(stored.tokens.size()));
        QCOMPARE(step->keep_files, std::size_t(2));
        QCOMPARE(step->stale_tokens, 0);
    }
    QVERIFY(change_note(plan, world.present()).empty());
}

void TestReadingPlan::one_file_changed() {
    World world{{{"a", 1}, {"b", 2}, {"c", 3}, {"d", 4}}};
    const Reading stored = read_all(world);
    world.files[1].second = 12;
    const ReadingPlan plan = plan_reading(stored, world.present());
    QCOMPARE(plan.changed, std::vector<std::size_t>{1});
    QCOMPARE(plan.rebuild.keep_tokens, kHead + length_of(1));
    QCOMPARE(plan.rebuild.read, (std::vector<std::size_t>{2, 3, 1}));  // what changed goes last
    QCOMPARE(plan.append.read, std::vector<std::size_t>{1});
    QCOMPARE(plan.append.stale_tokens, length_of(2));
    QCOMPARE(plan.append.log_tokens, std::int64_t(stored.tokens.size()) + length_of(12));
    QVERIFY(plan.append_is_better());
}

void TestReadingPlan::rename_and_touch_cost_nothing() {
    World world{{{"a", 1}, {"b", 2}, {"c", 3}}};
    const Reading stored = read_all(world);
    world.files = {{"c", 3}, {"new/b", 2}, {"a", 1}};
    const ReadingPlan plan = plan_reading(stored, world.present());
    QVERIFY(plan.up_to_date());
    QCOMPARE(plan.rebuild.read_tokens + plan.append.read_tokens, 0);
    QCOMPARE(plan.renamed.size(), std::size_t(1));
    QVERIFY(plan.renamed[0].from == "b" && plan.renamed[0].to == "new/b");
}

void TestReadingPlan::appended_versions_count() {
    World world{{{"a", 1}, {"b", 2}}};
    Reading stored = read_all(world);
    append(stored, "a", 9);
    world.files[0].second = 9;
    ReadingPlan plan = plan_reading(stored, world.present());
    QVERIFY(plan.up_to_date());
    QCOMPARE(plan.append.read_tokens, 0);
    QCOMPARE(plan.append.stale_tokens, length_of(1));
    QCOMPARE(plan.rebuild.keep_files, std::size_t(0));  // without anything stale it would be read anew
    world.files[0].second = 1;                          // edited back: the old document is not the newest
    plan = plan_reading(stored, world.present());
    QCOMPARE(plan.changed, std::vector<std::size_t>{0});
}

void TestReadingPlan::note() {
    World world{{{"a", 1}, {"b", 2}, {"c", 3}}};
    const Reading stored = read_all(world);
    world.files = {{"a", 11}, {"x\ny", 2}, {"n", 5}};
    const std::string text = change_note(plan_reading(stored, world.present()), world.present());
    for (const char* part : {"count:\n- a\n", "New files:\n- n\n", "project:\n- c\n", "- b -> x\\ny\n"})
        QVERIFY2(text.find(part) != std::string::npos, text.c_str());
}

void TestReadingPlan::whatever_happens_the_log_tells_the_truth() {
    std::mt19937 engine(21);
    int next = 100, rebuilt_some = 0;
    for (int round = 0; round < 3000; ++round) {
        World world;
        for (auto files = engine() % 8; files > 0; --files) {
            world.files.push_back({"f" + std::to_string(next), engine() % 4 == 0 ? 50 : next});
            ++next;
        }
        Reading stored = read_all(world);
        for (int sitting = 0; sitting < 4; ++sitting) {
            world = change(world, engine, next);
            const auto present = world.present();
            const ReadingPlan plan = plan_reading(stored, present);
            const Reading rebuilt = carry_out(stored, plan.rebuild, world),
                          appended = carry_out(stored, plan.append, world);
            QCOMPARE(std::int64_t(rebuilt.tokens.size()), plan.rebuild.log_tokens);
            QCOMPARE(std::int64_t(appended.tokens.size()), plan.append.log_tokens);
            QVERIFY(plan.append.read_tokens <= plan.rebuild.read_tokens);
            // A rebuilt log holds each file once, and nothing else.
            std::multiset<ContentHash> wanted, held;
            for (const auto& file : present) wanted.insert(file.hash);
            for (const auto& file : rebuilt.files) held.insert(file.hash);
            QVERIFY(wanted == held);
            // In an appended one the newest version of each path that is there is the true one.
            for (const auto& file : present) {
                const ReadFile* newest = nullptr;
                std::string path = file.path;
                for (const auto& pair : plan.renamed)
                    if (pair.to == path) path = pair.from;
                for (const auto& document : appended.files)
                    if (document.path == path) newest = &document;
                QVERIFY(newest != nullptr && newest->hash == file.hash);
            }
            QVERIFY(plan_reading(rebuilt, present).up_to_date());
            rebuilt_some += plan.rebuild.keep_files > 0 && plan.rebuild.read_tokens > 0 ? 1 : 0;
            stored = engine() % 2 == 0 ? rebuilt : appended;
            // As the caller stores it: documents under the names that their files have now.
            for (const auto& pair : plan.renamed)
                for (auto& document : stored.files)
                    if (document.path == pair.from) document.path = pair.to;
        }
    }
    QVERIFY(rebuilt_some > 1000);
}

QTEST_APPLESS_MAIN(TestReadingPlan)
#include "test_reading_plan.moc"
