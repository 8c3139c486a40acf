#pragma once

#include <cstddef>
#include <span>

struct sqlite3;

namespace sidewinder::project {

/// What code_rank() says of a row.
struct Rank {
    double score = 0;     ///< BM25, the higher the better
    double coverage = 0;  ///< 0..1: which share of the question's weight the row has
    double in_names = 0;  ///< 0..1: the same of its path and its symbols' names
};

/// Weights of the columns of the index: words of the path, of the symbols' names, of the text.
inline constexpr double kColumnWeights[] = {2.0, 4.0, 1.0};

/// Registers the FTS5 function code_rank(table) with the connection: BM25 with the weighted counts of the
/// columns taken together, k1 = 1.2, b = 0.5 (Robertson and Zaragoza 2009, 3.6). Its value is a blob that
/// sorts as the score does. False if this SQLite has no FTS5.
bool register_rank(sqlite3* connection);

Rank rank_of(const void* blob, std::size_t size);

}  // namespace sidewinder::project
