// excerpts_bench FOLDER [LIMIT]: indexes a real tree and measures what the search finds for questions made
// from it.
#include <sys/resource.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "storage/project/search_index.h"
#include "storage/project/search_words.h"

using namespace sidewinder::project;
namespace fs = std::filesystem;

namespace {
double seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}
double cpu() {
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    const auto s = [](const timeval& t) {
        return static_cast<double>(t.tv_sec) + 1e-6 * static_cast<double>(t.tv_usec);
    };
    return s(usage.ru_utime) + s(usage.ru_stime);
}
}  // namespace

int main(int argc, char** argv) {
    if (argc < 2) return 2;
    const ProjectRoot root(argv[1]);
    ScanOptions options;
    options.walk.ignore_files = false;
    const ScanResult scan = scan_project(root, options);
    const auto files = project_files(scan.entries);
    const fs::path file = "/tmp/exc/index.db";
    fs::remove(file);
    SearchIndex index(file);
    std::printf("notice: %s\n", index.notice().c_str());
    double t = seconds(), c = cpu();
    const auto update = index.update(root, files);
    const double wall = seconds() - t, used = cpu() - c;
    rusage usage{};
    ::getrusage(RUSAGE_SELF, &usage);
    std::printf(
        "%zu files, %.1f MB: %.2f s wall, %.2f s cpu, %.1f MB/s a core; index %.1f MB (%.2f of the text), "
        "%zu chunks, peak %ld MiB\n",
        update.indexed, 1e-6 * double(update.bytes), wall, used, 1e-6 * double(update.bytes) / used,
        1e-6 * double(index.bytes()), double(index.bytes()) / double(update.bytes), index.chunk_count(),
        usage.ru_maxrss >> 10);
    t = seconds();
    const auto again = index.update(root, files);
    std::printf("again: kept %zu, %.1f ms\n", again.kept, 1e3 * (seconds() - t));
    for (int i = 2; i < argc; ++i) {
        t = seconds();
        const auto words = question_words(argv[i]);
        const auto hits = index.search(words, 10);
        std::printf("%s: %.1f ms\n  [", argv[i], 1e3 * (seconds() - t));
        for (const auto& word : words) std::printf("%s ", word.c_str());
        std::printf("]\n");
        for (const auto& hit : hits)
            std::printf("  %6.2f %.2f %s:%u-%u\n", hit.score, hit.coverage, hit.path.c_str(), hit.first_line,
                        hit.last_line);
    }
}
