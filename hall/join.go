package hall

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"leitai/fault"
	"leitai/quiz"
)

// joinLog stores entrants in group commits, so that ten thousand can join within seconds.
type joinLog = quiz.EntrantLog

func newJoinLog(s *quiz.Store) *joinLog { return quiz.NewEntrantLog(s) }

// RoomInfo is what a phone needs in order to join.
type RoomInfo struct {
	Code      string
	Contest   *quiz.Contest
	Phase     quiz.Phase
	Accepting bool
}

// missing says why no room with this code is here: not_found room.unknown, or unavailable room.elsewhere while another
// process holds it or is about to hand it over.
func (h *House) missing(ctx context.Context, code string) error {
	if !isCode(code) {
		return fault.New(fault.NotFound, "room.unknown")
	}
	if open, err := h.Store.RoomIsOpen(ctx, code); err != nil || open {
		return fault.Wrap(fault.Unavailable, "room.elsewhere", err)
	}
	return fault.New(fault.NotFound, "room.unknown")
}

// isCode reports whether a text has the form of newCode: only then the database is asked for it.
func isCode(s string) bool {
	return len(s) == 6 && strings.Trim(s, "0123456789") == ""
}

// Find tells about the room with this code, or why it is not here.
func (h *House) Find(ctx context.Context, code string) (RoomInfo, error) {
	r := h.byRoomCode(code)
	if r == nil {
		return RoomInfo{}, h.missing(ctx, code)
	}
	phase := r.hall.phase.Load().Phase
	return RoomInfo{Code: code, Contest: r.hall.contest, Phase: phase, Accepting: r.hall.refusal(phase) == nil}, nil
}

// refusal says why nobody can join now, or nil.
func (h *Hall) refusal(phase quiz.Phase) error {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.refusalLocked(phase)
}

// refusalLocked is refusal with mu held.
func (h *Hall) refusalLocked(phase quiz.Phase) error {
	switch {
	case phase == quiz.PhaseFinished:
		return fault.New(fault.Conflict, "room.finished")
	case len(h.entrants)+h.entering >= h.contest.Settings.MaxEntrants:
		return fault.New(fault.Conflict, "room.full")
	}
	return nil
}

// admit keeps a seat for somebody who is about to be stored, or says why there is none. The seat is given back by
// arrive or by leave.
func (h *Hall) admit() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	err := h.refusalLocked(h.phase.Load().Phase)
	if err == nil {
		h.entering++
	}
	return err
}

// Limits of the phone's secret, in characters.
const (
	minSecret = 16
	maxSecret = 64
)

// Join makes an entrant. The same secret gives the same entrant and token again, whatever else is asked for.
func (h *House) Join(ctx context.Context, code, teamID, name, secret string) (quiz.Entrant, string, error) {
	r := h.byRoomCode(code)
	if r == nil {
		return quiz.Entrant{}, "", h.missing(ctx, code)
	}
	hall := r.hall
	name, err := quiz.CleanName(name)
	if err != nil {
		return quiz.Entrant{}, "", err
	}
	if n := len(secret); n < minSecret || n > maxSecret {
		return quiz.Entrant{}, "", fault.Field("client_id", "client_id.length")
	}
	if _, ok := hall.contest.Team(teamID); !ok {
		return quiz.Entrant{}, "", fault.Field("team_id", "team.missing")
	}
	sum := sha256.Sum256([]byte(hall.contest.ID + "\x00" + secret))
	hash := hex.EncodeToString(sum[:])
	e, err := hall.join(ctx, teamID, name, hash)
	if err != nil {
		return quiz.Entrant{}, "", err
	}
	return e, h.Tokens.Issue(e.ID), nil
}

// nameTries bounds how often a namesake's number is raised when another process took it.
const nameTries = 8

// join is done once for calls of one phone that come at the same time.
func (h *Hall) join(ctx context.Context, teamID, name, hash string) (quiz.Entrant, error) {
	e, err, _ := h.joining.Do(hash, func() (any, error) { return h.enter(ctx, teamID, name, hash) })
	if err != nil {
		return quiz.Entrant{}, err
	}
	return e.(quiz.Entrant), nil
}

func (h *Hall) enter(ctx context.Context, teamID, name, hash string) (quiz.Entrant, error) {
	if refused := h.admit(); refused != nil { // only who is in already gets an answer
		if e, err := h.store.FindEntrantByClient(ctx, h.contest.ID, hash); !fault.Is(err, fault.NotFound) {
			return e, err
		}
		return quiz.Entrant{}, refused
	}
	for range nameTries {
		e := quiz.NewEntrant{ContestID: h.contest.ID, ClientHash: hash, Entrant: quiz.Entrant{
			ID: uuid.Must(uuid.NewV7()).String(), TeamID: teamID, Name: h.reserve(teamID, name), CreatedAt: time.Now()}}
		inserted, err := h.house.joins.Put(ctx, e)
		if inserted {
			h.arrive(e.Entrant)
			return e.Entrant, nil
		}
		if err != nil {
			h.leave(teamID, e.Name)
			return quiz.Entrant{}, err
		}
		known, err := h.store.FindEntrantByClient(ctx, h.contest.ID, hash)
		if err == nil { // a repeated call
			h.leave(teamID, e.Name)
			h.mu.Lock()
			h.addEntrant(known)
			h.mu.Unlock()
			return known, nil
		}
		if !fault.Is(err, fault.NotFound) {
			h.leave(teamID, e.Name)
			return quiz.Entrant{}, err
		}
		// another process gave this name away: it stays reserved here and the next number is tried
	}
	h.leave("", "")
	return quiz.Entrant{}, fault.New(fault.Conflict, "name.taken")
}

// reserve gives a name that nobody in the team has: the name itself, else with a number, which comes on top of the
// quiz.MaxName characters that people may type.
func (h *Hall) reserve(teamID, name string) string {
	h.mu.Lock()
	defer h.mu.Unlock()
	shown := name
	for n := 2; h.names[nameKey{teamID, shown}]; n++ {
		shown = fmt.Sprintf("%s (%d)", name, n)
	}
	h.names[nameKey{teamID, shown}] = true
	return shown
}

// leave gives back the seat of admit and a name of reserve; an empty name is none.
func (h *Hall) leave(teamID, name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entering--
	delete(h.names, nameKey{teamID, name})
}

func (h *Hall) arrive(e quiz.Entrant) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.entering--
	n := h.addEntrant(e)
	h.arrivals = append([]arrival{{e.Name, n.team}}, h.arrivals[:min(len(h.arrivals), latest-1)]...)
}
