// scan_bench [FOLDER]: how fast a project is scanned. Without a folder, on a tree of 100,000 generated files.
#include <stdlib.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>

#include "storage/project/project_scan.h"

using namespace sidewinder::project;
namespace fs = std::filesystem;

namespace {

void generate(const fs::path& root) {
    std::mt19937 engine(1);
    std::string line = "    const int value_of_this = compute(first, second) + offset;  // why\n", body;
    for (int i = 0; i < 100; ++i) body += line;
    for (int i = 0; i < 100'000; ++i) {
        const fs::path folder = root / ("m" + std::to_string(i / 2000)) / ("s" + std::to_string(i / 50 % 40));
        if (i % 50 == 0) fs::create_directories(folder);
        if (i % 2000 == 0)
            std::ofstream(root / ("m" + std::to_string(i / 2000)) / ".gitignore") << "*.o\n!keep.o\nbuild/\n";
        std::ofstream file(folder / ("file" + std::to_string(i) + ".cpp"));
        file << "int number_" << i << ";\n" << std::string_view(body).substr(0, engine() % body.size());
    }
}

/// A cheap stand-in for a tokenizer: counts words.
std::int64_t count_words(const ScannedEntry&, std::string_view text) {
    return std::count(text.begin(), text.end(), ' ');
}

double seconds_of_processor() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void measure(const fs::path& root, unsigned threads, bool ignore_files) {
    ScanOptions options;
    options.threads = threads;
    options.walk.ignore_files = ignore_files;
    options.count_tokens = count_words;
    const auto begin = std::chrono::steady_clock::now();
    const double before = seconds_of_processor();
    std::uint64_t text_bytes = 0;
    std::size_t texts = 0, files = 0;
    options.on_progress = [&](const ScanProgress& progress) {
        text_bytes = progress.bytes;
        files = progress.of_files;
    };
    const ScanResult result = scan_project(ProjectRoot(root), options);
    for (const ScannedEntry& entry : result.entries) texts += entry.has_text ? 1 : 0;
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - begin;
    const double processor = seconds_of_processor() - before;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf(
        "%u thread(s), ignore files %-3s: %zu files (%zu text), %.1f MB text in %.2f s: %.0f files/s, %.1f "
        "MB/s; "
        "%.1f MB/s a core (%.2f s of processor); peak %ld MiB\n",
        threads, ignore_files ? "on" : "off", files, texts, 1e-6 * static_cast<double>(text_bytes),
        wall.count(), static_cast<double>(files) / wall.count(),
        1e-6 * static_cast<double>(text_bytes) / wall.count(),
        1e-6 * static_cast<double>(text_bytes) / processor, processor, usage.ru_maxrss >> 10);
}

}  // namespace

int main(int argc, char** argv) {
    std::string made = (fs::temp_directory_path() / "sidewinder-scan-XXXXXX").string();
    fs::path root = argc > 1 ? argv[1] : "";
    if (argc < 2) {
        if (::mkdtemp(made.data()) == nullptr) return 1;
        generate(root = made);
    }
    measure(root, 2, true);  // warms the caches
    for (const unsigned threads : {1u, 2u}) measure(root, threads, true);
    measure(root, 1, false);
    if (argc < 2) fs::remove_all(made);
    return 0;
}
