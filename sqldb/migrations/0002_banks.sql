-- +goose Up
ALTER TABLE questions ADD COLUMN search     TEXT    NOT NULL DEFAULT ''; -- stem and options, NFKC and lower case
ALTER TABLE questions ADD COLUMN import_id  TEXT;                        -- the import that it came with
ALTER TABLE questions ADD COLUMN retired    BOOLEAN NOT NULL DEFAULT FALSE; -- not drawn any more
ALTER TABLE questions ADD COLUMN deleted_at BIGINT;                      -- in the bin since
UPDATE questions SET search = lower(stem || ' ' || options);
CREATE INDEX questions_fingerprint ON questions (bank_id, fingerprint);
CREATE INDEX questions_import ON questions (import_id);
CREATE INDEX round_questions_question ON round_questions (question_id);

-- A question as it was before an edit.
CREATE TABLE question_versions (
  question_id TEXT    NOT NULL REFERENCES questions (id),
  version     INTEGER NOT NULL,
  snapshot    TEXT    NOT NULL,                           -- JSON questionbank.Question
  saved_at    BIGINT  NOT NULL,                           -- when it was replaced
  saved_by    TEXT    NOT NULL,                           -- who replaced it, as shown
  PRIMARY KEY (question_id, version)
);

-- A file that was uploaded: a preview until its good rows are stored; the storing can be taken back.
CREATE TABLE imports (
  id         TEXT    NOT NULL PRIMARY KEY,
  bank_id    TEXT    REFERENCES banks (id),               -- once stored
  file_name  TEXT    NOT NULL,
  format     TEXT    NOT NULL,
  staff_id   TEXT    NOT NULL,
  staff_name TEXT    NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('preview', 'stored', 'undone')),
  notes      TEXT    NOT NULL,                            -- JSON, about the whole file
  ok         INTEGER NOT NULL,
  warnings   INTEGER NOT NULL,
  errors     INTEGER NOT NULL,
  added      INTEGER NOT NULL,
  known      INTEGER NOT NULL,
  created_at BIGINT  NOT NULL,
  stored_at  BIGINT
);
CREATE INDEX imports_created ON imports (created_at);

CREATE TABLE import_rows (
  import_id TEXT    NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
  no        INTEGER NOT NULL,
  status    TEXT    NOT NULL CHECK (status IN ('ok', 'warning', 'error')),
  data      TEXT    NOT NULL,                             -- JSON exchange.Row without pictures
  PRIMARY KEY (import_id, no)
);
