#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "tests/support/tokenizer_files.h"

namespace sidewinder::test {

/// The encoder of model-format.md 3.3, written down once more in its plainest form (quadratic): the oracle
/// for Tokenizer::encode. Takes valid UTF-8.
class ReferenceBpe {
  public:
    explicit ReferenceBpe(const std::vector<TestPiece>& pieces) {
        for (std::size_t id = 0; id < pieces.size(); ++id) {
            const TestPiece& piece = pieces[id];
            const auto value = static_cast<std::int32_t>(id);
            if (piece.type == kNormal || piece.type == kUserDefined)
                merges_[piece.text] = {value, piece.score};
            if (piece.type == kUserDefined) user_defined_.push_back(piece.text);
            if (piece.type == kByte && first_byte_ < 0) first_byte_ = value;
        }
    }

    std::vector<std::int32_t> encode(const std::string& text) const {
        if (text.empty()) return {};
        std::vector<Symbol> symbols = split("\xE2\x96\x81" + escaped(text));
        while (merge_best(symbols)) {
        }
        std::vector<std::int32_t> ids;
        for (const Symbol& symbol : symbols) {
            const auto found = merges_.find(symbol.text);
            if (found != merges_.end()) {
                ids.push_back(found->second.id);
            } else {
                for (const char c : symbol.text) ids.push_back(first_byte_ + static_cast<unsigned char>(c));
            }
        }
        return ids;
    }

  private:
    struct Entry {
        std::int32_t id;
        float score;
    };
    struct Symbol {
        std::string text;
        bool frozen;
    };

    static std::string escaped(const std::string& text) {
        std::string out;
        for (const char c : text) out += c == ' ' ? std::string("\xE2\x96\x81") : std::string(1, c);
        return out;
    }

    std::vector<Symbol> split(std::string_view text) const {
        std::vector<Symbol> symbols;
        while (!text.empty()) {
            std::size_t longest = 0;
            for (const std::string& piece : user_defined_) {
                if (text.starts_with(piece)) longest = std::max(longest, piece.size());
            }
            std::size_t length = longest > 0 ? longest : 1;
            while (longest == 0 && length < text.size() &&
                   (static_cast<unsigned char>(text[length]) & 0xC0) == 0x80) {
                ++length;
            }
            symbols.push_back({std::string(text.substr(0, length)), longest > 0});
            text.remove_prefix(length);
        }
        return symbols;
    }

    bool merge_best(std::vector<Symbol>& symbols) const {
        std::size_t best = symbols.size();
        float score = 0;
        for (std::size_t i = 0; i + 1 < symbols.size(); ++i) {
            if (symbols[i].frozen || symbols[i + 1].frozen) continue;
            const auto found = merges_.find(symbols[i].text + symbols[i + 1].text);
            if (found == merges_.end() || (best < symbols.size() && found->second.score <= score)) continue;
            best = i;
            score = found->second.score;
        }
        if (best == symbols.size()) return false;
        symbols[best].text += symbols[best + 1].text;
        symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(best) + 1);
        return true;
    }

    std::unordered_map<std::string, Entry> merges_;
    std::vector<std::string> user_defined_;
    std::int32_t first_byte_ = -1;
};

}  // namespace sidewinder::test
