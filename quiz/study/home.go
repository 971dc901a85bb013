package study

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/sqldb"
)

// ModeHome is what somebody sees of a mode.
type ModeHome struct {
	Mode  Mode
	Today int    // sets begun
	Cap   int    // 0 is no limit
	Open  string // id of the set that waits to be finished; of topics the latest
}

// Home is what somebody sees when they come to learn.
type Home struct {
	Rules     Settings
	Day       string
	Questions int // open for learning
	Modes     []ModeHome
	Points    int // today
	Month     int
	Ever      int
	Best      int // longest challenge ever
	Streak    int // days in a row
	Today     bool
	Mistakes  int
}

// Home gives somebody's page of learning.
func (s *Store) Home(ctx context.Context, now time.Time, personID string) (Home, error) {
	kept, err := s.FindSettings(ctx)
	if err != nil {
		return Home{}, err
	}
	h := Home{Rules: kept.Settings, Day: kept.Day(now)}
	questions, err := s.openQuestions(ctx, now, kept.Banks)
	if err != nil {
		return Home{}, err
	}
	h.Questions = len(questions)
	var day dayRow
	if err := s.db.Get(ctx, &day, `SELECT points, daily, topic, challenge, mistakes FROM study_days WHERE person_id = $1 AND day = $2`, personID, h.Day); err != nil && !errors.Is(err, sqldb.ErrNoRow) {
		return Home{}, wrap("find day", err)
	}
	h.Points = day.Points
	var open []struct {
		ID   string `db:"id"`
		Mode Mode   `db:"mode"`
	}
	if err := s.db.Select(ctx, &open, `SELECT id, mode FROM study_sets WHERE person_id = $1 AND state <> 'finished' ORDER BY started_at`, personID); err != nil {
		return Home{}, wrap("find open sets", err)
	}
	waiting := map[Mode]string{}
	for _, o := range open {
		waiting[o.Mode] = o.ID
	}
	for _, m := range Modes {
		if h.Rules.On(m) {
			h.Modes = append(h.Modes, ModeHome{m, day.of(m), h.Rules.Cap(m), waiting[m]})
		}
	}
	var totals []struct {
		Period string `db:"period"`
		Points int    `db:"points"`
		Best   int    `db:"best"`
	}
	month := Periods(h.Rules, now)[0]
	if err := s.db.Select(ctx, &totals, `SELECT period, points, best FROM study_totals WHERE person_id = $1 AND period IN ($2, 'all')`, personID, month); err != nil {
		return Home{}, wrap("find totals", err)
	}
	for _, t := range totals {
		if t.Period == month {
			h.Month = t.Points
		} else {
			h.Ever, h.Best = t.Points, t.Best
		}
	}
	if h.Rules.ShowsStreaks() {
		var days []string
		if err := s.db.Select(ctx, &days, `SELECT day FROM study_days WHERE person_id = $1 AND done > 0 AND day <= $2 ORDER BY day DESC LIMIT 1000`, personID, h.Day); err != nil {
			return Home{}, wrap("find days", err)
		}
		h.Streak, h.Today = streak(h.Day, days)
	}
	if err := s.db.Get(ctx, &h.Mistakes, `SELECT COUNT(*) FROM study_mistakes WHERE person_id = $1`, personID); err != nil {
		return Home{}, wrap("count mistakes", err)
	}
	return h, nil
}

// TopicHome is a topic with what somebody has done of it.
type TopicHome struct {
	ID        string // "c:" and a category, "t:" and a tag
	Name      string
	Tag       bool
	Questions int
	Seen      int // of them, answered at least once
	Right     int // of them, right the last time
	Open      string
}

// maxTopics bounds the list: the largest come first.
const maxTopics = 200

// Topics gives the categories and then the tags of the open questions, the largest first. personID may be "".
func (s *Store) Topics(ctx context.Context, now time.Time, personID string) ([]TopicHome, error) {
	kept, err := s.FindSettings(ctx)
	if err != nil {
		return nil, err
	}
	questions, err := s.openQuestions(ctx, now, kept.open(personID == ""))
	if err != nil {
		return nil, err
	}
	right := map[string]bool{}
	open := map[string]string{}
	if personID != "" {
		if right, open, err = s.progress(ctx, personID); err != nil {
			return nil, err
		}
	}
	byID := map[string]*TopicHome{}
	count := func(id, name string, tag bool, q questionbank.Outline) {
		t, ok := byID[id]
		if !ok {
			t = &TopicHome{ID: id, Name: name, Tag: tag, Open: open[id]}
			byID[id] = t
		}
		t.Questions++
		if r, seen := right[q.ID]; seen {
			t.Seen++
			if r {
				t.Right++
			}
		}
	}
	for _, q := range questions {
		if !touchable(personID == "", q) {
			continue
		}
		count("c:"+q.Category, q.Category, false, q)
		for _, tag := range q.Tags {
			count("t:"+tag, tag, true, q)
		}
	}
	out := make([]TopicHome, 0, len(byID))
	for _, t := range byID {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b TopicHome) int {
		if a.Tag != b.Tag {
			return map[bool]int{true: 1, false: -1}[a.Tag]
		}
		return cmp.Or(cmp.Compare(b.Questions, a.Questions), cmp.Compare(a.ID, b.ID))
	})
	return out[:min(len(out), maxTopics)], nil
}

// progress gives for each question that somebody has seen whether they knew it, and their open topic sets by topic.
func (s *Store) progress(ctx context.Context, personID string) (right map[string]bool, open map[string]string, err error) {
	var rows []struct {
		ID    string `db:"question_id"`
		Right bool   `db:"correct"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT question_id, correct FROM study_seen WHERE person_id = $1`, personID); err != nil {
		return nil, nil, wrap("find progress", err)
	}
	right = make(map[string]bool, len(rows))
	for _, r := range rows {
		right[r.ID] = r.Right
	}
	var sets []struct {
		ID    string `db:"id"`
		Topic string `db:"topic"`
	}
	if err := s.db.Select(ctx, &sets, `SELECT id, topic FROM study_sets WHERE person_id = $1 AND mode = 'topic' AND state <> 'finished'`, personID); err != nil {
		return nil, nil, wrap("find open topics", err)
	}
	open = map[string]string{}
	for _, r := range sets {
		open[r.Topic] = r.ID
	}
	return right, open, nil
}

// Reviewed is an answered question of a set. Of a question that was removed, or became part of a contest since, the
// question is empty.
type Reviewed struct {
	No       int
	Asked    Asked
	Question questionbank.Question
	Withheld bool
}

// Review gives what was answered in a set so far, with keys and explanations.
func (s *Store) Review(ctx context.Context, personID, id string) (Set, []Reviewed, error) {
	set, err := s.Find(ctx, personID, id)
	if err != nil {
		return Set{}, nil, err
	}
	var ids []string
	for _, q := range set.Questions {
		if q.Done && !q.Skipped {
			ids = append(ids, q.ID)
		}
	}
	hidden, err := s.withheld(ctx, ids...)
	if err != nil {
		return Set{}, nil, err
	}
	var out []Reviewed
	for i, q := range set.Questions {
		if !q.Done || q.Skipped {
			continue
		}
		r := Reviewed{No: i + 1, Asked: q, Withheld: hidden[q.ID]}
		if !r.Withheld {
			r.Question, err = s.banks.FindVersion(ctx, q.ID, q.Version)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return Set{}, nil, err
			}
		}
		out = append(out, r)
	}
	return set, out, nil
}
