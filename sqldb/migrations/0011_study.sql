-- +goose Up
-- The learning modes (学习): settings of the installation. Rows are never changed; the highest version counts.
CREATE TABLE study_settings (
  version    INTEGER NOT NULL PRIMARY KEY,
  settings   TEXT    NOT NULL,                             -- JSON study.Settings
  changed_by TEXT    NOT NULL,                             -- as shown
  changed_at BIGINT  NOT NULL
);

-- A set of questions that somebody answers, one at a time. On a kiosk nobody is known: person_id is NULL, and the
-- unguessable id is the only proof.
CREATE TABLE study_sets (
  id          TEXT    NOT NULL PRIMARY KEY,
  person_id   TEXT    REFERENCES people (id) ON DELETE CASCADE,
  mode        TEXT    NOT NULL CHECK (mode IN ('daily', 'topic', 'challenge', 'mistakes')),
  topic       TEXT    NOT NULL,                            -- 'c:' and a category or 't:' and a tag; '' is none
  state       TEXT    NOT NULL CHECK (state IN ('open', 'stopped', 'finished')),
  day         TEXT    NOT NULL,                            -- 2006-01-02 in the installation's time zone, when it was begun
  questions   TEXT    NOT NULL,                            -- JSON: what was drawn and answered
  correct     INTEGER NOT NULL,
  wrong       INTEGER NOT NULL,
  points      INTEGER NOT NULL,
  revived     BOOLEAN NOT NULL,
  version     INTEGER NOT NULL,
  started_at  BIGINT  NOT NULL,
  touched_at  BIGINT  NOT NULL,
  finished_at BIGINT  NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX study_sets_open ON study_sets (person_id, mode, topic) WHERE state <> 'finished' AND person_id IS NOT NULL;
CREATE INDEX study_sets_person ON study_sets (person_id, started_at);
CREATE INDEX study_sets_touched ON study_sets (touched_at);

-- Every point that was given for learning, with its cause. A cause gives points once.
CREATE TABLE study_points (
  set_id      TEXT    NOT NULL,
  cause       TEXT    NOT NULL CHECK (cause IN ('right', 'set', 'challenge')),
  question_no INTEGER NOT NULL,                            -- 0 of a whole set
  person_id   TEXT    NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  day         TEXT    NOT NULL,
  points      INTEGER NOT NULL,
  at          BIGINT  NOT NULL,
  PRIMARY KEY (set_id, cause, question_no)
);
CREATE INDEX study_points_person ON study_points (person_id, day);

-- What somebody did on a day: for caps and streaks. Its row is locked first by whatever gives points.
CREATE TABLE study_days (
  person_id TEXT    NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  day       TEXT    NOT NULL,
  points    INTEGER NOT NULL DEFAULT 0,
  daily     INTEGER NOT NULL DEFAULT 0,                    -- sets begun, by mode
  topic     INTEGER NOT NULL DEFAULT 0,
  challenge INTEGER NOT NULL DEFAULT 0,
  mistakes  INTEGER NOT NULL DEFAULT 0,
  done      INTEGER NOT NULL DEFAULT 0,                    -- sets answered to the end
  answered  INTEGER NOT NULL DEFAULT 0,
  correct   INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (person_id, day)
);

-- Points and the longest challenge of each person in a month (2026-11), a quarter (2026-Q4) and ever (all).
CREATE TABLE study_totals (
  period    TEXT   NOT NULL,
  person_id TEXT   NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  points    BIGINT NOT NULL,
  best      INTEGER NOT NULL,
  PRIMARY KEY (period, person_id)
);
CREATE INDEX study_totals_person ON study_totals (person_id);
CREATE INDEX study_totals_points ON study_totals (period, points);
CREATE INDEX study_totals_best ON study_totals (period, best);

-- Questions that somebody has answered while learning: what was seen lately is drawn less.
CREATE TABLE study_seen (
  person_id   TEXT    NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  question_id TEXT    NOT NULL,
  seen_at     BIGINT  NOT NULL,
  correct     BOOLEAN NOT NULL,                            -- the latest answer
  PRIMARY KEY (person_id, question_id)
);

-- 错题本: wrong answers come back until they were answered right as often as the settings say.
CREATE TABLE study_mistakes (
  person_id   TEXT    NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  question_id TEXT    NOT NULL,
  source      TEXT    NOT NULL CHECK (source IN ('study', 'paper')),
  times       INTEGER NOT NULL,                            -- answered wrong
  rights      INTEGER NOT NULL,                            -- answered right since
  wrong_at    BIGINT  NOT NULL,
  PRIMARY KEY (person_id, question_id)
);
-- Attempts whose wrong answers are in there already.
CREATE TABLE study_collected (
  attempt_id TEXT NOT NULL PRIMARY KEY,
  person_id  TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE
);

CREATE INDEX attempts_contest ON attempts (contest_id, id);

-- The same question may stand in several banks: it is kept out of learning wherever it stands.
CREATE INDEX questions_same ON questions (fingerprint);

-- What a look for unusual answering (异常提示) found in a contest. It informs: points are changed by people only.
CREATE TABLE integrity_findings (
  contest_id TEXT   NOT NULL REFERENCES contests (id) ON DELETE CASCADE,
  key        TEXT   NOT NULL,                              -- of kind and what it is about: the same finding keeps its state
  kind       TEXT   NOT NULL CHECK (kind IN ('speed', 'interval', 'same', 'device', 'leaving')),
  strength   INTEGER NOT NULL,                             -- 1 to 100, for the order of the list
  evidence   TEXT   NOT NULL,                              -- JSON integrity.Evidence
  state      TEXT   NOT NULL CHECK (state IN ('open', 'dismissed', 'acted')),
  note       TEXT   NOT NULL,
  changed_by TEXT   NOT NULL,                              -- as shown; '' while open
  changed_at BIGINT NOT NULL,
  found_at   BIGINT NOT NULL,
  gone       BOOLEAN NOT NULL,                             -- not found any more by the latest look, and kept for its state
  PRIMARY KEY (contest_id, key)
);
CREATE TABLE integrity_looks (
  contest_id TEXT    NOT NULL PRIMARY KEY REFERENCES contests (id) ON DELETE CASCADE,
  state      TEXT    NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  settings   TEXT    NOT NULL,                             -- JSON integrity.Settings
  attempts   INTEGER NOT NULL,                             -- looked at so far
  started_at BIGINT  NOT NULL,
  beat_at    BIGINT  NOT NULL,                             -- of a running look; one that stands still was killed
  ended_at   BIGINT  NOT NULL
);
