// syntax_bench [FILE | FOLDER]...: how fast texts are parsed, highlighted and searched for symbols. Without
// an argument on this program's own sources, joined to 10,000 lines, and on Python of the same length.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>

#include "app/syntax/syntax_tree.h"
#include "storage/project/file_kind.h"

using namespace sidewinder::syntax;
namespace fs = std::filesystem;

namespace {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point begin) {
    return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

long peak_mib() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss >> 10;
}

std::string read(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

ByteRange lines(const SyntaxTree& tree, std::uint32_t first, std::uint32_t count) {
    return {tree.line_begin(first), tree.line_begin(first + count)};
}

struct Times {
    std::vector<double> values;
    void add(double value) { values.push_back(value); }
    double at(double quantile) {
        std::sort(values.begin(), values.end());
        return values[static_cast<std::size_t>(quantile * static_cast<double>(values.size() - 1))];
    }
};

void measure_text(const std::string& name, const Language& language, const std::string& text) {
    SyntaxTree warm(language, "x");
    warm.update();
    warm.highlights({0, 1});
    warm.symbols();
    Clock::time_point begin = Clock::now();
    SyntaxTree tree(language, text);
    tree.update(std::stop_token(), std::chrono::minutes(1));
    const double parse = ms_since(begin);
    begin = Clock::now();
    const std::size_t screen = tree.highlights(lines(tree, 0, 60)).size();
    const double first = ms_since(begin);
    begin = Clock::now();
    const std::size_t all = tree.highlights({0, static_cast<std::uint32_t>(text.size())}).size();
    const double whole = ms_since(begin);
    begin = Clock::now();
    const std::size_t symbols = tree.symbols().size();
    const double symbol_ms = ms_since(begin);
    Times typing, painting;
    std::mt19937 random(1);
    for (int i = 0; i < 200; ++i) {
        const std::uint32_t line = random() % tree.line_count();
        const std::uint32_t at = tree.line_begin(line);
        begin = Clock::now();
        if (i % 2 == 0)
            tree.edit({at, at}, i % 8 == 0 ? "{" : i % 8 == 2 ? "\"" : "x");
        else
            tree.edit({at, at}, "y ");
        tree.update();
        typing.add(ms_since(begin));
        begin = Clock::now();
        tree.highlights(lines(tree, line > 30 ? line - 30 : 0, 60));
        painting.add(ms_since(begin));
        tree.edit({at, at + (i % 2 == 0 ? 1u : 2u)}, "");
        tree.update();
    }
    std::printf(
        "%-28s %6u lines %6.2f MB: parse %7.1f ms, first 60 lines %5.2f ms (%zu), all highlights %7.1f ms "
        "(%zu), "
        "symbols %6.1f ms (%zu); a key: parse %5.2f ms (95%%: %5.2f, most: %5.2f), paint %5.2f ms (95%%: "
        "%5.2f); "
        "peak %ld MiB\n",
        name.c_str(), tree.line_count(), 1e-6 * static_cast<double>(text.size()), parse, first, screen, whole,
        all, symbol_ms, symbols, typing.at(0.5), typing.at(0.95), typing.at(1), painting.at(0.5),
        painting.at(0.95), peak_mib());
}

void measure_folder(const fs::path& root) {
    struct PerLanguage {
        std::size_t files = 0, bytes = 0, symbols = 0;
        double seconds = 0;
    };
    std::vector<std::pair<std::string, PerLanguage>> rows;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(root)) {
        if (!entry.is_regular_file() || entry.is_symlink() || entry.file_size() > (2u << 20)) continue;
        const std::string_view tag = sidewinder::project::language_of(entry.path().string());
        if (find_language(tag) == nullptr) continue;
        std::string text = read(entry.path());
        const Language* language = find_language(tag, text);
        language->queries();
        const Clock::time_point begin = Clock::now();
        SyntaxTree tree(*language, std::move(text));
        tree.update();
        const std::size_t symbols = tree.symbols().size();
        const double seconds = 1e-3 * ms_since(begin);
        auto row = std::find_if(rows.begin(), rows.end(),
                                [&](const auto& r) { return r.first == language->name(); });
        if (row == rows.end()) row = rows.insert(rows.end(), {std::string(language->name()), {}});
        row->second.files += 1;
        row->second.bytes += tree.text().size();
        row->second.symbols += symbols;
        row->second.seconds += seconds;
        if (seconds > 0.5) std::printf("  slow: %s %.2f s\n", entry.path().c_str(), seconds);
    }
    for (const auto& [name, row] : rows)
        std::printf("%-12s %6zu files %8.2f MB %8zu symbols in %6.2f s: %6.1f MB/s\n", name.c_str(),
                    row.files, 1e-6 * static_cast<double>(row.bytes), row.symbols, row.seconds,
                    1e-6 * static_cast<double>(row.bytes) / row.seconds);
    std::printf("peak %ld MiB\n", peak_mib());
}

std::string ten_thousand_lines(const fs::path& folder, std::string_view language) {
    std::vector<fs::path> files;
    for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder))
        if (entry.is_regular_file() && sidewinder::project::language_of(entry.path().string()) == language)
            files.push_back(entry.path());
    std::sort(files.begin(), files.end());
    std::string text;
    for (const fs::path& file : files) {
        text += read(file);
        if (std::count(text.begin(), text.end(), '\n') >= 10'000) break;
    }
    return text;
}

}  // namespace

int main(int argc, char** argv) {
    std::setvbuf(stdout, nullptr, _IOLBF, 0);
    for (int i = 1; i < argc; ++i) {
        const fs::path path = argv[i];
        if (fs::is_directory(path)) {
            measure_folder(path);
        } else if (const Language* language =
                       find_language(sidewinder::project::language_of(path.string()))) {
            measure_text(path.filename(), *language, read(path));
        }
    }
    if (argc > 1) return 0;
    measure_text("C++, 10,000 lines", *find_language("cpp"),
                 ten_thousand_lines(SIDEWINDER_SOURCE_DIR, "cpp"));
    if (fs::is_directory("/usr/lib/python3.11"))
        measure_text("Python, 10,000 lines", *find_language("python"),
                     ten_thousand_lines("/usr/lib/python3.11", "python"));
    measure_folder(SIDEWINDER_SOURCE_DIR);
    return 0;
}
