package people

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// LinkKind says what a link is for.
type LinkKind string

// An invitation makes an account; a reset gives one a new password.
const (
	Invitation LinkKind = "invitation"
	Reset      LinkKind = "reset"
)

// LinkFor is how long a link is good, unless it is used or withdrawn before.
const LinkFor = 7 * 24 * time.Hour

// Link is a one-time link. Its token is known to who has the link only; the hash is stored.
type Link struct {
	ID        string
	Kind      LinkKind
	StaffID   string // of a reset
	Name      string
	Username  string // of an invitation "" leaves it to who accepts
	Role      Role
	MadeBy    string
	CreatedAt time.Time
	ExpiresAt time.Time
}

type linkRow struct {
	ID        string       `db:"id"`
	Kind      LinkKind     `db:"kind"`
	StaffID   *string      `db:"staff_id"`
	Name      string       `db:"name"`
	Username  string       `db:"username"`
	Role      Role         `db:"role"`
	MadeBy    string       `db:"made_by"`
	CreatedAt sqldb.Millis `db:"created_at"`
	ExpiresAt sqldb.Millis `db:"expires_at"`
}

const linkColumns = `id, kind, staff_id, name, username, role, made_by, created_at, expires_at`

func (r linkRow) link() Link {
	l := Link{r.ID, r.Kind, "", r.Name, r.Username, r.Role, r.MadeBy, r.CreatedAt.Time(), r.ExpiresAt.Time()}
	if r.StaffID != nil {
		l.StaffID = *r.StaffID
	}
	return l
}

// Invite makes an invitation and returns its token, which is told this once. The faults name the fields "name",
// "role" and "username" ("username.taken" when an account or another invitation has it).
func (s *Store) Invite(ctx context.Context, now time.Time, name, username string, role Role, by string) (Link, string, error) {
	if err := CheckStaffName(name); err != nil {
		return Link{}, "", err
	}
	if !role.Valid() {
		return Link{}, "", fault.Field("role", "value.choice")
	}
	if strings.TrimSpace(username) != "" {
		var err error
		if username, err = CheckUsername(username); err != nil {
			return Link{}, "", err
		}
		var taken int
		if err := s.db.Get(ctx, &taken, `SELECT (SELECT COUNT(*) FROM staff WHERE username = $1) +
			(SELECT COUNT(*) FROM staff_links WHERE kind = 'invitation' AND username = $1 AND expires_at > $2)`, username, sqldb.MillisOf(now)); err != nil {
			return Link{}, "", wrap("invite", err)
		}
		if taken > 0 {
			return Link{}, "", fault.Field("username", "username.taken")
		}
	} else {
		username = ""
	}
	return s.makeLink(ctx, now, linkRow{Kind: Invitation, Name: strings.TrimSpace(name), Username: username, Role: role, MadeBy: by})
}

// StartReset makes a link by which an account gets a new password, and returns its token, which is told this once.
// Earlier reset links of the account end; its password stays good until the link is used.
func (s *Store) StartReset(ctx context.Context, now time.Time, staffID, by string) (Link, string, error) {
	staff, err := s.FindStaff(ctx, staffID)
	if err != nil {
		return Link{}, "", err
	}
	if staff.Disabled {
		return Link{}, "", fault.New(fault.Conflict, "staff.disabled")
	}
	return s.makeLink(ctx, now, linkRow{Kind: Reset, StaffID: &staff.ID, Name: staff.Name, Username: staff.Username, Role: staff.Role, MadeBy: by})
}

func (s *Store) makeLink(ctx context.Context, now time.Time, r linkRow) (Link, string, error) {
	token := newToken()
	r.ID, r.CreatedAt, r.ExpiresAt = newID(), sqldb.MillisOf(now), sqldb.MillisOf(now.Add(LinkFor))
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_links WHERE expires_at <= $1 OR staff_id = $2`, sqldb.MillisOf(now), r.StaffID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO staff_links (`+linkColumns+`, token_hash) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
			r.ID, r.Kind, r.StaffID, r.Name, r.Username, r.Role, r.MadeBy, r.CreatedAt, r.ExpiresAt, hashToken(token))
		return err
	})
	if err != nil {
		return Link{}, "", wrap("make link", err)
	}
	return r.link(), token, nil
}

// ListInvitations gives the invitations that can still be accepted, newest first.
func (s *Store) ListInvitations(ctx context.Context, now time.Time) ([]Link, error) {
	var rows []linkRow
	if err := s.db.Select(ctx, &rows, `SELECT `+linkColumns+` FROM staff_links WHERE kind = 'invitation' AND expires_at > $1
		ORDER BY created_at DESC, id DESC`, sqldb.MillisOf(now)); err != nil {
		return nil, wrap("list invitations", err)
	}
	out := make([]Link, len(rows))
	for i, r := range rows {
		out[i] = r.link()
	}
	return out, nil
}

// Withdraw ends an invitation and gives it as it was; one that is not there is not_found "link.gone".
func (s *Store) Withdraw(ctx context.Context, id string) (Link, error) {
	var l Link
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		var row linkRow
		err := tx.GetContext(ctx, &row, `DELETE FROM staff_links WHERE id = $1 AND kind = 'invitation' RETURNING `+linkColumns, id)
		if errors.Is(err, sqldb.ErrNoRow) {
			return fault.New(fault.NotFound, "link.gone")
		}
		l = row.link()
		return err
	})
	if err != nil {
		return Link{}, wrap("withdraw", err)
	}
	return l, nil
}

// FindLink gives the link of a token; one that is unknown, used, withdrawn or too old is not_found "link.gone".
func (s *Store) FindLink(ctx context.Context, now time.Time, token string) (Link, error) {
	var row linkRow
	err := s.db.Get(ctx, &row, `SELECT `+linkColumns+` FROM staff_links WHERE token_hash = $1 AND expires_at > $2`, hashToken(token), sqldb.MillisOf(now))
	if errors.Is(err, sqldb.ErrNoRow) {
		return Link{}, fault.New(fault.NotFound, "link.gone")
	}
	if err != nil {
		return Link{}, wrap("find link", err)
	}
	return row.link(), nil
}

// UseLink makes the invited account with this user name (the invitation's own when it has one), or sets the password
// of the account that a reset is for and ends its sessions. A link is used once. The faults: not_found "link.gone",
// and the fields "username" ("username.taken" and others) and "password".
func (s *Store) UseLink(ctx context.Context, now time.Time, token, username, password string) (Staff, LinkKind, error) {
	link, err := s.FindLink(ctx, now, token)
	if err != nil {
		return Staff{}, "", err
	}
	if link.Username != "" {
		username = link.Username
	}
	if link.Kind == Invitation {
		if username, err = CheckUsername(username); err != nil {
			return Staff{}, "", err
		}
	}
	if err := validatePassword("password", password); err != nil {
		return Staff{}, "", err
	}
	if strings.EqualFold(password, username) {
		return Staff{}, "", fault.Field("password", "password.name")
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return Staff{}, "", wrap("use link", err)
	}
	staff := Staff{ID: newID(), Username: username, Name: link.Name, Role: link.Role}
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		gone := fault.New(fault.NotFound, "link.gone")
		affected := func(query string, args ...any) (int64, error) {
			result, err := tx.ExecContext(ctx, query, args...)
			if err != nil {
				return 0, err
			}
			return result.RowsAffected()
		}
		// Who deletes the row has the link; of two at the same time one does.
		if n, err := affected(`DELETE FROM staff_links WHERE id = $1`, link.ID); err != nil {
			return err
		} else if n == 0 {
			return gone
		}
		if link.Kind == Invitation {
			n, err := affected(`INSERT INTO staff (id, username, name, role, password_hash, must_change_password, created_at)
				VALUES ($1, $2, $3, $4, $5, FALSE, $6) ON CONFLICT DO NOTHING`,
				staff.ID, staff.Username, staff.Name, staff.Role, hash, sqldb.MillisOf(now))
			if err == nil && n == 0 {
				err = fault.Field("username", "username.taken")
			}
			return err
		}
		n, err := affected(`UPDATE staff SET password_hash = $2, must_change_password = FALSE WHERE id = $1 AND disabled = FALSE`, link.StaffID, hash)
		if err != nil {
			return err
		}
		if n == 0 {
			return gone
		}
		_, err = affected(`DELETE FROM staff_sessions WHERE staff_id = $1`, link.StaffID)
		return err
	})
	if err != nil {
		return Staff{}, "", wrap("use link", err)
	}
	if link.Kind == Reset {
		staff, err = s.FindStaff(ctx, link.StaffID)
	}
	return staff, link.Kind, err
}
