-- Projects: folders that were read into a model's state. Paths are the system's bytes, so BLOBs.
CREATE TABLE projects (
  id INTEGER PRIMARY KEY,
  root BLOB NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created INTEGER NOT NULL,
  updated INTEGER NOT NULL,
  current_reading INTEGER REFERENCES project_readings (id) DEFERRABLE INITIALLY DEFERRED
) STRICT;
CREATE INDEX projects_reading ON projects (current_reading);

-- One version of a project's token log. It is only ever appended to; a re-reading makes a new one, and the old one
-- stays as long as a conversation branches off it.
CREATE TABLE project_readings (
  id INTEGER PRIMARY KEY,
  project_id INTEGER NOT NULL REFERENCES projects (id) DEFERRABLE INITIALLY DEFERRED,
  created INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,  -- of the states: weights, quantisation, kernels; a checkpoint needs the same
  tokenizer TEXT NOT NULL,    -- whose ids `tokens` are
  tokens BLOB NOT NULL CHECK (length(tokens) % 4 = 0)  -- int32 little-endian ids
) STRICT;
CREATE INDEX project_readings_of ON project_readings (project_id);

-- The documents in a reading's log, in their order. A file that was appended again has several rows; the last counts.
CREATE TABLE project_files (
  reading_id INTEGER NOT NULL REFERENCES project_readings (id) DEFERRABLE INITIALLY DEFERRED,
  place INTEGER NOT NULL CHECK (place >= 0),
  path BLOB NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 16),  -- XXH3-128 of the file's bytes
  size INTEGER NOT NULL,
  encoding TEXT NOT NULL,
  log_begin INTEGER NOT NULL,  -- tokens [log_begin, log_end) of the log are this document
  log_end INTEGER NOT NULL CHECK (log_end >= log_begin),
  PRIMARY KEY (reading_id, place)
) STRICT, WITHOUT ROWID;

-- Where checkpoints of a reading were written.
CREATE TABLE project_ladder (
  reading_id INTEGER NOT NULL REFERENCES project_readings (id) DEFERRABLE INITIALLY DEFERRED,
  position INTEGER NOT NULL CHECK (position > 0),
  log_hash BLOB NOT NULL CHECK (length(log_hash) = 16),
  PRIMARY KEY (reading_id, position)
) STRICT, WITHOUT ROWID;

-- What the person ticked in or out, whatever the rules say.
CREATE TABLE project_choices (
  project_id INTEGER NOT NULL REFERENCES projects (id) DEFERRABLE INITIALLY DEFERRED,
  path BLOB NOT NULL,
  ticked_in INTEGER NOT NULL CHECK (ticked_in IN (0, 1)),
  PRIMARY KEY (project_id, path)
) STRICT, WITHOUT ROWID;

-- A conversation's log begins with the first reading_position tokens of this reading.
ALTER TABLE conversations ADD COLUMN reading_id INTEGER REFERENCES project_readings (id) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE conversations ADD COLUMN reading_position INTEGER;
CREATE INDEX conversations_reading ON conversations (reading_id) WHERE reading_id IS NOT NULL;
