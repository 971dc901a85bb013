-- +goose Up
-- What became of a question in a round, once it was revealed and while it is not void. Absolute numbers: written again
-- whenever they may have changed.
CREATE TABLE question_stats (
  round_id    TEXT    NOT NULL,
  question_no INTEGER NOT NULL,
  question_id TEXT    NOT NULL,
  version     INTEGER NOT NULL,                           -- of the question as it was played
  answers     INTEGER NOT NULL,
  correct     INTEGER NOT NULL,
  counts      TEXT    NOT NULL,                           -- JSON object: letter, or right and wrong, to entrants
  PRIMARY KEY (round_id, question_no)
);
CREATE INDEX question_stats_question ON question_stats (question_id);
INSERT INTO question_stats (round_id, question_no, question_id, version, answers, correct, counts)
  SELECT a.round_id, a.question_no, q.question_id, q.version, COUNT(*) FILTER (WHERE a.choice <> '[]'), COUNT(*) FILTER (WHERE a.correct), '{}'
  FROM answers a JOIN round_questions q ON q.round_id = a.round_id AND q.question_no = a.question_no
  WHERE NOT q.voided
  GROUP BY a.round_id, a.question_no, q.question_id, q.version;

-- The version from which stem, options and right answers are what they are now: older answers say nothing about it.
ALTER TABLE questions ADD COLUMN meant_since INTEGER NOT NULL DEFAULT 1;
CREATE INDEX questions_updated ON questions (bank_id, updated_at, deleted_at);

-- The latest look at a bank (题库体检).
CREATE TABLE checkups (
  bank_id    TEXT    NOT NULL PRIMARY KEY REFERENCES banks (id),
  id         TEXT    NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  progress   INTEGER NOT NULL,                            -- percent
  revision   TEXT    NOT NULL,                            -- of the bank that was looked at
  questions  INTEGER NOT NULL,
  cut        TEXT    NOT NULL,                            -- JSON array of kinds of which not all were kept
  fault      TEXT    NOT NULL,                            -- key, when it failed
  staff_name TEXT    NOT NULL,
  started_at BIGINT  NOT NULL,
  alive_at   BIGINT  NOT NULL,                            -- last sign of life while it runs
  ended_at   BIGINT
);

CREATE TABLE checkup_findings (
  bank_id    TEXT    NOT NULL REFERENCES banks (id),
  no         INTEGER NOT NULL,
  kind       TEXT    NOT NULL,
  severity   TEXT    NOT NULL CHECK (severity IN ('error', 'warning', 'hint')),
  state      TEXT    NOT NULL CHECK (state IN ('open', 'mended', 'dismissed')),
  key        TEXT    NOT NULL,
  data       TEXT    NOT NULL,                            -- JSON doctor.Finding
  change_id  TEXT    NOT NULL,                            -- of the mend, or ''
  PRIMARY KEY (bank_id, no)
);

-- Findings that staff do not want to see again.
CREATE TABLE checkup_dismissals (
  bank_id      TEXT   NOT NULL REFERENCES banks (id),
  key          TEXT   NOT NULL,
  dismissed_by TEXT   NOT NULL,
  dismissed_at BIGINT NOT NULL,
  PRIMARY KEY (bank_id, key)
);

-- A change of many questions at once, so that it can be taken back.
CREATE TABLE question_changes (
  id         TEXT   NOT NULL PRIMARY KEY,
  bank_id    TEXT   NOT NULL REFERENCES banks (id),
  staff_name TEXT   NOT NULL,
  made_at    BIGINT NOT NULL,
  undone_at  BIGINT,
  before     TEXT   NOT NULL                              -- JSON, the questions as they were
);
CREATE INDEX question_changes_bank ON question_changes (bank_id, made_at);
