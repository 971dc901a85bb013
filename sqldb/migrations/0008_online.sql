-- +goose Up
-- The online preliminary (网上预赛): a contest of kind 'paper' is answered on people's own time.
ALTER TABLE contests ADD COLUMN kind TEXT NOT NULL DEFAULT 'live' CHECK (kind IN ('live', 'paper'));
ALTER TABLE contests ADD COLUMN stage TEXT NOT NULL DEFAULT 'draft'
  CHECK (stage IN ('draft', 'published', 'running', 'finished', 'archived'));
UPDATE contests SET stage = status;
ALTER TABLE contests DROP COLUMN status;
ALTER TABLE contests RENAME COLUMN stage TO status;
ALTER TABLE contests ADD COLUMN code      TEXT   NOT NULL DEFAULT '';  -- six digits, of a published paper contest; never a room's
ALTER TABLE contests ADD COLUMN paper     TEXT   NOT NULL DEFAULT '';  -- JSON paper.Settings, '' of a live contest
ALTER TABLE contests ADD COLUMN opens_at  BIGINT NOT NULL DEFAULT 0;   -- the formal window, as in paper.Settings; 0 of a live contest
ALTER TABLE contests ADD COLUMN closes_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE contests ADD COLUMN seed      TEXT   NOT NULL DEFAULT '';  -- hex, made when it is published; secret until it is finished
ALTER TABLE contests ADD COLUMN seed_hash TEXT   NOT NULL DEFAULT '';  -- hex SHA-256 that commits to seed, pool and rules; shown before
ALTER TABLE contests ADD COLUMN keys_version INTEGER NOT NULL DEFAULT 0; -- counts corrections of the pool's keys
CREATE UNIQUE INDEX contests_code ON contests (code) WHERE code <> '';
CREATE INDEX contests_clock ON contests (status, closes_at);
CREATE INDEX entrants_person ON entrants (person_id);

-- The questions that papers are drawn from, as they were when the contest was published.
CREATE TABLE paper_pool (
  contest_id  TEXT    NOT NULL REFERENCES contests (id),
  rule_no     INTEGER NOT NULL,                            -- of the draw rule, from 1; a question belongs to one rule
  question_id TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  snapshot    TEXT    NOT NULL,                            -- JSON questionbank.Question
  moves       TEXT    NOT NULL,                            -- letters of the options that are shuffled among themselves, '' for none
  voided      BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (contest_id, question_id)
);
CREATE INDEX paper_pool_question ON paper_pool (question_id);

-- One person's sitting of a paper (答卷).
CREATE TABLE attempts (
  id           TEXT    NOT NULL PRIMARY KEY,
  contest_id   TEXT    NOT NULL REFERENCES contests (id),
  entrant_id   TEXT    NOT NULL REFERENCES entrants (id),
  phase        TEXT    NOT NULL CHECK (phase IN ('practice', 'formal')),
  no           INTEGER NOT NULL,                           -- of this entrant in this phase, from 1
  day          TEXT    NOT NULL,                           -- 2006-01-02 in the contest's time zone, when it was begun
  paper        TEXT    NOT NULL,                           -- JSON: the drawn questions and the order of their options
  state        TEXT    NOT NULL CHECK (state IN ('open', 'closing', 'handed_in', 'void')),
  started_at   BIGINT  NOT NULL,
  deadline_at  BIGINT  NOT NULL,                           -- time limit and window together
  handed_in_at BIGINT  NOT NULL DEFAULT 0,
  handed_in_by TEXT    NOT NULL DEFAULT '' CHECK (handed_in_by IN ('', 'person', 'clock', 'staff')),
  points       INTEGER NOT NULL DEFAULT 0,
  correct      INTEGER NOT NULL DEFAULT 0,
  answered     INTEGER NOT NULL DEFAULT 0,
  time_ms      BIGINT  NOT NULL DEFAULT 0,                 -- from start to hand-in
  marks        TEXT    NOT NULL DEFAULT '',                -- JSON: how each question was marked, once handed in
  keys_version INTEGER NOT NULL DEFAULT 0,                 -- of the contest when it was marked; a lower one is to be marked anew
  void_reason  TEXT    NOT NULL DEFAULT '',
  UNIQUE (contest_id, entrant_id, phase, no)
);
CREATE UNIQUE INDEX attempts_one_open ON attempts (contest_id, entrant_id) WHERE state = 'open' OR state = 'closing';
CREATE INDEX attempts_due ON attempts (deadline_at) WHERE state = 'open' OR state = 'closing';
CREATE INDEX attempts_keys ON attempts (contest_id, keys_version);
CREATE INDEX attempts_entrant ON attempts (entrant_id);

-- Every save of an answer; the one with the highest n counts, of equal ones the latest. Nothing is overwritten, so that
-- what was acknowledged is never lost and staff can see how an answer came about.
CREATE TABLE attempt_saves (
  attempt_id  TEXT    NOT NULL,
  id          TEXT    NOT NULL,                            -- the client's id of this save: a resend is the same row
  question_no INTEGER NOT NULL,
  n           INTEGER NOT NULL,                            -- of this question on this attempt, counted by the client
  choice      TEXT    NOT NULL,                            -- JSON array in the bank's letters; [] takes an answer back
  saved_at    BIGINT  NOT NULL,                            -- on the server's clock, when it was received
  PRIMARY KEY (attempt_id, id)
);

-- What happened around an attempt: a question first shown, the page left and come back to, the device that was used.
CREATE TABLE attempt_events (
  attempt_id  TEXT    NOT NULL,
  id          TEXT    NOT NULL,                            -- the client's, or the program's for shown and device
  kind        TEXT    NOT NULL CHECK (kind IN ('shown', 'left', 'device')),
  question_no INTEGER NOT NULL DEFAULT 0,
  at          BIGINT  NOT NULL,
  ms          BIGINT  NOT NULL DEFAULT 0,                  -- of left: how long
  detail      TEXT    NOT NULL DEFAULT '',                 -- of device: a hash that tells devices apart
  PRIMARY KEY (attempt_id, id)
);
CREATE INDEX attempt_events_detail ON attempt_events (detail) WHERE detail <> '';

-- What counts of each entrant: for the whole contest (day '') and for each day. Boards are made from here.
CREATE TABLE paper_results (
  contest_id  TEXT    NOT NULL REFERENCES contests (id),
  day         TEXT    NOT NULL,
  entrant_id  TEXT    NOT NULL REFERENCES entrants (id),
  team_id     TEXT    NOT NULL,
  points      BIGINT  NOT NULL,
  time_ms     BIGINT  NOT NULL,
  attempts    INTEGER NOT NULL,                            -- handed in and not void
  finished_at BIGINT  NOT NULL,                            -- hand-in of the attempt that counts, or of the last one
  PRIMARY KEY (contest_id, day, entrant_id)
);
CREATE INDEX paper_results_team ON paper_results (contest_id, day, team_id, points);

-- Entrants whose results changed and whose boards in Redis were not written since. Written in the transaction of the
-- result, deleted after the boards: what a crash or a lost Redis leaves behind is done later.
CREATE TABLE board_changes (
  id         TEXT NOT NULL PRIMARY KEY,
  contest_id TEXT NOT NULL,
  day        TEXT NOT NULL,
  entrant_id TEXT NOT NULL,
  team_id    TEXT NOT NULL
);
CREATE INDEX board_changes_contest ON board_changes (contest_id, id);

-- Employees' sign-in on phones.
CREATE TABLE player_sessions (
  token_hash TEXT   NOT NULL PRIMARY KEY,                  -- hex SHA-256
  person_id  TEXT   NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX player_sessions_person ON player_sessions (person_id);

ALTER TABLE people ADD COLUMN name_key TEXT   NOT NULL DEFAULT '';     -- NFKC, lower case, without spaces and dots
UPDATE people SET name_key = lower(replace(replace(replace(name, ' ', ''), '　', ''), '·', ''));
ALTER TABLE people ADD COLUMN pin_hash TEXT   NOT NULL DEFAULT '';     -- '' without a PIN
ALTER TABLE people ADD COLUMN left_at  BIGINT NOT NULL DEFAULT 0;      -- since when off the roster; 0 is on it
CREATE INDEX people_phone ON people (phone) WHERE phone <> '';
CREATE INDEX people_employee_no ON people (employee_no) WHERE employee_no <> '';
