-- +goose Up
-- A file is read while its import stands in the list already; its own words come back with an annotated copy.
ALTER TABLE imports ADD COLUMN phase         TEXT    NOT NULL DEFAULT ''; -- '' read, 'reading', 'failed'
ALTER TABLE imports ADD COLUMN fault         TEXT    NOT NULL DEFAULT ''; -- key of what failed
ALTER TABLE imports ADD COLUMN progress      INTEGER NOT NULL DEFAULT 0;  -- rows read so far
ALTER TABLE imports ADD COLUMN progressed_at BIGINT  NOT NULL DEFAULT 0;  -- when the reader was heard of last
ALTER TABLE import_rows ADD COLUMN codes     TEXT    NOT NULL DEFAULT ''; -- ' key.one mend:type.multiple ', for filters

-- The file of an import, in pieces, for some days.
CREATE TABLE import_files (
  import_id TEXT    NOT NULL REFERENCES imports (id) ON DELETE CASCADE,
  no        INTEGER NOT NULL,
  data      BYTEA   NOT NULL,
  kept_at   BIGINT  NOT NULL,
  PRIMARY KEY (import_id, no)
);
CREATE INDEX import_files_kept ON import_files (kept_at);
