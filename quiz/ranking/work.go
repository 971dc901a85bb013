package ranking

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/leaderboard"
)

const (
	beat        = 250 * time.Millisecond // between looks for changes; a hand-in is on the boards within a second
	watchEvery  = 3 * time.Second        // between looks at what Redis still has
	changeBatch = 2000                   // changes in one go
)

// change is a row of board_changes.
type change struct {
	ID        string `db:"id"`
	Day       string `db:"day"`
	EntrantID string `db:"entrant_id"`
	TeamID    string `db:"team_id"`
}

// PersonChange is the entrant_id of a change that is about a person's line of season boards and not about an entrant:
// who takes a person off the entrants of a contest writes one for the person they were.
func PersonChange(personID string) string { return personPrefix + personID }

const personPrefix = "person:"

// Wake lets the worker look for changes at once.
func (b *Boards) Wake() {
	select {
	case b.wake <- struct{}{}:
	default:
	}
}

// Work keeps the boards equal to the database until ctx ends. Every process runs it.
func (b *Boards) Work(ctx context.Context) {
	tick := time.NewTicker(beat)
	defer tick.Stop()
	var watched time.Time
	failing := false
	for {
		err := b.work(ctx, &watched)
		switch {
		case ctx.Err() != nil:
			b.Release()
			return
		case err != nil && !failing:
			b.log.Warn("boards are catching up", "error", err)
		case err == nil && failing:
			b.log.Info("boards have caught up")
		}
		failing = err != nil
		select {
		case <-ctx.Done():
		case <-tick.C:
		case <-b.wake:
		}
	}
}

func (b *Boards) work(ctx context.Context, watched *time.Time) error {
	if err := b.ApplyChanges(ctx); err != nil {
		*watched = time.Time{} // look at everything as soon as Redis is back
		return err
	}
	lost := b.takeLost()
	if len(lost) == 0 && time.Since(*watched) < watchEvery {
		return nil
	}
	if err := b.watch(ctx, lost); err != nil {
		return err
	}
	*watched = time.Now()
	return nil
}

// miss notes that a reader did not find a group.
func (b *Boards) miss(group string) {
	b.mu.Lock()
	b.lost[group] = true
	b.mu.Unlock()
	b.Wake()
}

func (b *Boards) takeLost() map[string]bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	lost := b.lost
	b.lost = map[string]bool{}
	return lost
}

// Watch builds every group anew that is lost, that has lost something, or that was built by other rules.
func (b *Boards) Watch(ctx context.Context) error { return b.watch(ctx, b.takeLost()) }

// watch is Watch that also builds what readers have found to be broken.
func (b *Boards) watch(ctx context.Context, broken map[string]bool) error {
	groups, err := b.Groups(ctx)
	if err != nil {
		return err
	}
	standings, err := b.standings(ctx)
	if err != nil {
		return err
	}
	marks, err := b.groups.Marks(ctx, groups)
	if err != nil {
		return err
	}
	var faults []error
	for i, group := range groups {
		m, s := marks[i], standings[group]
		imprint, err := b.printOf(ctx, group)
		if fault.Is(err, fault.NotFound) { // gone since
			continue
		}
		if err != nil {
			return err
		}
		// A ticket above the database's is of a database that was put back to an older state.
		if !broken[group] && m.Built && m.Done >= s.Written && m.Ticket <= s.Ticket && m.Print == imprint {
			continue
		}
		began := time.Now()
		switch err := b.Rebuild(ctx, group); {
		case errors.Is(err, errBusy), errors.Is(err, leaderboard.ErrOvertaken), fault.Is(err, fault.NotFound):
		case err != nil:
			faults = append(faults, err)
		default:
			b.log.Info("boards written anew", "group", group, "lost", !m.Built, "ms", time.Since(began).Milliseconds())
		}
	}
	return errors.Join(faults...)
}

// ApplyChanges brings all changes that wait onto the boards. What another process is at work on is left to it.
func (b *Boards) ApplyChanges(ctx context.Context) error {
	var contests []string
	if err := b.db.Select(ctx, &contests, `SELECT DISTINCT contest_id FROM board_changes`); err != nil {
		return wrap("look for changes of boards", err)
	}
	var faults []error
	for _, id := range contests {
		for {
			more, err := b.applyChanges(ctx, id)
			if err != nil {
				faults = append(faults, err)
			}
			if err != nil || !more {
				break
			}
		}
	}
	return errors.Join(faults...)
}

// applyChanges brings some changes of a contest onto its boards and onto those of its seasons, and then deletes them. A
// crash anywhere leaves them to be done again, which changes nothing.
func (b *Boards) applyChanges(ctx context.Context, contestID string) (more bool, err error) {
	now := time.Now()
	ticket, ok, err := b.claim(ctx, now, ContestGroup(contestID), 0)
	if err != nil || !ok {
		return false, err
	}
	var changes []change
	if err := b.db.Select(ctx, &changes, `SELECT id, day, entrant_id, team_id FROM board_changes WHERE contest_id = $1 ORDER BY id LIMIT $2`,
		contestID, changeBatch); err != nil {
		return false, wrap("read changes of boards", err)
	}
	c, err := b.FindContest(ctx, contestID)
	if fault.Is(err, fault.NotFound) { // nothing to show, and nobody to show it to
		return false, b.deleteChanges(ctx, changes)
	}
	if err != nil || len(changes) == 0 {
		return false, err
	}
	before, err := b.before(ctx, c, changes)
	if err != nil {
		return false, err
	}
	// Seasons come first: what the contest's boards remember of before is still there when a crash makes it be done again.
	done, err := b.applyToSeasons(ctx, c, now, append(changes, before...))
	if err != nil || !done {
		return false, err
	}
	if done, err = b.applyToContest(ctx, c, ticket, now, append(changes, before...)); err != nil || !done {
		return false, err
	}
	return len(changes) == changeBatch, b.deleteChanges(ctx, changes)
}

// before gives as more changes the teams and people for whom the results counted until now, where the boards remember
// others than the database has: somebody moved to another unit, or two people became one.
func (b *Boards) before(ctx context.Context, c *Contest, changes []change) ([]change, error) {
	var entrants []string
	for _, ch := range changes {
		entrants = append(entrants, ch.EntrantID)
	}
	slices.Sort(entrants)
	notes, err := b.groups.Notes(ctx, ContestGroup(c.ID), board(People, ""), slices.Compact(entrants))
	if err != nil {
		return nil, err
	}
	var more []change
	for _, ch := range changes {
		team, person := ownersOf(notes[ch.EntrantID])
		if team != "" && team != ch.TeamID {
			more = append(more, change{Day: ch.Day, EntrantID: ch.EntrantID, TeamID: team})
		}
		if person != "" {
			more = append(more, change{Day: ch.Day, EntrantID: PersonChange(person), TeamID: ch.TeamID})
		}
	}
	return more, nil
}

func (b *Boards) deleteChanges(ctx context.Context, changes []change) error {
	if len(changes) == 0 {
		return nil
	}
	err := b.db.Tx(ctx, func(tx *sqlx.Tx) error {
		for part := range slices.Chunk(changes, inChunk) {
			ids := make([]string, len(part))
			for i, c := range part {
				ids[i] = c.ID
			}
			marks, args := in(nil, ids)
			if _, err := tx.ExecContext(ctx, `DELETE FROM board_changes WHERE id IN (`+marks+`)`, args...); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return wrap("delete changes of boards", err)
	}
	return nil
}

// applyToContest writes the lines of the entrants and teams that changed, on the day and in the whole contest.
func (b *Boards) applyToContest(ctx context.Context, c *Contest, ticket int64, now time.Time, changes []change) (done bool, err error) {
	group := ContestGroup(c.ID)
	entrants, teams := map[string]map[string]bool{"": {}}, map[string]map[string]bool{"": {}}
	for _, ch := range changes {
		for _, day := range []string{"", ch.Day} {
			if entrants[day] == nil {
				entrants[day], teams[day] = map[string]bool{}, map[string]bool{}
			}
			if !strings.HasPrefix(ch.EntrantID, personPrefix) {
				entrants[day][ch.EntrantID] = true
			}
			teams[day][ch.TeamID] = true
		}
	}
	var writes []leaderboard.Change
	for day := range entrants {
		people, units, err := b.changesOfDay(ctx, c, day, entrants[day], teams[day])
		if err != nil {
			return false, err
		}
		writes = append(writes, people, units)
	}
	return b.write(ctx, group, ticket, now, writes)
}

// write brings lines into Redis and notes that they are there. A group that is lost is built anew, and the changes wait.
func (b *Boards) write(ctx context.Context, group string, ticket int64, now time.Time, writes []leaderboard.Change) (done bool, err error) {
	switch err := b.groups.Apply(ctx, group, ticket, now, writes); {
	case errors.Is(err, leaderboard.ErrLost):
		if err := b.Rebuild(ctx, group); !errors.Is(err, errBusy) && !errors.Is(err, leaderboard.ErrOvertaken) {
			return false, err
		}
		return false, nil
	case errors.Is(err, leaderboard.ErrOvertaken):
		standings, err := b.standings(ctx)
		if err != nil || standings[group].Ticket > ticket { // by another process
			return false, err
		}
		return false, b.Rebuild(ctx, group) // by a database that was put back since
	case err != nil:
		return false, err
	}
	return true, b.written(ctx, group, ticket)
}

func (b *Boards) changesOfDay(ctx context.Context, c *Contest, day string, entrants, teams map[string]bool) (people, units leaderboard.Change, err error) {
	people = leaderboard.Change{Board: board(People, day), Packing: leaderboard.People}
	units = leaderboard.Change{Board: board(Units, day), Packing: leaderboard.Teams}
	ids := slices.Sorted(maps.Keys(entrants))
	results, err := b.resultsOf(ctx, c.ID, day, ids)
	if err != nil {
		return people, units, err
	}
	touched := maps.Clone(teams)
	for _, id := range ids {
		r, ok := results[id]
		if !ok {
			people.Gone = append(people.Gone, id)
			continue
		}
		people.Lines = append(people.Lines, r.line())
		touched[r.TeamID] = true
	}
	teamIDs := slices.Sorted(maps.Keys(touched))
	found, err := b.unitsOf(ctx, c, day, teamIDs)
	if err != nil {
		return people, units, err
	}
	for _, u := range found {
		if line, stands := u.line(c, day); stands {
			units.Lines = append(units.Lines, line)
			delete(touched, u.TeamID)
		}
	}
	units.Gone = slices.Sorted(maps.Keys(touched))
	return people, units, nil
}
