-- +goose Up
-- Pictures, audio and video of questions. The id is the hex SHA-256 of the bytes: the same picture is stored once, and
-- what an id stands for never changes.
CREATE TABLE media (
  id         TEXT    NOT NULL PRIMARY KEY,
  kind       TEXT    NOT NULL CHECK (kind IN ('image', 'audio', 'video')),
  type       TEXT    NOT NULL,                            -- media type, found in the content
  size       BIGINT  NOT NULL,                            -- bytes
  width      INTEGER NOT NULL,                            -- px of an image, else 0
  height     INTEGER NOT NULL,
  created_at BIGINT  NOT NULL,
  used_at    BIGINT  NOT NULL,                            -- last uploaded or saved with a question: sweeping begins a day later
  staff_id   TEXT    NOT NULL                             -- who uploaded it first, or ''
);

-- The bytes, in pieces that fit into memory many times over. They are written before the row in media, in transactions
-- of their own, so that a large video does not hold the one writer while a hall answers; hence no reference.
-- BYTEA is Postgres's name; in SQLite a column takes blobs under any name.
CREATE TABLE media_chunks (
  media_id TEXT    NOT NULL,
  no       INTEGER NOT NULL,                              -- from 0
  data     BYTEA   NOT NULL,
  PRIMARY KEY (media_id, no)
);

ALTER TABLE questions ADD COLUMN media TEXT NOT NULL DEFAULT '[]'; -- JSON array of questionbank.Media
