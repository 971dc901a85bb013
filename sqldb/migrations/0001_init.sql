-- Portable DDL: the same text runs on SQLite and Postgres. Times are BIGINT Unix milliseconds, ids UUIDv7 text,
-- JSON is TEXT that Go decodes, enums are TEXT with CHECK.

-- +goose Up
CREATE TABLE meta (
  name  TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE staff (
  id                   TEXT    NOT NULL PRIMARY KEY,
  username             TEXT    NOT NULL UNIQUE,           -- lower case
  name                 TEXT    NOT NULL,
  role                 TEXT    NOT NULL CHECK (role IN ('admin', 'organizer', 'judge', 'viewer')),
  password_hash        TEXT    NOT NULL,                  -- argon2id, PHC string
  must_change_password BOOLEAN NOT NULL,
  created_at           BIGINT  NOT NULL
);

CREATE TABLE staff_sessions (
  token_hash TEXT   NOT NULL PRIMARY KEY,                 -- hex SHA-256 of the cookie's token
  staff_id   TEXT   NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX staff_sessions_staff ON staff_sessions (staff_id);

CREATE TABLE units (
  id        TEXT    NOT NULL PRIMARY KEY,
  parent_id TEXT    REFERENCES units (id),
  kind      TEXT    NOT NULL CHECK (kind IN ('park', 'enterprise', 'branch')),
  name      TEXT    NOT NULL,
  position  INTEGER NOT NULL
);
CREATE INDEX units_parent ON units (parent_id);

CREATE TABLE people (
  id          TEXT   NOT NULL PRIMARY KEY,
  unit_id     TEXT   NOT NULL REFERENCES units (id),
  name        TEXT   NOT NULL,
  phone       TEXT   NOT NULL,
  employee_no TEXT   NOT NULL,
  created_at  BIGINT NOT NULL
);
CREATE INDEX people_unit ON people (unit_id, name);

CREATE TABLE banks (
  id         TEXT   NOT NULL PRIMARY KEY,
  name       TEXT   NOT NULL UNIQUE,
  created_at BIGINT NOT NULL
);

CREATE TABLE questions (
  id          TEXT    NOT NULL PRIMARY KEY,
  bank_id     TEXT    NOT NULL REFERENCES banks (id),
  version     INTEGER NOT NULL,
  type        TEXT    NOT NULL CHECK (type IN ('single', 'multiple', 'judge', 'fill', 'order')),
  category    TEXT    NOT NULL,
  stem        TEXT    NOT NULL,
  options     TEXT    NOT NULL,                           -- JSON array of texts
  answer_key  TEXT    NOT NULL,                           -- JSON array of letters, or accepted texts of a fill
  explanation TEXT    NOT NULL,
  source      TEXT    NOT NULL,
  difficulty  INTEGER NOT NULL CHECK (difficulty BETWEEN 1 AND 5),
  tags        TEXT    NOT NULL,                           -- JSON array
  fingerprint TEXT    NOT NULL,                           -- of stem and options, for duplicates
  created_at  BIGINT  NOT NULL,
  updated_at  BIGINT  NOT NULL
);
CREATE INDEX questions_bank ON questions (bank_id, type, category);

CREATE TABLE contests (
  id         TEXT    NOT NULL PRIMARY KEY,
  title      TEXT    NOT NULL,
  organizer  TEXT    NOT NULL,
  settings   TEXT    NOT NULL,                            -- JSON quiz.ContestSettings
  status     TEXT    NOT NULL CHECK (status IN ('draft', 'running', 'finished')),
  version    INTEGER NOT NULL,
  created_at BIGINT  NOT NULL
);

CREATE TABLE teams (
  id         TEXT    NOT NULL PRIMARY KEY,
  contest_id TEXT    NOT NULL REFERENCES contests (id),
  unit_id    TEXT    REFERENCES units (id),
  name       TEXT    NOT NULL,
  grp        TEXT    NOT NULL,                            -- the enterprise, for the phone's list
  roster     INTEGER NOT NULL,                            -- people on the roster
  position   INTEGER NOT NULL,
  UNIQUE (contest_id, name, grp)
);

CREATE TABLE rounds (
  id         TEXT    NOT NULL PRIMARY KEY,
  contest_id TEXT    NOT NULL REFERENCES contests (id),
  no         INTEGER NOT NULL,
  title      TEXT    NOT NULL,
  format     TEXT    NOT NULL CHECK (format IN ('sync')),
  settings   TEXT    NOT NULL,                            -- JSON quiz.RoundSettings
  UNIQUE (contest_id, no)
);

-- The question as it is played: a later edit in the bank does not change a contest.
CREATE TABLE round_questions (
  round_id    TEXT    NOT NULL REFERENCES rounds (id),
  question_no INTEGER NOT NULL,
  question_id TEXT    NOT NULL,
  version     INTEGER NOT NULL,
  snapshot    TEXT    NOT NULL,                           -- JSON questionbank.Question
  voided      BOOLEAN NOT NULL,
  PRIMARY KEY (round_id, question_no)
);

CREATE TABLE entrants (
  id         TEXT   NOT NULL PRIMARY KEY,
  contest_id TEXT   NOT NULL REFERENCES contests (id),
  team_id    TEXT   NOT NULL REFERENCES teams (id),
  person_id  TEXT,
  name       TEXT   NOT NULL,                             -- as shown; a namesake carries a number
  client_id  TEXT   NOT NULL,                             -- hex SHA-256 of the phone's secret
  created_at BIGINT NOT NULL,
  UNIQUE (contest_id, client_id),
  UNIQUE (team_id, name)
);
CREATE INDEX entrants_contest ON entrants (contest_id);

-- First answer wins: the primary key decides, in every process.
CREATE TABLE answers (
  round_id    TEXT    NOT NULL,
  question_no INTEGER NOT NULL,
  entrant_id  TEXT    NOT NULL,
  client_id   TEXT    NOT NULL,                           -- the client's id of this answer
  choice      TEXT    NOT NULL,                           -- JSON array
  received_at BIGINT  NOT NULL,
  elapsed_ms  INTEGER NOT NULL,                           -- raw
  adjusted_ms INTEGER NOT NULL,                           -- less the measured one-way delay
  correct     BOOLEAN NOT NULL,
  points      INTEGER NOT NULL,
  PRIMARY KEY (round_id, question_no, entrant_id)
);

CREATE TABLE rooms (
  contest_id TEXT   NOT NULL PRIMARY KEY REFERENCES contests (id),
  code       TEXT   NOT NULL UNIQUE,
  seq        BIGINT NOT NULL,
  state      TEXT   NOT NULL,                             -- JSON quiz.State
  holder     TEXT   NOT NULL,                             -- process that conducts
  alive_at   BIGINT NOT NULL,                             -- the holder's last sign of life
  closed     BOOLEAN NOT NULL
);

-- Every step of staff and every point that is not an answer's. Nothing is erased; an undo is an entry of its own.
CREATE TABLE ledger (
  id          TEXT    NOT NULL PRIMARY KEY,
  contest_id  TEXT    NOT NULL REFERENCES contests (id),
  seq         BIGINT  NOT NULL,                           -- the room's version that it made
  command_id  TEXT    NOT NULL,
  at          BIGINT  NOT NULL,
  kind        TEXT    NOT NULL,
  operator_id TEXT    NOT NULL,
  operator    TEXT    NOT NULL,
  round_no    INTEGER NOT NULL,
  question_no INTEGER NOT NULL,
  team_id     TEXT    NOT NULL,
  entrant_id  TEXT    NOT NULL,
  points      INTEGER NOT NULL,
  reason      TEXT    NOT NULL,
  before      TEXT    NOT NULL,                           -- JSON
  after       TEXT    NOT NULL,                           -- JSON
  reverses    TEXT    NOT NULL,                           -- id of the entry that this one takes back, or ''
  UNIQUE (contest_id, command_id)
);
CREATE INDEX ledger_contest ON ledger (contest_id, seq);
