package ranking

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/leaderboard"
	"leitai/sqldb"
)

// leaseFor is how long other processes leave a group to the one that took the last ticket, unless that one takes
// another. It only spares double work: what keeps boards right is the ticket.
const leaseFor = 5 * time.Second

// claim takes the next ticket of a group, above least; without ok, another process is at work on it.
func (b *Boards) claim(ctx context.Context, now time.Time, group string, least int64) (ticket int64, ok bool, err error) {
	err = b.db.Tx(ctx, func(tx *sqlx.Tx) error {
		err := tx.GetContext(ctx, &ticket, `INSERT INTO board_groups (id, ticket, written, holder, until) VALUES ($1, $2, 0, $3, $4)
			ON CONFLICT (id) DO UPDATE SET ticket = CASE WHEN board_groups.ticket < excluded.ticket THEN excluded.ticket ELSE board_groups.ticket + 1 END,
				holder = excluded.holder, until = excluded.until
			WHERE board_groups.holder = excluded.holder OR board_groups.until < $5 RETURNING ticket`,
			group, least+1, b.holder, sqldb.MillisOf(now.Add(b.lease)), sqldb.MillisOf(now))
		ok = err == nil
		if errors.Is(err, sqldb.ErrNoRow) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, false, wrap("take a ticket for "+group, err)
	}
	return ticket, ok, nil
}

// keep holds a group for longer; it is ErrOvertaken when somebody else has a later ticket.
func (b *Boards) keep(ctx context.Context, now time.Time, group string, ticket int64) error {
	n, err := b.db.Exec(ctx, `UPDATE board_groups SET until = $3 WHERE id = $1 AND ticket = $2`, group, ticket, sqldb.MillisOf(now.Add(b.lease)))
	if err != nil {
		return wrap("hold "+group, err)
	}
	if n == 0 {
		return leaderboard.ErrOvertaken
	}
	return nil
}

// written notes that all writes of a ticket are in Redis.
func (b *Boards) written(ctx context.Context, group string, ticket int64) error {
	if _, err := b.db.Exec(ctx, `UPDATE board_groups SET written = $2 WHERE id = $1 AND written < $2`, group, ticket); err != nil {
		return wrap("note boards of "+group, err)
	}
	return nil
}

// Release leaves all groups to other processes, which else wait for a moment.
func (b *Boards) Release() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	if _, err := b.db.Exec(ctx, `UPDATE board_groups SET until = 0 WHERE holder = $1`, b.holder); err != nil {
		b.log.Debug("release boards", "error", err)
	}
}

// standing is where a group stands in the database.
type standing struct {
	ID      string `db:"id"`
	Ticket  int64  `db:"ticket"`
	Written int64  `db:"written"`
}

func (b *Boards) standings(ctx context.Context) (map[string]standing, error) {
	var rows []standing
	if err := b.db.Select(ctx, &rows, `SELECT id, ticket, written FROM board_groups`); err != nil {
		return nil, wrap("list groups of boards", err)
	}
	all := make(map[string]standing, len(rows))
	for _, r := range rows {
		all[r.ID] = r
	}
	return all, nil
}

// errBusy says that another process is at work on a group.
var errBusy = errors.New("another process writes these boards")

// Rebuild makes the boards of a group anew from the database; readers see the old ones until all are there.
func (b *Boards) Rebuild(ctx context.Context, group string) error {
	marks, err := b.groups.Marks(ctx, []string{group})
	if err != nil {
		return err
	}
	ticket, ok, err := b.claim(ctx, time.Now(), group, marks[0].Ticket)
	if err != nil {
		return err
	}
	if !ok {
		return errBusy
	}
	imprint, err := b.printOf(ctx, group)
	if err != nil {
		return err
	}
	build, kept := b.groups.Begin(group, ticket), time.Now()
	if err := b.eachLine(ctx, group, func(board string, lines []leaderboard.Line) error {
		if now := time.Now(); now.Sub(kept) > leaseFor/4 {
			kept = now
			if err := b.keep(ctx, now, group, ticket); err != nil {
				return err
			}
		}
		return build.Add(ctx, board, packingOf(group, board), lines)
	}); err != nil {
		return err
	}
	if err := build.Finish(ctx, time.Now(), imprint); err != nil {
		return err
	}
	return b.written(ctx, group, ticket)
}

// RebuildWait is Rebuild that waits for other processes at work, as long as ctx lets it.
func (b *Boards) RebuildWait(ctx context.Context, group string) error {
	for {
		err := b.Rebuild(ctx, group)
		if !errors.Is(err, errBusy) && !errors.Is(err, leaderboard.ErrOvertaken) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(200 * time.Millisecond):
		}
	}
}

// printOf is the imprint that a group's boards should have.
func (b *Boards) printOf(ctx context.Context, group string) (string, error) {
	if id, ok := strings.CutPrefix(group, seasonGroup); ok {
		return b.seasonPrint(ctx, id)
	}
	c, err := b.FindContest(ctx, strings.TrimPrefix(group, contestGroup))
	if err != nil {
		return "", err
	}
	sums, err := b.teamSums(ctx, c.ID)
	if err != nil {
		return "", err
	}
	return c.print(sums), nil
}

// Groups lists all groups of boards that there should be: of paper contests that are no draft, and of seasons.
func (b *Boards) Groups(ctx context.Context) ([]string, error) {
	var contests, seasons []string
	if err := b.db.Select(ctx, &contests, `SELECT id FROM contests WHERE kind = 'paper' AND status <> 'draft' ORDER BY
		CASE status WHEN 'running' THEN 0 WHEN 'published' THEN 1 WHEN 'finished' THEN 2 ELSE 3 END, id DESC`); err != nil {
		return nil, wrap("list contests", err)
	}
	if err := b.db.Select(ctx, &seasons, `SELECT id FROM seasons ORDER BY id DESC`); err != nil {
		return nil, wrap("list seasons", err)
	}
	var groups []string
	for _, id := range contests {
		groups = append(groups, ContestGroup(id))
	}
	for _, id := range seasons {
		groups = append(groups, SeasonGroup(id))
	}
	return groups, nil
}
