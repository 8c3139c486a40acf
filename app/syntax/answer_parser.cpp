#include "app/syntax/answer_parser.h"

#include <md4c.h>

#include <algorithm>

#include "app/syntax/answer_changes.h"
#include "app/syntax/answer_paths.h"

namespace sidewinder::syntax {

namespace {

constexpr std::size_t kLongestAnswer = 1u << 20;

std::string flat(const MD_ATTRIBUTE& attribute) {
    return attribute.text == nullptr ? std::string() : std::string(attribute.text, attribute.size);
}

/// Receives md4c's callbacks: the code blocks, and of each the line of text before it.
class Reader {
  public:
    std::vector<AnswerBlock> blocks;
    std::vector<TextLine> lines_before;  ///< by block
    bool ends_in_code = false;

    void enter(MD_BLOCKTYPE type, void* detail) {
        if (type == MD_BLOCK_CODE) {
            const auto& code = *static_cast<MD_BLOCK_CODE_DETAIL*>(detail);
            AnswerBlock block;
            block.fenced = code.fence_char != 0;
            block.info = flat(code.info);
            block.language = block.info.substr(0, block.info.find_first_of(" \t"));
            blocks.push_back(std::move(block));
            lines_before.push_back(std::move(line_));
            line_ = {};
            in_code_ = true;
        } else if (type != MD_BLOCK_LI && type != MD_BLOCK_UL && type != MD_BLOCK_OL &&
                   type != MD_BLOCK_QUOTE) {
            line_ = {};
        }
        ends_in_code = type == MD_BLOCK_CODE || (ends_in_code && type == MD_BLOCK_DOC);
    }

    void leave(MD_BLOCKTYPE type) {
        if (type != MD_BLOCK_CODE) return;
        in_code_ = false;
        std::string& code = blocks.back().code;
        if (code.ends_with('\n')) code.pop_back();
    }

    void span(MD_SPANTYPE type, bool begins) {
        if (type != MD_SPAN_CODE) return;
        in_span_ = begins;
        if (begins) line_.spans.emplace_back();
    }

    void text(MD_TEXTTYPE type, std::string_view piece) {
        if (in_code_) {
            blocks.back().code += piece;
            return;
        }
        if (type == MD_TEXT_BR || type == MD_TEXT_SOFTBR) {
            line_ = {};
            return;
        }
        line_.text += piece;
        if (in_span_ && !line_.spans.empty()) line_.spans.back() += piece;
    }

  private:
    TextLine line_;  ///< the last line of text so far
    bool in_code_ = false;
    bool in_span_ = false;
};

void read(std::string_view markdown, Reader& reader) {
    MD_PARSER parser{};
    // As ui/markdown/parser.cpp has them: its blocks and ours are the same.
    parser.flags = MD_FLAG_TABLES | MD_FLAG_STRIKETHROUGH | MD_FLAG_TASKLISTS | MD_FLAG_NOHTML |
                   MD_FLAG_PERMISSIVEURLAUTOLINKS;
    parser.enter_block = [](MD_BLOCKTYPE type, void* detail, void* self) {
        static_cast<Reader*>(self)->enter(type, detail);
        return 0;
    };
    parser.leave_block = [](MD_BLOCKTYPE type, void*, void* self) {
        static_cast<Reader*>(self)->leave(type);
        return 0;
    };
    parser.enter_span = [](MD_SPANTYPE type, void*, void* self) {
        static_cast<Reader*>(self)->span(type, true);
        return 0;
    };
    parser.leave_span = [](MD_SPANTYPE type, void*, void* self) {
        static_cast<Reader*>(self)->span(type, false);
        return 0;
    };
    parser.text = [](MD_TEXTTYPE type, const MD_CHAR* text, MD_SIZE size, void* self) {
        static_cast<Reader*>(self)->text(type, {text, size});
        return 0;
    };
    md_parse(markdown.data(), static_cast<MD_SIZE>(markdown.size()), &parser, &reader);
}

/// CommonMark 2.3: U+0000 becomes U+FFFD. md4c leaves some of them in.
std::string without_nul(std::string_view text) {
    std::string result;
    result.reserve(text.size());
    for (const char c : text) {
        if (c == '\0')
            result += "\xEF\xBF\xBD";
        else
            result += c;
    }
    return result;
}

/// Does the last line close a fence?
bool last_line_is_fence(std::string_view markdown) {
    const auto last = markdown.find_last_not_of(" \t\r\n");
    if (last == markdown.npos) return false;
    const char mark = markdown[last];
    if (mark != '`' && mark != '~') return false;
    const auto before = markdown.find_last_not_of(mark, last);
    const std::size_t run = before == markdown.npos ? last + 1 : last - before;
    const auto line = markdown.rfind('\n', last);
    const std::string_view lead =
        markdown.substr(line == markdown.npos ? 0 : line + 1, last + 1 - run - (line + 1));
    return run >= 3 && lead.find_first_not_of(" \t>") == lead.npos;
}

void find_path(AnswerBlock& block, const TextLine& before, LanguageOfPath language_of) {
    const auto take = [&](std::string path, PathSource source) {
        if (!block.path.empty() || path.empty()) return;
        block.path = std::move(path);
        block.path_source = source;
    };
    take(path_in_info(block.info, language_of), PathSource::Info);
    take(path_in_line(before, language_of), PathSource::LineBefore);
    if (block.form != AnswerBlock::Form::Code) {
        if (block.changes.size() == 1) take(block.changes.front().path, PathSource::Change);
        for (FileChange& change : block.changes)
            if (change.path.empty()) change.path = block.path;
        return;
    }
    take(path_in_comment(block.code, language_of), PathSource::FirstLine);
}

}  // namespace

std::vector<std::string_view> Hunk::before() const {
    std::vector<std::string_view> texts;
    for (const ChangeLine& line : lines)
        if (line.role != ChangeLine::Role::Added) texts.push_back(line.text);
    return texts;
}

std::vector<std::string_view> Hunk::after() const {
    std::vector<std::string_view> texts;
    for (const ChangeLine& line : lines)
        if (line.role != ChangeLine::Role::Removed) texts.push_back(line.text);
    return texts;
}

std::vector<AnswerBlock> parse_answer(std::string_view markdown, LanguageOfPath language_of) {
    const std::string clean = without_nul(markdown.substr(0, kLongestAnswer));
    markdown = clean;
    Reader reader;
    read(markdown, reader);
    for (std::size_t i = 0; i < reader.blocks.size(); ++i) {
        AnswerBlock& block = reader.blocks[i];
        read_changes(block, language_of);
        find_path(block, reader.lines_before[i], language_of);
    }
    if (reader.ends_in_code && reader.blocks.back().fenced && !last_line_is_fence(markdown))
        reader.blocks.back().closed = false;
    return std::move(reader.blocks);
}

}  // namespace sidewinder::syntax
