#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/project/search_symbols.h"
#include "storage/project/text_lines.h"

namespace sidewinder::project {

/// A part of a file that is found and shown as a whole. Lines count from 1; the last one belongs to it.
struct Chunk {
    std::uint32_t first_line = 0, last_line = 0;
    std::string names;  ///< of the symbols that it shows, and of those about it
};

inline constexpr std::uint32_t kChunkLines = 60;  ///< a definition of so many lines stays in one piece
inline constexpr std::uint32_t kBlockLines = 40;  ///< what is longer, or no definition, is cut into such

/// Cuts a file into chunks that follow each other and leave out only blank lines: functions and small classes
/// with the comments and decorations above them, the heads of larger ones, blocks between them. Cuts are made
/// at blank lines where there are any. `symbols` may overlap, lie outside of the text or be empty.
std::vector<Chunk> chunks_of(const TextLines& lines, std::vector<Symbol> symbols);

}  // namespace sidewinder::project
