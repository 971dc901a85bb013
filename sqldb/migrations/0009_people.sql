-- +goose Up
-- Units and people: other names of units, captains, personal links, search, and the import of rosters (花名册).

-- Another name under which rosters know a unit (别名).
CREATE TABLE unit_aliases (
  unit_id   TEXT NOT NULL REFERENCES units (id) ON DELETE CASCADE,
  alias     TEXT NOT NULL,                                 -- as it was written
  alias_key TEXT NOT NULL,                                 -- as it is compared: people.UnitKey
  PRIMARY KEY (unit_id, alias_key)
);

-- Who looks after a unit's part in contests (领队).
CREATE TABLE unit_captains (
  unit_id   TEXT NOT NULL REFERENCES units (id) ON DELETE CASCADE,
  person_id TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
  PRIMARY KEY (unit_id, person_id)
);
CREATE INDEX unit_captains_person ON unit_captains (person_id);

ALTER TABLE people ADD COLUMN search    TEXT   NOT NULL DEFAULT '';     -- name, phone and 工号: NFKC, lower case
ALTER TABLE people ADD COLUMN link_hash TEXT   NOT NULL DEFAULT '';     -- hex SHA-256 of the personal link's token; '' without one
ALTER TABLE people ADD COLUMN erased_at BIGINT NOT NULL DEFAULT 0;      -- since when nothing is known of them; 0 is not erased
UPDATE people SET search = lower(name) || ' ' || phone || ' ' || lower(employee_no);
CREATE UNIQUE INDEX people_link ON people (link_hash) WHERE link_hash <> '';
CREATE INDEX people_name_key ON people (name_key);
CREATE INDEX people_left ON people (left_at) WHERE left_at > 0;
CREATE INDEX people_unit_id ON people (unit_id, id);

-- A roster file and what was made of it.
CREATE TABLE roster_imports (
  id         TEXT    NOT NULL PRIMARY KEY,
  file_name  TEXT    NOT NULL,
  format     TEXT    NOT NULL CHECK (format IN ('xlsx', 'csv')),
  staff_id   TEXT    NOT NULL,
  staff_name TEXT    NOT NULL,
  created_at BIGINT  NOT NULL,
  state      TEXT    NOT NULL CHECK (state IN ('preview', 'storing', 'stored', 'undoing', 'undone')),
  alive_at   BIGINT  NOT NULL,                             -- the last sign of life while storing or undoing
  done       INTEGER NOT NULL DEFAULT 0,                   -- rows stored or undone so far
  stored_at  BIGINT  NOT NULL DEFAULT 0,
  options    TEXT    NOT NULL,                             -- JSON people.RosterOptions
  notes      TEXT    NOT NULL,                             -- JSON: what is to be said of the whole file
  counts     TEXT    NOT NULL,                             -- JSON people.RosterCounts
  asks       TEXT    NOT NULL                              -- JSON []people.RosterAsk: names that no unit has
);
CREATE INDEX roster_imports_created ON roster_imports (created_at);

CREATE TABLE roster_rows (
  import_id TEXT    NOT NULL REFERENCES roster_imports (id) ON DELETE CASCADE,
  no        INTEGER NOT NULL,                              -- from 1
  data      TEXT    NOT NULL,                              -- JSON roster.Row, as read
  status    TEXT    NOT NULL CHECK (status IN ('ok', 'warning', 'error')),
  action    TEXT    NOT NULL CHECK (action IN ('add', 'change', 'move', 'same', 'skip', 'ask', 'error')),
  notes     TEXT    NOT NULL,                              -- JSON []roster.Note
  person_id TEXT    NOT NULL,                              -- who it is about; '' somebody new
  PRIMARY KEY (import_id, no)
);
CREATE INDEX roster_rows_person ON roster_rows (person_id) WHERE person_id <> '';

-- What staff said about names that no unit has.
CREATE TABLE roster_choices (
  import_id TEXT    NOT NULL REFERENCES roster_imports (id) ON DELETE CASCADE,
  unit      TEXT    NOT NULL,                              -- keys of the names in the file
  branch    TEXT    NOT NULL,                              -- '' is about the unit itself
  choice    TEXT    NOT NULL,                              -- JSON people.RosterChoice
  PRIMARY KEY (import_id, unit, branch)
);

-- Each thing that an import did, so that it can be undone.
CREATE TABLE roster_changes (
  import_id TEXT    NOT NULL REFERENCES roster_imports (id) ON DELETE CASCADE,
  kind      TEXT    NOT NULL CHECK (kind IN ('add', 'change', 'remove', 'unit', 'alias')),
  subject   TEXT    NOT NULL,                              -- of a person or unit
  before    TEXT    NOT NULL,                              -- JSON, '' where there was nothing
  after     TEXT    NOT NULL,
  undone    BOOLEAN NOT NULL DEFAULT FALSE,
  PRIMARY KEY (import_id, kind, subject)
);
CREATE INDEX roster_changes_subject ON roster_changes (subject);
