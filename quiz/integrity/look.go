package integrity

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"time"

	"leitai/questionbank"
	"leitai/quiz/paper"
)

// chunk is how many attempts are looked at in one go.
const chunk = 500

// maxSheets bounds the papers of one group that are kept in memory.
const maxSheets = 1000

// looking is a look under way.
type looking struct {
	s      *Store
	c      *paper.Contest
	with   Settings
	tally  *tally
	groups map[uint64][]sheet
	found  map[Kind][]Finding
	looked int
	scores map[int]int
}

// Run looks through the attempts of a contest that were handed in in its formal part, and stores what it finds. It goes
// through them twice in small pieces: first to learn which answers are common, then to judge. Nothing of the contest is
// changed.
func (s *Store) Run(ctx context.Context, contestID string, with Settings) error {
	c, err := s.papers.Find(ctx, contestID)
	if err != nil {
		return err
	}
	l := &looking{s: s, c: c, with: with, groups: map[uint64][]sheet{}, found: map[Kind][]Finding{}, scores: map[int]int{}}
	if with.Same {
		if err := l.countScores(ctx); err != nil {
			return err
		}
		l.tally = newTally(l.scores, with.SameWrong)
		if err := l.each(ctx, false, func(at *attempt) error { l.tally.add(at.sheet); return nil }); err != nil {
			return err
		}
	}
	if with.Same || with.Speed || with.Interval || with.Leaving {
		l.looked = 0
		if err := l.each(ctx, with.Speed || with.Interval || with.Leaving, l.judge); err != nil {
			return err
		}
	}
	l.judgeGroups()
	if with.Device {
		if err := l.devices(ctx); err != nil {
			return err
		}
	}
	var all []Finding
	for _, k := range Kinds {
		list := l.found[k]
		slices.SortFunc(list, func(a, b Finding) int { return cmp.Or(cmp.Compare(b.Strength, a.Strength), cmp.Compare(a.Key, b.Key)) })
		all = append(all, list[:min(len(list), maxFindings)]...)
	}
	return s.finish(ctx, time.Now(), contestID, l.looked, all)
}

// attempt is what is read of one.
type attempt struct {
	sheet
	sitting
	times  int
	awayMS int64
}

// countScores counts how many attempts have which number of right answers.
func (l *looking) countScores(ctx context.Context) error {
	var rows []struct {
		Correct int `db:"correct"`
		N       int `db:"n"`
	}
	if err := l.s.db.Select(ctx, &rows, `SELECT correct, COUNT(*) AS n FROM attempts WHERE contest_id = $1 AND phase = 'formal' AND state = 'handed_in' GROUP BY correct`, l.c.ID); err != nil {
		return wrap("count scores", err)
	}
	for _, r := range rows {
		l.scores[r.Correct] = r.N
	}
	return nil
}

// each goes through the attempts in pieces; with their saves and absences when they are wanted.
func (l *looking) each(ctx context.Context, course bool, do func(*attempt) error) error {
	for after := ""; ; {
		began := time.Now()
		page, err := l.page(ctx, after)
		if err != nil || len(page) == 0 {
			return err
		}
		if course {
			if err := l.readCourse(ctx, page); err != nil {
				return err
			}
		}
		for _, at := range page {
			if err := do(at); err != nil {
				return err
			}
		}
		after = page[len(page)-1].attempt
		l.looked += len(page)
		if err := l.s.beat(ctx, l.c.ID, l.looked); err != nil {
			return err
		}
		if l.s.rest != nil {
			l.s.rest(ctx, time.Since(began))
		}
		if err := ctx.Err(); err != nil {
			return err
		}
	}
}

// page reads the next attempts after an id.
func (l *looking) page(ctx context.Context, after string) ([]*attempt, error) {
	var rows []struct {
		ID        string `db:"id"`
		Entrant   string `db:"entrant_id"`
		Team      string `db:"team_id"`
		Paper     string `db:"paper"`
		Marks     string `db:"marks"`
		Correct   int    `db:"correct"`
		StartedAt int64  `db:"started_at"`
	}
	if err := l.s.db.Select(ctx, &rows, `SELECT a.id, a.entrant_id, e.team_id, a.paper, a.marks, a.correct, a.started_at FROM attempts a JOIN entrants e ON e.id = a.entrant_id
		WHERE a.contest_id = $1 AND a.id > $2 AND a.phase = 'formal' AND a.state = 'handed_in' ORDER BY a.id LIMIT $3`, l.c.ID, after, chunk); err != nil {
		return nil, wrap("read attempts", err)
	}
	out := make([]*attempt, len(rows))
	for i, r := range rows {
		at := &attempt{sheet: sheet{attempt: r.ID, entrant: r.Entrant, team: r.Team, correct: r.Correct}, sitting: sitting{startedAt: r.StartedAt, shown: map[int]int64{}}}
		var drawn []paper.Drawn
		var marks []paper.Mark
		if err := json.Unmarshal([]byte(r.Paper), &drawn); err != nil {
			return nil, fmt.Errorf("paper of attempt %s: %w", r.ID, err)
		}
		if r.Marks != "" {
			if err := json.Unmarshal([]byte(r.Marks), &marks); err != nil {
				return nil, fmt.Errorf("marks of attempt %s: %w", r.ID, err)
			}
		}
		for n, d := range drawn {
			g := given{question: d.ID}
			if q, ok := l.c.Question(d.ID); ok && n < len(marks) && !q.Voided {
				g.letters, g.right, g.choice = marks[n].A, marks[n].Right, choiceOf(q.Question.Type, marks[n].A)
			}
			at.answers = append(at.answers, g)
		}
		out[i] = at
	}
	return out, nil
}

// readCourse adds to attempts what was saved when, and when the page was left.
func (l *looking) readCourse(ctx context.Context, page []*attempt) error {
	byID := make(map[string]*attempt, len(page))
	ids := make([]string, len(page))
	for i, at := range page {
		ids[i], byID[at.attempt] = at.attempt, at
	}
	marks, args := questionbank.Marks(1, ids)
	var saves []struct {
		Attempt string `db:"attempt_id"`
		No      int    `db:"question_no"`
		At      int64  `db:"saved_at"`
	}
	if err := l.s.db.Select(ctx, &saves, `SELECT attempt_id, question_no, saved_at FROM attempt_saves WHERE attempt_id IN (`+marks+`)`, args...); err != nil {
		return wrap("read saves", err)
	}
	for _, r := range saves {
		at := byID[r.Attempt]
		at.saves = append(at.saves, save{r.No, r.At})
	}
	var events []struct {
		Attempt string `db:"attempt_id"`
		Kind    string `db:"kind"`
		No      int    `db:"question_no"`
		At      int64  `db:"at"`
		MS      int64  `db:"ms"`
	}
	if err := l.s.db.Select(ctx, &events, `SELECT attempt_id, kind, question_no, at, ms FROM attempt_events WHERE attempt_id IN (`+marks+`) AND kind IN ('shown', 'left')`, args...); err != nil {
		return wrap("read events", err)
	}
	for _, r := range events {
		at := byID[r.Attempt]
		if r.Kind == "shown" {
			at.shown[r.No] = r.At
			continue
		}
		at.times++
		at.awayMS += r.MS
	}
	return nil
}

// judge looks at one attempt.
func (l *looking) judge(at *attempt) error {
	steps := at.steps()
	charsOf := func(no int) int {
		if no < 1 || no > len(at.answers) {
			return 0
		}
		q, ok := l.c.Question(at.answers[no-1].question)
		if !ok {
			return 0
		}
		return chars(q.Question)
	}
	add := func(k Kind, strength int, e Evidence) {
		e.Attempts, e.People = []string{at.attempt}, 1
		if k != Leaving {
			e.Steps = l.stepsOf(at, steps, charsOf)
		}
		l.found[k] = append(l.found[k], Finding{Key: string(k) + "-" + at.attempt, Kind: k, Strength: min(max(strength, 1), 100), Evidence: e})
		l.trim(k)
	}
	if e, ok := l.with.tooFast(steps, charsOf); l.with.Speed && ok {
		add(Speed, e.Fast*100/e.Of, e)
	}
	if e, ok := l.with.asByClock(steps); l.with.Interval && ok {
		add(Interval, 100-e.Permille/5, e)
	}
	if l.with.Leaving && at.times >= l.with.LeavingTimes && at.awayMS >= int64(l.with.LeavingSeconds)*1000 {
		add(Leaving, 20+at.times, Evidence{Times: at.times, AwayMS: at.awayMS})
	}
	if l.with.Same {
		if wrong := at.wrong(); len(wrong) >= l.with.SameWrong {
			sig := signature(wrong)
			if k := l.tally.seen[sig]; k > 1 && len(l.groups[sig]) < maxSheets && l.tally.possible(l.with, at.sheet, k) {
				l.groups[sig] = append(l.groups[sig], at.sheet)
			}
		}
	}
	return nil
}

// trim keeps the strongest findings of a kind when there are far too many.
func (l *looking) trim(k Kind) {
	list := l.found[k]
	if len(list) < 4*maxFindings {
		return
	}
	slices.SortFunc(list, func(a, b Finding) int { return cmp.Compare(b.Strength, a.Strength) })
	l.found[k] = slices.Clone(list[:maxFindings])
}

// stepsOf gives the course of an attempt as evidence.
func (l *looking) stepsOf(at *attempt, steps []step, charsOf func(int) int) []Step {
	var out []Step
	for _, st := range steps {
		if st.known && len(out) < maxSteps {
			n := charsOf(st.no)
			id := ""
			if st.no >= 1 && st.no <= len(at.answers) {
				id = at.answers[st.no-1].question
			}
			out = append(out, Step{No: st.no, QuestionID: id, Chars: n, AtMS: st.at, MS: st.ms, LeastMS: l.with.least(n)})
		}
	}
	return out
}

// judgeGroups looks at attempts with the same wrong answers.
func (l *looking) judgeGroups() {
	for sig, sheets := range l.groups {
		e, strength, ok := l.tally.group(l.with, sheets)
		if !ok {
			continue
		}
		for _, sh := range sheets[:min(len(sheets), maxAttempts)] {
			e.Attempts = append(e.Attempts, sh.attempt)
		}
		if len(e.Answers) > maxSteps {
			e.Answers = e.Answers[:maxSteps]
		}
		l.found[Same] = append(l.found[Same], Finding{Key: string(Same) + "-" + strconv.FormatUint(sig, 16), Kind: Same, Strength: min(30+int(math.Round(strength*5)), 100), Evidence: e})
	}
}

// devices finds those that many people used.
func (l *looking) devices(ctx context.Context) error {
	var rows []struct {
		Detail string `db:"detail"`
		People int    `db:"people"`
	}
	const of = ` FROM attempt_events e JOIN attempts a ON a.id = e.attempt_id
		WHERE a.contest_id = $1 AND a.phase = 'formal' AND a.state = 'handed_in' AND e.kind = 'device' AND e.detail <> ''`
	if err := l.s.db.Select(ctx, &rows, `SELECT e.detail, COUNT(DISTINCT a.entrant_id) AS people`+of+` GROUP BY e.detail HAVING COUNT(DISTINCT a.entrant_id) >= $2
		ORDER BY people DESC, e.detail LIMIT $3`, l.c.ID, l.with.DevicePeople, maxFindings); err != nil {
		return wrap("find devices", err)
	}
	for _, r := range rows {
		e := Evidence{People: r.People}
		if err := l.s.db.Select(ctx, &e.Attempts, `SELECT a.id`+of+` AND e.detail = $2 ORDER BY a.started_at, a.id LIMIT $3`, l.c.ID, r.Detail, maxAttempts); err != nil {
			return wrap("find attempts of a device", err)
		}
		l.found[Device] = append(l.found[Device], Finding{Key: string(Device) + "-" + r.Detail[:min(len(r.Detail), 32)], Kind: Device, Strength: min(20+r.People*5, 100), Evidence: e})
	}
	return nil
}
