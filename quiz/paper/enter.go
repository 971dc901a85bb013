package paper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"leitai/fault"
	"leitai/quiz"
)

// Limits of a guest's secret, in characters.
const (
	minSecret = 16
	maxSecret = 64
)

// nameTries bounds how often a namesake's number is raised when others take it meanwhile.
const nameTries = 8

// EnterGuest makes an entrant of somebody who types a name and chooses a team from the list. The same secret gives the same entrant again, whatever
// else is asked for. A contest for the roster only is forbidden contest.roster_only; faults of the input are fields.
func (s *Store) EnterGuest(ctx context.Context, now time.Time, c *Contest, teamID, name, secret string) (quiz.Entrant, error) {
	name, err := quiz.CleanName(name)
	if err != nil {
		return quiz.Entrant{}, err
	}
	if n := len(secret); n < minSecret || n > maxSecret {
		return quiz.Entrant{}, fault.Field("client_id", "client_id.length")
	}
	hash := clientHash(c.ID + "\x00" + secret)
	if e, err := s.quiz.FindEntrantByClient(ctx, c.ID, hash); !fault.Is(err, fault.NotFound) {
		return e, err
	}
	if c.Rules.Entry != EntryOpen {
		return quiz.Entrant{}, fault.New(fault.Forbidden, "contest.roster_only")
	}
	if _, ok := c.Team(teamID); !ok {
		return quiz.Entrant{}, fault.Field("team_id", "team.missing")
	}
	if c.PhaseAt(now) == PhaseAfter {
		return quiz.Entrant{}, fault.New(fault.Conflict, "attempt.over")
	}
	return s.enter(ctx, now, c, quiz.Entrant{TeamID: teamID, Name: name}, hash)
}

// EnterPerson makes an entrant of a person of the roster, or gives the one there is. Their team is that of the nearest unit upward which takes part.
// Without one they may choose a team where guests may; else it is forbidden contest.not_invited.
func (s *Store) EnterPerson(ctx context.Context, now time.Time, c *Contest, personID, unitID, name, chosen string) (quiz.Entrant, error) {
	e, err := s.EntrantOf(ctx, c, personID)
	if !fault.Is(err, fault.NotFound) {
		return e, err
	}
	team, ok, err := s.teamOf(ctx, c, unitID)
	if err != nil {
		return quiz.Entrant{}, err
	}
	if !ok && c.Rules.Entry == EntryOpen && chosen != "" {
		if team, ok = c.Team(chosen); !ok {
			return quiz.Entrant{}, fault.Field("team_id", "team.missing")
		}
	}
	if !ok {
		return quiz.Entrant{}, fault.New(fault.Forbidden, "contest.not_invited")
	}
	if c.PhaseAt(now) == PhaseAfter {
		return quiz.Entrant{}, fault.New(fault.Conflict, "attempt.over")
	}
	return s.enter(ctx, now, c, quiz.Entrant{TeamID: team.ID, PersonID: personID, Name: text(name)}, personHash(c.ID, personID))
}

// EntrantOf gives the entrant that a person is in a contest, or not_found entrant.missing.
func (s *Store) EntrantOf(ctx context.Context, c *Contest, personID string) (quiz.Entrant, error) {
	key := c.ID + personID
	if e, ok := s.seats.get(key); ok {
		return e, nil
	}
	e, err := s.quiz.FindEntrantByClient(ctx, c.ID, personHash(c.ID, personID))
	if err == nil {
		s.seats.put(key, e)
	}
	return e, err
}

// FindEntrant gives an entrant of a contest, or not_found entrant.missing.
func (s *Store) FindEntrant(ctx context.Context, c *Contest, id string) (quiz.Entrant, error) {
	if e, ok := s.seats.get(c.ID + "\x00" + id); ok {
		return e, nil
	}
	e, err := s.quiz.FindEntrant(ctx, c.ID, id)
	if err == nil {
		s.seats.put(c.ID+"\x00"+id, e)
	}
	return e, err
}

// personHash stands where guests have the hash of their secret, so that a person is one entrant in a contest, whoever asks first.
func personHash(contestID, personID string) string {
	return clientHash(contestID + "person:" + personID)
}

func clientHash(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}

// enter stores an entrant under a name that nobody in the team has.
func (s *Store) enter(ctx context.Context, now time.Time, c *Contest, e quiz.Entrant, hash string) (quiz.Entrant, error) {
	name := e.Name
	e.CreatedAt = now
	for try := range nameTries {
		e.ID = newID()
		inserted, err := s.entrants.Put(ctx, quiz.NewEntrant{Entrant: e, ContestID: c.ID, ClientHash: hash})
		if err != nil {
			return quiz.Entrant{}, err
		}
		if inserted {
			return e, nil
		}
		if known, err := s.quiz.FindEntrantByClient(ctx, c.ID, hash); !fault.Is(err, fault.NotFound) {
			return known, err // a repeated call
		}
		if e.Name, err = s.freeName(ctx, e.TeamID, name, try); err != nil {
			return quiz.Entrant{}, err
		}
	}
	return quiz.Entrant{}, fault.New(fault.Conflict, "name.taken")
}

// freeName gives a name with the first number that is free; skip leaves that many out, which others may be taking now.
func (s *Store) freeName(ctx context.Context, team, name string, skip int) (string, error) {
	var taken []string
	if err := s.db.Select(ctx, &taken, `SELECT name FROM entrants WHERE team_id = $1 AND (name = $2 OR name LIKE $3 ESCAPE '!')`, team, name,
		strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(name)+" (%)"); err != nil {
		return "", wrap("list namesakes", err)
	}
	has := map[string]bool{}
	for _, n := range taken {
		has[n] = true
	}
	for n := 2; ; n++ {
		if shown := fmt.Sprintf("%s (%d)", name, n); !has[shown] {
			if skip == 0 {
				return shown, nil
			}
			skip--
		}
	}
}
