package quiz

import (
	"fmt"
	"testing"
	"time"

	"leitai/questionbank"
)

const second = time.Second

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

// rules are the default settings with a change.
func rules(change func(*RoundSettings)) RoundSettings {
	s := DefaultRoundSettings()
	if change != nil {
		change(&s)
	}
	return s
}

var (
	right    = questionbank.Mark{Right: true, Chosen: 1, Of: 1}
	wrong    = questionbank.Mark{Wrong: 1, Of: 1}
	allThree = questionbank.Mark{Right: true, Chosen: 3, Of: 3}
)

func TestPointsByScoringMode(t *testing.T) {
	fixed := rules(nil)
	speed := rules(func(s *RoundSettings) {
		s.Scoring = Speed
		s.Points = map[questionbank.Type]int{questionbank.Single: 1000, questionbank.Judge: 10}
	})
	short := rules(func(s *RoundSettings) { s.Scoring, s.LimitMS = Speed, 3000 })
	decay := rules(func(s *RoundSettings) { s.Scoring = Decay })
	slope := rules(func(s *RoundSettings) { s.Scoring, s.DecayBase, s.DecayPerSecond, s.LimitMS = Decay, 0, 3, 10000 })
	order := rules(func(s *RoundSettings) { s.Scoring = Order })
	tests := []struct {
		name string
		s    RoundSettings
		typ  questionbank.Type
		t    time.Duration
		want int
	}{
		{"fixed single", fixed, questionbank.Single, 7 * second, 10},
		{"fixed multiple", fixed, questionbank.Multiple, 0, 20},
		{"fixed judge at the end", fixed, questionbank.Judge, 20 * second, 10},
		{"fixed fill after the end", fixed, questionbank.Fill, 25 * second, 10},
		{"a type without points", rules(func(s *RoundSettings) { s.Points = nil }), questionbank.Single, 0, 0},

		{"speed at once", speed, questionbank.Single, 0, 1000},
		{"speed before the opening", speed, questionbank.Single, -second, 1000},
		{"speed just under half a second", speed, questionbank.Single, ms(499), 1000},
		{"speed at half a second", speed, questionbank.Single, ms(500), 988}, // 987.5
		{"speed after one second", speed, questionbank.Single, second, 975},
		{"speed at half time", speed, questionbank.Single, 10 * second, 750},
		{"speed at the end", speed, questionbank.Single, 20 * second, 500},
		{"speed after the end", speed, questionbank.Single, 21 * second, 500},
		{"speed rounds half up", speed, questionbank.Judge, 10 * second, 8}, // 7.5
		// (1 − 2.1/3/2) × 10 is 6.5; in floating point 6.499999…
		{"speed rounds an exact half up", short, questionbank.Single, ms(2100), 7},
		{"speed goes by whole milliseconds, as they are kept", short, questionbank.Single, ms(2101) - 1, 7},

		{"decay at once", decay, questionbank.Single, 0, 700},
		{"decay after five seconds", decay, questionbank.Single, 5 * second, 550},
		{"decay by parts of a second", decay, questionbank.Single, ms(5500), 535},
		{"decay at the end", decay, questionbank.Single, 20 * second, 100},
		{"decay after the end", decay, questionbank.Single, 30 * second, 100},
		{"decay does not ask for the type", decay, questionbank.Multiple, 20 * second, 100},
		{"decay without base", slope, questionbank.Single, ms(9500), 2}, // 1.5
		{"decay without base at the end", slope, questionbank.Single, 10 * second, 0},

		{"order: the bonus comes at the close", order, questionbank.Single, second, 5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := tt.s.PointsFor(tt.typ, right, tt.t, 0); got != tt.want {
				t.Errorf("got %d, want %d", got, tt.want)
			}
		})
	}
}

// The published formula can be checked with a calculator: exact halves go up, whatever floating point makes of them.
func TestSpeedIsTheFormulaInExactArithmetic(t *testing.T) {
	for _, limit := range []int{3000, 12500, 20000, 45000} {
		for _, full := range []int{1, 7, 10, 20, 25, 100, 999, 1000} {
			s := rules(func(s *RoundSettings) {
				s.Scoring, s.LimitMS = Speed, limit
				s.Points = map[questionbank.Type]int{questionbank.Single: full}
			})
			for at := 500; at <= limit; at += 7 {
				want := (full*(2*limit-at) + limit) / (2 * limit)
				if got := s.PointsFor(questionbank.Single, right, ms(at), 0); got != want {
					t.Fatalf("T %d ms, P %d, t %d ms: got %d, want %d", limit, full, at, got, want)
				}
			}
		}
	}
}

// Whatever staff take from or add to the clock while a question is open, a right answer that came earlier is never
// worth less than one that came later.
func TestAnEarlierAnswerIsNeverWorthLess(t *testing.T) {
	for _, scoring := range []Scoring{Fixed, Speed, Decay, Order} {
		s := rules(func(s *RoundSettings) { s.Scoring = scoring })
		early := s.PointsFor(questionbank.Single, right, 5*second, 0)
		locked := s.PointsFor(questionbank.Single, right, ms(5900), 0)
		extended := s.PointsFor(questionbank.Single, right, 21*second, 0)
		if early < locked || locked < extended {
			t.Errorf("%s: 5 s of 20 s is worth %d, 5.9 s before a lock %d, 21 s after an extension %d", scoring, early, locked, extended)
		}
		if scoring == Decay && locked != 523 {
			t.Errorf("an answer on its way when the question was locked is worth %d, want 523", locked)
		}
		if scoring == Decay && extended != 100 {
			t.Errorf("an answer in the extension is worth %d, want the base of 100", extended)
		}
	}
}

func TestWrongAnswersCostWhatIsSet(t *testing.T) {
	for _, scoring := range []Scoring{Fixed, Speed, Decay, Order} {
		for _, penalty := range []int{0, -10} {
			s := rules(func(s *RoundSettings) { s.Scoring, s.Wrong, s.StreakStep = scoring, penalty, 100 })
			if got := s.PointsFor(questionbank.Single, wrong, second, 4); got != penalty {
				t.Errorf("%s with a penalty of %d: got %d", scoring, penalty, got)
			}
		}
	}
}

func TestPartialCredit(t *testing.T) {
	mark := func(chosen, wrong, of int) questionbank.Mark {
		return questionbank.Mark{Right: chosen == of && wrong == 0, Chosen: chosen, Wrong: wrong, Of: of}
	}
	tests := []struct {
		name    string
		typ     questionbank.Type
		mark    questionbank.Mark
		none    int
		half    int
		perItem int
	}{
		{"multiple, all of the key", questionbank.Multiple, mark(3, 0, 3), 20, 20, 20},
		{"multiple, two of three", questionbank.Multiple, mark(2, 0, 3), -5, 10, 13}, // 13.33
		{"multiple, one of three", questionbank.Multiple, mark(1, 0, 3), -5, 10, 7},  // 6.67
		{"multiple, two right and one wrong", questionbank.Multiple, mark(2, 1, 3), -5, -5, 7},
		{"multiple, one right and one wrong", questionbank.Multiple, mark(1, 1, 3), -5, -5, -5},
		{"multiple, more wrong than right", questionbank.Multiple, mark(1, 2, 3), -5, -5, -5},
		{"multiple, all letters", questionbank.Multiple, mark(3, 1, 3), -5, -5, 13},
		{"multiple, only wrong", questionbank.Multiple, mark(0, 1, 3), -5, -5, -5},
		{"fill of two blanks, one right", questionbank.Fill, mark(1, 1, 2), -5, 10, 10},
		{"fill of three blanks, two right", questionbank.Fill, mark(2, 1, 3), -5, 10, 13},
		{"fill of two blanks, none right", questionbank.Fill, mark(0, 2, 2), -5, -5, -5},
		{"fill of one blank", questionbank.Fill, mark(0, 1, 1), -5, -5, -5},
		{"single", questionbank.Single, mark(0, 1, 1), -5, -5, -5},
		{"order, wrong", questionbank.Order, mark(0, 1, 1), -5, -5, -5},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for partial, want := range map[Partial]int{PartialNone: tt.none, PartialHalf: tt.half, PartialOption: tt.perItem} {
				s := rules(func(s *RoundSettings) {
					s.Partial, s.Wrong = partial, -5
					for typ := range s.Points {
						s.Points[typ] = 20
					}
				})
				if got := s.PointsFor(tt.typ, tt.mark, second, 0); got != want {
					t.Errorf("%s: got %d, want %d", partial, got, want)
				}
			}
		})
	}
}

func TestPartialCreditShrinksWithTime(t *testing.T) {
	s := rules(func(s *RoundSettings) { s.Scoring, s.Partial = Decay, PartialHalf })
	subset := questionbank.Mark{Chosen: 1, Of: 3}
	if got := s.PointsFor(questionbank.Multiple, subset, 5*second, 0); got != 275 { // half of 550
		t.Errorf("got %d, want 275", got)
	}
}

func TestStreakBonusGrowsToItsCap(t *testing.T) {
	s := rules(func(s *RoundSettings) { s.StreakStep = 100 })
	for before, want := range []int{10, 110, 210, 310, 410, 510, 510, 510} {
		if got := s.PointsFor(questionbank.Single, right, second, before); got != want {
			t.Errorf("%d right before: got %d, want %d", before, got, want)
		}
	}
	uneven := rules(func(s *RoundSettings) { s.StreakStep, s.StreakMax = 30, 50 })
	for before, want := range []int{10, 40, 60, 60} {
		if got := uneven.PointsFor(questionbank.Single, right, second, before); got != want {
			t.Errorf("steps of 30 to 50, %d right before: got %d, want %d", before, got, want)
		}
	}
	if off := rules(nil); off.PointsFor(questionbank.Single, right, second, 9) != 10 {
		t.Error("a streak earns something though it is off by default")
	}
	partial := rules(func(s *RoundSettings) { s.StreakStep, s.Partial = 100, PartialHalf })
	if got := partial.PointsFor(questionbank.Multiple, questionbank.Mark{Chosen: 1, Of: 2}, second, 3); got != 10 {
		t.Errorf("a partly right answer got %d, want 10 without a streak bonus", got)
	}
	if got := partial.PointsFor(questionbank.Multiple, allThree, second, 1); got != 120 {
		t.Errorf("a right multiple after one right answer got %d, want 120", got)
	}
}

func TestOrderBonusForTheFirstRightAnswers(t *testing.T) {
	s := rules(func(s *RoundSettings) { s.Scoring = Order })
	for place, want := range []int{3, 2, 1, 0, 0} {
		if got := s.OrderBonusAt(place); got != want {
			t.Errorf("place %d: got %d, want %d", place, got, want)
		}
	}
	if got := rules(nil).OrderBonusAt(0); got != 0 {
		t.Errorf("fixed scoring gave the first an order bonus of %d", got)
	}
}

func TestFullPointsIsTheBestRightAnswer(t *testing.T) {
	for _, scoring := range []Scoring{Fixed, Speed, Decay, Order} {
		for _, typ := range questionbank.Types {
			s := rules(func(s *RoundSettings) { s.Scoring = scoring })
			best := s.PointsFor(typ, right, 0, 0) + s.OrderBonusAt(0)
			if got := s.FullPoints(typ); got != best {
				t.Errorf("%s %s: full points %d, but the best answer earns %d", scoring, typ, got, best)
			}
		}
	}
	if got := rules(func(s *RoundSettings) { s.Scoring, s.OrderBonus = Order, nil }).FullPoints(questionbank.Single); got != 5 {
		t.Errorf("order without a bonus: %d, want 5", got)
	}
}

func TestTimeOfAnAnswer(t *testing.T) {
	opened := time.UnixMilli(1_790_000_000_000)
	closes, limit := opened.Add(20*second), 20*second
	tests := []struct {
		name     string
		after    time.Duration // the opening
		delay    time.Duration
		fair     bool
		elapsed  time.Duration
		adjusted time.Duration
		late     bool
	}{
		{"no delay", 5 * second, 0, true, 5 * second, 5 * second, false},
		{"a delay is taken off", 5 * second, ms(80), true, 5 * second, ms(4920), false},
		{"fair timing off", 5 * second, ms(80), false, 5 * second, 5 * second, false},
		{"never more than 250 ms", 5 * second, ms(900), true, 5 * second, ms(4750), false},
		{"a negative delay is none", 5 * second, -ms(80), true, 5 * second, 5 * second, false},
		{"never below 0", ms(100), ms(200), true, ms(100), 0, false},
		{"before the opening", -ms(50), 0, true, 0, 0, false},
		{"at the end", 20 * second, 0, true, 20 * second, 20 * second, false},

		{"after the end, within the slack", ms(20100), 0, true, ms(20100), 20 * second, false},
		{"after the slack", ms(20101), 0, true, ms(20101), 20 * second, true},
		{"sent in time over a slow network", ms(20350), ms(250), true, ms(20350), 20 * second, false},
		{"sent too late over a slow network", ms(20351), ms(250), true, ms(20351), 20 * second, true},
		{"a delay past the clamp does not buy time", ms(20351), second, true, ms(20351), 20 * second, true},
		{"without fair timing the delay still counts for being in time", ms(20350), ms(250), false, ms(20350), 20 * second, false},
		{"adjusted to within the limit", ms(20200), ms(250), true, ms(20200), ms(19950), false},
		{"far too late", 60 * second, ms(250), true, 60 * second, 20 * second, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := TimeAnswer(opened.Add(tt.after), closes, limit, tt.delay, tt.fair)
			if want := (Timing{tt.elapsed, tt.adjusted, tt.late}); got != want {
				t.Errorf("got %+v, want %+v", got, want)
			}
		})
	}
}

// The Conductor keeps closing time and limit such that an answer's time is that since the opening, less the pauses.
func TestTimeOfAnAnswerAfterStaffTouchedTheClock(t *testing.T) {
	opened := time.UnixMilli(1_790_000_000_000)
	at := func(after time.Duration) time.Time { return opened.Add(after) }
	cond := NewConductor(Show{Rounds: []ShowRound{{Settings: rules(nil), Questions: 1}}})
	type step struct {
		at  time.Duration
		cmd Command
	}
	tests := []struct {
		name    string
		steps   []step
		answer  time.Duration // after the opening
		elapsed time.Duration
		late    bool
	}{
		{"untouched", nil, 7 * second, 7 * second, false},
		{"a pause of a minute", []step{{5 * second, Command{Name: CmdPause}}, {65 * second, Command{Name: CmdResume}}}, 67 * second, 7 * second, false},
		{"two pauses", []step{{5 * second, Command{Name: CmdPause}}, {6 * second, Command{Name: CmdResume}},
			{8 * second, Command{Name: CmdPause}}, {10 * second, Command{Name: CmdResume}}}, 12 * second, 9 * second, false},
		{"ten seconds more", []step{{5 * second, Command{Name: CmdExtend, Seconds: 10}}}, 25 * second, 25 * second, false},
		{"ten seconds less", []step{{5 * second, Command{Name: CmdExtend, Seconds: -10}}}, 8 * second, 8 * second, false},
		{"ten seconds less, late", []step{{5 * second, Command{Name: CmdExtend, Seconds: -10}}}, 11 * second, 11 * second, true},
		{"more while paused", []step{{5 * second, Command{Name: CmdPause}}, {6 * second, Command{Name: CmdExtend, Seconds: 30}},
			{15 * second, Command{Name: CmdResume}}}, 45 * second, 35 * second, false},
		{"locked while it was on its way", []step{{5 * second, Command{Name: CmdLock}}}, ms(5050), ms(5050), false},
		{"locked long ago", []step{{5 * second, Command{Name: CmdLock}}}, 6 * second, 6 * second, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := cond.open(State{Phase: PhaseReady, At: Ref{1, 1}, LimitMS: 20000}, opened)
			for _, step := range tt.steps {
				var err error
				if s, err = cond.Do(s, step.cmd, at(step.at)); err != nil {
					t.Fatalf("%s: %v", step.cmd.Name, err)
				}
			}
			got := TimeAnswer(at(tt.answer), time.UnixMilli(s.ClosesAt), ms(int(s.LimitMS)), 0, true)
			if got.Elapsed != tt.elapsed || got.Late != tt.late {
				t.Errorf("got %+v, want %v and late %v", got, tt.elapsed, tt.late)
			}
		})
	}
}

func TestRoundSettingsAreChecked(t *testing.T) {
	if err := DefaultRoundSettings().Validate(); err != nil {
		t.Errorf("the defaults are refused: %v", err)
	}
	if err := DefaultContestSettings().Validate(); err != nil {
		t.Errorf("the contest's defaults are refused: %v", err)
	}
	tests := []struct {
		field  string
		change func(*RoundSettings)
	}{
		{"scoring", func(s *RoundSettings) { s.Scoring = "golf" }},
		{"partial", func(s *RoundSettings) { s.Partial = "some" }},
		{"standings", func(s *RoundSettings) { s.Standings = "" }},
		{"question_on", func(s *RoundSettings) { s.QuestionOn = "wall" }},
		{"points", func(s *RoundSettings) { s.Points = map[questionbank.Type]int{"essay": 10} }},
		{"points", func(s *RoundSettings) { s.Points = map[questionbank.Type]int{questionbank.Single: 10001} }},
		{"wrong", func(s *RoundSettings) { s.Wrong = 1 }},
		{"no_answer", func(s *RoundSettings) { s.NoAnswer = 1 }},
		{"streak_step", func(s *RoundSettings) { s.StreakStep = -1 }},
		{"decay_per_second", func(s *RoundSettings) { s.DecayPerSecond = 1001 }},
		{"order_bonus", func(s *RoundSettings) { s.OrderBonus = make([]int, 11) }},
		{"limit_ms", func(s *RoundSettings) { s.LimitMS = 2999 }},
		{"ready_ms", func(s *RoundSettings) { s.ReadyMS = 30001 }},
		{"pause_ms", func(s *RoundSettings) { s.PauseMS = 999 }},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprint(i, " ", tt.field), func(t *testing.T) {
			wantFields(t, rules(tt.change).Validate(), tt.field)
		})
	}
	both := rules(func(s *RoundSettings) { s.Wrong, s.LimitMS = 5, 0 })
	wantFields(t, both.Validate(), "limit_ms", "wrong")
}
