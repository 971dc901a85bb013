-- +goose Up
ALTER TABLE staff ADD COLUMN disabled     BOOLEAN NOT NULL DEFAULT FALSE;  -- cannot sign in; sessions are ended
ALTER TABLE staff ADD COLUMN signed_in_at BIGINT;                          -- the latest sign-in
ALTER TABLE staff ADD COLUMN totp_secret  TEXT    NOT NULL DEFAULT '';     -- base32, '' without a second step
ALTER TABLE staff ADD COLUMN totp_pending TEXT    NOT NULL DEFAULT '';     -- shown, not yet confirmed by a code
ALTER TABLE staff ADD COLUMN totp_used    BIGINT  NOT NULL DEFAULT 0;      -- the latest time step whose code was used
ALTER TABLE staff_sessions ADD COLUMN address TEXT NOT NULL DEFAULT '';    -- where it was opened from
ALTER TABLE staff_sessions ADD COLUMN browser TEXT NOT NULL DEFAULT '';    -- its User-Agent, cut

-- One-time codes for who has lost the phone. A used one is gone.
CREATE TABLE staff_recovery (
  staff_id  TEXT NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  code_hash TEXT NOT NULL,                                -- hex SHA-256
  PRIMARY KEY (staff_id, code_hash)
);

-- One-time links: an invitation makes an account, a reset gives an account a new password.
CREATE TABLE staff_links (
  id         TEXT   NOT NULL PRIMARY KEY,
  token_hash TEXT   NOT NULL UNIQUE,                      -- hex SHA-256
  kind       TEXT   NOT NULL CHECK (kind IN ('invitation', 'reset')),
  staff_id   TEXT   REFERENCES staff (id) ON DELETE CASCADE, -- of a reset
  name       TEXT   NOT NULL,                             -- of an invitation, as are username and role
  username   TEXT   NOT NULL,                             -- '' leaves the choice to who accepts
  role       TEXT   NOT NULL CHECK (role IN ('admin', 'organizer', 'judge', 'viewer')),
  made_by    TEXT   NOT NULL,                             -- as shown
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX staff_links_staff ON staff_links (staff_id);

-- Who works on a bank or a contest; what they may do there follows from their role. Admins need no entry.
CREATE TABLE access (
  kind       TEXT   NOT NULL CHECK (kind IN ('bank', 'contest')),
  subject_id TEXT   NOT NULL,
  staff_id   TEXT   NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
  granted_by TEXT   NOT NULL,                             -- as shown
  granted_at BIGINT NOT NULL,
  PRIMARY KEY (kind, subject_id, staff_id)
);
CREATE INDEX access_staff ON access (staff_id, kind);

-- Everything that staff change. Entries are never changed; ids grow with time.
CREATE TABLE audit (
  id           TEXT   NOT NULL PRIMARY KEY,
  at           BIGINT NOT NULL,
  staff_id     TEXT   NOT NULL,                           -- '' when nobody was signed in
  staff_name   TEXT   NOT NULL,
  address      TEXT   NOT NULL,
  action       TEXT   NOT NULL,
  subject_kind TEXT   NOT NULL,
  subject_id   TEXT   NOT NULL,
  subject_name TEXT   NOT NULL,                           -- as it was then
  detail       TEXT   NOT NULL,                           -- JSON object without secrets
  search       TEXT   NOT NULL                            -- names and detail, NFKC and lower case
);
CREATE INDEX audit_staff ON audit (staff_id, id);
CREATE INDEX audit_action ON audit (action, id);
CREATE INDEX audit_subject ON audit (subject_kind, subject_id, id);
CREATE INDEX audit_at ON audit (at);
