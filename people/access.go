package people

import (
	"context"
	"time"

	"leitai/fault"
	"leitai/sqldb"
)

// Kind says what an access entry is about.
type Kind string

// What staff are given access to.
const (
	OnBank    Kind = "bank"
	OnContest Kind = "contest"
)

// Member is somebody who works on a bank or a contest.
type Member struct {
	Staff
	GrantedBy string
	GrantedAt time.Time
}

// Reach says which banks or contests somebody gets at.
type Reach struct {
	all bool
	ids map[string]bool
}

// Has reports whether a subject is within reach.
func (r Reach) Has(id string) bool { return r.all || r.ids[id] }

// Grant lets somebody work on a subject; by is shown. Granting twice keeps the first entry. An unknown or disabled
// account is the field fault "staff_id" "staff.unknown".
func (s *Store) Grant(ctx context.Context, now time.Time, kind Kind, subjectID, staffID, by string) error {
	n, err := s.db.Exec(ctx, `INSERT INTO access (kind, subject_id, staff_id, granted_by, granted_at)
		SELECT $1, $2, id, $4, $5 FROM staff WHERE id = $3 AND disabled = FALSE
		ON CONFLICT (kind, subject_id, staff_id) DO UPDATE SET granted_by = access.granted_by`,
		kind, subjectID, staffID, by, sqldb.MillisOf(now))
	if err != nil {
		return wrap("grant access", err)
	}
	if n == 0 {
		return fault.Field("staff_id", "staff.unknown")
	}
	return nil
}

// Revoke takes somebody off a subject; who is not on it is no error.
func (s *Store) Revoke(ctx context.Context, kind Kind, subjectID, staffID string) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM access WHERE kind = $1 AND subject_id = $2 AND staff_id = $3`, kind, subjectID, staffID); err != nil {
		return wrap("revoke access", err)
	}
	return nil
}

// MayReach reports whether somebody gets at a subject: admins always do.
func (s *Store) MayReach(ctx context.Context, who Staff, kind Kind, subjectID string) (bool, error) {
	if who.Role == RoleAdmin {
		return true, nil
	}
	var n int
	if err := s.db.Get(ctx, &n, `SELECT COUNT(*) FROM access WHERE kind = $1 AND subject_id = $2 AND staff_id = $3`, kind, subjectID, who.ID); err != nil {
		return false, wrap("find access", err)
	}
	return n > 0, nil
}

// ReachOf gives everything of one kind that somebody gets at.
func (s *Store) ReachOf(ctx context.Context, who Staff, kind Kind) (Reach, error) {
	if who.Role == RoleAdmin {
		return Reach{all: true}, nil
	}
	var ids []string
	if err := s.db.Select(ctx, &ids, `SELECT subject_id FROM access WHERE kind = $1 AND staff_id = $2`, kind, who.ID); err != nil {
		return Reach{}, wrap("list access", err)
	}
	r := Reach{ids: make(map[string]bool, len(ids))}
	for _, id := range ids {
		r.ids[id] = true
	}
	return r, nil
}

// ListMembers gives the people of a subject by name.
func (s *Store) ListMembers(ctx context.Context, kind Kind, subjectID string) ([]Member, error) {
	var rows []struct {
		staffRow
		GrantedBy string       `db:"granted_by"`
		GrantedAt sqldb.Millis `db:"granted_at"`
	}
	err := s.db.Select(ctx, &rows, `SELECT `+staffColumns+`, granted_by, granted_at FROM access JOIN staff ON staff.id = staff_id
		WHERE kind = $1 AND subject_id = $2 ORDER BY granted_at, staff.id`, kind, subjectID)
	if err != nil {
		return nil, wrap("list members", err)
	}
	out := make([]Member, len(rows))
	for i, r := range rows {
		out[i] = Member{r.staff(), r.GrantedBy, r.GrantedAt.Time()}
	}
	return out, nil
}

// RevokeAll takes everybody off a subject that is gone.
func (s *Store) RevokeAll(ctx context.Context, kind Kind, subjectID string) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM access WHERE kind = $1 AND subject_id = $2`, kind, subjectID); err != nil {
		return wrap("revoke access", err)
	}
	return nil
}
