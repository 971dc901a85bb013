package questionbank

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/text/unicode/norm"

	"leitai/sqldb"
)

// A scan of 100,000 questions takes a database one to two seconds (docs/performance.md), and neither engine has an index
// for two Chinese characters that the other has too. So what a list filters by is kept in memory for large banks, a shelf
// for each: every question's labels and the text that a search looks into, about 500 bytes a question. Before each use
// the database is asked whether something has changed, in whichever process, and what has changed is read anew.

const (
	leastForShelf = 3000             // smaller banks are quick enough without
	mostShelves   = 3                // the longest unused one goes
	shelfIdle     = 10 * time.Minute // then its memory is given back
	// shelfSettle is for how long after a change is seen another one with the same time may be committed: changes of one
	// bank carry growing times (stampAfter), except for those of transactions side by side.
	shelfSettle = 2 * time.Second
)

// onShelf is what a list filters a question by.
type onShelf struct {
	id         string
	kind       Type
	category   string
	search     string
	tags       []string
	difficulty int
	since      int // questions.meant_since
	retired    bool
	deleted    bool
}

type shelf struct {
	mu     sync.Mutex
	items  []onShelf    // by id, ascending; guarded by mu
	last   sqldb.Millis // the latest change among them; guarded by mu
	seenAt time.Time    // wall clock at which this state was seen first; guarded by mu
}

type shelves struct {
	mu     sync.Mutex
	byBank map[string]*shelf    // guarded by mu
	used   map[string]time.Time // guarded by mu
	stats  playedStats          // guarded by mu
}

// playedStats are the answers to questions in all rounds, as they were at this sum.
type playedStats struct {
	sum  statsSum
	rows []statsRow
}

type statsSum struct {
	N       int64 `db:"n"`
	Answers int64 `db:"answers"`
	Correct int64 `db:"correct"`
	Mixed   int64 `db:"mixed"`
}

type statsRow struct {
	ID      string `db:"question_id"`
	Version int    `db:"version"`
	Answers int    `db:"answers"`
	Correct int    `db:"correct"`
}

// of gives the shelf of a bank, new ones empty.
func (s *shelves) of(bankID string) *shelf {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.byBank == nil {
		s.byBank, s.used = map[string]*shelf{}, map[string]time.Time{}
	}
	if s.byBank[bankID] == nil {
		if len(s.byBank) >= mostShelves {
			oldest := ""
			for id, at := range s.used {
				if oldest == "" || at.Before(s.used[oldest]) {
					oldest = id
				}
			}
			s.drop(oldest)
		}
		s.byBank[bankID] = &shelf{}
		time.AfterFunc(shelfIdle, func() { s.dropIdle(bankID) })
	}
	s.used[bankID] = time.Now()
	return s.byBank[bankID]
}

// drop forgets a shelf; the caller holds mu.
func (s *shelves) drop(bankID string) {
	delete(s.byBank, bankID)
	delete(s.used, bankID)
}

func (s *shelves) dropIdle(bankID string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at, ok := s.used[bankID]
	if !ok {
		return
	}
	if left := shelfIdle - time.Since(at); left > 0 {
		time.AfterFunc(left, func() { s.dropIdle(bankID) })
		return
	}
	s.drop(bankID)
}

// shelfOf gives what a large bank's list filters by, as the database has it now; ok is false for a bank that needs none.
func (s *Store) shelfOf(ctx context.Context, bankID string) (items []onShelf, ok bool, err error) {
	var now struct {
		N    int          `db:"n"`
		Last sqldb.Millis `db:"last"`
	}
	if err := s.db.Get(ctx, &now, `SELECT COUNT(*) AS n, COALESCE(MAX(updated_at), 0) AS last FROM questions WHERE bank_id = $1 AND (deleted_at IS NULL OR deleted_at > 0)`, bankID); err != nil {
		return nil, false, fmt.Errorf("list questions: %w", err)
	}
	if now.N < leastForShelf {
		return nil, false, nil
	}
	shelf := s.shelves.of(bankID)
	shelf.mu.Lock()
	defer shelf.mu.Unlock()
	if len(shelf.items) == now.N && shelf.last == now.Last {
		if time.Since(shelf.seenAt) > shelfSettle {
			return shelf.items, true, nil
		}
	} else {
		shelf.seenAt = time.Now()
	}
	if len(shelf.items) > 0 {
		if err := s.readShelf(ctx, shelf, bankID, shelf.last); err != nil {
			return nil, false, err
		}
	}
	if len(shelf.items) != now.N { // also when some have gone
		shelf.items = nil
		if err := s.readShelf(ctx, shelf, bankID, sqldb.MillisOf(time.UnixMilli(0))); err != nil {
			return nil, false, err
		}
	}
	return shelf.items, true, nil
}

// readShelf takes in the questions that were changed at `since` or later. Those who read the items before keep theirs.
func (s *Store) readShelf(ctx context.Context, shelf *shelf, bankID string, since sqldb.Millis) error {
	var rows []struct {
		ID         string               `db:"id"`
		Type       Type                 `db:"type"`
		Category   string               `db:"category"`
		Search     string               `db:"search"`
		Tags       sqldb.JSON[[]string] `db:"tags"`
		Difficulty int                  `db:"difficulty"`
		Since      int                  `db:"meant_since"`
		Retired    bool                 `db:"retired"`
		Deleted    bool                 `db:"deleted"`
		UpdatedAt  sqldb.Millis         `db:"updated_at"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT id, type, category, search, tags, difficulty, meant_since, retired, deleted_at IS NOT NULL AS deleted, updated_at
		FROM questions WHERE bank_id = $1 AND (deleted_at IS NULL OR deleted_at > 0) AND updated_at >= $2 ORDER BY id`, bankID, since); err != nil {
		return fmt.Errorf("list questions: %w", err)
	}
	same := map[string]string{} // few categories, many questions
	changed := make([]onShelf, len(rows))
	for i, r := range rows {
		if have, ok := same[r.Category]; ok {
			r.Category = have
		} else {
			same[r.Category] = r.Category
		}
		changed[i] = onShelf{r.ID, r.Type, r.Category, r.Search, r.Tags.V, r.Difficulty, r.Since, r.Retired, r.Deleted}
		if r.UpdatedAt.Time().After(shelf.last.Time()) {
			shelf.last = r.UpdatedAt
		}
	}
	shelf.items = merge(shelf.items, changed)
	return nil
}

// merge gives both lists as one by id; of two with the same id the second list's counts.
func merge(old, changed []onShelf) []onShelf {
	if len(old) == 0 {
		return changed
	}
	out := make([]onShelf, 0, len(old)+len(changed))
	i := 0
	for _, c := range changed {
		for i < len(old) && old[i].id < c.id {
			out = append(out, old[i])
			i++
		}
		if i < len(old) && old[i].id == c.id {
			i++
		}
		out = append(out, c)
	}
	return append(out, old[i:]...)
}

// matcher tells whether a question fits a filter; what is not on the shelf is asked of the database first.
func (s *Store) matcher(ctx context.Context, f Filter, items []onShelf, rates []int) (func(i int) bool, error) {
	words := strings.Fields(strings.ToLower(norm.NFKC.String(f.Search)))
	words = words[:min(len(words), MaxSearchWords)]
	var used map[string]bool
	if f.Used != nil {
		var ids []string
		if err := s.db.Select(ctx, &ids, `SELECT DISTINCT question_id FROM round_questions`); err != nil {
			return nil, fmt.Errorf("list used questions: %w", err)
		}
		used = make(map[string]bool, len(ids))
		for _, id := range ids {
			used[id] = true
		}
	}
	return func(i int) bool {
		q := &items[i]
		switch {
		case q.deleted != f.Deleted,
			f.Type != "" && q.kind != f.Type,
			f.Category != "" && q.category != f.Category,
			f.Difficulty > 0 && q.difficulty != f.Difficulty,
			f.Retired != nil && q.retired != *f.Retired,
			f.Used != nil && used[q.id] != *f.Used,
			f.Tag != "" && !slices.Contains(q.tags, f.Tag),
			f.Accuracy != "" && !f.Accuracy.holds(rates[i]):
			return false
		}
		for _, w := range words {
			if !strings.Contains(q.search, w) {
				return false
			}
		}
		return true
	}, nil
}

// holds tells whether a rate lies in the band.
func (a Accuracy) holds(rate int) bool {
	if band, ok := permille[a]; ok {
		return rate != unanswered && rate > band[0] && rate <= band[1]
	}
	return rate == unanswered
}

// unanswered is the rate of a question without answers.
const unanswered = 2000

// rates gives each item's share of right answers, as it is now, in thousandths. It reads the
// numbers of all banks: they are fewer than a join with a large bank would have to look at.
func (s *Store) rates(ctx context.Context, items []onShelf) ([]int, error) {
	rows, err := s.played(ctx)
	if err != nil {
		return nil, err
	}
	type sum struct{ answers, correct int }
	sums := map[int]sum{}
	for _, r := range rows {
		i, ok := slices.BinarySearchFunc(items, r.ID, func(q onShelf, id string) int { return cmp.Compare(q.id, id) })
		if !ok || r.Version < items[i].since {
			continue
		}
		n := sums[i]
		sums[i] = sum{n.answers + r.Answers, n.correct + r.Correct}
	}
	out := make([]int, len(items))
	for i := range out {
		out[i] = unanswered
	}
	for i, n := range sums {
		out[i] = n.correct * 1000 / n.answers
	}
	return out, nil
}

// played gives the numbers of all rounds. They are read anew when their sums differ; the last of these mixes them, so that
// changes which outweigh each other are seen too.
func (s *Store) played(ctx context.Context) ([]statsRow, error) {
	var now statsSum
	if err := s.db.Get(ctx, &now, `SELECT COUNT(*) AS n, CAST(COALESCE(SUM(answers), 0) AS BIGINT) AS answers, CAST(COALESCE(SUM(correct), 0) AS BIGINT) AS correct,
		CAST(COALESCE(SUM((answers + 3 * correct) * (question_no + 7 * version)), 0) AS BIGINT) AS mixed FROM question_stats`); err != nil {
		return nil, fmt.Errorf("rates of questions: %w", err)
	}
	s.shelves.mu.Lock()
	have := s.shelves.stats
	s.shelves.mu.Unlock()
	if have.rows != nil && have.sum == now {
		return have.rows, nil
	}
	rows := []statsRow{}
	if err := s.db.Select(ctx, &rows, `SELECT question_id, version, answers, correct FROM question_stats WHERE answers > 0`); err != nil {
		return nil, fmt.Errorf("rates of questions: %w", err)
	}
	s.shelves.mu.Lock()
	s.shelves.stats = playedStats{now, rows}
	s.shelves.mu.Unlock()
	return rows, nil
}

// inOrder gives the places of n items in the order of the list, newest first; with rates the lowest rate first.
func inOrder(n int, rates []int) []int {
	order, rest := make([]int, 0, n), make([]int, 0, n)
	for i := n - 1; i >= 0; i-- {
		if rates != nil && rates[i] == unanswered {
			rest = append(rest, i)
		} else {
			order = append(order, i)
		}
	}
	if rates != nil {
		slices.SortStableFunc(order, func(a, b int) int { return rates[a] - rates[b] })
	}
	return append(order, rest...)
}

// listFromShelf is ListQuestions for a large bank.
func (s *Store) listFromShelf(ctx context.Context, f Filter, items []onShelf, after string, limit int) (page []Entry, total int, err error) {
	var rates, by []int
	if f.Accuracy != "" || f.ByAccuracy {
		if rates, err = s.rates(ctx, items); err != nil {
			return nil, 0, err
		}
	}
	if f.ByAccuracy {
		by = rates
	}
	fits, err := s.matcher(ctx, f, items, rates)
	if err != nil {
		return nil, 0, err
	}
	var ids []string
	begun := after == ""
	for n, i := range inOrder(len(items), by) {
		if n%8192 == 0 && ctx.Err() != nil {
			return nil, 0, ctx.Err()
		}
		id := items[i].id
		begun = begun || !f.ByAccuracy && id < after
		if fits(i) {
			total++
			if begun && len(ids) < limit {
				ids = append(ids, id)
			}
		}
		begun = begun || id == after
	}
	page, err = s.EntriesOf(ctx, f.BankID, ids)
	if page == nil {
		page = []Entry{}
	}
	return page, total, err
}
