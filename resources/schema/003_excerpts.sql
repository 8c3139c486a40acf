-- Excerpts of a project that were put next to a person's message, and those that the person switched off.
CREATE TABLE message_excerpts (
  message_id INTEGER NOT NULL REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
  place INTEGER NOT NULL CHECK (place >= 0),
  path BLOB NOT NULL,               -- the system's bytes, from the project's root
  first_line INTEGER NOT NULL,      -- from 1
  last_line INTEGER NOT NULL CHECK (last_line >= first_line),
  tokens INTEGER NOT NULL CHECK (tokens >= 0),
  why TEXT NOT NULL,
  is_on INTEGER NOT NULL CHECK (is_on IN (0, 1)),
  PRIMARY KEY (message_id, place)
) STRICT, WITHOUT ROWID;

-- What stood before the message's own text in the prompt, to the byte: another tokenizer's log is made from it.
CREATE TABLE message_prompts (
  message_id INTEGER PRIMARY KEY REFERENCES messages (id) DEFERRABLE INITIALLY DEFERRED,
  text TEXT NOT NULL
) STRICT;
