// excerpts_bench FOLDER [QUESTION ...]: indexes a real tree of Python and measures what select_excerpts()
// finds for questions made from it; prints the excerpts for QUESTIONs instead, if there are any.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <random>

#include "storage/project/completion.h"
#include "storage/project/excerpt_select.h"

using namespace sidewinder::project;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kQuestions = 300;  // of each kind

struct Question {
    std::string text, path;
    std::uint32_t line = 0;  ///< of the definition that answers it
};

/// A tree of Python with its docstrings cut out (their lines stay, empty), and what they said.
struct Corpus {
    std::vector<Question> docstrings, identifiers, spelled;
};

double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double processor() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto value = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return value(usage.ru_utime) + value(usage.ru_stime);
}

std::int64_t count_tokens(std::string_view text) {
    return static_cast<std::int64_t>((text.size() + 2) / 3);  // about what a code model's tokenizer gives
}

/// Cuts the docstring out that begins right behind the head of the function at `line`; returns it.
std::string cut_docstring(std::string& text, std::uint32_t line) {
    std::size_t at = 0;
    for (std::uint32_t i = 1; i < line; ++i) at = text.find('\n', at) + 1;
    std::size_t colon = at;
    int depth = 0;
    for (; colon < text.size() && (depth > 0 || text[colon] != ':'); ++colon)
        depth += text[colon] == '(' || text[colon] == '['   ? 1
                 : text[colon] == ')' || text[colon] == ']' ? -1
                                                            : 0;
    const std::size_t begin = text.find_first_not_of(" \t\n", std::min(colon + 1, text.size()));
    if (begin == std::string::npos || text.compare(begin, 3, "\"\"\"") != 0) return {};
    const std::size_t end = text.find("\"\"\"", begin + 3);
    if (end == std::string::npos) return {};
    const std::string found = text.substr(begin + 3, end - begin - 3);
    for (std::size_t i = begin; i < end + 3; ++i)
        if (text[i] != '\n') text[i] = ' ';
    return found;
}

std::string first_sentence(const std::string& text) {
    std::string sentence;
    for (const char c : text.substr(0, text.find(". "))) {
        if (c == '\n' && sentence.size() > 20 && sentence.back() == '\n') break;
        sentence += c;
    }
    sentence = sentence.substr(0, sentence.find("\n\n"));
    std::replace(sentence.begin(), sentence.end(), '\n', ' ');
    return sentence;
}

void make_questions(const std::string& path, std::string& text, Corpus& corpus) {
    for (const Symbol& symbol : find_symbols(text, "python")) {
        if (symbol.kind != "function" || symbol.name.starts_with("_")) continue;
        const std::string docstring = first_sentence(cut_docstring(text, symbol.first_line));
        if (std::count(docstring.begin(), docstring.end(), ' ') >= 4)
            corpus.docstrings.push_back({docstring, path, symbol.first_line});
        if (std::count(symbol.name.begin(), symbol.name.end(), '_') < 1 || symbol.name.size() < 8) continue;
        corpus.identifiers.push_back({"What does " + symbol.name + " do?", path, symbol.first_line});
        std::string spelled = symbol.name;
        std::replace(spelled.begin(), spelled.end(), '_', ' ');
        corpus.spelled.push_back({"How does it " + spelled + "?", path, symbol.first_line});
    }
}

void keep_some(std::vector<Question>& questions, std::mt19937& engine) {
    std::map<std::string, int> times;
    for (const Question& question : questions) ++times[question.text];
    std::erase_if(questions, [&](const Question& question) { return times[question.text] > 1; });
    std::shuffle(questions.begin(), questions.end(), engine);
    questions.resize(std::min(questions.size(), kQuestions));
}

Corpus copy_without_docstrings(const fs::path& from, const fs::path& to) {
    Corpus corpus;
    for (const auto& entry : fs::recursive_directory_iterator(from)) {
        const std::string path = fs::relative(entry.path(), from).string();
        if (!entry.is_regular_file() || entry.path().extension() != ".py" ||
            path.find("test") != std::string::npos)
            continue;
        std::ifstream stream(entry.path(), std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(stream), {}};
        make_questions(path, text, corpus);
        fs::create_directories((to / path).parent_path());
        std::ofstream(to / path, std::ios::binary) << text;
    }
    std::mt19937 engine(7);
    for (auto* questions : {&corpus.docstrings, &corpus.identifiers, &corpus.spelled})
        keep_some(*questions, engine);
    return corpus;
}

bool holds(const ExcerptChoice& choice, const Question& question) {
    return std::any_of(choice.excerpts.begin(), choice.excerpts.end(), [&](const Excerpt& excerpt) {
        return excerpt.on && excerpt.path == question.path && excerpt.first_line <= question.line &&
               question.line <= excerpt.last_line;
    });
}

struct Project {
    ProjectRoot root;
    std::vector<ProjectFile> files;
    SearchIndex index;
    explicit Project(const fs::path& folder, const fs::path& file) : root(folder), index(file) {
        ScanOptions options;
        options.walk.ignore_files = false;
        files = project_files(scan_project(root, options).entries);
    }
};

void fill(Project& project, unsigned threads) {
    const double begin = seconds(), before = processor();
    const IndexUpdate update = project.index.update(project.root, project.files, {}, {}, threads);
    const double wall = seconds() - begin, used = processor() - before;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const double megabytes = 1e-6 * static_cast<double>(update.bytes),
                 size = 1e-6 * static_cast<double>(project.index.bytes());
    std::printf(
        "%zu files, %.1f MB, %u thread(s): %.2f s, %.1f MB/s; %.1f MB/s a core; index %.1f MB = %.2f of the "
        "text, %zu chunks; peak %ld MiB\n",
        update.indexed, megabytes, threads, wall, megabytes / wall, megabytes / used, size, size / megabytes,
        project.index.chunk_count(), usage.ru_maxrss >> 10);
    const double again = seconds();
    const std::size_t kept = project.index.update(project.root, project.files).kept;
    std::printf("nothing changed: %zu files compared in %.1f ms\n", kept, 1e3 * (seconds() - again));
}

ExcerptChoice ask(Project& project, const PathIndex& paths, const std::string& question,
                  std::int64_t budget) {
    ExcerptRequest request;
    request.question = question;
    request.files = project.files;
    request.paths = &paths;
    request.budget = budget;
    request.count_tokens = count_tokens;
    return select_excerpts(project.root, project.index, request);
}

void measure(Project& project, const PathIndex& paths, const char* name,
             const std::vector<Question>& questions) {
    std::printf("%-32s %3zu questions:", name, questions.size());
    for (const std::int64_t budget : {1'000, 2'000, 4'000, 8'000}) {
        std::size_t found = 0;
        std::int64_t tokens = 0;
        std::vector<double> times;
        for (const Question& question : questions) {
            const double begin = seconds();
            const ExcerptChoice choice = ask(project, paths, question.text, budget);
            times.push_back(1e3 * (seconds() - begin));
            found += holds(choice, question) ? 1 : 0;
            tokens += choice.tokens;
        }
        std::sort(times.begin(), times.end());
        std::printf("  @%lld %.3f (%lld tokens, %.1f ms, worst %.1f)", static_cast<long long>(budget),
                    static_cast<double>(found) / static_cast<double>(questions.size()),
                    static_cast<long long>(tokens / static_cast<std::int64_t>(questions.size())),
                    times[times.size() / 2], times.back());
        std::fflush(stdout);
    }
    std::printf("\n");
}

void measure_small_talk(Project& project, const PathIndex& paths) {
    const char* const kSmallTalk[] = {"Thanks, that was helpful!",
                                      "Hello, how are you today?",
                                      "Write a haiku about the sea.",
                                      "Please translate the last answer into French.",
                                      "And what about the other one?",
                                      "Can you explain that again in simpler words?",
                                      "What is the capital of Portugal?",
                                      "Who won the football world cup in 1954?",
                                      "Give me a recipe for sourdough bread with rye flour.",
                                      "Are you sure about that?",
                                      "ok",
                                      "Why?",
                                      "Go on, please."};
    std::int64_t tokens = 0;
    std::size_t with = 0;
    for (const char* text : kSmallTalk) {
        const ExcerptChoice choice = ask(project, paths, text, 4'000);
        tokens += choice.tokens;
        with += choice.excerpts.empty() ? 0 : 1;
        if (!choice.excerpts.empty())
            std::printf("    got %lld tokens: %s\n", static_cast<long long>(choice.tokens), text);
    }
    std::printf("nothing of the project asked: %zu of %zu questions got excerpts, %.0f tokens on average\n",
                with, std::size(kSmallTalk),
                static_cast<double>(tokens) / static_cast<double>(std::size(kSmallTalk)));
}

void measure_completion(const SearchIndex& index) {
    std::vector<CompletionEntry> entries = completion_entries(index);
    const std::size_t real = entries.size();
    for (std::size_t i = 0; entries.size() < 100'000 && real > 0; ++i) {
        entries.push_back(entries[i]);
        entries.back().text += std::to_string(i);
    }
    const double begin = seconds();
    const Completion completion(std::move(entries));
    std::printf("completion: %zu entries (%zu real) made in %.0f ms;", completion.size(), real,
                1e3 * (seconds() - begin));
    for (const char* typed : {"", "s", "re", "http", "client/re", "HTTPConn", "gtatr", "zzzz"}) {
        double best = 1e9;
        for (int i = 0; i < 5; ++i) {
            const double start = seconds();
            completion.complete(typed, 20);
            best = std::min(best, seconds() - start);
        }
        std::printf(" \"%s\" %.1f ms", typed, 1e3 * best);
    }
    std::printf("\n");
}

void show(const ExcerptChoice& choice) {
    for (const Excerpt& excerpt : choice.excerpts)
        std::printf("  %-9s %5lld %s:%u-%u%s\n", std::string(name_of(excerpt.why)).c_str(),
                    static_cast<long long>(excerpt.tokens), excerpt.path.c_str(), excerpt.first_line,
                    excerpt.last_line, excerpt.trimmed ? " (cut)" : "");
    for (const SkippedFile& skipped : choice.left_out)
        std::printf("  left out: %s\n", skipped.sentence.c_str());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) {
        std::fprintf(stderr,
                     "Name a folder with Python in it: excerpts_bench /usr/lib/python3.11 [QUESTION ...]\n");
        return 2;
    }
    std::string made = (fs::temp_directory_path() / "sidewinder-excerpts-XXXXXX").string();
    if (::mkdtemp(made.data()) == nullptr) return 1;
    {
        Project project(argv[1], fs::path(made) / "whole.db");
        fill(project, 1);
        Project other(argv[1], fs::path(made) / "again.db");
        fill(other, 2);
        std::vector<std::string> names;
        for (const ProjectFile& file : project.files) names.push_back(file.path);
        const PathIndex paths(names, project.root.path());
        for (int i = 2; i < argc; ++i) {
            std::printf("%s\n", argv[i]);
            show(ask(project, paths, argv[i], 4'000));
        }
        if (argc == 2) measure_completion(project.index);
        if (argc == 2) measure_small_talk(project, paths);
    }
    if (argc == 2) {
        const fs::path copy = fs::path(made) / "copy";
        const Corpus corpus = copy_without_docstrings(argv[1], copy);
        Project project(copy, fs::path(made) / "copy.db");
        fill(project, 2);
        std::vector<std::string> names;
        for (const ProjectFile& file : project.files) names.push_back(file.path);
        const PathIndex paths(names, project.root.path());
        measure(project, paths, "docstring, cut from the text", corpus.docstrings);
        measure(project, paths, "identifier", corpus.identifiers);
        measure(project, paths, "identifier in plain words", corpus.spelled);
    }
    fs::remove_all(made);
    return 0;
}
