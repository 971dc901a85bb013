package integrity

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"leitai/fault"
	"leitai/internal/testenv"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/sqldb"
)

var noon = time.Date(2026, 11, 20, 4, 0, 0, 0, time.UTC)

// hall is a published paper contest whose attempts a test makes up.
type hall struct {
	*Store
	db       *sqldb.DB
	contest  *paper.Contest
	entrants map[string]bool
	rows     map[string][][]any
	n        int
}

func TestStore(t *testing.T) {
	testenv.Databases(t, func(t *testing.T, url string) {
		db := open(t, url)
		t.Run("cheats are found among honest people", func(t *testing.T) { cheatsAreFound(t, newHall(t, db)) })
		t.Run("what staff decided stays", func(t *testing.T) { whatStaffDecidedStays(t, newHall(t, db)) })
		t.Run("one look at a time", func(t *testing.T) { oneLookAtATime(t, newHall(t, db)) })
	})
}

func open(t testing.TB, url string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(context.Background(), url)
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	must(t, db.Migrate(context.Background()))
	return db
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

const questions = 20

func newHall(t testing.TB, db *sqldb.DB) *hall {
	t.Helper()
	ctx := context.Background()
	var bank []questionbank.Question
	for i := range questions {
		bank = append(bank, questionbank.Question{Type: questionbank.Single, Category: "c", Stem: fmt.Sprintf("%02d ", i) + strings.Repeat("题", 80), Options: []string{"甲", "乙", "丙", "丁"}, Key: []string{"A"}, Difficulty: 1})
	}
	id, err := questionbank.NewStore(db).CreateBank(ctx, noon, uuid.NewString(), bank)
	must(t, err)
	papers := paper.NewStore(db)
	t.Cleanup(papers.Stop)
	rules := paper.DefaultSettings(noon)
	rules.OpensMS, rules.ClosesMS = noon.Add(-time.Hour).UnixMilli(), noon.Add(24*time.Hour).UnixMilli()
	rules.Draw = []paper.Rule{{BankID: id, Count: questions}}
	var teams []quiz.Team
	for i := range 10 {
		teams = append(teams, quiz.Team{Name: fmt.Sprintf("单位%d", i)})
	}
	c := &quiz.Contest{Title: "预赛", Settings: quiz.DefaultContestSettings(), Teams: teams}
	must(t, papers.Create(ctx, noon, c, rules, nil))
	made, err := papers.Publish(ctx, noon, c.ID)
	must(t, err)
	return &hall{Store: NewStore(db, papers).Paced(nil), db: db, contest: made, entrants: map[string]bool{}, rows: map[string][][]any{}}
}

// take makes up an attempt: the choice of each question, and the milliseconds between the answers.
func (h *hall) take(name string, team int, choices []string, gaps []int64, device string, left ...int64) string {
	h.n++
	id := fmt.Sprintf("%s-%06d", h.contest.ID[:13], h.n)
	entrant := h.contest.ID + name
	if !h.entrants[entrant] {
		h.entrants[entrant] = true
		h.add("entrants", entrant, h.contest.ID, h.contest.Teams[team].ID, name, entrant, noon.UnixMilli())
	}
	var drawn []paper.Drawn
	var marks []paper.Mark
	at, correct := noon.UnixMilli(), 0
	for i, q := range h.contest.Pool {
		drawn = append(drawn, paper.Drawn{ID: q.Question.ID, Options: "ABCD"})
		m := paper.Mark{A: []string{choices[i]}, Right: choices[i] == "A"}
		if m.Right {
			correct++
			m.Points = 10
		}
		marks = append(marks, m)
		at += gaps[i]
		h.add("attempt_saves", id, fmt.Sprint("s", i), i+1, 1, `["`+choices[i]+`"]`, at)
	}
	h.add("attempts", id, h.contest.ID, entrant, "formal", h.n, "2026-11-20", encode(drawn), "handed_in", noon.UnixMilli(), noon.Add(time.Hour).UnixMilli(), at, "person",
		correct*10, correct, questions, at-noon.UnixMilli(), encode(marks))
	if device != "" {
		h.add("attempt_events", id, "device", "device", 0, noon.UnixMilli(), 0, device)
	}
	for i, ms := range left {
		h.add("attempt_events", id, fmt.Sprint("left", i), "left", 0, noon.UnixMilli(), ms, "")
	}
	return id
}

func encode(v any) string {
	b, _ := json.Marshal(v) // it always encodes
	return string(b)
}

func (h *hall) add(table string, values ...any) { h.rows[table] = append(h.rows[table], values) }

var columns = map[string][]string{
	"entrants":       {"id", "contest_id", "team_id", "name", "client_id", "created_at"},
	"attempts":       {"id", "contest_id", "entrant_id", "phase", "no", "day", "paper", "state", "started_at", "deadline_at", "handed_in_at", "handed_in_by", "points", "correct", "answered", "time_ms", "marks"},
	"attempt_saves":  {"attempt_id", "id", "question_no", "n", "choice", "saved_at"},
	"attempt_events": {"attempt_id", "id", "kind", "question_no", "at", "ms", "detail"},
}

// store writes what was made up.
func (h *hall) store(t testing.TB) {
	t.Helper()
	for _, table := range []string{"entrants", "attempts", "attempt_saves", "attempt_events"} {
		for rows := h.rows[table]; len(rows) > 0; rows = rows[min(len(rows), 2000):] {
			in := sqldb.Insert{Table: table, Key: []string{"id"}}
			if strings.HasPrefix(table, "attempt_") {
				in.Key = []string{"attempt_id", "id"}
			}
			for i, name := range columns[table] {
				c := sqldb.Column{Name: name}
				for _, r := range rows[:min(len(rows), 2000)] {
					switch v := r[i].(type) {
					case string:
						c.Strings = append(c.Strings, v)
					case int:
						c.Ints = append(c.Ints, int64(v))
					case int64:
						c.Ints = append(c.Ints, v)
					}
				}
				in.Columns = append(in.Columns, c)
			}
			_, err := h.db.Append(context.Background(), in)
			must(t, err)
		}
	}
	h.rows = map[string][][]any{}
}

// crowd lets honest people take the paper.
func (h *hall) crowd(seed uint64, n int) {
	people := newCrowd(seed, questions)
	for i := range n {
		s := people.sheet(i)
		var choices []string
		var gaps []int64
		median := 4000 + people.r.ExpFloat64()*5000
		for _, g := range s.answers {
			choices = append(choices, g.choice)
			gaps = append(gaps, int64(median*math.Exp(0.55*people.r.NormFloat64())))
		}
		var left []int64
		for people.r.Float64() < 0.3 {
			left = append(left, int64(people.r.ExpFloat64()*8000))
		}
		h.take(fmt.Sprintf("诚实%05d", i), i%10, choices, gaps, fmt.Sprint("device", i), left...)
	}
}

func pick(r *rand.Rand, from string) []string {
	out := make([]string, questions)
	for i := range out {
		out[i] = string(from[r.IntN(len(from))])
	}
	return out
}

func human(r *rand.Rand) []int64 {
	out := make([]int64, questions)
	for i := range out {
		out[i] = int64(8000 * math.Exp(0.6*r.NormFloat64()))
	}
	return out
}

func (h *hall) look(t testing.TB, with Settings) map[Kind][]Finding {
	t.Helper()
	must(t, h.StartLook(context.Background(), time.Now(), h.contest.ID, with))
	must(t, h.Run(context.Background(), h.contest.ID, with))
	all, err := h.ListFindings(context.Background(), h.contest.ID, "", "")
	must(t, err)
	out := map[Kind][]Finding{}
	for _, f := range all {
		out[f.Kind] = append(out[f.Kind], f)
	}
	return out
}

func cheatsAreFound(t *testing.T, h *hall) {
	h.crowd(5, 600)
	h.store(t)
	if found := h.look(t, DefaultSettings()); len(found) != 0 {
		t.Errorf("honest people: %+v", found)
	}
	r := rand.New(rand.NewPCG(9, 9))
	fast := h.take("快手", 0, pick(r, "AAAAB"), jitter(questions, 500, 0.5), "x1")
	clock := h.take("节拍", 1, pick(r, "AAAAB"), same(questions, 7000), "x2")
	list := pick(r, "AABCD")
	var copies []string
	for i := range 3 {
		copies = append(copies, h.take(fmt.Sprint("抄", i), 3, list, human(r), fmt.Sprint("y", i)))
	}
	for i := range 4 {
		h.take(fmt.Sprint("公用", i), i, pick(r, "AAAB"), human(r), "shared tablet")
	}
	away := h.take("离开", 2, pick(r, "AAAB"), human(r), "x3", 20000, 20000, 20000, 5000, 9000, 1000, 1000)
	h.store(t)
	found := h.look(t, DefaultSettings())
	for kind, want := range map[Kind][]string{Speed: {fast}, Interval: {clock}, Same: copies, Leaving: {away}} {
		if len(found[kind]) != 1 || fmt.Sprint(found[kind][0].Evidence.Attempts) != fmt.Sprint(want) {
			t.Errorf("%s: %+v, want %v", kind, found[kind], want)
		}
	}
	if len(found[Device]) != 1 || found[Device][0].Evidence.People != 4 || len(found[Device][0].Evidence.Attempts) != 4 {
		t.Errorf("device: %+v", found[Device])
	}
	if e := found[Speed][0].Evidence; len(e.Steps) != questions || e.Steps[0].Chars != 87 || e.Steps[0].LeastMS != 1750 || e.Fast < 12 {
		t.Errorf("evidence of speed: %+v", e)
	}
	if e := found[Same][0].Evidence; e.People != 3 || !e.OneTeam || e.Wrong < 4 || len(e.Answers) != e.Wrong || e.Digits < 4 {
		t.Errorf("evidence of the same answers: %+v", e)
	}
	if e := found[Leaving][0].Evidence; e.Times != 7 || e.AwayMS != 76000 {
		t.Errorf("evidence of leaving: %+v", e)
	}
	counts, err := h.CountFindings(t.Context(), h.contest.ID)
	must(t, err)
	if counts[Same][Open] != 1 {
		t.Errorf("counted %v", counts)
	}
	look, err := h.FindLook(t.Context(), time.Now(), h.contest.ID)
	must(t, err)
	if look.State != Done || look.Attempts != 600+10 || look.EndedAt.IsZero() {
		t.Errorf("look %+v", look)
	}
	sittings, err := h.Sittings(t.Context(), h.contest.ID, []string{fast, "no such"})
	must(t, err)
	if len(sittings) != 1 || sittings[fast].Name != "快手" || sittings[fast].Team != "单位0" {
		t.Errorf("sittings %+v", sittings)
	}
	off := DefaultSettings()
	off.Speed, off.Interval, off.Same, off.Device, off.Leaving = false, false, false, false, false
	if found := h.look(t, off); len(found) != 0 {
		t.Errorf("found what was not looked for: %v", found)
	}
}

func whatStaffDecidedStays(t *testing.T, h *hall) {
	r := rand.New(rand.NewPCG(2, 2))
	h.take("节拍", 1, pick(r, "AAAAB"), same(questions, 7000), "x2")
	gone := h.take("快手", 0, pick(r, "AAAAB"), jitter(questions, 500, 0.5), "x1")
	h.store(t)
	found := h.look(t, DefaultSettings())
	clock, fast := found[Interval][0].Key, found[Speed][0].Key
	ctx := t.Context()
	if err := h.SetState(ctx, noon, h.contest.ID, clock, Dismissed, " ", "李主任"); fault.KeyOf(err) != "request.invalid" {
		t.Errorf("without a note: %v", err)
	}
	if err := h.SetState(ctx, noon, h.contest.ID, "no-such", Dismissed, "好", "李主任"); fault.KeyOf(err) != "finding.missing" {
		t.Errorf("unknown: %v", err)
	}
	must(t, h.SetState(ctx, noon, h.contest.ID, clock, Dismissed, "习惯如此", "李主任"))
	must(t, h.SetState(ctx, noon, h.contest.ID, fast, Acted, "代答", "李主任"))
	_, err := h.db.Exec(ctx, `UPDATE attempts SET state = 'void' WHERE id = $1`, gone)
	must(t, err)
	h.look(t, DefaultSettings())
	f, err := h.FindFinding(ctx, h.contest.ID, clock)
	must(t, err)
	if f.State != Dismissed || f.Note != "习惯如此" || f.ChangedBy != "李主任" || !f.ChangedAt.Equal(noon) || f.Gone {
		t.Errorf("after another look: %+v", f)
	}
	if f, err = h.FindFinding(ctx, h.contest.ID, fast); err != nil || !f.Gone || f.State != Acted {
		t.Errorf("what is not found any more: %+v %v", f, err)
	}
	must(t, h.SetState(ctx, noon, h.contest.ID, clock, Open, "", "李主任"))
	dismissed, err := h.ListFindings(ctx, h.contest.ID, Interval, Dismissed)
	must(t, err)
	if len(dismissed) != 0 {
		t.Errorf("opened again: %+v", dismissed)
	}
}

func oneLookAtATime(t *testing.T, h *hall) {
	ctx := t.Context()
	if l, err := h.FindLook(ctx, noon, h.contest.ID); err != nil || l.State != None || l.Settings != DefaultSettings() {
		t.Errorf("before the first: %+v %v", l, err)
	}
	with := DefaultSettings()
	with.DevicePeople = 7
	must(t, h.StartLook(ctx, noon, h.contest.ID, with))
	if err := h.StartLook(ctx, noon.Add(time.Minute), h.contest.ID, with); fault.KeyOf(err) != "integrity.running" {
		t.Errorf("a second one: %v", err)
	}
	if l, _ := h.FindLook(ctx, noon.Add(time.Minute), h.contest.ID); l.State != Running || l.Settings.DevicePeople != 7 {
		t.Errorf("while it runs: %+v", l)
	}
	if l, _ := h.FindLook(ctx, noon.Add(3*time.Minute), h.contest.ID); l.State != Failed {
		t.Errorf("one that was killed: %+v", l)
	}
	must(t, h.StartLook(ctx, noon.Add(3*time.Minute), h.contest.ID, DefaultSettings()))
	must(t, h.FailLook(ctx, noon.Add(3*time.Minute), h.contest.ID))
	if l, _ := h.FindLook(ctx, noon, h.contest.ID); l.State != Failed {
		t.Errorf("one that failed: %+v", l)
	}
	with.DevicePeople = 0
	if err := h.StartLook(ctx, noon, h.contest.ID, with); fault.KeyOf(err) != "request.invalid" {
		t.Errorf("out of range: %v", err)
	}
}

// BenchmarkLook is a look through 5,000 attempts of 20 answers.
func BenchmarkLook(b *testing.B) {
	h := newHall(b, open(b, "sqlite://"+b.TempDir()+"/look.db"))
	h.crowd(1, 5000)
	h.store(b)
	for b.Loop() {
		h.look(b, DefaultSettings())
	}
}
