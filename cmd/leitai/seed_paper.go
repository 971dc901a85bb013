package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"leitai/demo"
	"leitai/fault"
	"leitai/people"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/quiz/paper"
)

// demoAnswering bounds how long the demo's people may take to answer, in the background of the first start.
const demoAnswering = 2 * time.Minute

// demoPause lies between two people of the demo.
const demoPause = 10 * time.Millisecond

// demoCategories are what the demo's preliminary asks about. The others stay free for learning: what a contest that goes
// on may ask is kept out of it.
var demoCategories = []string{"党史与党建", "宪法与法律", "安全生产", "保密与网络安全"}

// seedPaper makes the demo's preliminary: it has been running for three days and goes on for four. Its people answer in
// the background, so that the start does not wait for them.
func (s *server) seedPaper(ctx context.Context) (string, error) {
	bank, err := s.quiz.Meta(ctx, "sample_bank")
	if err != nil {
		return "", err
	}
	units, err := s.people.ListUnits(ctx)
	if err != nil {
		return "", err
	}
	var branches []string
	for _, u := range units {
		if u.Kind == "branch" {
			branches = append(branches, u.ID)
		}
	}
	now := time.Now()
	templates := paper.Templates(now)
	t := templates[slices.IndexFunc(templates, func(t paper.Template) bool { return t.Key == "study" })]
	for i := range t.Settings.Draw {
		t.Settings.Draw[i].BankID, t.Settings.Draw[i].Categories = bank, demoCategories
	}
	opens := now.Add(-72 * time.Hour).Truncate(time.Hour)
	t.Settings.OpensMS, t.Settings.ClosesMS, t.Settings.Entry = opens.UnixMilli(), opens.Add(7*24*time.Hour).UnixMilli(), paper.EntryOpen
	c := &quiz.Contest{Title: demo.ParkName + "知识竞赛·网上预赛", Organizer: demo.ParkName + "党群服务中心", Settings: t.Contest}
	if err := s.papers.Create(ctx, opens.Add(-time.Hour), c, t.Settings, branches); err != nil { // older than the hall's, which comes first in lists
		return "", err
	}
	if _, err := s.papers.Publish(ctx, now, c.ID); err != nil {
		return "", err
	}
	s.answering = c.ID
	return c.ID, nil
}

// demoPaper is the code of the demo's preliminary, "" where there is none any more.
func (s *server) demoPaper(ctx context.Context) (code string, err error) {
	id, err := s.quiz.Meta(ctx, "demo_paper")
	if err != nil || id == "" {
		return "", err
	}
	c, err := s.papers.Find(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return c.Code, nil
}

// answerDemo lets the people of the park answer the demo's preliminary, as they would have in the last days. What a stop
// cuts off stays as it is: a contest with fewer results.
func (s *server) answerDemo(ctx context.Context) {
	if s.answering == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, demoAnswering)
	defer cancel()
	_, persons := demo.Park(demoSeed)
	contest, err := s.papers.Find(ctx, s.answering)
	if err != nil {
		s.log.Warn("the demo's people do not answer", "error", err)
		return
	}
	r := rand.New(rand.NewPCG(demoSeed, 1))
	eager := map[string]float64{} // share of a branch that takes part
	for _, p := range persons {
		if _, ok := eager[p.UnitID]; !ok {
			eager[p.UnitID] = 0.35 + 0.6*r.Float64()
		}
		if r.Float64() > eager[p.UnitID] {
			continue
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(demoPause): // a hall may be playing by now
		}
		if err := s.answerAs(ctx, contest, p, r); err != nil && ctx.Err() == nil && !fault.Is(err, fault.Conflict) && !fault.Is(err, fault.TooLate) {
			s.log.Warn("somebody of the demo could not answer", "error", err)
			return
		}
	}
}

// answerAs answers one or two papers as a person, on a day and at an hour that people have time.
func (s *server) answerAs(ctx context.Context, c *paper.Contest, p people.Person, r *rand.Rand) error {
	skill := min(0.97, 0.55+0.18*r.NormFloat64()*0.6+0.2*r.Float64())
	opens, span := time.UnixMilli(c.Rules.OpensMS), time.Since(time.UnixMilli(c.Rules.OpensMS))-15*time.Minute
	at := opens.Add(time.Duration(r.Float64() * float64(span)))
	for range 1 + r.IntN(2) {
		if h := at.In(c.Zone()).Hour(); h < 7 && at.Add(-9*time.Hour).After(opens) { // they sleep
			at = at.Add(-9 * time.Hour)
		}
		e, err := s.papers.EnterPerson(ctx, at, c, p.ID, p.UnitID, p.Name, "")
		if err != nil {
			return fmt.Errorf("enter: %w", err)
		}
		a, err := s.papers.Start(ctx, at, c, e, paper.PhaseFormal, "demo "+p.ID)
		if err != nil {
			return fmt.Errorf("start: %w", err)
		}
		saves, taken := demoAnswers(c, a, skill, r)
		done := at.Add(taken)
		if _, err := s.papers.Save(ctx, done, a.ID, saves, nil); err != nil {
			return fmt.Errorf("save: %w", err)
		}
		if _, err := s.papers.HandIn(ctx, done, a.ID, paper.ByPerson); err != nil {
			return fmt.Errorf("hand in: %w", err)
		}
		if at = done.Add(time.Duration(1+r.IntN(20)) * time.Hour); at.After(time.Now()) {
			return nil
		}
	}
	return nil
}

// demoAnswers answers a paper with some skill, in the letters as they are shown, and tells how long that took.
func demoAnswers(c *paper.Contest, a *paper.Attempt, skill float64, r *rand.Rand) (saves []paper.Save, taken time.Duration) {
	for i, d := range a.Paper {
		taken += time.Duration(6000+r.IntN(16000)) * time.Millisecond
		q, ok := c.Question(d.ID)
		if !ok || r.Float64() > 0.98 {
			continue
		}
		answer := q.Question.Key
		if q.Question.Type != questionbank.Fill {
			answer = shownAs(d.Options, answer)
			if r.Float64() > skill && len(d.Options) > 0 {
				answer = []string{string(rune('A' + r.IntN(len(d.Options))))}
			}
		}
		saves = append(saves, paper.Save{ID: fmt.Sprintf("demo-%s-%d", a.ID, i), Q: i + 1, N: 1, A: answer})
	}
	return saves, min(taken, time.Duration(c.Rules.PaperLimitMS)*time.Millisecond-time.Second)
}

// shownAs gives the bank's letters as a person saw them: with "CAB" the bank's C is shown as A.
func shownAs(order string, letters []string) []string {
	out := []string{}
	for i := range order {
		if slices.Contains(letters, order[i:i+1]) {
			out = append(out, string(rune('A'+i)))
		}
	}
	return out
}
