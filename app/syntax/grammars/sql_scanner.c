// PostgreSQL's dollar-quoted strings ($tag$ ... $tag$) for tree-sitter-sql, in place of the package's own scanner, which
// loses memory with every tag. A tag of more than 62 characters is none here.
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include "tree_sitter/parser.h"

enum Token { START_TAG, END_TAG, WHOLE_STRING };

typedef struct {
    unsigned length; // 0: none; both $ count
    int32_t characters[64];
} Tag;

void *tree_sitter_sql_external_scanner_create(void) { return calloc(1, sizeof(Tag)); }
void tree_sitter_sql_external_scanner_destroy(void *payload) { free(payload); }

unsigned tree_sitter_sql_external_scanner_serialize(void *payload, char *buffer) {
    const Tag *tag = payload;
    const unsigned bytes = tag->length * (unsigned)sizeof(int32_t);
    memcpy(buffer, tag->characters, bytes);
    return bytes;
}

void tree_sitter_sql_external_scanner_deserialize(void *payload, const char *buffer, unsigned length) {
    Tag *tag = payload;
    tag->length = 0;
    if (length > sizeof(tag->characters)) return;
    if (length > 0) memcpy(tag->characters, buffer, length);
    tag->length = length / (unsigned)sizeof(int32_t);
}

static bool same(const Tag *a, const Tag *b) {
    return a->length == b->length && memcmp(a->characters, b->characters, a->length * sizeof(int32_t)) == 0;
}

static void take(TSLexer *lexer, Tag *tag) {
    if (tag->length < 64) tag->characters[tag->length] = lexer->lookahead;
    ++tag->length;
    lexer->advance(lexer, false);
}

/// Reads "$", anything but blanks, "$". What it read is gone even if it was no tag.
static bool scan_tag(TSLexer *lexer, Tag *tag) {
    tag->length = 0;
    if (lexer->lookahead != '$') return false;
    take(lexer, tag);
    while (lexer->lookahead != '$' && !iswspace((wint_t)lexer->lookahead) && !lexer->eof(lexer)) take(lexer, tag);
    if (lexer->lookahead != '$') return false;
    take(lexer, tag);
    return tag->length <= 64;
}

static bool scan_string(TSLexer *lexer, const Tag *open) {
    Tag begin, end;
    if (!scan_tag(lexer, &begin) || same(open, &begin)) return false;
    while (!lexer->eof(lexer)) {
        if (!scan_tag(lexer, &end)) {
            if (end.length == 0) lexer->advance(lexer, false);
            continue;
        }
        if (!same(&begin, &end)) continue;
        lexer->mark_end(lexer);
        lexer->result_symbol = WHOLE_STRING;
        return true;
    }
    return false;
}

bool tree_sitter_sql_external_scanner_scan(void *payload, TSLexer *lexer, const bool *valid) {
    Tag *open = payload;
    const bool ends = valid[END_TAG] && open->length > 0;
    const bool starts = valid[START_TAG] && open->length == 0;
    if (!starts && !ends && !valid[WHOLE_STRING]) return false;
    if (!starts && !ends) lexer->mark_end(lexer);
    while (iswspace((wint_t)lexer->lookahead)) lexer->advance(lexer, true);
    if (!starts && !ends) return scan_string(lexer, open);
    Tag tag;
    if (!scan_tag(lexer, &tag)) return false;
    if (ends && !same(&tag, open)) return false;
    if (starts)
        *open = tag;
    else
        open->length = 0;
    lexer->result_symbol = starts ? START_TAG : END_TAG;
    return true;
}
