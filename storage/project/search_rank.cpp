#include "storage/project/search_rank.h"

#include <sqlite3.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <vector>

namespace sidewinder::project {

namespace {

constexpr double kK1 = 1.2, kB = 0.5;
constexpr std::size_t kBlobBytes = 24;
constexpr int kTextColumn = 2;
constexpr double kCommon = 0.1;  ///< least weight of a word that most rows have

/// What stays the same from row to row of one query.
struct Query {
    std::vector<double> weights;  ///< of each phrase: its inverse document frequency
    double all = 0;               ///< their sum
    double usual_length = 1;
    std::vector<double> counts;  ///< of the row in hand
    std::vector<bool> in_names;  ///< the row has it in another column than the text
};

int count_row(const Fts5ExtensionApi*, Fts5Context*, void* count) {
    ++*static_cast<sqlite3_int64*>(count);
    return SQLITE_OK;
}

int prepare(const Fts5ExtensionApi* api, Fts5Context* fts, Query& query) {
    sqlite3_int64 rows = 0, words = 0;
    int code = api->xRowCount(fts, &rows);
    if (code == SQLITE_OK) code = api->xColumnTotalSize(fts, -1, &words);
    query.usual_length =
        rows > 0 ? std::max(1.0, static_cast<double>(words) / static_cast<double>(rows)) : 1.0;
    for (int i = 0; code == SQLITE_OK && i < api->xPhraseCount(fts); ++i) {
        sqlite3_int64 with = 0;
        code = api->xQueryPhrase(fts, i, &with, count_row);
        const double have = static_cast<double>(with), lack = static_cast<double>(rows - with);
        query.weights.push_back(std::max(kCommon, std::log1p((lack + 0.5) / (have + 0.5))));
        query.all += query.weights.back();
    }
    query.counts.resize(query.weights.size());
    query.in_names.resize(query.weights.size());
    return code;
}

/// The query's part, made at its first row.
Query* query_of(const Fts5ExtensionApi* api, Fts5Context* fts, int& code) {
    if (void* known = api->xGetAuxdata(fts, 0)) return static_cast<Query*>(known);
    auto made = std::make_unique<Query>();
    code = prepare(api, fts, *made);
    if (code != SQLITE_OK) return nullptr;
    Query* query = made.release();  // FTS5 owns it from here on, also if it fails
    code = api->xSetAuxdata(fts, query, [](void* old) { delete static_cast<Query*>(old); });
    return code == SQLITE_OK ? query : nullptr;
}

int count_words(const Fts5ExtensionApi* api, Fts5Context* fts, Query& query) {
    std::fill(query.counts.begin(), query.counts.end(), 0.0);
    std::fill(query.in_names.begin(), query.in_names.end(), false);
    int instances = 0;
    int code = api->xInstCount(fts, &instances);
    for (int i = 0; code == SQLITE_OK && i < instances; ++i) {
        int phrase = 0, column = 0, offset = 0;
        code = api->xInst(fts, i, &phrase, &column, &offset);
        if (code != SQLITE_OK || column >= static_cast<int>(std::size(kColumnWeights))) continue;
        query.counts[static_cast<std::size_t>(phrase)] += kColumnWeights[column];
        if (column < kTextColumn) query.in_names[static_cast<std::size_t>(phrase)] = true;
    }
    return code;
}

Rank rank_row(const Query& query, int length) {
    Rank rank;
    const double norm = kK1 * (1 - kB + kB * length / query.usual_length);
    for (std::size_t i = 0; i < query.weights.size(); ++i) {
        if (query.counts[i] == 0) continue;
        rank.score += query.weights[i] * query.counts[i] * (kK1 + 1) / (query.counts[i] + norm);
        rank.coverage += query.weights[i] / query.all;
        if (query.in_names[i]) rank.in_names += query.weights[i] / query.all;
    }
    return rank;
}

void put_double(unsigned char* bytes, double value) {
    const auto bits = std::bit_cast<std::uint64_t>(value);
    for (int i = 0; i < 8; ++i) bytes[i] = static_cast<unsigned char>(bits >> (56 - 8 * i));
}

double take_double(const unsigned char* bytes) {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits = bits << 8 | bytes[i];
    return std::bit_cast<double>(bits);
}

void code_rank(const Fts5ExtensionApi* api, Fts5Context* fts, sqlite3_context* result, int, sqlite3_value**) {
    int code = SQLITE_OK;
    try {
        Query* query = query_of(api, fts, code);
        int length = 0;
        if (code == SQLITE_OK) code = count_words(api, fts, *query);
        if (code == SQLITE_OK) code = api->xColumnSize(fts, -1, &length);
        if (code == SQLITE_OK) {
            const Rank rank = rank_row(*query, length);
            unsigned char bytes[kBlobBytes];
            put_double(bytes, rank.score);
            put_double(bytes + 8, rank.coverage);
            put_double(bytes + 16, rank.in_names);
            return sqlite3_result_blob(result, bytes, sizeof bytes, SQLITE_TRANSIENT);
        }
    } catch (const std::bad_alloc&) {
        code = SQLITE_NOMEM;
    }
    sqlite3_result_error_code(result, code);
}

}  // namespace

bool register_rank(sqlite3* connection) {
    // https://www.sqlite.org/fts5.html#extending_fts5
    fts5_api* api = nullptr;
    sqlite3_stmt* select = nullptr;
    if (sqlite3_prepare_v2(connection, "SELECT fts5(?1)", -1, &select, nullptr) != SQLITE_OK) return false;
    sqlite3_bind_pointer(select, 1, &api, "fts5_api_ptr", nullptr);
    sqlite3_step(select);
    sqlite3_finalize(select);
    return api != nullptr && api->xCreateFunction(api, "code_rank", nullptr, code_rank, nullptr) == SQLITE_OK;
}

Rank rank_of(const void* blob, std::size_t size) {
    const auto* bytes = static_cast<const unsigned char*>(blob);
    return size == kBlobBytes ? Rank{take_double(bytes), take_double(bytes + 8), take_double(bytes + 16)}
                              : Rank{};
}

}  // namespace sidewinder::project
