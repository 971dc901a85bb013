package quiz

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"leitai/fault"
	"leitai/questionbank"
)

var errAway = fault.New(fault.Unavailable, "storage.unavailable")

// memory is a database in a map, which can be away.
type memory struct {
	mu       sync.Mutex
	contest  *Contest
	room     Room
	entries  []Entry
	entrants []Entrant
	answers  map[answerKey]Answer

	away    bool            // every call fails
	failing map[string]bool // these calls fail
	lost    int             // so many commits succeed whose answer is lost
	saved   []State
	stats   []Ref // questions whose numbers were handed to the bank, in order
	calls   map[string]int
}

type answerKey struct {
	round   string
	q       int
	entrant string
}

// call counts a call and tells whether it fails; the caller holds mu.
func (m *memory) call(name string) error {
	m.calls[name]++
	if m.away || m.failing[name] {
		return errAway
	}
	return nil
}

func (m *memory) SaveStats(_ context.Context, _ *Contest, ref Ref) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("SaveStats"); err != nil {
		return err
	}
	m.stats = append(m.stats, ref)
	return nil
}

func (m *memory) SaveState(_ context.Context, _ *Contest, before, after State, holder string, now time.Time, e *Entry) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("SaveState"); err != nil {
		return err
	}
	if m.room.State.Seq != before.Seq || m.room.Holder != holder {
		return errLostRoom
	}
	if e != nil {
		if slices.ContainsFunc(m.entries, func(o Entry) bool { return o.CommandID == e.CommandID }) {
			return fault.New(fault.Conflict, "command.done")
		}
		m.entries = append(m.entries, *e)
	}
	m.room.State, m.room.AliveAt = after, now
	m.saved = append(m.saved, after)
	if m.lost > 0 {
		m.lost--
		return errAway
	}
	return nil
}

func (m *memory) FindRoom(context.Context, string) (Room, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.room, m.call("FindRoom")
}

func (m *memory) Beat(_ context.Context, _, holder string, now time.Time) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("Beat"); err != nil {
		return false, err
	}
	if m.room.Holder != holder {
		return false, nil
	}
	m.room.AliveAt = now
	return true, nil
}

func (m *memory) AnswersTo(_ context.Context, roundID string, q int) ([]Answer, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var out []Answer
	for k, a := range m.answers {
		if k.round == roundID && k.q == q {
			out = append(out, a)
		}
	}
	slices.SortFunc(out, func(a, b Answer) int { return cmp.Compare(a.EntrantID, b.EntrantID) })
	return out, m.call("AnswersTo")
}

func (m *memory) AppendAnswers(_ context.Context, as []Answer) ([]bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("AppendAnswers"); err != nil {
		return nil, err
	}
	inserted := make([]bool, len(as))
	for i, a := range as {
		k := answerKey{a.RoundID, a.QuestionNo, a.EntrantID}
		if _, ok := m.answers[k]; !ok {
			m.answers[k], inserted[i] = a, true
		}
	}
	return inserted, nil
}

func (m *memory) SetPoints(_ context.Context, roundID string, q int, points map[string]int) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.call("SetPoints"); err != nil {
		return err
	}
	for id, p := range points {
		k := answerKey{roundID, q, id}
		a := m.answers[k]
		a.Points = p
		m.answers[k] = a
	}
	return nil
}

func (m *memory) ListEntrants(_ context.Context, _ string, since time.Time) ([]Entrant, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := slices.DeleteFunc(slices.Clone(m.entrants), func(e Entrant) bool { return e.CreatedAt.Before(since) })
	return out, m.call("ListEntrants")
}

// ref gives where an answer belongs; the caller holds mu.
func (m *memory) ref(k answerKey) Ref {
	for _, r := range m.contest.Rounds {
		if r.ID == k.round {
			return Ref{r.No, k.q}
		}
	}
	return Ref{}
}

func (m *memory) Totals(_ context.Context, _ string, upTo Ref) (map[string]Total, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]Total{}
	for k, a := range m.answers {
		ref := m.ref(k)
		if upTo.Before(ref) || m.room.State.IsVoid(ref) {
			continue
		}
		t := out[a.EntrantID]
		t.Points += int64(a.Points)
		if len(a.Choice) > 0 {
			t.Answers++
		}
		if a.Correct {
			t.Correct++
			t.TimeMS += a.Adjusted.Milliseconds()
		}
		out[a.EntrantID] = t
	}
	return out, m.call("Totals")
}

func (m *memory) Streaks(_ context.Context, _ string, upTo Ref, questions []Ref) (map[string]int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]int{}
	for _, e := range m.entrants {
		for _, ref := range slices.Backward(questions) {
			if upTo.Before(ref) {
				continue
			}
			if !m.answers[answerKey{m.contest.Rounds[ref.R-1].ID, ref.Q, e.ID}].Correct {
				break
			}
			out[e.ID]++
		}
	}
	return out, m.call("Streaks")
}

func (m *memory) Adjustments(context.Context, string) (teams, entrants map[string]int64, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	teams, entrants = map[string]int64{}, map[string]int64{}
	for _, e := range m.entries {
		if e.EntrantID != "" {
			entrants[e.EntrantID] += int64(e.Points)
		} else if e.TeamID != "" {
			teams[e.TeamID] += int64(e.Points)
		}
	}
	return teams, entrants, m.call("Adjustments")
}

func (m *memory) ListLedger(context.Context, string) ([]Entry, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.entries), m.call("ListLedger")
}

// with changes the database while nobody uses it.
func (m *memory) with(f func(*memory)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	f(m)
}

func (m *memory) stored() (Room, []Entry) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.room, slices.Clone(m.entries)
}

// boards are live boards in a map, which can be away or hang.
type boards struct {
	mu     sync.Mutex
	scores map[string][]Score
	away   bool
	hang   bool
	calls  int
}

func (b *boards) call(ctx context.Context) error {
	b.mu.Lock()
	hang := b.hang
	b.calls++
	b.mu.Unlock()
	if hang {
		<-ctx.Done()
		return ctx.Err()
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.away {
		return errAway
	}
	return nil
}

func (b *boards) Replace(ctx context.Context, board string, scores []Score) error {
	if err := b.call(ctx); err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.scores[board] = slices.Clone(scores)
	return nil
}

func (b *boards) Count(ctx context.Context, board string) (int64, error) {
	if err := b.call(ctx); err != nil {
		return 0, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return int64(len(b.scores[board])), nil
}

func (b *boards) with(f func(*boards)) {
	b.mu.Lock()
	defer b.mu.Unlock()
	f(b)
}

func (b *boards) read(board string) []Score {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := slices.Clone(b.scores[board])
	SortScores(out)
	return out
}

// tap is the AnswerLog: closed, it holds back what a count waits for.
type tap struct {
	mu     sync.Mutex
	closed chan struct{} // where set, until it is closed
	flush  func()        // what was still queued
	drains int
}

func (p *tap) Drain(ctx context.Context) error {
	p.mu.Lock()
	p.drains++
	wait, flush := p.closed, p.flush
	p.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	if flush != nil {
		flush()
	}
	return nil
}

// happening is an event with the time at which it was published.
type happening struct {
	Event
	at time.Time
}

// theater is a live room with everything around it, in a bubble of its own time.
type theater struct {
	t       *testing.T
	contest *Contest
	store   *memory
	boards  *boards
	log     *tap
	live    *Live
	n       int

	mu     sync.Mutex
	events []happening
	phones func(Event) // what the audience does at each event
}

const contestID = "contest"

// newContest makes a contest with two teams and rounds of these numbers of single-choice questions whose key is B.
func newContest(change func(*RoundSettings), questions ...int) *Contest {
	c := &Contest{ID: contestID, Title: "党史知识竞赛", Settings: DefaultContestSettings(),
		Teams: []Team{{ID: "red", Name: "红队", Roster: 3}, {ID: "blue", Name: "蓝队", Roster: 3}}}
	for i, n := range questions {
		r := Round{ID: fmt.Sprint("round", i+1), No: i + 1, Format: "sync", Settings: rules(change)}
		for q := range n {
			r.Questions = append(r.Questions, RoundQuestion{No: q + 1, Question: questionbank.Question{Type: questionbank.Single,
				Stem: fmt.Sprint("第", q+1, "题"), Options: []string{"甲", "乙", "丙"}, Key: []string{"B"}, Explanation: "因为", Source: "党章"}})
		}
		c.Rounds = append(c.Rounds, r)
	}
	return c
}

// inTheater runs a test in a bubble. Ann and Ada play for red, Bob for blue.
func inTheater(t *testing.T, c *Contest, f func(*theater)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		m := &memory{contest: c, answers: map[answerKey]Answer{}, failing: map[string]bool{}, calls: map[string]int{},
			room: Room{ContestID: c.ID, Code: "482915", State: NewConductor(ShowOf(c)).Start(), Holder: "node1", AliveAt: time.Now()}}
		h := &theater{t: t, contest: c, store: m, boards: &boards{scores: map[string][]Score{}}, log: &tap{}}
		h.join("ann", "red")
		h.join("ada", "red")
		h.join("bob", "blue")
		time.Sleep(time.Second)
		h.start()
		defer func() { h.live.Stop() }()
		f(h)
	})
}

func (h *theater) config() LiveConfig {
	return LiveConfig{Store: h.store, Log: h.log, Boards: h.boards, Publish: h.publish, Holder: "node1",
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil))}
}

// start opens the room where its stored state stands.
func (h *theater) start() {
	h.t.Helper()
	room, _ := h.store.stored()
	l, err := StartLive(h.t.Context(), h.config(), h.contest, room)
	if err != nil {
		h.t.Fatal(err)
	}
	h.live = l
	synctest.Wait()
}

func (h *theater) join(id, team string) {
	h.store.with(func(m *memory) {
		m.entrants = append(m.entrants, Entrant{ID: id, TeamID: team, Name: id, CreatedAt: time.Now()})
	})
}

// publish checks what is promised of every event.
func (h *theater) publish(e Event) {
	room, _ := h.store.stored()
	if room.State.Seq != e.State.Seq || string(mustJSON(room.State)) != string(mustJSON(e.State)) {
		h.t.Errorf("published %+v, and stored is %+v", e.State, room.State)
	}
	h.mu.Lock()
	if n := len(h.events); n > 0 && e.State.Seq < h.events[n-1].State.Seq {
		h.t.Errorf("event %d came after event %d", e.State.Seq, h.events[n-1].State.Seq)
	}
	h.events = append(h.events, happening{e, time.Now()})
	phones := h.phones
	h.mu.Unlock()
	if phones != nil {
		phones(e)
	}
}

func (h *theater) audience(f func(Event)) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.phones = f
}

func (h *theater) history() []happening {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.events)
}

func (h *theater) last() happening {
	h.t.Helper()
	synctest.Wait()
	all := h.history()
	if len(all) == 0 {
		h.t.Fatal("no event yet")
	}
	return all[len(all)-1]
}

func (h *theater) try(cmd Command) (State, error) {
	h.t.Helper()
	if cmd.ID == "" {
		h.n++
		cmd.ID = fmt.Sprint("cmd", h.n)
	}
	s, err := h.live.Do(context.Background(), cmd)
	synctest.Wait()
	return s, err
}

func (h *theater) do(names ...string) {
	h.t.Helper()
	for _, name := range names {
		h.with(Command{Name: name, Seconds: 60})
	}
}

// with carries out a command and gives its ledger entry's id.
func (h *theater) with(cmd Command) string {
	h.t.Helper()
	if _, err := h.try(cmd); err != nil {
		h.t.Fatalf("%s in %s: %v", cmd.Name, h, err)
	}
	_, entries := h.store.stored()
	return entries[len(entries)-1].ID
}

// run lets time go by until the room is in a phase.
func (h *theater) run(phase Phase) happening {
	h.t.Helper()
	for range 100_000 {
		if e := h.last(); e.State.Phase == phase {
			return e
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.t.Fatalf("the room is %s and not %s", h, phase)
	return happening{}
}

// count lets time go by until the closed question is counted.
func (h *theater) count() {
	h.t.Helper()
	for range 1000 {
		if h.last().State.Counted {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	h.t.Fatalf("the room is %s and not counted", h)
}

func (h *theater) want(state string) {
	h.t.Helper()
	if got := h.String(); got != state {
		h.t.Fatalf("the room is %q, want %q", got, state)
	}
}

func (h *theater) String() string { return describe(h.last().State, time.Now()) }

// answer stores an answer to the current question, given after this time.
func (h *theater) answer(entrant, choice string, after time.Duration) {
	h.t.Helper()
	at := h.last().State.At
	h.answerTo(at, entrant, choice, after)
}

func (h *theater) answerTo(at Ref, entrant, choice string, after time.Duration) {
	h.t.Helper()
	round, q, ok := h.contest.Question(at.R, at.Q)
	if !ok {
		h.t.Fatalf("no question %v", at)
	}
	mark := q.Question.Mark([]string{choice})
	_, err := h.store.AppendAnswers(context.Background(), []Answer{{RoundID: round.ID, QuestionNo: at.Q, EntrantID: entrant,
		ClientID: entrant + choice, Choice: []string{choice}, ReceivedAt: time.Now(), Elapsed: after, Adjusted: after, Correct: mark.Right,
		Points: round.Settings.PointsFor(q.Question.Type, mark, after, 0)}})
	if err != nil {
		h.t.Fatal(err)
	}
}

// question plays one question from its "get ready" to the reveal; choices are by entrant, in order of their ids, a
// second apart.
func (h *theater) question(choices map[string]string) {
	h.t.Helper()
	h.run(PhaseOpen)
	for i, id := range slices.Sorted(maps.Keys(choices)) {
		h.answer(id, choices[id], time.Duration(i+1)*time.Second)
	}
	h.do(CmdReveal)
	h.run(PhaseRevealed)
}

// points gives the points of people and teams (in hundredths) as they are published.
func (h *theater) points() map[string]int64 {
	h.t.Helper()
	e := h.last()
	out := map[string]int64{}
	for _, p := range e.People {
		out[p.EntrantID] = p.Points
	}
	for _, team := range e.Teams {
		out[team.TeamID] = team.Hundredths
	}
	return out
}

func (h *theater) wantPoints(want map[string]int64) {
	h.t.Helper()
	if got := h.points(); !maps.Equal(got, want) {
		h.t.Fatalf("points are %v, want %v", got, want)
	}
	h.sumsAgree()
}

// sumsAgree compares what is published with the sums of the database and with the boards.
func (h *theater) sumsAgree() {
	h.t.Helper()
	e := h.last()
	upTo := e.State.At
	if !e.State.Revealed(upTo) {
		upTo.Q--
	}
	totals, _ := h.store.Totals(context.Background(), contestID, upTo)
	_, adjusted, _ := h.store.Adjustments(context.Background(), contestID)
	for _, p := range e.People {
		want := totals[p.EntrantID]
		want.Points += adjusted[p.EntrantID]
		want.Adjusted = adjusted[p.EntrantID]
		if p.Total != want {
			h.t.Errorf("%s has %+v, want %+v", p.EntrantID, p.Total, want)
		}
	}
	people, teams := make([]Score, len(e.People)), make([]Score, len(e.Teams))
	for i, p := range e.People {
		people[i] = Score{p.EntrantID, p.Points, p.TimeMS}
	}
	for i, team := range e.Teams {
		teams[i] = Score{team.TeamID, team.Hundredths, team.TimeMS}
	}
	SortScores(teams)
	if got := h.boards.read(PeopleBoard(contestID)); !slices.Equal(got, people) {
		h.t.Errorf("the people's board is %v, want %v", got, people)
	}
	if got := h.boards.read(TeamBoard(contestID)); !slices.Equal(got, teams) {
		h.t.Errorf("the teams' board is %v, want %v", got, teams)
	}
}
