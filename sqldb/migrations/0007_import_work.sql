-- +goose Up
-- What is being done with an import: 'reading', 'storing', 'showing', 'hiding', 'removing', or '' when nothing is. Long
-- work is done in small transactions; what a crash interrupted is finished or taken back at the next start.
ALTER TABLE imports ADD COLUMN work TEXT NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN worked_at BIGINT NOT NULL DEFAULT 0; -- the last sign of life of who does it
