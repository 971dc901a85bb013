package people

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"math/big"
	"regexp"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/people/roster"
	"leitai/sqldb"
)

// pinCost is what a PIN costs to hash. A PIN of four to eight digits is guessed from its hash whatever that costs; what
// protects it is the limit on tries. So it is cheap enough for a hall of people who sign in at once, and for a list of a
// thousand that is made in one go (about 3 ms each).
var pinCost = argonCost{memory: 4 * 1024, passes: 1, threads: 1}

// pinDigits is how long a PIN is that the program makes.
const pinDigits = 6

// goodPIN is what people may choose: 4 to 8 digits.
var goodPIN = regexp.MustCompile(`^[0-9]{4,8}$`)

func hashPIN(ctx context.Context, pin string) (string, error) {
	salt := make([]byte, saltLength)
	_, _ = rand.Read(salt) // never fails
	key, err := argon(ctx, pin, salt, pinCost, keyLength)
	if err != nil {
		return "", err
	}
	return phcOf(pinCost, salt, key), nil
}

// noPIN is what a PIN is compared with when there is no such person, or the person has none: it takes the same time and
// never matches.
func noPIN() string { return phcOf(pinCost, make([]byte, saltLength), make([]byte, keyLength)) }

// randomPIN gives six digits, none of those that are tried first.
func randomPIN() string {
	for {
		n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
		if err != nil { // never
			continue
		}
		pin := []byte("000000")
		for i, v := pinDigits-1, n.Int64(); v > 0; i, v = i-1, v/10 {
			pin[i] = byte('0' + v%10)
		}
		same, up := true, true
		for i := 1; i < pinDigits; i++ {
			same = same && pin[i] == pin[0]
			up = up && (pin[i] == pin[i-1]+1 || pin[i] == pin[i-1]-1)
		}
		if !same && !up {
			return string(pin)
		}
	}
}

// SetPIN gives a person on the roster a PIN, or with "" one that the program makes, and ends their sessions: whoever
// signed in before must know it. The faults: field "pin" "person.pin", not_found "person.missing".
func (s *Store) SetPIN(ctx context.Context, personID, pin string) (string, error) {
	if pin == "" {
		pin = randomPIN()
	}
	pin, _ = cleanDigits(pin)
	if !goodPIN.MatchString(pin) {
		return "", fault.Field("pin", "person.pin")
	}
	hash, err := hashPIN(ctx, pin)
	if err != nil {
		return "", wrap("hash PIN", err)
	}
	return pin, s.keepPIN(ctx, personID, hash)
}

// DropPIN takes a person's PIN away; from then on number and name are enough. Their sessions go on. A person who is not
// on the roster is not_found "person.missing".
func (s *Store) DropPIN(ctx context.Context, personID string) error {
	n, err := s.db.Exec(ctx, `UPDATE people SET pin_hash = '' WHERE id = $1 AND left_at = 0`, personID)
	if err != nil {
		return wrap("drop PIN", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "person.missing")
	}
	return nil
}

func (s *Store) keepPIN(ctx context.Context, personID, hash string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		set, err := tx.ExecContext(ctx, `UPDATE people SET pin_hash = $2 WHERE id = $1 AND left_at = 0`, personID, hash)
		if err := one(set, err, fault.New(fault.NotFound, "person.missing")); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM player_sessions WHERE person_id = $1`, personID)
		return err
	})
	if err != nil {
		return wrap("set PIN", err)
	}
	return nil
}

// IssueLink gives a person on the roster a new personal link, of which only a hash is kept, and returns its token. An
// earlier one works no more, and the sessions that it may have opened end. A person who is not on the roster is
// not_found "person.missing".
func (s *Store) IssueLink(ctx context.Context, personID string) (token string, err error) {
	token = newToken()
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		kept, err := keepLink(ctx, tx, personID, token)
		return one(kept, err, fault.New(fault.NotFound, "person.missing"))
	})
	if err != nil {
		return "", wrap("issue link", err)
	}
	return token, nil
}

// keepLink stores a personal link; where there was one already, whoever came in by it has to come in anew. Who is not on the
// roster gets none, and nothing is changed.
func keepLink(ctx context.Context, tx *sqlx.Tx, personID, token string) (sql.Result, error) {
	if _, err := tx.ExecContext(ctx, `DELETE FROM player_sessions WHERE person_id = (SELECT id FROM people WHERE id = $1 AND left_at = 0 AND link_hash <> '')`,
		personID); err != nil {
		return nil, err
	}
	return tx.ExecContext(ctx, `UPDATE people SET link_hash = $2 WHERE id = $1 AND left_at = 0`, personID, hashToken(token))
}

// DropLink ends a person's personal link and the sessions that it may have opened.
func (s *Store) DropLink(ctx context.Context, personID string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `UPDATE people SET link_hash = '' WHERE id = $1`, personID); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM player_sessions WHERE person_id = $1`, personID)
		return err
	})
	if err != nil {
		return wrap("drop link", err)
	}
	return nil
}

// MaxHandout is for how many people a sheet is made at once.
const MaxHandout = 2000

// Handout is what a unit gives to one of its people.
type Handout struct {
	Entry
	Secret string // the PIN, or the token of the personal link; shown once
}

// HandOutPINs makes PINs for the people of a unit and, with below, of the units under it; with missing only for who has
// none. They are told once, for a sheet that the unit hands out. More than MaxHandout people are the fault conflict
// "unit.too_many".
func (s *Store) HandOutPINs(ctx context.Context, unitID string, below, missing bool) ([]Handout, error) {
	out, err := s.handout(ctx, unitID, below, func(e Entry) bool { return !missing || !e.HasPIN })
	if err != nil {
		return nil, err
	}
	for i := range out {
		out[i].Secret = randomPIN()
		hash, err := hashPIN(ctx, out[i].Secret)
		if err != nil {
			return nil, wrap("hash PIN", err)
		}
		if err := s.keepPIN(ctx, out[i].ID, hash); fault.Is(err, fault.NotFound) {
			out[i].Secret = "" // left a moment ago
		} else if err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(out, func(h Handout) bool { return h.Secret == "" }), nil
}

// HandOutLinks makes personal links for the people of a unit and, with below, of the units under it; with missing only
// for who has none. Since only hashes are kept, earlier links of these people work no more. More than MaxHandout people
// are the fault conflict "unit.too_many".
func (s *Store) HandOutLinks(ctx context.Context, unitID string, below, missing bool) ([]Handout, error) {
	out, err := s.handout(ctx, unitID, below, func(e Entry) bool { return !missing || !e.HasLink })
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(out, someRows) {
		err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
			for i := range part {
				part[i].Secret = newToken()
				if _, err := keepLink(ctx, tx, part[i].ID, part[i].Secret); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, wrap("issue links", err)
		}
	}
	return out, nil
}

func (s *Store) handout(ctx context.Context, unitID string, below bool, wanted func(Entry) bool) ([]Handout, error) {
	out := []Handout{}
	for after := ""; ; {
		page, err := s.ListPeople(ctx, RosterSearch{UnitID: unitID, Below: below}, after, someRows)
		if err != nil {
			return nil, err
		}
		for _, e := range page {
			if wanted(e) {
				out = append(out, Handout{Entry: e})
			}
		}
		if len(out) > MaxHandout {
			return nil, fault.New(fault.Conflict, "unit.too_many").With("most", MaxHandout)
		}
		if len(page) < someRows {
			return out, nil
		}
		after = page[len(page)-1].ID
	}
}

// SignInByLink opens a session for the person whose personal link the token is of. An unknown or ended one is
// unauthorized "player.link".
func (s *Store) SignInByLink(ctx context.Context, now time.Time, token string) (session string, p Person, err error) {
	unknown := fault.New(fault.Unauthorized, "player.link")
	if token == "" || len(token) > 200 {
		return "", Person{}, unknown
	}
	var row personRow
	err = s.db.Get(ctx, &row, `SELECT `+personColumns+` FROM people WHERE link_hash = $1 AND left_at = 0`, hashToken(token))
	if errors.Is(err, sqldb.ErrNoRow) {
		return "", Person{}, unknown
	}
	if err != nil {
		return "", Person{}, wrap("find personal link", err)
	}
	session, err = s.openPlayer(ctx, now, row.ID)
	return session, row.person(), err
}

// cleanDigits reads digits as phones in Chinese type them, too: full width, with spaces.
func cleanDigits(s string) (string, bool) {
	s = roster.CleanText(s)
	return s, s != ""
}
