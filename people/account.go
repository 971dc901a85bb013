package people

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// Valid reports whether this is one of the roles.
func (r Role) Valid() bool {
	return r == RoleAdmin || r == RoleOrganizer || r == RoleJudge || r == RoleViewer
}

// Limits of an account, in characters.
const (
	MaxStaffName = 40
	minUsername  = 2
	maxUsername  = 64
)

// Account is a member of staff as an admin sees it.
type Account struct {
	Staff
	CreatedAt  time.Time
	SignedInAt *time.Time // nil: never
	Sessions   int        // open now
}

// ListStaff gives all accounts whose name or user name has the search text, by user name.
func (s *Store) ListStaff(ctx context.Context, now time.Time, search string) ([]Account, error) {
	var rows []struct {
		staffRow
		CreatedAt  sqldb.Millis  `db:"created_at"`
		SignedInAt *sqldb.Millis `db:"signed_in_at"`
		Sessions   int           `db:"sessions"`
	}
	err := s.db.Select(ctx, &rows, `SELECT `+staffColumns+`, created_at, signed_in_at,
		(SELECT COUNT(*) FROM staff_sessions WHERE staff_id = staff.id AND expires_at > $1) AS sessions
		FROM staff ORDER BY username`, sqldb.MillisOf(now))
	if err != nil {
		return nil, wrap("list staff", err)
	}
	out := []Account{}
	search = fold(search)
	for _, r := range rows {
		if !strings.Contains(r.Username, search) && !strings.Contains(strings.ToLower(r.Name), search) {
			continue
		}
		a := Account{Staff: r.staff(), CreatedAt: r.CreatedAt.Time(), Sessions: r.Sessions}
		if r.SignedInAt != nil {
			at := r.SignedInAt.Time()
			a.SignedInAt = &at
		}
		out = append(out, a)
	}
	return out, nil
}

// FindStaff gives an account, or not_found "staff.unknown".
func (s *Store) FindStaff(ctx context.Context, id string) (Staff, error) {
	var row staffRow
	err := s.db.Get(ctx, &row, `SELECT `+staffColumns+` FROM staff WHERE id = $1`, id)
	return found(row, err)
}

// FindUsername gives the account of a user name, or not_found "staff.unknown".
func (s *Store) FindUsername(ctx context.Context, username string) (Staff, error) {
	row, err := s.findByUsername(ctx, username)
	return found(row, err)
}

func found(row staffRow, err error) (Staff, error) {
	if errors.Is(err, sqldb.ErrNoRow) {
		return Staff{}, fault.New(fault.NotFound, "staff.unknown")
	}
	if err != nil {
		return Staff{}, wrap("find staff", err)
	}
	return row.staff(), nil
}

// StaffChange is what an admin changes of an account; nil leaves as it is.
type StaffChange struct {
	Name     *string
	Role     *Role
	Disabled *bool
}

// UpdateStaff changes an account and gives it as it is afterwards. Disabling ends its sessions at once. The last admin
// who can sign in stays one: conflict "staff.last_admin".
func (s *Store) UpdateStaff(ctx context.Context, id string, change StaffChange) (after Staff, err error) {
	if change.Name != nil {
		if err := CheckStaffName(*change.Name); err != nil {
			return Staff{}, err
		}
	}
	if change.Role != nil && !change.Role.Valid() {
		return Staff{}, fault.Field("role", "value.choice")
	}
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		// Two admins who demote one another at the same time must not both succeed: all admins' rows are held.
		if _, err := tx.ExecContext(ctx, `UPDATE staff SET disabled = disabled WHERE role = 'admin' OR id = $1`, id); err != nil {
			return err
		}
		var row staffRow
		if err := tx.GetContext(ctx, &row, `SELECT `+staffColumns+` FROM staff WHERE id = $1`, id); err != nil {
			if errors.Is(err, sqldb.ErrNoRow) {
				return fault.New(fault.NotFound, "staff.unknown")
			}
			return err
		}
		if change.Name != nil {
			row.Name = strings.TrimSpace(*change.Name)
		}
		if change.Role != nil {
			row.Role = *change.Role
		}
		if change.Disabled != nil {
			row.Disabled = *change.Disabled
		}
		if _, err := tx.ExecContext(ctx, `UPDATE staff SET name = $2, role = $3, disabled = $4 WHERE id = $1`, id, row.Name, row.Role, row.Disabled); err != nil {
			return err
		}
		var admins int
		if err := tx.GetContext(ctx, &admins, `SELECT COUNT(*) FROM staff WHERE role = 'admin' AND disabled = FALSE`); err != nil {
			return err
		}
		if admins == 0 {
			return fault.New(fault.Conflict, "staff.last_admin")
		}
		after = row.staff()
		if !row.Disabled {
			return nil
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_links WHERE staff_id = $1`, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM staff_sessions WHERE staff_id = $1`, id)
		return err
	})
	if err != nil {
		return Staff{}, wrap("update staff", err)
	}
	return after, nil
}

// CheckStaffName returns a field fault of a name that is empty, too long, or has characters that nobody sees: with them it
// could look like somebody else's in the audit log and in ledgers.
func CheckStaffName(name string) error {
	switch n := utf8.RuneCountInString(strings.TrimSpace(name)); {
	case n == 0:
		return fault.Field("name", "value.required")
	case n > MaxStaffName:
		return fault.Field("name", "value.long")
	}
	for _, r := range strings.TrimSpace(name) {
		if unicode.In(r, unicode.C, unicode.Zl, unicode.Zp, unicode.Other_Default_Ignorable_Code_Point) || r == utf8.RuneError {
			return fault.Field("name", "name.unseen")
		}
	}
	return nil
}

// CheckUsername gives a user name as it is stored, or a field fault: 2 to 64 letters, digits and . _ - @.
func CheckUsername(username string) (string, error) {
	username = fold(username)
	switch n := utf8.RuneCountInString(username); {
	case n < minUsername:
		return "", fault.Field("username", "username.short")
	case n > maxUsername:
		return "", fault.Field("username", "value.long")
	}
	for _, r := range username {
		if !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("._-@", r) {
			return "", fault.Field("username", "username.characters")
		}
	}
	return username, nil
}

// Session is an open session as its owner sees it.
type Session struct {
	ID        string // names it; it is no secret and opens nothing
	CreatedAt time.Time
	ExpiresAt time.Time
	Origin    Origin
	Current   bool // the one that asks
}

// sessionID is a session's name: the beginning of its token's hash, from which the token cannot be had.
const sessionID = `substr(token_hash, 1, 16)`

// ListSessions gives somebody's open sessions, newest first; token is the one that asks.
func (s *Store) ListSessions(ctx context.Context, now time.Time, staffID, token string) ([]Session, error) {
	var rows []struct {
		ID        string       `db:"id"`
		Hash      string       `db:"token_hash"`
		CreatedAt sqldb.Millis `db:"created_at"`
		ExpiresAt sqldb.Millis `db:"expires_at"`
		Address   string       `db:"address"`
		Browser   string       `db:"browser"`
	}
	err := s.db.Select(ctx, &rows, `SELECT `+sessionID+` AS id, token_hash, created_at, expires_at, address, browser FROM staff_sessions
		WHERE staff_id = $1 AND expires_at > $2 ORDER BY created_at DESC, token_hash`, staffID, sqldb.MillisOf(now))
	if err != nil {
		return nil, wrap("list sessions", err)
	}
	out := make([]Session, len(rows))
	for i, r := range rows {
		out[i] = Session{r.ID, r.CreatedAt.Time(), r.ExpiresAt.Time(), Origin{r.Address, r.Browser}, r.Hash == hashToken(token)}
	}
	return out, nil
}

// EndSession ends one of somebody's sessions by its id; one that is not there is not_found "session.gone".
func (s *Store) EndSession(ctx context.Context, staffID, id string) error {
	n, err := s.db.Exec(ctx, `DELETE FROM staff_sessions WHERE staff_id = $1 AND `+sessionID+` = $2`, staffID, id)
	if err != nil {
		return wrap("end session", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "session.gone")
	}
	return nil
}

// EndSessions ends all of somebody's sessions and tells how many there were.
func (s *Store) EndSessions(ctx context.Context, staffID string) (ended int64, err error) {
	ended, err = s.db.Exec(ctx, `DELETE FROM staff_sessions WHERE staff_id = $1`, staffID)
	if err != nil {
		return 0, wrap("end sessions", err)
	}
	return ended, nil
}
