#include <stdlib.h>
#include <unistd.h>

#include <QProcess>
#include <QtTest>
#include <random>

#include "storage/project/folder_walk.h"
#include "storage/project/ignore_rules.h"
#include "tests/support/project_files.h"

using namespace sidewinder::project;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

/// Runs git in `folder` with nobody's configuration; its output.
QByteArray git(const fs::path& folder, const QStringList& arguments, const QByteArray& input = {}) {
    QProcess process;
    process.setWorkingDirectory(QString::fromStdString(folder.string()));
    process.start(QStringLiteral("git"), arguments);
    if (!process.waitForStarted()) return {};
    process.write(input);
    process.closeWriteChannel();
    process.waitForFinished();
    return process.readAllStandardOutput();
}

std::set<std::string> walked(const fs::path& root, const WalkOptions& options = {}) {
    std::set<std::string> kept;
    for (const WalkEntry& entry : walk_folder(ProjectRoot(root), options).entries)
        if (!entry.is_folder && (entry.reason == LeftOut::None || entry.ticked)) kept.insert(entry.path);
    return kept;
}

/// What git would add: all files less the ignored ones (a repository without any commit).
std::set<std::string> git_lists(const fs::path& folder) {
    std::set<std::string> kept;
    for (const QByteArray& path :
         git(folder, {QStringLiteral("ls-files"), QStringLiteral("-z"), QStringLiteral("--others"),
                      QStringLiteral("--exclude-standard")})
             .split('\0'))
        if (!path.isEmpty()) kept.insert(path.toStdString());
    return kept;
}

class Random {
  public:
    explicit Random(unsigned seed) : engine_(seed) {}
    int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(engine_); }
    template <class List>
    std::string pick(const List& list) {
        return list[static_cast<std::size_t>(below(static_cast<int>(std::size(list))))];
    }

  private:
    std::mt19937 engine_;
};

constexpr const char* kParts[] = {"a",     "b",   "c", "foo",     "bar.o", "x y",
                                  "build", "[z]", "A", "foo.txt", ".hid"};
constexpr const char* kPatternParts[] = {"a",     "b",     "c",  "foo",     "*.o",        "x\\ y",
                                         "build", "[a-c]", "?",  "*",       "f*",         "\\[z]",
                                         "**",    "[!a]",  ".*", "foo.txt", "[[:upper:]]"};

std::string random_pattern(Random& random) {
    std::string pattern = random.below(4) == 0 ? "!" : "";
    if (random.below(4) == 0) pattern += "/";
    const int parts = 1 + (random.below(3) == 0 ? 1 + random.below(2) : 0);
    for (int i = 0; i < parts; ++i) pattern += (i > 0 ? "/" : "") + random.pick(kPatternParts);
    if (random.below(4) == 0) pattern += "/";
    if (random.below(12) == 0) pattern += "  ";
    if (random.below(20) == 0) pattern = "# " + pattern;
    return pattern + (random.below(15) == 0 ? "\r\n" : "\n");
}

std::string random_rules(Random& random) {
    std::string rules = random.below(15) == 0 ? "\xef\xbb\xbf" : "";
    for (int i = 1 + random.below(5); i > 0; --i) rules += random_pattern(random);
    return rules;
}

void grow(Random& random, const fs::path& folder, int depth) {
    fs::create_directories(folder);
    if (random.below(3) == 0) write_bytes(folder / ".gitignore", random_rules(random));
    for (int i = 2 + random.below(4); i > 0; --i) {
        const fs::path path = folder / random.pick(kParts);
        if (fs::exists(path)) continue;
        if (depth < 4 && random.below(2) == 0)
            grow(random, path, depth + 1);
        else
            write_bytes(path, "x");
    }
}

}  // namespace

class TestIgnoreRules : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void verdicts();
    void agrees_with_git_on_random_trees();
    void levels_and_strengths();
    void rules_above_a_subfolder();
    void rules_that_ignore_the_folder_itself_are_dropped();
    void users_excludes_act_and_the_folders_configuration_does_not();
    void ticked_in();
    void costly_rules_are_dropped();

  private:
    TemporaryDirectory home_;
};

void TestIgnoreRules::initTestCase() {
    ::setenv("HOME", home_.path().c_str(), 1);
    ::unsetenv("XDG_CONFIG_HOME");
    ::setenv("GIT_CONFIG_NOSYSTEM", "1", 1);
    for (const char* name : {"GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX"}) ::unsetenv(name);
}

void TestIgnoreRules::verdicts() {
    using Verdict = RuleFile::Verdict;
    const RuleFile rules("*.o\n!keep.o\nbuild/\n/top\na/b\n!a/b/c\n");
    QCOMPARE(rules.verdict("x/y.o", false), Verdict::Ignore);
    QCOMPARE(rules.verdict("x/keep.o", false), Verdict::Keep);
    QCOMPARE(rules.verdict("build", true), Verdict::Ignore);
    QCOMPARE(rules.verdict("build", false), Verdict::Silent);
    QCOMPARE(rules.verdict("top", false), Verdict::Ignore);
    QCOMPARE(rules.verdict("x/top", false), Verdict::Silent);
    QCOMPARE(rules.verdict("a/b", true), Verdict::Ignore);
    QCOMPARE(rules.verdict("a/b/d", false), Verdict::Silent);  // of this very path
    QCOMPARE(rules.verdict("a/b/c", false), Verdict::Keep);
    QVERIFY(RuleFile("# only\n\n").empty());
    QCOMPARE(RuleFile(std::string_view("\0*\n", 3)).verdict("a", false), Verdict::Silent);
}

void TestIgnoreRules::agrees_with_git_on_random_trees() {
    if (QStandardPaths::findExecutable(QStringLiteral("git")).isEmpty()) QSKIP("git is not installed");
    int agreed = 0, trees = 0;
    std::size_t ignored = 0, files = 0;
    for (unsigned seed = 0; seed < 200; ++seed) {
        TemporaryDirectory folder;
        Random random(seed);
        grow(random, folder.path(), 0);
        git(folder.path(), {QStringLiteral("init"), QStringLiteral("-q")});
        if (random.below(3) == 0) put(folder / ".git/info/exclude", random_rules(random));
        const auto expected = git_lists(folder.path());
        const auto found = walked(folder.path());
        WalkOptions all;
        all.ignore_files = false;
        files += walked(folder.path(), all).size();
        ignored += walked(folder.path(), all).size() - found.size();
        ++trees;
        if (found == expected) {
            ++agreed;
            continue;
        }
        for (const auto& path : found)
            if (!expected.contains(path)) qWarning("seed %u: git ignores %s", seed, path.c_str());
        for (const auto& path : expected)
            if (!found.contains(path)) qWarning("seed %u: git keeps %s", seed, path.c_str());
        qWarning("%s", read_bytes(folder / ".gitignore").c_str());
    }
    qInfo("%d/%d random trees as git has them; %zu of %zu files ignored", agreed, trees, ignored, files);
    QCOMPARE(agreed, trees);
    QVERIFY(ignored > files / 10 && ignored < files);
}

void TestIgnoreRules::levels_and_strengths() {
    TemporaryDirectory root;
    put(root / ".gitignore", "*.log\n*.tmp\nout/\n");
    put(root / ".sidewinderignore", "!b.log\n*.json\n");
    put(root / "sub/.gitignore", "!*.log\n!keep.json\n");
    for (const char* file :
         {"a.log", "b.log", "c.tmp", "d.json", "sub/a.log", "sub/keep.json", "sub/x.tmp", "out/x"})
        put(root / file, "x");
    // No repository is needed, and .sidewinderignore beats deeper .gitignore files.
    const std::set<std::string> expected = {".gitignore", ".sidewinderignore", "b.log", "sub/.gitignore",
                                            "sub/a.log"};
    QCOMPARE(walked(root.path()), expected);
    for (const auto& entry : walk_folder(ProjectRoot(root.path()), {}).entries) {
        if (entry.path == "out") QVERIFY(entry.is_folder && entry.reason == LeftOut::Ignored);
        if (entry.path == "sub/keep.json") QCOMPARE(entry.detail, std::string(".sidewinderignore"));
    }
}

void TestIgnoreRules::rules_above_a_subfolder() {
    TemporaryDirectory top;
    put(top / ".git/info/exclude", "secret.txt\n");
    put(top / ".gitignore", "*.o\n/one/two/here\n/here\n");
    put(top / "one/.gitignore", "!keep.o\n/two/x\n");
    for (const char* file : {"one/two/a.o", "one/two/keep.o", "one/two/here", "one/two/x",
                             "one/two/secret.txt", "one/two/in/x", "one/two/in/here"})
        put(top / file, "x");
    const std::set<std::string> expected = {"in/here", "in/x", "keep.o"};
    QCOMPARE(walked(top.path() / "one" / "two"), expected);
    fs::remove_all(top / ".git");  // not a repository: what lies above is nobody's
    QCOMPARE(walked(top.path() / "one" / "two").size(), std::size_t(7));
}

void TestIgnoreRules::rules_that_ignore_the_folder_itself_are_dropped() {
    TemporaryDirectory top;
    fs::create_directories(top / ".git");
    put(top / ".gitignore", "build/\n*.o\n");
    put(top / "build/deep/a.o", "x");
    put(top / "src/a.o", "x");
    QCOMPARE(walked(top / "build/deep"), std::set<std::string>{"a.o"});
    QCOMPARE(walked(top / "build"), std::set<std::string>{"deep/a.o"});
    QVERIFY(walked(top / "src").empty());
}

void TestIgnoreRules::users_excludes_act_and_the_folders_configuration_does_not() {
    TemporaryDirectory root, elsewhere;
    put(root / "a~", "x");
    put(root / "b", "x");
    put(home_ / ".config/git/ignore", "*~\n");
    QCOMPARE(walked(root.path()), std::set<std::string>{"b"});
    put(home_ / ".gitconfig", "[core]\n\texcludesFile = ~/mine\n");
    put(home_ / "mine", "b\n");
    QCOMPARE(walked(root.path()), std::set<std::string>{"a~"});
    fs::remove(home_ / ".gitconfig");
    fs::remove_all(home_ / ".config");
    put(elsewhere / "all", "*\n");
    put(root / ".git/HEAD", "ref: refs/heads/main\n");
    put(root / ".git/config", "[core]\n\texcludesFile = " + (elsewhere / "all").string() +
                                  "\n\tfsmonitor = touch " + (elsewhere / "ran").string() +
                                  "\n[include]\n\tpath = " + (elsewhere / "all").string() + "\n");
    QCOMPARE(walked(root.path()), (std::set<std::string>{"a~", "b"}));
    QVERIFY(!fs::exists(elsewhere / "ran"));
}

void TestIgnoreRules::ticked_in() {
    TemporaryDirectory root;
    put(root / ".gitignore", "out/\n*.log\n");
    for (const char* file : {"a.log", "b.log", "out/x", "out/y", "out/in/z", "other/out/x"})
        put(root / file, "x");
    WalkOptions options;
    options.ticked_in = {"a.log", "out/in"};
    QCOMPARE(walked(root.path(), options), (std::set<std::string>{".gitignore", "a.log", "out/in/z"}));
    options.ticked_in = {"out"};
    QCOMPARE(walked(root.path(), options),
             (std::set<std::string>{".gitignore", "out/in/z", "out/x", "out/y"}));
}

void TestIgnoreRules::costly_rules_are_dropped() {
    std::string rules;
    for (int i = 0; i < 2000; ++i)
        rules += "*a*a*a*a*a*a*a*a*a*a*a*a*a*a*a*b\n**/a/**/a/**/a/**/a/**/a/**/b\n**/a/**/a/**/b\n";
    rules += std::string(40, '*') + "\n" + std::string(1 << 17, 'a') + "*\n";
    std::string deep;
    for (int i = 0; i < 60; ++i) deep += "a/";
    QCOMPARE(RuleFile(rules).verdict(deep + std::string(200, 'a'), false), RuleFile::Verdict::Silent);
    QCOMPARE(RuleFile(std::string(33, '*') + "\n").verdict("x", false), RuleFile::Verdict::Silent);
}

QTEST_APPLESS_MAIN(TestIgnoreRules)
#include "test_ignore_rules.moc"
