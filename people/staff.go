// Package people keeps units and their members, and the staff accounts with their sessions.
package people

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// Role says what a member of staff may do.
type Role string

// The roles: an admin may do everything, an organizer conducts contests, a judge rules on answers, a viewer looks.
const (
	RoleAdmin     Role = "admin"
	RoleOrganizer Role = "organizer"
	RoleJudge     Role = "judge"
	RoleViewer    Role = "viewer"
)

// Staff is an account of somebody who runs contests.
type Staff struct {
	ID                 string
	Username           string // lower case
	Name               string
	Role               Role
	MustChangePassword bool // the password was made by the program and shown in a log
	Disabled           bool // cannot sign in
	TwoStep            bool // a code of an app is asked for besides the password
}

// Attempt is somebody's try to sign in.
type Attempt struct {
	Username, Password string
	Code               string // of the second step, "" when it was not asked for yet
	Origin             Origin
}

// Origin is where a session was opened from, for its owner to recognise it by.
type Origin struct {
	Address string
	Browser string // User-Agent; what is past 200 characters is cut
}

const (
	firstUsername = "admin"
	firstName     = "管理员"

	sessionFor = 12 * time.Hour // from sign-in, whether it is used or not
	tokenBytes = 32
)

// Store keeps people in the system of record. All methods are safe for concurrent use.
type Store struct{ db *sqldb.DB }

// NewStore returns a store over db.
func NewStore(db *sqldb.DB) *Store { return &Store{db: db} }

// wrap gives database trouble its code, so that callers can tell "try again" from a fault of the program.
func wrap(doing string, err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if sqldb.IsUnavailable(err) {
		return fault.Wrap(fault.Unavailable, "storage.unavailable", fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// staffRow is a row of the table staff.
type staffRow struct {
	ID                 string `db:"id"`
	Username           string `db:"username"`
	Name               string `db:"name"`
	Role               Role   `db:"role"`
	MustChangePassword bool   `db:"must_change_password"`
	Disabled           bool   `db:"disabled"`
	TOTPSecret         string `db:"totp_secret"`
	PasswordHash       string `db:"password_hash"`
}

// staffColumns are staffRow's.
const staffColumns = `staff.id, username, name, role, must_change_password, disabled, totp_secret, password_hash`

func (r staffRow) staff() Staff {
	return Staff{ID: r.ID, Username: r.Username, Name: r.Name, Role: r.Role, MustChangePassword: r.MustChangePassword,
		Disabled: r.Disabled, TwoStep: r.TOTPSecret != ""}
}

// EnsureFirst makes the account "admin" when there is no staff at all, and tells its password; created is false when
// there was staff already, and then nothing is told. An empty password becomes 16 random readable characters, which
// must be changed after the first sign-in; a given one has at least 10 characters. Of several processes that start
// together one creates.
func (s *Store) EnsureFirst(ctx context.Context, now time.Time, password string) (username, pw string, created bool, err error) {
	random := password == ""
	if random {
		password = randomPassword()
	} else if err := validatePassword("password", password); err != nil {
		return "", "", false, err
	}
	var staff int
	if err := s.db.Get(ctx, &staff, `SELECT COUNT(*) FROM staff`); err != nil {
		return "", "", false, wrap("count staff", err)
	}
	if staff > 0 {
		return "", "", false, nil
	}
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return "", "", false, wrap("create first account", err)
	}
	affected, err := s.db.Exec(ctx, `
		INSERT INTO staff (id, username, name, role, password_hash, must_change_password, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
		newID(), firstUsername, firstName, RoleAdmin, hash, random, sqldb.MillisOf(now))
	if err != nil {
		return "", "", false, wrap("create first account", err)
	}
	if affected == 0 { // another process was faster
		return "", "", false, nil
	}
	return firstUsername, password, true, nil
}

// SignIn opens a session of 12 hours and returns its token, of which only the hash is stored. A wrong user name, a
// wrong password and a disabled account are the same fault, "session.wrong", and take the same time. With the right
// password an account with a second step is the fault "session.code" without a code, and "session.code_wrong" with a
// code that is wrong, too old or was used before.
func (s *Store) SignIn(ctx context.Context, now time.Time, a Attempt) (token string, staff Staff, err error) {
	row, err := s.findByUsername(ctx, a.Username)
	known := err == nil
	switch {
	case errors.Is(err, sqldb.ErrNoRow):
		row.PasswordHash = nobody()
	case err != nil:
		return "", Staff{}, wrap("find staff", err)
	}
	right, err := checkPassword(ctx, row.PasswordHash, a.Password)
	if err != nil {
		return "", Staff{}, wrap("check password", err)
	}
	if !right || !known || row.Disabled {
		return "", Staff{}, fault.New(fault.Unauthorized, "session.wrong")
	}
	if row.TOTPSecret != "" && strings.TrimSpace(a.Code) == "" {
		return "", Staff{}, fault.New(fault.Unauthorized, "session.code")
	}

	token = newToken()
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		// The account may have been changed since it was read. Holding the row makes a change wait for this session,
		// which it then ends, or this session wait for the change.
		held, err := tx.ExecContext(ctx, `UPDATE staff SET signed_in_at = $4
			WHERE id = $1 AND password_hash = $2 AND totp_secret = $3 AND disabled = FALSE`,
			row.ID, row.PasswordHash, row.TOTPSecret, sqldb.MillisOf(now))
		if err != nil {
			return err
		}
		if n, err := held.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return fault.New(fault.Unauthorized, "session.wrong")
		}
		if row.TOTPSecret != "" {
			if err := useCode(ctx, tx, now, row.ID, row.TOTPSecret, a.Code); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_sessions WHERE staff_id = $1 AND expires_at <= $2`, row.ID, sqldb.MillisOf(now)); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO staff_sessions (token_hash, staff_id, created_at, expires_at, address, browser)
			VALUES ($1, $2, $3, $4, $5, $6)`, hashToken(token), row.ID, sqldb.MillisOf(now), sqldb.MillisOf(now.Add(sessionFor)),
			cut(a.Origin.Address, maxOrigin), cut(a.Origin.Browser, maxOrigin))
		return err
	})
	if err != nil {
		return "", Staff{}, wrap("open session", err)
	}
	return token, row.staff(), nil
}

// maxOrigin is what is kept of an address and of a User-Agent, in characters.
const maxOrigin = 200

// cut shortens a text and drops what databases do not store.
func cut(s string, most int) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	if r := []rune(s); len(r) > most {
		s = string(r[:most])
	}
	return s
}

// newToken makes a secret of 256 random bits that fits cookies and addresses.
func newToken() string {
	b := make([]byte, tokenBytes)
	_, _ = rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

func (s *Store) findByUsername(ctx context.Context, username string) (row staffRow, err error) {
	err = s.db.Get(ctx, &row, `
		SELECT `+staffColumns+` FROM staff WHERE username = $1`, fold(username))
	return row, err
}

// fold makes one spelling of a user name: people type capitals and spaces that nobody sees.
func fold(username string) string { return strings.ToLower(strings.TrimSpace(username)) }

// hashToken returns what is stored of a token. It is random and long, so a plain hash is enough.
func hashToken(token string) string {
	h := sha256.Sum256([]byte(token))
	return hex.EncodeToString(h[:])
}

// FindSession returns whose session the token is; an unknown, ended or expired one is the fault "session.missing".
func (s *Store) FindSession(ctx context.Context, now time.Time, token string) (Staff, error) {
	missing := fault.New(fault.Unauthorized, "session.missing")
	if token == "" {
		return Staff{}, missing
	}
	var row staffRow
	err := s.db.Get(ctx, &row, `
		SELECT `+staffColumns+`
		FROM staff_sessions JOIN staff ON staff.id = staff_id
		WHERE token_hash = $1 AND expires_at > $2 AND disabled = FALSE`, hashToken(token), sqldb.MillisOf(now))
	if errors.Is(err, sqldb.ErrNoRow) {
		return Staff{}, missing
	}
	if err != nil {
		return Staff{}, wrap("find session", err)
	}
	return row.staff(), nil
}

// SignOut ends a session; one that is not there is no error.
func (s *Store) SignOut(ctx context.Context, token string) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM staff_sessions WHERE token_hash = $1`, hashToken(token)); err != nil {
		return wrap("end session", err)
	}
	return nil
}

// ChangePassword sets a new password of 10 to 256 characters, ends all of the person's sessions but the one of
// keepToken, and returns the account, which need not change its password any more. The faults name the field: "new"
// is "password.short" or "password.long", "current" is "password.wrong".
func (s *Store) ChangePassword(ctx context.Context, now time.Time, staffID, current, newPassword, keepToken string) (Staff, error) {
	if err := validatePassword("new", newPassword); err != nil {
		return Staff{}, err
	}
	var row staffRow
	err := s.db.Get(ctx, &row, `SELECT `+staffColumns+` FROM staff WHERE id = $1`, staffID)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Staff{}, fault.New(fault.Unauthorized, "session.missing")
	}
	if err != nil {
		return Staff{}, wrap("find staff", err)
	}
	right, err := checkPassword(ctx, row.PasswordHash, current)
	if err != nil {
		return Staff{}, wrap("check password", err)
	}
	if !right {
		return Staff{}, fault.Field("current", "password.wrong")
	}
	changed, err := s.setPassword(ctx, row, newPassword, false, hashToken(keepToken))
	if err != nil {
		return Staff{}, wrap("change password", err)
	}
	if !changed { // somebody else changed it since it was read
		return Staff{}, fault.Field("current", "password.wrong")
	}
	row.MustChangePassword = false
	return row.staff(), nil
}

// ResetPassword gives an account 16 random readable characters as its password, which must be changed after the next
// sign-in, and ends all of its sessions. It is for who has lost the password and has the server; an unknown user name
// is the fault "staff.missing".
func (s *Store) ResetPassword(ctx context.Context, username string) (password string, err error) {
	password = randomPassword()
	for changed := false; !changed; { // again when somebody changes it at the same time
		row, err := s.findByUsername(ctx, username)
		if errors.Is(err, sqldb.ErrNoRow) {
			return "", fault.New(fault.NotFound, "staff.missing").With("username", fold(username))
		}
		if err != nil {
			return "", wrap("find staff", err)
		}
		if changed, err = s.setPassword(ctx, row, password, true, ""); err != nil {
			return "", wrap("reset password", err)
		}
	}
	return password, nil
}

// setPassword replaces the password that row was read with, and ends reset links and all sessions but one; changed is false when the
// password is another one by now.
func (s *Store) setPassword(ctx context.Context, row staffRow, password string, mustChange bool, keepTokenHash string) (changed bool, err error) {
	hash, err := hashPassword(ctx, password)
	if err != nil {
		return false, err
	}
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		result, err := tx.ExecContext(ctx, `
			UPDATE staff SET password_hash = $3, must_change_password = $4 WHERE id = $1 AND password_hash = $2`,
			row.ID, row.PasswordHash, hash, mustChange)
		if err != nil {
			return err
		}
		n, err := result.RowsAffected()
		if changed = n == 1; err != nil || !changed {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_links WHERE staff_id = $1`, row.ID); err != nil { // nobody needs them now
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM staff_sessions WHERE staff_id = $1 AND token_hash <> $2`, row.ID, keepTokenHash)
		return err
	})
	return changed, err
}
