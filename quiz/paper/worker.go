package paper

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"leitai/quiz"
)

const (
	tickEvery = time.Second
	// closeBatch bounds the attempts that one statement closes, markBatch those that one transaction marks.
	closeBatch = 2000
	markBatch  = 100
	// afterOutage is how long the clock hands nothing in after the database was away: phones are sending again what they
	// could not store, and the save of the last second counts.
	afterOutage = 10 * time.Second
	// seatsFor is how long entrants are held in memory at most.
	seatsFor = time.Minute
)

// unfinished is the condition of the indexes of open attempts, as SQLite needs to see it: among a million attempts only they are looked at.
const unfinished = `(state = 'open' OR state = 'closing')`

// Worker does what the clock asks for: it opens contests, hands in attempts whose time is up, whether anybody is
// connected or not, and finishes contests. Every process runs one; what they do at the same time happens once.
type Worker struct {
	store  *Store
	logger *slog.Logger

	failing bool
	seated  time.Time           // when the entrants in memory were last let go
	quiet   time.Time           // until then nothing is handed in, after an outage
	stuck   map[string]struct{} // attempts that were closing at the tick before: whoever closed them may have died
}

// NewWorker returns a worker over store.
func NewWorker(store *Store, logger *slog.Logger) *Worker {
	return &Worker{store: store, logger: logger}
}

// Run works every second until the context ends.
func (w *Worker) Run(ctx context.Context) {
	t := time.NewTicker(tickEvery)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case now := <-t.C:
			w.step(ctx, now)
		}
	}
}

// step ticks, and tells once of each outage.
func (w *Worker) step(ctx context.Context, now time.Time) {
	err := w.Tick(ctx, now)
	switch {
	case ctx.Err() != nil:
	case err != nil && !w.failing:
		w.failing = true
		w.logger.Error("papers: the clock's work failed, trying again", "error", err)
	case err != nil:
	case w.failing:
		w.failing = false
		w.logger.Info("papers: the clock works again")
	}
	if err != nil {
		w.quiet = now.Add(afterOutage)
	}
}

// Tick does what is due at now.
func (w *Worker) Tick(ctx context.Context, now time.Time) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	s := w.store
	if err := s.turn(ctx, "open contests", quiz.Running, `kind = $1 AND status = $2 AND opens_at <= $3`, quiz.KindPaper, quiz.Published, now.UnixMilli()); err != nil {
		return err
	}
	if err := s.payOwed(ctx); err != nil {
		return err
	}
	if now.Before(w.quiet) {
		return nil
	}
	if err := s.cutAttempts(ctx, now); err != nil {
		return err
	}
	for {
		n, err := s.handInDue(ctx, now)
		if err != nil {
			return err
		}
		if n < closeBatch {
			break
		}
	}
	if err := w.finishStuck(ctx); err != nil {
		return err
	}
	if err := s.remarkAll(ctx); err != nil {
		return err
	}
	if now.Sub(w.seated) > seatsFor { // people are merged and move between units
		w.seated = now
		s.seats.clear()
	}
	return s.finishContests(ctx, now)
}

// payOwed stores saves that came while the database was away.
func (s *Store) payOwed(ctx context.Context) error {
	for _, it := range s.owed.all() {
		if err := s.saves.Put(ctx, it); err != nil {
			return err
		}
		s.owed.settle(it)
	}
	return nil
}

// cutAttempts sees to attempts that were begun while their contest was being closed early, by a process that did not know it yet; one
// that was held up for long may even begin them when the contest is finished.
func (s *Store) cutAttempts(ctx context.Context, now time.Time) error {
	var over []struct {
		ID     string `db:"id"`
		Closes int64  `db:"closes_at"`
	}
	if err := s.db.Select(ctx, &over, `SELECT id, closes_at FROM contests WHERE kind = $1 AND status <> $2 AND closes_at <= $3
		AND id IN (SELECT contest_id FROM attempts WHERE `+unfinished+`)`, quiz.KindPaper, quiz.Draft, now.UnixMilli()); err != nil {
		return wrap("look for contests that were closed early", err)
	}
	for _, c := range over { // the end may be moved again meanwhile
		if _, err := s.db.Exec(ctx, `UPDATE attempts SET deadline_at = $2 WHERE contest_id = $1 AND state = 'open' AND deadline_at > $2
			AND EXISTS (SELECT 1 FROM contests c WHERE c.id = $1 AND c.closes_at = $2)`, c.ID, c.Closes); err != nil {
			return wrap("cut attempts", err)
		}
	}
	return nil
}

// handInDue closes attempts whose time is up, and marks those that this call has closed. It gives how many these are.
func (s *Store) handInDue(ctx context.Context, now time.Time) (int, error) {
	due := now.Add(-Grace - clockWait).UnixMilli()
	var some []string
	if err := s.db.Select(ctx, &some, `SELECT id FROM attempts WHERE `+unfinished+` AND state = 'open' AND deadline_at <= $1 LIMIT 1`, due); err != nil || len(some) == 0 {
		return 0, wrapOrNil("look for attempts that are due", err)
	}
	tx, err := s.closeDue(ctx, due)
	if err != nil {
		return 0, err
	}
	for _, a := range tx {
		s.sittings.remove(a.ID)
	}
	return len(tx), s.markAll(ctx, tx)
}

type closed struct {
	ID      string `db:"id"`
	Contest string `db:"contest_id"`
}

// markAll marks attempts that are closing, contest by contest.
func (s *Store) markAll(ctx context.Context, all []closed) error {
	var order []string
	of := map[string][]string{}
	for _, a := range all {
		if of[a.Contest] == nil {
			order = append(order, a.Contest)
		}
		of[a.Contest] = append(of[a.Contest], a.ID)
	}
	for _, contest := range order {
		for ids := of[contest]; len(ids) > 0; {
			n := min(markBatch, len(ids))
			if err := s.mark(ctx, contest, ids[:n]); err != nil {
				return err
			}
			ids = ids[n:]
		}
	}
	return nil
}

// finishStuck marks attempts that have been closing since the tick before.
func (w *Worker) finishStuck(ctx context.Context) error {
	var all []closed
	if err := w.store.db.Select(ctx, &all, `SELECT id, contest_id FROM attempts WHERE `+unfinished+` AND state = 'closing' ORDER BY deadline_at LIMIT $1`, closeBatch); err != nil {
		return wrap("look for attempts that are closing", err)
	}
	before := w.stuck
	w.stuck = make(map[string]struct{}, len(all))
	var stuck []closed
	for _, a := range all {
		w.stuck[a.ID] = struct{}{}
		if _, ok := before[a.ID]; ok {
			stuck = append(stuck, a)
		}
	}
	return w.store.markAll(ctx, stuck)
}

// finishContests finishes contests that have closed and of which no attempt is left to hand in. Then seed and, where so set, keys
// are public.
func (s *Store) finishContests(ctx context.Context, now time.Time) error {
	return s.turn(ctx, "finish contests", quiz.Finished, `kind = $1 AND status IN ($2, $3) AND closes_at <= $4
		AND id NOT IN (SELECT contest_id FROM attempts WHERE `+unfinished+`)`,
		quiz.KindPaper, quiz.Published, quiz.Running, now.Add(-Grace-clockWait-freshFor).UnixMilli())
}

// turn moves contests on which a condition holds to their next status. Most of the time there are none, and nothing is written.
func (s *Store) turn(ctx context.Context, doing string, to quiz.Status, condition string, args ...any) error {
	var ids []string
	if err := s.db.Select(ctx, &ids, `SELECT id FROM contests WHERE `+condition, args...); err != nil {
		return wrap(doing, err)
	}
	for _, id := range ids {
		n := len(args)
		if _, err := s.db.Exec(ctx, fmt.Sprintf(`UPDATE contests SET status = $%d, version = version + 1 WHERE id = $%d AND `, n+1, n+2)+condition,
			append(args[:n:n], to, id)...); err != nil {
			return wrap(doing, err)
		}
		s.forget(id)
	}
	return nil
}

func wrapOrNil(doing string, err error) error {
	if err == nil {
		return nil
	}
	return wrap(doing, err)
}
