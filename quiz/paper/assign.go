package paper

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/questionbank/doctor"
)

// DrawReport says whether the banks can satisfy the rules of a draw, and how often people meet the same questions.
type DrawReport struct {
	Enough     bool
	Questions  int // of one paper
	Pool       int // questions that papers are drawn from
	Duplicates int // left out because another one asks the same
	Rules      []RuleReport
	// Repeats is the expected share of a paper's questions that are also in another person's paper, 0 to 1.
	Repeats float64
	// Attempts is how many formal attempts one person has at most, and Again the expected share of the questions on all those
	// papers that the person has had before. Unlimited attempts count as 100.
	Attempts int
	Again    float64
}

// RuleReport is what one rule finds.
type RuleReport struct {
	Want int
	Fit  int // questions that fit, also those that fit other rules
	Have int // questions that are this rule's own after those that fit several rules are shared out
}

// candidate is a question that fits some rules.
type candidate struct {
	id, fingerprint string
	fits            uint64 // bit i is rule i
}

// CheckDraw looks whether the banks can satisfy the rules as they are now. A bank that is gone has no questions.
func (s *Store) CheckDraw(ctx context.Context, rules Settings) (DrawReport, error) {
	_, report, err := s.share(ctx, rules)
	return report, err
}

// share finds the questions that fit and shares them out: question id → rule number.
func (s *Store) share(ctx context.Context, rules Settings) (map[string]int, DrawReport, error) {
	report := DrawReport{Questions: rules.Size(), Rules: make([]RuleReport, len(rules.Draw)), Enough: len(rules.Draw) > 0}
	var all []candidate
	seen := map[string]bool{}
	for _, r := range rules.Draw {
		if seen[r.BankID] {
			continue
		}
		seen[r.BankID] = true
		found, err := s.candidates(ctx, r.BankID, rules.Draw)
		if err != nil {
			return nil, report, err
		}
		all = append(all, found...)
	}
	slices.SortFunc(all, func(a, b candidate) int { return cmp.Compare(a.id, b.id) })
	asked := map[string]bool{}
	all = slices.DeleteFunc(all, func(c candidate) bool {
		if asked[c.fingerprint] {
			report.Duplicates++
			return true
		}
		asked[c.fingerprint] = true
		return false
	})
	want := make([]int, len(rules.Draw))
	for i, r := range rules.Draw {
		want[i] = r.Count
		report.Rules[i].Want = r.Count
		for _, c := range all {
			report.Rules[i].Fit += int(c.fits >> i & 1)
		}
	}
	given := assign(all, want)
	for _, no := range given {
		report.Rules[no-1].Have++
		report.Pool++
	}
	for _, r := range report.Rules {
		report.Enough = report.Enough && r.Have >= r.Want
	}
	report.repeats(rules)
	return given, report, nil
}

// candidates gives the questions of a bank that fit some rule.
func (s *Store) candidates(ctx context.Context, bank string, rules []Rule) ([]candidate, error) {
	var rows []struct {
		ID          string            `db:"id"`
		Type        questionbank.Type `db:"type"`
		Category    string            `db:"category"`
		Difficulty  int               `db:"difficulty"`
		Fingerprint string            `db:"fingerprint"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT id, type, category, difficulty, fingerprint FROM questions
		WHERE bank_id = $1 AND deleted_at IS NULL AND retired = $2`, bank, false); err != nil {
		return nil, wrap("list questions", err)
	}
	var out []candidate
	for _, q := range rows {
		c := candidate{id: q.ID, fingerprint: q.Fingerprint}
		for i, r := range rules {
			if r.BankID == bank && (len(r.Types) == 0 || slices.Contains(r.Types, q.Type)) &&
				(len(r.Categories) == 0 || slices.Contains(r.Categories, q.Category)) &&
				(len(r.Difficulties) == 0 || slices.Contains(r.Difficulties, q.Difficulty)) {
				c.fits |= 1 << i
			}
		}
		if c.fits != 0 {
			out = append(out, c)
		}
	}
	return out, nil
}

// assign gives each candidate to one of the rules it fits, so that every rule has as many as it wants if that is possible
// at all, and beyond that as many times what it wants as every other. The order of the candidates decides
// nothing but which of equal ones goes where.
func assign(all []candidate, want []int) map[string]int {
	classes := map[uint64][]string{} // candidates that fit the same rules are alike
	var masks []uint64
	for _, c := range all {
		if classes[c.fits] == nil {
			masks = append(masks, c.fits)
		}
		classes[c.fits] = append(classes[c.fits], c.id)
	}
	slices.Sort(masks)
	supply := make([]int, len(masks))
	for i, m := range masks {
		supply[i] = len(classes[m])
	}
	demand := func(share float64) []int {
		d := make([]int, len(want))
		for i, w := range want {
			d[i] = int(math.Ceil(float64(w) * share))
		}
		return d
	}
	best, full := flow(masks, supply, demand(1))
	if full { // the largest share that all rules can have, to a thousandth
		low, high := 1000, 1000*(len(all)+1)
		for low+1 < high {
			middle := (low + high) / 2
			if f, ok := flow(masks, supply, demand(float64(middle)/1000)); ok {
				best, low = f, middle
			} else {
				high = middle
			}
		}
	}
	out := make(map[string]int, len(all))
	have := make([]int, len(want))
	for i, m := range masks {
		ids := classes[m]
		for rule, n := range best[i] {
			for _, id := range ids[:n] {
				out[id] = rule + 1
			}
			ids = ids[n:]
			have[rule] += n
		}
		classes[m] = ids
	}
	for _, m := range masks { // what is left goes to whom it helps most
		for _, id := range classes[m] {
			to := -1
			for rule := range want {
				if m>>rule&1 == 1 && (to < 0 || have[rule]*want[to] < have[to]*want[rule]) {
					to = rule
				}
			}
			out[id] = to + 1
			have[to]++
		}
	}
	return out
}

// flow shares out classes of questions to rules: out[class][rule] is how many. ok tells that every rule has its
// demand; else as much as possible is shared out.
func flow(masks []uint64, supply, demand []int) (out [][]int, ok bool) {
	out = make([][]int, len(masks))
	left, need := slices.Clone(supply), slices.Clone(demand)
	for i := range out {
		out[i] = make([]int, len(demand))
	}
	// Augmenting paths: rule → class that has some left, or class → another rule that can take some elsewhere.
	var supplyTo func(rule, amount int, tried []bool) int
	supplyTo = func(rule, amount int, tried []bool) int {
		for i, m := range masks {
			if m>>rule&1 == 1 && left[i] > 0 {
				n := min(left[i], amount)
				left[i] -= n
				out[i][rule] += n
				return n
			}
		}
		tried[rule] = true
		for i, m := range masks {
			if m>>rule&1 == 0 {
				continue
			}
			for other := range demand {
				if tried[other] || out[i][other] == 0 {
					continue
				}
				if n := supplyTo(other, min(amount, out[i][other]), tried); n > 0 {
					out[i][other] -= n
					out[i][rule] += n
					return n
				}
			}
		}
		return 0
	}
	ok = true
	for rule := range demand {
		for need[rule] > 0 {
			n := supplyTo(rule, need[rule], make([]bool, len(demand)))
			if n == 0 {
				ok = false
				break
			}
			need[rule] -= n
		}
	}
	return out, ok
}

// repeats fills in how often questions come again.
func (r *DrawReport) repeats(rules Settings) {
	r.Attempts = rules.mostAttempts()
	if r.Questions == 0 {
		return
	}
	if rules.SamePaper {
		r.Repeats = 1
		r.Again = 1 - 1/float64(r.Attempts)
		return
	}
	shared, different := 0.0, 0.0
	for _, rule := range r.Rules {
		if rule.Have == 0 {
			continue
		}
		n, k := float64(rule.Have), float64(min(rule.Want, rule.Have))
		shared += k * k / n
		different += n * (1 - math.Pow(1-k/n, float64(r.Attempts)))
	}
	r.Repeats = shared / float64(r.Questions)
	r.Again = max(0, 1-different/float64(r.Attempts*r.Questions))
}

// mostAttempts is how many formal attempts one person can have, at most 100.
func (s Settings) mostAttempts() int {
	const most = 100
	n := most
	if s.AttemptsInAll > 0 {
		n = min(n, s.AttemptsInAll)
	}
	if s.AttemptsPerDay > 0 {
		n = min(n, s.AttemptsPerDay*s.days())
	}
	return n
}

// days is on how many calendar days the formal window lies.
func (s Settings) days() int {
	zone, err := s.Zone()
	if err != nil {
		return 1
	}
	from, to := time.UnixMilli(s.OpensMS).In(zone), time.UnixMilli(s.ClosesMS-1).In(zone)
	n := 1
	for day := from; n < 500 && day.Format(time.DateOnly) < to.Format(time.DateOnly); n++ {
		day = time.Date(from.Year(), from.Month(), from.Day()+n, 12, 0, 0, 0, zone)
	}
	return n
}

// movable is doctor.Movable as it is stored.
func movable(q questionbank.Question) string {
	out := ""
	for _, l := range doctor.Movable(q) {
		out += l
	}
	return out
}

// tooFew is the fault of a draw that the banks cannot satisfy: the first rule that lacks questions.
func (r DrawReport) tooFew() error {
	if len(r.Rules) == 0 {
		return fault.New(fault.Conflict, "contest.no_rules")
	}
	for i, rule := range r.Rules {
		if rule.Have < rule.Want {
			return fault.New(fault.Conflict, "contest.draw_few").With("rule", i+1).With("have", rule.Have).With("want", rule.Want)
		}
	}
	return nil
}
