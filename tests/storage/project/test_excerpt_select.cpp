#include <QtTest>
#include <algorithm>
#include <map>
#include <set>

#include "storage/project/excerpt_select.h"
#include "tests/support/project_files.h"

using namespace sidewinder::project;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

std::int64_t count_tokens(std::string_view text) {
    return static_cast<std::int64_t>(text.size() / 4 + 1);
}

struct World {
    TemporaryDirectory directory;
    fs::path root = directory / "project";
    SearchIndex index{directory / "cache/index.db"};
    ExcerptRequest request;

    World() {
        put(root / "net/client.py",
            "import os\n\n\nclass Client:\n    def open_channel(self, host):\n        return dial(host)\n\n  "
            "  def close(self):\n        self.channel.shutdown()\n");
        put(root / "net/retry.py",
            "def retry_later(seconds):\n    sleep(seconds)\n\n\ndef backoff(attempt):\n    return 2 ** "
            "attempt\n");
        put(root / "ui/window.py", "class Window:\n    def close(self):\n        hide()\n");
        put(root / "README.md", "# The project\nIt dials.\n\n# Licence\nNone.\n");
        for (int i = 0; i < 30; ++i)
            put(root / ("fill/f" + std::to_string(i) + ".py"),
                "def filler_" + std::to_string(i) + "():\n    return " + std::to_string(i) + "\n");
        request.count_tokens = count_tokens;
        scan();
    }
    void scan() {
        ScanOptions options;
        options.walk.ignore_files = false;
        request.files = project_files(scan_project(ProjectRoot(root), options).entries);
    }
    ExcerptChoice ask(const std::string& question) {
        request.question = question;
        return select_excerpts(ProjectRoot(root), index, request);
    }
};

/// "why path:first-last", those that are off in brackets.
std::vector<std::string> shown(const ExcerptChoice& choice) {
    std::vector<std::string> lines;
    for (const Excerpt& e : choice.excerpts) {
        const std::string line = std::string(name_of(e.why)) + " " + e.path + ":" +
                                 std::to_string(e.first_line) + "-" + std::to_string(e.last_line);
        lines.push_back(e.on ? line : "(" + line + ")");
    }
    return lines;
}

using Lines = std::vector<std::string>;

}  // namespace

class TestExcerptSelect : public QObject {
    Q_OBJECT

  private slots:
    void names_in_plain_words_data();
    void names_in_plain_words();
    void mentions_beat_the_rest();
    void unknown_mentions_are_told();
    void search_finds_what_nobody_named();
    void small_talk_gets_nothing();
    void budget_holds_at_line_ends();
    void large_files_give_what_matters();
    void switched_off_stays_out();
    void selection_is_the_editors();
    void neighbours_are_joined();
    void changed_files_are_read_anew();
    void gone_files_are_left_out();
    void only_the_projects_files();
    void texts_are_those_of_the_file();
    void any_question_is_safe();
    void stops();
};

void TestExcerptSelect::names_in_plain_words_data() {
    QTest::addColumn<QByteArray>("question");
    QTest::addColumn<QByteArray>("first");
    const auto row = [](const char* question, const char* best) {
        QTest::newRow(question) << QByteArray(question) << QByteArray(best);
    };
    row("What does open_channel do?", "symbol net/client.py:5-6");
    row("Why backoff(3)?", "symbol net/retry.py:5-6");
    row("Explain Window::close please", "symbol ui/window.py:2-3");
    row("and client.open_channel", "symbol net/client.py:5-6");
    row("Explain `Client`", "symbol net/client.py:4-9");
    row("What is in retry.py?", "file net/retry.py:1-6");
    row("What is in net/client.py?", "file net/client.py:1-9");
    row("It fails at net/retry.py:5", "file net/retry.py:1-6");
    row("the module net.retry", "file net/retry.py:1-6");
    row("@README.md", "mention README.md:1-5");
    row("see @net/client.py:5-6.", "mention net/client.py:5-6");
    row("(@Window::close)?", "mention ui/window.py:2-3");
    row("@backoff() and so on", "mention net/retry.py:5-6");
    row("@\"net/retry.py\" is it", "mention net/retry.py:1-6");
}

void TestExcerptSelect::names_in_plain_words() {
    QFETCH(QByteArray, question);
    QFETCH(QByteArray, first);
    World world;
    // The search may add lines beside those that were named.
    const ExcerptChoice choice = world.ask(question.toStdString());
    QVERIFY(!choice.excerpts.empty());
    const Excerpt& best = choice.excerpts[0];
    const QByteArray place = first.mid(first.lastIndexOf(':') + 1);
    const auto lines = place.split('-');
    QCOMPARE(QByteArray::fromStdString(std::string(name_of(best.why)) + " " + best.path),
             first.left(first.lastIndexOf(':')));
    QVERIFY(best.first_line <= lines[0].toUInt() && best.last_line >= lines[1].toUInt());
}

void TestExcerptSelect::mentions_beat_the_rest() {
    World world;
    world.request.mentions = {"ui/window.py", "backoff"};
    const auto lines = shown(world.ask("How does open_channel in client.py work, @README.md:4?"));
    QVERIFY(lines.size() >= 4);
    QCOMPARE(lines[0], std::string("mention ui/window.py:1-3"));
    QCOMPARE(lines[1], std::string("mention net/retry.py:5-6"));
    QCOMPARE(lines[2], std::string("mention README.md:1-5"));
    for (std::size_t i = 3; i < lines.size(); ++i) QVERIFY(!lines[i].starts_with("mention"));
    world.request.budget = 60;
    for (const std::string& line : shown(world.ask("How does open_channel work?")))
        QVERIFY(line.starts_with("mention"));
}

void TestExcerptSelect::unknown_mentions_are_told() {
    World world;
    world.request.mentions = {"nowhere.py", "../../etc/passwd", "/etc/passwd"};
    const ExcerptChoice choice = world.ask("ok");
    QVERIFY(choice.excerpts.empty());
    QCOMPARE(choice.left_out.size(), std::size_t(3));
    QVERIFY(choice.left_out[0].sentence.find("nowhere.py") != std::string::npos);
}

void TestExcerptSelect::search_finds_what_nobody_named() {
    World world;
    const auto lines = shown(world.ask("How is a channel to some host opened, and who dials?"));
    QVERIFY(!lines.empty());
    QCOMPARE(lines[0].substr(0, 20), std::string("search net/client.py"));
    for (const std::string& line : lines) QVERIFY(line.find("fill/") == std::string::npos);
}

void TestExcerptSelect::small_talk_gets_nothing() {
    World world;
    for (const char* question : {"Thanks, that was helpful!", "hello", "Why?", "", "???",
                                 "What is the capital of Portugal?", "Please write a haiku about the sea."})
        QCOMPARE(shown(world.ask(question)), Lines{});
}

void TestExcerptSelect::budget_holds_at_line_ends() {
    World world;
    std::string text = "def long_one():\n";
    for (int i = 0; i < 400; ++i) text += "    call_number(" + std::to_string(i) + ")\n";
    put(world.root / "long.py", text);
    world.scan();
    for (const std::int64_t budget : {0, 10, 50, 100, 500, 1000, 4000, 100'000}) {
        world.request.budget = budget;
        const ExcerptChoice choice =
            world.ask("What does long_one do, @net/client.py, @net/retry.py, channel host filler_3?");
        std::int64_t tokens = 0;
        for (const Excerpt& excerpt : choice.excerpts) {
            QCOMPARE(excerpt.tokens, count_tokens(excerpt_text(excerpt)));
            QVERIFY(excerpt.text.ends_with('\n'));
            tokens += excerpt.tokens;
        }
        QCOMPARE(choice.tokens, tokens);
        QVERIFY(tokens <= budget);
        if (budget == 500) {
            const auto cut = std::find_if(choice.excerpts.begin(), choice.excerpts.end(),
                                          [](const Excerpt& e) { return e.path == "long.py"; });
            QVERIFY(cut != choice.excerpts.end() && cut->first_line == 1 && cut->last_line > 5);
            QVERIFY(text.starts_with(cut->text));
        }
    }
    world.request.budget = 300;
    QVERIFY(world.ask("@long_one").excerpts.at(0).last_line < 100);
    put(world.root / "line.py", "x_marks = '" + std::string(100'000, 'x') + "'\n");  // no line of it fits
    world.scan();
    world.request.budget = 4'000;
    QVERIFY(world.ask("@line.py").tokens == 0);
}

void TestExcerptSelect::large_files_give_what_matters() {
    World world;
    std::string text;
    for (int i = 0; i < 300; ++i)
        text += "def step_" + std::to_string(i) + "():\n    return " + (i == 222 ? "'marmalade'" : "0") +
                "\n\n\n";
    put(world.root / "large.py", text);
    world.scan();
    world.request.budget = 300;
    const ExcerptChoice choice = world.ask("Where does large.py return marmalade?");
    QVERIFY(!choice.excerpts.empty());
    QCOMPARE(choice.excerpts[0].path, std::string("large.py"));
    QVERIFY(choice.excerpts[0].text.find("marmalade") != std::string::npos);
}

void TestExcerptSelect::switched_off_stays_out() {
    World world;
    world.request.off = {{"net/retry.py", 0, 0}};
    ExcerptChoice choice = world.ask("@net/retry.py and @backoff and @net/client.py");
    QCOMPARE(shown(choice), (Lines{"mention net/client.py:1-9", "(mention net/retry.py:1-6)"}));
    QVERIFY(excerpts_text(choice.excerpts).find("retry") == std::string::npos);
    QCOMPARE(choice.tokens, choice.excerpts[0].tokens);
    QVERIFY(choice.excerpts[1].tokens > 0);
    world.request.off = {{"net/retry.py", 5, 6}};
    QCOMPARE(shown(world.ask("@net/retry.py")),
             (Lines{"mention net/retry.py:1-2", "(mention net/retry.py:5-6)"}));
    world.request.off = {{"net/client.py", 4, 9}};
    for (const Excerpt& excerpt : world.ask("How is a channel to some host opened, and who dials?").excerpts)
        QVERIFY(!excerpt.on || excerpt.path != "net/client.py" || excerpt.last_line < 4);
}

void TestExcerptSelect::selection_is_the_editors() {
    World world;
    world.request.selection = EditorSelection{
        "net/retry.py", 5, 6, "def backoff(attempt):\n    return 3 ** attempt  # not saved\n"};
    ExcerptChoice choice = world.ask("What is wrong with @net/retry.py?");
    QCOMPARE(shown(choice), (Lines{"selection net/retry.py:5-6", "mention net/retry.py:1-2"}));
    QVERIFY(choice.excerpts[0].text.find("not saved") != std::string::npos);
    QCOMPARE(choice.excerpts[0].language, std::string("python"));
    world.request.off = {{"net/retry.py", 0, 0}};
    choice = world.ask("What is wrong here?");
    QCOMPARE(shown(choice), (Lines{"(selection net/retry.py:5-6)"}));
    QCOMPARE(choice.tokens, 0);
}

void TestExcerptSelect::neighbours_are_joined() {
    World world;
    const ExcerptChoice choice = world.ask("@retry_later and @backoff");
    QCOMPARE(shown(choice), (Lines{"mention net/retry.py:1-6"}));
    QCOMPARE(choice.excerpts[0].text, read_bytes(world.root / "net/retry.py"));
    QCOMPARE(shown(world.ask("@backoff @net/retry.py @retry_later @backoff net/retry.py:5")),
             (Lines{"mention net/retry.py:1-6"}));
}

void TestExcerptSelect::changed_files_are_read_anew() {
    World world;
    world.ask("fill the index");
    put(world.root / "net/retry.py", "# one\n# two\n# three\n\n\ndef backoff(attempt):\n    return 7\n");
    const ExcerptChoice choice = world.ask("@backoff");
    QCOMPARE(shown(choice), (Lines{"mention net/retry.py:6-7"}));
    QCOMPARE(choice.excerpts[0].text, std::string("def backoff(attempt):\n    return 7\n"));
    QVERIFY(choice.left_out.empty());
    // What has become a secret is not shown.
    put(world.root / "net/retry.py",
        "def backoff(attempt):\n    key = 'AKIA"
        "IOSFODNN7EXAMPLQ'\n-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJcds3xfn\n-----END RSA "
        "PRIVATE KEY-----\n");
    const ExcerptChoice secret = world.ask("@backoff");
    QVERIFY(secret.excerpts.empty());
    QCOMPARE(secret.left_out.size(), std::size_t(1));
    QVERIFY(secret.left_out[0].sentence.find("secret") != std::string::npos);
}

void TestExcerptSelect::gone_files_are_left_out() {
    World world;
    world.ask("fill the index");
    fs::remove(world.root / "net/retry.py");
    fs::remove(world.root / "ui/window.py");
    fs::create_symlink("/etc/passwd", world.root / "ui/window.py");
    const ExcerptChoice choice = world.ask("@net/retry.py @ui/window.py @net/client.py");
    QCOMPARE(shown(choice), (Lines{"mention net/client.py:1-9"}));
    QCOMPARE(choice.left_out.size(), std::size_t(2));
    QVERIFY(choice.left_out[0].path == "net/retry.py" && !choice.left_out[0].sentence.empty());
}

void TestExcerptSelect::only_the_projects_files() {
    World world;
    world.ask("fill the index");
    std::erase_if(world.request.files, [](const ProjectFile& file) { return file.path == "net/client.py"; });
    for (const char* question : {"@net/client.py", "What does open_channel do?",
                                 "How is a channel to some host opened, and who dials?", "@open_channel"})
        for (const Excerpt& excerpt : world.ask(question).excerpts) QVERIFY(excerpt.path != "net/client.py");
    world.request.files.clear();
    QVERIFY(world.ask("@net/retry.py open_channel").excerpts.empty());
}

void TestExcerptSelect::texts_are_those_of_the_file() {
    World world;
    put(world.root / "crlf.py", "def with_crlf():\r\n    return 'x'\r\n");
    put(world.root / "latin.py", "def with_latin():\n    return 'caf\xe9'");
    put(world.root / "a\nb `c`.py", "def evil_name():\n    return '```'\n");
    world.scan();
    const ExcerptChoice choice = world.ask("with_crlf, with_latin and evil_name");
    QCOMPARE(choice.excerpts.size(), std::size_t(3));
    QCOMPARE(choice.excerpts[0].text, std::string("def with_crlf():\n    return 'x'\n"));
    QCOMPARE(choice.excerpts[1].text, std::string("def with_latin():\n    return 'caf\xc3\xa9'"));
    const auto read = read_excerpts(excerpts_text(choice.excerpts) + "with_crlf?");
    QVERIFY(read.has_value());
    QCOMPARE(read->excerpts[2].path, std::string("a\nb `c`.py"));
    QCOMPARE(read->rest, std::string("with_crlf?"));
}

void TestExcerptSelect::any_question_is_safe() {
    World world;
    std::uint32_t seed = 2;
    const std::string_view pieces[] = {"@",
                                       "\"",
                                       "`",
                                       "net/client.py",
                                       ":",
                                       "5",
                                       "-",
                                       "open_channel",
                                       "(",
                                       ")",
                                       " ",
                                       "::",
                                       "Client",
                                       "NEAR",
                                       "AND",
                                       "*",
                                       "\n",
                                       "\xff",
                                       "..",
                                       "/",
                                       "close",
                                       ".",
                                       "#L",
                                       "'",
                                       std::string_view("\0", 1),
                                       "channel",
                                       "{",
                                       "^"};
    for (int round = 0; round < 300; ++round) {
        std::string question;
        for (int i = 0; i < 20; ++i)
            question += pieces[((seed = seed * 1664525 + 1013904223) >> 16) % std::size(pieces)];
        std::map<std::string, std::set<std::uint32_t>> lines;
        for (const Excerpt& excerpt : world.ask(question).excerpts)
            for (std::uint32_t line = excerpt.first_line; line <= excerpt.last_line; ++line)
                QVERIFY2(lines[excerpt.path].insert(line).second, "a line stands twice");
    }
    world.ask(std::string(200'000, '@'));
    std::string many;
    for (int i = 0; i < 20'000; ++i) many += "@open_channel foo_" + std::to_string(i) + " ";
    world.ask(many);
}

void TestExcerptSelect::stops() {
    World world;
    std::stop_source source;
    world.request.question = "@net/client.py";
    world.index.update(ProjectRoot(world.root), world.request.files);
    source.request_stop();
    QVERIFY_EXCEPTION_THROWN(
        select_excerpts(ProjectRoot(world.root), world.index, world.request, source.get_token()),
        sidewinder::storage::Stopped);
}

QTEST_APPLESS_MAIN(TestExcerptSelect)
#include "test_excerpt_select.moc"
