#include "storage/project/file_text.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "storage/project/utf8.h"

namespace sidewinder::project {

namespace {

/// Windows-1252 from 0x80 to 0x9f (Unicode's CP1252.TXT); unassigned ones stand for themselves.
constexpr std::array<char16_t, 32> kWindows1252 = {
    0x20ac, 0x0081, 0x201a, 0x0192, 0x201e, 0x2026, 0x2020, 0x2021, 0x02c6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008d, 0x017d, 0x008f, 0x0090, 0x2018, 0x2019, 0x201c, 0x201d, 0x2022,
    0x2013, 0x2014, 0x02dc, 0x2122, 0x0161, 0x203a, 0x0153, 0x009d, 0x017e, 0x0178};

/// Form feed, backspace and escape stand in real sources and logs.
bool is_odd_control(std::uint8_t byte) {
    return (byte < 0x20 && (byte < 0x08 || byte > 0x0d) && byte != 0x1b) || byte == 0x7f;
}

bool is_unassigned(std::uint8_t byte) {
    return byte >= 0x80 && byte < 0xa0 && kWindows1252[byte - 0x80u] == byte;
}

std::string from_windows1252(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() + bytes.size() / 8);
    for (const char c : bytes) {
        const auto byte = static_cast<std::uint8_t>(c);
        append_utf8(text, byte >= 0x80 && byte < 0xa0 ? kWindows1252[byte - 0x80u] : byte);
    }
    return text;
}

std::string from_utf16(std::string_view bytes, bool big, bool& lossy) {
    constexpr char32_t kReplacement = 0xfffd;
    const auto unit = [&](std::size_t at) {
        const auto first = static_cast<std::uint8_t>(bytes[at]);
        const auto second = static_cast<std::uint8_t>(bytes[at + 1]);
        return static_cast<char32_t>(big ? first << 8 | second : second << 8 | first);
    };
    std::string text;
    text.reserve(bytes.size());
    std::size_t at = 0;
    for (; at + 2 <= bytes.size(); at += 2) {
        char32_t code = unit(at);
        if (code >= 0xd800 && code < 0xe000) {
            const char32_t low = at + 4 <= bytes.size() ? unit(at + 2) : 0;
            if (code < 0xdc00 && low >= 0xdc00 && low < 0xe000) {
                code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
                at += 2;
            } else {
                code = kReplacement;
                lossy = true;
            }
        }
        append_utf8(text, code);
    }
    if (at < bytes.size()) {
        append_utf8(text, kReplacement);
        lossy = true;
    }
    return text;
}

/// Counts, then turns line ends into LF in place.
LineEnds normalise(std::string& text) {
    const auto feeds = static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
    const std::size_t first = text.find('\r');
    if (first == std::string::npos) return feeds == 0 ? LineEnds::None : LineEnds::Lf;
    if (feeds == 0) {
        std::replace(text.begin(), text.end(), '\r', '\n');
        return LineEnds::Cr;
    }
    std::size_t pairs = 0, lone = 0, to = first;
    for (std::size_t from = first; from < text.size(); ++from) {
        if (text[from] == '\r') {
            const bool pair = from + 1 < text.size() && text[from + 1] == '\n';
            pair ? ++pairs : ++lone;
            if (pair) continue;
        }
        text[to++] = text[from];
    }
    text.resize(to);
    if (lone > 0) return LineEnds::Mixed;
    return pairs == feeds ? LineEnds::CrLf : LineEnds::Mixed;
}

bool has_hidden(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        if (static_cast<unsigned char>(text[at]) < 0x80) {
            ++at;
            continue;
        }
        const Character character = character_at(text, at);
        if (is_hidden(character.code)) return true;
        at += std::max<std::size_t>(1, character.bytes);
    }
    return false;
}

FileText not_text(std::string why) {
    FileText result;
    result.why_not = std::move(why);
    return result;
}

}  // namespace

FileText decode_text(std::string bytes) {
    FileText result;
    result.is_text = true;
    TextForm& form = result.form;
    using namespace std::string_view_literals;
    const std::string_view all = bytes;
    if (all.starts_with("\xff\xfe\0\0"sv) || all.starts_with("\0\0\xfe\xff"sv))
        return not_text("it is UTF-32, which is not read");
    std::size_t odd = 0, unassigned = 0;
    std::size_t odd_share = 10;
    if (all.starts_with("\xff\xfe") || all.starts_with("\xfe\xff")) {
        const bool big = all.front() == '\xfe';
        form.encoding = big ? Encoding::Utf16BigEndian : Encoding::Utf16LittleEndian;
        form.byte_order_mark = true;
        result.text = from_utf16(all.substr(2), big, form.lossy);
    } else if (is_utf8(all)) {
        form.byte_order_mark = all.starts_with("\xef\xbb\xbf");
        result.text = std::move(bytes);
        if (form.byte_order_mark) result.text.erase(0, 3);
    } else {
        form.encoding = Encoding::Windows1252;
        unassigned = static_cast<std::size_t>(std::count_if(
            all.begin(), all.end(), [](char c) { return is_unassigned(static_cast<std::uint8_t>(c)); }));
        result.text = from_windows1252(all);
        odd_share = 100;
    }
    if (result.text.find('\0') != std::string::npos) return not_text("it holds a NUL byte");
    odd = unassigned +
          static_cast<std::size_t>(std::count_if(result.text.begin(), result.text.end(), [](char c) {
              return is_odd_control(static_cast<std::uint8_t>(c));
          }));
    if (odd * odd_share > result.text.size()) return not_text("it holds many control characters");
    form.line_ends = normalise(result.text);
    form.final_newline = result.text.ends_with('\n');
    form.hidden_characters = form.encoding != Encoding::Windows1252 && has_hidden(result.text);
    return result;
}

std::string_view name_of(Encoding encoding) {
    switch (encoding) {
        case Encoding::Utf8:
            return "UTF-8";
        case Encoding::Utf16LittleEndian:
            return "UTF-16LE";
        case Encoding::Utf16BigEndian:
            return "UTF-16BE";
        case Encoding::Windows1252:
            return "Windows-1252";
    }
    return "UTF-8";
}

Encoding encoding_named(std::string_view name) {
    for (const Encoding encoding :
         {Encoding::Utf16LittleEndian, Encoding::Utf16BigEndian, Encoding::Windows1252})
        if (name == name_of(encoding)) return encoding;
    return Encoding::Utf8;
}

}  // namespace sidewinder::project
