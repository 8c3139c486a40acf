#include "app/core/recall_project.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <fstream>
#include <random>

#include "storage/project/project_text.h"

namespace sidewinder::app {

namespace {

constexpr std::array kNouns = {"amber",  "basalt", "cedar",  "delta",  "ember",   "falcon",
                               "garnet", "harbor", "indigo", "jasper", "kestrel", "lagoon",
                               "maple",  "nectar", "onyx",   "pebble", "quartz",  "raven",
                               "sierra", "tundra", "umber",  "violet", "willow",  "zephyr"};
constexpr std::array kVerbs = {"load",  "merge", "split", "check", "store",
                               "scale", "count", "parse", "order"};
constexpr std::array kLines = {
    "        total = total + item * %d\n", "        if item > %d:\n            total -= item\n",
    "        total = max(total, item - %d)\n", "        item = items[total %% %d]\n",
    "        while total > %d:\n            total //= 2\n"};
constexpr int kFunctions = 6;  // in one file

struct File {
    std::string name;
    std::vector<std::string> functions;
    std::int64_t tokens = 0;

    std::string text() const {
        std::string all = "\"\"\"Part of a made-up project.\"\"\"\n\n";
        for (const std::string& function : functions) all += function + "\n";
        return all;
    }
};

class Maker {
  public:
    Maker(const RecallOptions& options, const inference::Tokenizer& tokenizer)
        : options_(options), tokenizer_(tokenizer), random_(options.seed) {}

    /// The last file first.
    std::vector<File> files() {
        std::vector<File> made;
        for (std::int64_t tokens = 0; tokens < options_.tokens; tokens += made.back().tokens) {
            File file;
            for (int i = 0; i < kFunctions; ++i) file.functions.push_back(function());
            file.tokens = count("part_00000.py", file.text());
            made.push_back(std::move(file));
        }
        for (std::size_t i = 0; i < made.size(); ++i) {
            char name[32];
            std::snprintf(name, sizeof name, "part_%05zu.py", made.size() - i);
            made[i].name = name;
        }
        return made;
    }

    Needle plant(File& file, std::int64_t depth) {
        const std::string name = word(kNouns) + "_" + word(kNouns) + "_" + std::to_string(planted_);
        const std::string value = std::to_string(pick(100'000, 999'999));
        const bool constant = planted_++ % 2 == 1;
        std::string upper = name;
        std::transform(upper.begin(), upper.end(), upper.begin(),
                       [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
        file.functions.insert(file.functions.begin() + kFunctions / 2,
                              constant ? "LIMIT_" + upper + " = " + value + "\n"
                                       : "def limit_of_" + name + "():\n    return " + value + "\n");
        return {
            constant
                ? "What is the value of the constant LIMIT_" + upper + "? Answer with the number only."
                : "What number does the function limit_of_" + name + " return? Answer with the number only.",
            value, depth};
    }

  private:
    int pick(int low, int high) {
        return low + static_cast<int>(random_() % static_cast<unsigned>(high - low + 1));
    }
    template <std::size_t N>
    std::string word(const std::array<const char*, N>& words) {
        return words[static_cast<std::size_t>(pick(0, static_cast<int>(N) - 1))];
    }
    std::string function() {
        std::string text = "def " + word(kVerbs) + "_" + word(kNouns) + "_" + std::to_string(pick(10, 99)) +
                           "(items):\n    total = 0\n    for item in items:\n";
        for (int lines = pick(3, 6); lines > 0; --lines) {
            char line[96];
            std::snprintf(line, sizeof line, kLines[static_cast<std::size_t>(pick(0, kLines.size() - 1))],
                          pick(2, 9999));
            text += line;
        }
        return text + "    return total\n";
    }
    std::int64_t count(const std::string& name, const std::string& text) const {
        return static_cast<std::int64_t>(
            tokenizer_.encode(project::project_document(name, text, "python")).size());
    }

    const RecallOptions& options_;
    const inference::Tokenizer& tokenizer_;
    std::mt19937_64 random_;
    int planted_ = 0;
};

}  // namespace

std::vector<std::int64_t> recall_depths(std::int64_t tokens) {
    std::vector<std::int64_t> depths;
    for (std::int64_t depth = 1024; depth < tokens - tokens / 8; depth *= 4) depths.push_back(depth);
    depths.push_back(tokens - tokens / 16);
    return depths;
}

std::vector<Needle> write_recall_project(const std::filesystem::path& folder, const RecallOptions& options,
                                         const inference::Tokenizer& tokenizer) {
    Maker maker(options, tokenizer);
    std::vector<File> files = maker.files();
    std::vector<Needle> needles;
    for (const std::int64_t depth : recall_depths(options.tokens)) {
        std::size_t at = 0;
        for (std::int64_t behind = 0; at + 1 < files.size() && behind + files[at].tokens <= depth; ++at)
            behind += files[at].tokens;
        for (int i = 0; i < options.needles; ++i) {
            // one a file, as long as there are files: at a depth of 1,024 there are two or three
            File& file = files[std::min(at + static_cast<std::size_t>(i) / 2, files.size() - 1)];
            needles.push_back(maker.plant(file, depth));
        }
    }
    const auto now = std::filesystem::file_time_type::clock::now();
    for (const File& file : files) {
        std::ofstream(folder / file.name, std::ios::binary) << file.text();
        std::filesystem::last_write_time(folder / file.name, now);  // the order of reading is that of names
    }
    return needles;
}

}  // namespace sidewinder::app
