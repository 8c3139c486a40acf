-- Times are milliseconds since 1970 UTC. Messages form a tree: a branch is the path from a root to a leaf.

-- One row. Every transaction counts itself here, so every write-ahead log holds this row: a log that shows another
-- identity, or fewer commits than its database, is not the database's own.
CREATE TABLE store (
  identity BLOB NOT NULL,
  commits INTEGER NOT NULL
) STRICT;
INSERT INTO store (identity, commits) VALUES (randomblob(16), 0);

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  title_is_automatic INTEGER NOT NULL CHECK (title_is_automatic IN (0, 1)),
  pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  recency INTEGER NOT NULL,            -- counts uses: the order of the list, whatever the clock does
  deleted_at INTEGER,
  current_leaf INTEGER REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
  preview TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX conversations_listed ON conversations (pinned DESC, recency DESC) WHERE deleted_at IS NULL;
CREATE INDEX conversations_recency ON conversations (recency);

-- Deferred references, not cascades: a cascade along a long branch would exceed SQLite's trigger depth of 1000.
CREATE TABLE messages (
  id INTEGER PRIMARY KEY,
  conversation_id INTEGER NOT NULL REFERENCES conversations (id) DEFERRABLE INITIALLY DEFERRED,
  parent_id INTEGER REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
  role TEXT NOT NULL CHECK (role IN ('system', 'user', 'assistant')),
  status TEXT NOT NULL CHECK (status IN ('streaming', 'done', 'stopped', 'failed')),
  text TEXT NOT NULL,
  tokens BLOB NOT NULL CHECK (length(tokens) % 4 = 0),  -- int32 little-endian ids added to the token log
  created INTEGER NOT NULL,
  model TEXT NOT NULL DEFAULT '',
  tokenizer TEXT NOT NULL DEFAULT '',  -- whose ids `tokens` are; another tokenizer's mean nothing
  tokens_generated INTEGER NOT NULL DEFAULT 0,
  tokens_read INTEGER NOT NULL DEFAULT 0,
  tokens_reused INTEGER NOT NULL DEFAULT 0,
  seconds REAL NOT NULL DEFAULT 0,
  first_token_seconds REAL NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX messages_tree ON messages (conversation_id, parent_id);
CREATE INDEX messages_parent ON messages (parent_id);
CREATE INDEX conversations_leaf ON conversations (current_leaf);
CREATE INDEX messages_streaming ON messages (id) WHERE status = 'streaming';

-- Full text, by substrings of three characters: it finds parts of identifiers. An answer is indexed once complete,
-- not each second; the view makes 'rebuild' see the same rows. Kept up by storage/search_index.cpp, not by triggers:
-- with an untrusted schema SQLite lets no trigger write to FTS5.
CREATE VIEW complete_messages AS SELECT id, conversation_id, text FROM messages WHERE status <> 'streaming';
CREATE VIRTUAL TABLE messages_search USING fts5 (
  text, content = 'complete_messages', content_rowid = 'id', tokenize = 'trigram'
);
CREATE VIRTUAL TABLE titles_search USING fts5 (
  title, content = 'conversations', content_rowid = 'id', tokenize = 'trigram'
);
