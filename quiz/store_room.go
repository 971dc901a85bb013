package quiz

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// Room is a contest's live room as it is stored.
type Room struct {
	ContestID string
	Code      string // six digits
	State     State
	Holder    string    // the process that conducts
	AliveAt   time.Time // its last sign of life
	Closed    bool
}

type roomRow struct {
	ContestID string            `db:"contest_id"`
	Code      string            `db:"code"`
	Seq       int64             `db:"seq"`
	State     sqldb.JSON[State] `db:"state"`
	Holder    string            `db:"holder"`
	AliveAt   sqldb.Millis      `db:"alive_at"`
	Closed    bool              `db:"closed"`
}

func (r roomRow) room() Room {
	return Room{ContestID: r.ContestID, Code: r.Code, State: r.State.V, Holder: r.Holder, AliveAt: r.AliveAt.Time(), Closed: r.Closed}
}

const roomColumns = `contest_id, code, seq, state, holder, alive_at, closed`

// CreateRoom stores a new room. A code that is taken is a conflict room.code_taken; a room that the contest has
// already is a conflict room.exists.
func (s *Store) CreateRoom(ctx context.Context, r Room) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO rooms (contest_id, code, seq, state, holder, alive_at, closed)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (contest_id) DO NOTHING`, r.ContestID, r.Code, r.State.Seq,
			sqldb.JSON[State]{V: r.State}, r.Holder, sqldb.MillisOf(r.AliveAt), false)
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fault.New(fault.Conflict, "room.exists")
		}
		var taken int // one code leads to one place: those of preliminaries are typed on the same page
		if err := tx.GetContext(ctx, &taken, `SELECT COUNT(*) FROM contests WHERE code = $1 AND kind = $2`, r.Code, KindPaper); err != nil {
			return err
		}
		if taken > 0 {
			return fault.New(fault.Conflict, "room.code_taken")
		}
		_, err = tx.ExecContext(ctx, `UPDATE contests SET status = $2 WHERE id = $1`, r.ContestID, Running)
		return err
	})
	switch {
	case fault.Is(err, fault.Conflict):
		return err
	case sqldb.IsUnique(err):
		return fault.Wrap(fault.Conflict, "room.code_taken", err)
	case err != nil:
		return wrap("create room", err)
	}
	return nil
}

// FindRoom gives a contest's room, or not_found room.unknown.
func (s *Store) FindRoom(ctx context.Context, contestID string) (Room, error) {
	var row roomRow
	err := s.db.Get(ctx, &row, `SELECT `+roomColumns+` FROM rooms WHERE contest_id = $1`, contestID)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Room{}, fault.New(fault.NotFound, "room.unknown")
	}
	if err != nil {
		return Room{}, wrap("find room of "+contestID, err)
	}
	return row.room(), nil
}

// RoomIsOpen reports that a room with this code is open, in whichever process.
func (s *Store) RoomIsOpen(ctx context.Context, code string) (bool, error) {
	var n int
	if err := s.db.Get(ctx, &n, `SELECT COUNT(*) FROM rooms WHERE code = $1 AND closed = $2`, code, false); err != nil {
		return false, wrap("find room", err)
	}
	return n > 0, nil
}

// ListRooms gives all rooms, closed ones too.
func (s *Store) ListRooms(ctx context.Context) ([]Room, error) {
	var rows []roomRow
	if err := s.db.Select(ctx, &rows, `SELECT `+roomColumns+` FROM rooms ORDER BY contest_id`); err != nil {
		return nil, wrap("list rooms", err)
	}
	out := make([]Room, len(rows))
	for i, r := range rows {
		out[i] = r.room()
	}
	return out, nil
}

// TakeRoom makes holder the one who conducts, if it is already or if the present one has been silent since `stale`.
func (s *Store) TakeRoom(ctx context.Context, contestID, holder string, now, stale time.Time) (bool, error) {
	n, err := s.db.Exec(ctx, `UPDATE rooms SET holder = $2, alive_at = $3, closed = $5
		WHERE contest_id = $1 AND (holder = $2 OR alive_at < $4 OR closed = $6)`, contestID, holder, sqldb.MillisOf(now),
		sqldb.MillisOf(stale), false, true)
	if err != nil {
		return false, wrap("take room of "+contestID, err)
	}
	return n == 1, nil
}

// Beat notes that holder is alive; false means that another process conducts now.
func (s *Store) Beat(ctx context.Context, contestID, holder string, now time.Time) (bool, error) {
	n, err := s.db.Exec(ctx, `UPDATE rooms SET alive_at = $3 WHERE contest_id = $1 AND holder = $2`, contestID, holder,
		sqldb.MillisOf(now))
	if err != nil {
		return false, wrap("beat", err)
	}
	return n == 1, nil
}

// CloseRoom notes that the room is closed; its points stay.
func (s *Store) CloseRoom(ctx context.Context, contestID string) error {
	_, err := s.db.Exec(ctx, `UPDATE rooms SET closed = $2 WHERE contest_id = $1`, contestID, true)
	if err != nil {
		return wrap("close room", err)
	}
	return nil
}

// errLostRoom says that another process conducts the room.
var errLostRoom = fault.New(fault.Unavailable, "room.lost")

// SaveState stores a room's next state, the ledger's entry that goes with it and the questions that became or ceased
// to be void, in one transaction. errLostRoom means that another process has taken over. A command id that was done
// before is a conflict command.done.
func (s *Store) SaveState(ctx context.Context, c *Contest, before, after State, holder string, now time.Time, entry *Entry) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE rooms SET seq = $3, state = $4, alive_at = $6
			WHERE contest_id = $1 AND seq = $2 AND holder = $5`, c.ID, before.Seq, after.Seq, sqldb.JSON[State]{V: after},
			holder, sqldb.MillisOf(now))
		if err != nil {
			return err
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return errLostRoom
		}
		if err := saveVoided(ctx, tx, c, before, after); err != nil {
			return err
		}
		if after.Phase == PhaseFinished && before.Phase != PhaseFinished {
			if _, err := tx.ExecContext(ctx, `UPDATE contests SET status = $2 WHERE id = $1`, c.ID, Finished); err != nil {
				return err
			}
		}
		return insertEntry(ctx, tx, entry)
	})
	switch {
	case errors.Is(err, errLostRoom):
		return errLostRoom
	case sqldb.IsUnique(err):
		return fault.Wrap(fault.Conflict, "command.done", err)
	case err != nil:
		return wrap("save state", err)
	}
	return nil
}

func saveVoided(ctx context.Context, tx *sqlx.Tx, c *Contest, before, after State) error {
	set := func(r Ref, voided bool) error {
		round, q, ok := c.Question(r.R, r.Q)
		if !ok {
			return nil
		}
		_, err := tx.ExecContext(ctx, `UPDATE round_questions SET voided = $3 WHERE round_id = $1 AND question_no = $2`,
			round.ID, q.No, voided)
		return err
	}
	for _, r := range before.Voided {
		if !after.IsVoid(r) {
			if err := set(r, false); err != nil {
				return err
			}
		}
	}
	for _, r := range after.Voided {
		if !before.IsVoid(r) {
			if err := set(r, true); err != nil {
				return err
			}
		}
	}
	return nil
}

func insertEntry(ctx context.Context, tx *sqlx.Tx, e *Entry) error {
	if e == nil {
		return nil
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO ledger (id, contest_id, seq, command_id, at, kind, operator_id, operator, round_no,
		question_no, team_id, entrant_id, points, reason, before, after, reverses)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`, e.ID, e.ContestID, e.Seq,
		text(e.CommandID), sqldb.MillisOf(e.At), e.Kind, e.OperatorID, text(e.Operator), e.RoundNo, e.QuestionNo, e.TeamID, e.EntrantID,
		e.Points, text(e.Reason), string(e.Before), string(e.After), e.Reverses)
	return err
}

// ListLedger gives a contest's whole ledger, oldest first.
func (s *Store) ListLedger(ctx context.Context, contestID string) ([]Entry, error) {
	var rows []struct {
		ID         string       `db:"id"`
		Seq        int64        `db:"seq"`
		CommandID  string       `db:"command_id"`
		At         sqldb.Millis `db:"at"`
		Kind       string       `db:"kind"`
		OperatorID string       `db:"operator_id"`
		Operator   string       `db:"operator"`
		RoundNo    int          `db:"round_no"`
		QuestionNo int          `db:"question_no"`
		TeamID     string       `db:"team_id"`
		EntrantID  string       `db:"entrant_id"`
		Points     int          `db:"points"`
		Reason     string       `db:"reason"`
		Before     string       `db:"before"`
		After      string       `db:"after"`
		Reverses   string       `db:"reverses"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT id, seq, command_id, at, kind, operator_id, operator, round_no, question_no,
		team_id, entrant_id, points, reason, before, after, reverses FROM ledger WHERE contest_id = $1
		ORDER BY seq, id`, contestID); err != nil {
		return nil, wrap("list ledger", err)
	}
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = Entry{ID: r.ID, ContestID: contestID, Seq: r.Seq, CommandID: r.CommandID, At: r.At.Time(), Kind: r.Kind,
			OperatorID: r.OperatorID, Operator: r.Operator, RoundNo: r.RoundNo, QuestionNo: r.QuestionNo, TeamID: r.TeamID,
			EntrantID: r.EntrantID, Points: r.Points, Reason: r.Reason, Before: json.RawMessage(r.Before),
			After: json.RawMessage(r.After), Reverses: r.Reverses}
	}
	return out, nil
}

// Adjustments gives staff's points by team id and by entrant id.
func (s *Store) Adjustments(ctx context.Context, contestID string) (teams, entrants map[string]int64, err error) {
	var rows []struct {
		TeamID    string `db:"team_id"`
		EntrantID string `db:"entrant_id"`
		Points    int64  `db:"points"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT team_id, entrant_id, CAST(SUM(points) AS BIGINT) AS points FROM ledger
		WHERE contest_id = $1 AND points <> 0 GROUP BY team_id, entrant_id`, contestID); err != nil {
		return nil, nil, wrap("sum adjustments", err)
	}
	teams, entrants = map[string]int64{}, map[string]int64{}
	for _, r := range rows {
		if r.EntrantID != "" {
			entrants[r.EntrantID] += r.Points
		} else {
			teams[r.TeamID] += r.Points
		}
	}
	return teams, entrants, nil
}
