package people

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"leitai/fault"
	"leitai/people/roster"
	"leitai/sqldb"
)

// playerFor is how long an employee stays signed in on a phone: a preliminary lasts weeks.
const playerFor = 60 * 24 * time.Hour

// NameKey is a name as it is compared: NFKC, lower case, without spaces and without the dots of foreign names.
func NameKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || strings.ContainsRune(".·•・・", r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(name))
}

// SignInPlayer finds a person by number, which is a 手机号 or a 工号, and name, and opens a session for a phone. Whoever is not found,
// is found twice, has left, or gave a wrong PIN gets the same fault, unauthorized "player.unknown".
func (s *Store) SignInPlayer(ctx context.Context, now time.Time, number, name, pin string) (token string, p Person, err error) {
	p, err = s.findPlayer(ctx, number, name, pin)
	if err != nil {
		return "", Person{}, err
	}
	token, err = s.openPlayer(ctx, now, p.ID)
	return token, p, err
}

// openPlayer opens a session for a person.
func (s *Store) openPlayer(ctx context.Context, now time.Time, personID string) (string, error) {
	token := newToken()
	if _, err := s.db.Exec(ctx, `DELETE FROM player_sessions WHERE person_id = $1 AND expires_at <= $2`, personID, sqldb.MillisOf(now)); err != nil {
		return "", wrap("open player session", err)
	}
	_, err := s.db.Exec(ctx, `INSERT INTO player_sessions (token_hash, person_id, created_at, expires_at) VALUES ($1, $2, $3, $4)`,
		hashToken(token), personID, sqldb.MillisOf(now), sqldb.MillisOf(now.Add(playerFor)))
	if err != nil {
		return "", wrap("open player session", err)
	}
	return token, nil
}

// FindPlayer gives the person whose session the token is; an unknown, ended or expired one is the fault "token.wrong".
func (s *Store) FindPlayer(ctx context.Context, now time.Time, token string) (Person, error) {
	wrong := fault.New(fault.Unauthorized, "token.wrong")
	if token == "" || len(token) > 200 {
		return Person{}, wrong
	}
	var row personRow
	err := s.db.Get(ctx, &row, `SELECT `+personColumns+` FROM people WHERE left_at = 0
		AND id = (SELECT person_id FROM player_sessions WHERE token_hash = $1 AND expires_at > $2)`, hashToken(token), sqldb.MillisOf(now))
	if errors.Is(err, sqldb.ErrNoRow) {
		return Person{}, wrong
	}
	if err != nil {
		return Person{}, wrap("find player", err)
	}
	return row.person(), nil
}

// SignOutPlayer ends a phone's session; one that is not there is no error.
func (s *Store) SignOutPlayer(ctx context.Context, token string) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM player_sessions WHERE token_hash = $1`, hashToken(token)); err != nil {
		return wrap("sign out player", err)
	}
	return nil
}

// findPlayer is the one person with this number and name, and with their PIN if they have one. Whenever a PIN was given
// the same work is done, whoever is found: an answer's time tells nothing. Without one no work is needed, since whoever
// has a PIN is refused like who is not found.
func (s *Store) findPlayer(ctx context.Context, number, name, pin string) (Person, error) {
	unknown := fault.New(fault.Unauthorized, "player.unknown")
	phone, no := roster.CleanNumber(number)
	key := NameKey(name)
	var rows []struct {
		personRow
		PINHash string `db:"pin_hash"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT `+personColumns+`, pin_hash FROM people WHERE left_at = 0 AND name_key = $3 AND name_key <> ''
		AND (phone = $1 AND phone <> '' OR employee_no = $2 AND employee_no <> '') ORDER BY id LIMIT 2`, phone, no, key); err != nil {
		return Person{}, wrap("find player", err)
	}
	hash := ""
	if len(rows) == 1 {
		hash = rows[0].PINHash
	}
	pin, given := cleanDigits(pin)
	right := hash == ""
	if given {
		against := hash
		if against == "" {
			against = noPIN()
		}
		same, err := checkPassword(ctx, against, pin)
		if err != nil {
			return Person{}, wrap("check PIN", err)
		}
		right = right || same
	}
	if len(rows) != 1 || !right {
		return Person{}, unknown
	}
	return rows[0].person(), nil
}

const personColumns = `id, unit_id, name, phone, employee_no`

type personRow struct {
	ID         string `db:"id"`
	UnitID     string `db:"unit_id"`
	Name       string `db:"name"`
	Phone      string `db:"phone"`
	EmployeeNo string `db:"employee_no"`
}

func (r personRow) person() Person { return Person(r) }
