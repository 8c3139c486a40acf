#pragma once

#include <string>
#include <string_view>

namespace sidewinder::project {

enum class Encoding { Utf8, Utf16LittleEndian, Utf16BigEndian, Windows1252 };
enum class LineEnds { None, Lf, CrLf, Cr, Mixed };

/// How a text stood in its file: what is needed to write it back as it was, unless `lossy`.
struct TextForm {
    Encoding encoding = Encoding::Utf8;
    bool byte_order_mark = false;
    LineEnds line_ends = LineEnds::None;
    bool final_newline = false;
    bool lossy = false;  ///< something was replaced by U+FFFD (lone surrogates, odd last byte of UTF-16)
    bool hidden_characters =
        false;  ///< zero-width, direction-changing or tag characters: show that they are there
    bool operator==(const TextForm&) const = default;
};

/// A file's bytes as text: valid UTF-8 without byte order mark, lines ended by LF (CR LF, and CR in a file
/// without any LF, are turned into it; other CRs stay). UTF-8 if it is valid UTF-8; UTF-16 only with a byte
/// order mark; else Windows-1252, whose five unassigned bytes become the control characters of the same
/// number.
struct FileText {
    bool is_text = false;
    std::string why_not;  ///< part of a sentence: "it holds a NUL byte"; empty for text
    std::string text;
    TextForm form;
};

/// Not text: a NUL character, UTF-32, or too many control characters (over one in ten in UTF-8 and UTF-16,
/// over one in a hundred where only Windows-1252 could be meant). `bytes` is consumed to save a copy.
FileText decode_text(std::string bytes);

std::string_view name_of(Encoding encoding);     ///< "UTF-8", "UTF-16LE", "UTF-16BE", "Windows-1252"
Encoding encoding_named(std::string_view name);  ///< Utf8 for an unknown name

}  // namespace sidewinder::project
