package people

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"
	"github.com/pquerna/otp"
	"github.com/pquerna/otp/hotp"

	"leitai/fault"
	"leitai/sqldb"
)

// The second step is RFC 6238 as every authenticator app has it: SHA-1, six digits, 30 seconds.
const (
	totpStep   = 30 // seconds
	totpDigits = otp.DigitsSix
	totpDrift  = 1  // steps by which a phone's clock may be off
	totpBytes  = 20 // of the secret, as RFC 4226 recommends
	totpIssuer = "Leitai"

	recoveryCodes = 10
)

// Enrolment is a second step that is set up but not confirmed yet. It is shown once.
type Enrolment struct {
	Secret string // base32, for who types it
	URI    string // otpauth://…, for the QR code
}

// StartTwoStep makes a new secret for an account after its password was proven again, and forgets one that was not
// confirmed. The faults: field "password" "password.wrong", or conflict "totp.on".
func (s *Store) StartTwoStep(ctx context.Context, staffID, password string) (Enrolment, error) {
	row, err := s.prove(ctx, staffID, "password", password)
	if err != nil {
		return Enrolment{}, err
	}
	b := make([]byte, totpBytes)
	_, _ = rand.Read(b) // never fails
	secret := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(b)
	n, err := s.db.Exec(ctx, `UPDATE staff SET totp_pending = $2 WHERE id = $1 AND totp_secret = ''`, row.ID, secret)
	if err != nil {
		return Enrolment{}, wrap("start two-step", err)
	}
	if n == 0 {
		return Enrolment{}, fault.New(fault.Conflict, "totp.on")
	}
	// Everything else is what apps take for granted; a short text makes a QR code that is easy to scan.
	uri := "otpauth://totp/" + totpIssuer + ":" + url.PathEscape(row.Username) + "?secret=" + secret + "&issuer=" + totpIssuer
	return Enrolment{Secret: secret, URI: uri}, nil
}

// ConfirmTwoStep turns the second step on with a code of the new secret, which nobody can read afterwards, and returns
// the recovery codes, of which only hashes are kept. The faults: field "code" "totp.code_wrong", or conflict
// "totp.not_started".
func (s *Store) ConfirmTwoStep(ctx context.Context, now time.Time, staffID, code string) (recovery []string, err error) {
	var pending string
	if err := s.db.Get(ctx, &pending, `SELECT totp_pending FROM staff WHERE id = $1`, staffID); err != nil {
		return nil, wrap("confirm two-step", err)
	}
	if pending == "" {
		return nil, fault.New(fault.Conflict, "totp.not_started")
	}
	step := stepOf(now, pending, code)
	if step == 0 {
		return nil, fault.Field("code", "totp.code_wrong")
	}
	recovery = make([]string, recoveryCodes)
	for i := range recovery {
		p := randomPassword()
		recovery[i] = p[:4] + "-" + p[4:8] + "-" + p[8:12] + "-" + p[12:]
	}
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		on, err := tx.ExecContext(ctx, `UPDATE staff SET totp_secret = totp_pending, totp_pending = '', totp_used = $3
			WHERE id = $1 AND totp_pending = $2 AND totp_secret = ''`, staffID, pending, step)
		if err != nil {
			return err
		}
		if n, err := on.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return fault.New(fault.Conflict, "totp.not_started")
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM staff_recovery WHERE staff_id = $1`, staffID); err != nil {
			return err
		}
		for _, r := range recovery {
			if _, err := tx.ExecContext(ctx, `INSERT INTO staff_recovery (staff_id, code_hash) VALUES ($1, $2)`, staffID, hashToken(plain(r))); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, wrap("confirm two-step", err)
	}
	return recovery, nil
}

// StopTwoStep turns one's own second step off after the password was proven again: field "password" "password.wrong".
func (s *Store) StopTwoStep(ctx context.Context, staffID, password string) error {
	if _, err := s.prove(ctx, staffID, "password", password); err != nil {
		return err
	}
	return s.DropTwoStep(ctx, staffID)
}

// DropTwoStep turns the second step of an account off: for who has lost phone and recovery codes.
func (s *Store) DropTwoStep(ctx context.Context, staffID string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE staff SET totp_secret = '', totp_pending = '' WHERE id = $1`, staffID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM staff_recovery WHERE staff_id = $1`, staffID)
		return err
	})
	if err != nil {
		return wrap("turn two-step off", err)
	}
	return nil
}

// RecoveryLeft is how many recovery codes an account has not used.
func (s *Store) RecoveryLeft(ctx context.Context, staffID string) (n int, err error) {
	if err := s.db.Get(ctx, &n, `SELECT COUNT(*) FROM staff_recovery WHERE staff_id = $1`, staffID); err != nil {
		return 0, wrap("count recovery codes", err)
	}
	return n, nil
}

// prove demands the account's own password once more; field names it in the fault.
func (s *Store) prove(ctx context.Context, staffID, field, password string) (staffRow, error) {
	var row staffRow
	err := s.db.Get(ctx, &row, `SELECT `+staffColumns+` FROM staff WHERE id = $1`, staffID)
	if errors.Is(err, sqldb.ErrNoRow) {
		return row, fault.New(fault.Unauthorized, "session.missing")
	}
	if err != nil {
		return row, wrap("find staff", err)
	}
	right, err := checkPassword(ctx, row.PasswordHash, password)
	if err != nil {
		return row, wrap("check password", err)
	}
	if !right {
		return row, fault.Field(field, "password.wrong")
	}
	return row, nil
}

// useCode takes a code of the app or a recovery code, each once: a used time step and all before it are refused, and a
// recovery code is deleted.
func useCode(ctx context.Context, tx *sqlx.Tx, now time.Time, staffID, secret, code string) error {
	wrong := fault.New(fault.Unauthorized, "session.code_wrong")
	used := func(query string, args ...any) error {
		result, err := tx.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n == 1 {
			return err
		}
		return wrong
	}
	code = plain(code)
	if len(code) != totpDigits.Length() {
		return used(`DELETE FROM staff_recovery WHERE staff_id = $1 AND code_hash = $2`, staffID, hashToken(code))
	}
	step := stepOf(now, secret, code)
	if step == 0 {
		return wrong
	}
	return used(`UPDATE staff SET totp_used = $2 WHERE id = $1 AND totp_used < $2`, staffID, step)
}

// stepOf gives the time step that a code belongs to, or 0.
func stepOf(now time.Time, secret, code string) int64 {
	at := now.Unix() / totpStep
	for step := at - totpDrift; step <= at+totpDrift; step++ {
		ok, err := hotp.ValidateCustom(plain(code), uint64(step), secret, hotp.ValidateOpts{Digits: totpDigits, Algorithm: otp.AlgorithmSHA1})
		if err == nil && ok {
			return step
		}
	}
	return 0
}

// plain drops what people put between groups.
func plain(code string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "-", "", "\u3000", "").Replace(code))
}
