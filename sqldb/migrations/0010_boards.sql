-- +goose Up
-- Several contests that are ranked together (赛季): a person's points are added over them, each with its weight.
CREATE TABLE seasons (
  id         TEXT   NOT NULL PRIMARY KEY,
  name       TEXT   NOT NULL UNIQUE,
  people     TEXT   NOT NULL CHECK (people IN ('all', 'top', 'off')), -- as paper.Showing
  top_shown   INTEGER NOT NULL,
  mask_names BOOLEAN NOT NULL,
  share_ranks BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE TABLE season_contests (
  season_id  TEXT    NOT NULL REFERENCES seasons (id) ON DELETE CASCADE,
  contest_id TEXT    NOT NULL REFERENCES contests (id),
  weight     INTEGER NOT NULL CHECK (weight BETWEEN 1 AND 1000), -- percent: 100 counts once
  position   INTEGER NOT NULL,
  PRIMARY KEY (season_id, contest_id)
);
CREATE INDEX season_contests_contest ON season_contests (contest_id);

-- All results of one entrant, at each hand-in.
CREATE INDEX paper_results_entrant ON paper_results (contest_id, entrant_id);

-- The groups of boards in Redis, of a contest each ("contest:" + id) or of a season ("season:" + id). A ticket is taken
-- before the reading of what is written, and Redis refuses a lower one than it has seen; written is the last ticket
-- whose writes are all in Redis. When Redis knows of a lower one than that, it has lost something.
CREATE TABLE board_groups (
  id      TEXT   NOT NULL PRIMARY KEY,
  ticket  BIGINT NOT NULL,
  written BIGINT NOT NULL,
  holder  TEXT   NOT NULL,                                -- process that writes, or ''
  until   BIGINT NOT NULL                                 -- how long others leave it to the holder
);
