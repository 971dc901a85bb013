package main

import (
	"context"
	"fmt"
	"time"

	"leitai/demo"
	"leitai/fault"
	"leitai/people"
	"leitai/questionbank"
	"leitai/questionbank/sample"
	"leitai/quiz"
)

// demoSeed makes the demo's park and draw; it never changes, so that every installation shows the same one.
const demoSeed = 20260701

// signIn is the first account, when it was just made.
type signIn struct{ username, password string }

// seed makes the first account and, where asked, the sample bank and the demo contest. A second start changes nothing.
func (s *server) seed(ctx context.Context, c *serveCmd) (*signIn, error) {
	username, password, created, err := s.people.EnsureFirst(ctx, time.Now(), c.AdminPassword)
	if err != nil {
		return nil, fmt.Errorf("first account: %w", err)
	}
	if c.Demo || c.SampleBank {
		if err := s.once(ctx, "sample_bank", s.seedBank); err != nil {
			return nil, fmt.Errorf("sample bank: %w", err)
		}
	}
	if c.Demo {
		if err := s.once(ctx, "demo_contest", s.seedContest); err != nil {
			return nil, fmt.Errorf("demo contest: %w", err)
		}
		if err := s.once(ctx, "demo_paper", s.seedPaper); err != nil {
			return nil, fmt.Errorf("demo preliminary: %w", err)
		}
		if err := s.once(ctx, "demo_learning", s.seedLearning); err != nil {
			return nil, fmt.Errorf("demo learning: %w", err)
		}
	}
	if !created {
		return nil, nil
	}
	return &signIn{username, password}, nil
}

// once runs a step unless its mark is set, and keeps the id that it made under the mark.
func (s *server) once(ctx context.Context, name string, step func(ctx context.Context) (string, error)) error {
	done, err := s.quiz.Meta(ctx, name)
	if err != nil || done != "" {
		return err
	}
	id, err := step(ctx)
	if err != nil {
		return err
	}
	_, err = s.quiz.SetMetaOnce(ctx, name, id)
	return err
}

func (s *server) seedBank(ctx context.Context) (string, error) {
	id, err := s.banks.CreateBank(ctx, time.Now(), sample.Name, sample.Questions())
	if !fault.Is(err, fault.Conflict) {
		return id, err
	}
	banks, err := s.banks.ListBanks(ctx) // an earlier start stopped between bank and mark
	for _, b := range banks {
		if b.Name == sample.Name {
			return b.ID, err
		}
	}
	return "", err
}

// demoQuestions is the number of questions of the demo's round.
const demoQuestions = 10

func (s *server) seedContest(ctx context.Context) (string, error) {
	units, persons := demo.Park(demoSeed)
	have, err := s.people.ListUnits(ctx)
	if err != nil {
		return "", err
	}
	if len(have) == 0 {
		if err := s.people.CreateUnits(ctx, units); err != nil {
			return "", err
		}
		if err := s.people.CreatePeople(ctx, time.Now(), persons); err != nil {
			return "", err
		}
	}
	bank, err := s.quiz.Meta(ctx, "sample_bank")
	if err != nil {
		return "", err
	}
	questions, err := s.banks.Draw(ctx, questionbank.DrawRule{BankID: bank, Count: demoQuestions}, demoSeed)
	if err != nil {
		return "", err
	}
	c := demoContest(units, persons, questions)
	if err := s.quiz.CreateContest(ctx, c); err != nil {
		return "", err
	}
	return c.ID, nil
}

func demoContest(units []people.Unit, persons []people.Person, questions []questionbank.Question) *quiz.Contest {
	roster := map[string]int{}
	for _, p := range persons {
		roster[p.UnitID]++
	}
	names := map[string]string{}
	for _, u := range units {
		names[u.ID] = u.Name
	}
	c := &quiz.Contest{Title: demo.ParkName + "知识竞赛", Organizer: demo.ParkName + "党群服务中心", Settings: quiz.DefaultContestSettings(),
		CreatedAt: time.Now()}
	for _, u := range units {
		if u.Kind == "branch" {
			c.Teams = append(c.Teams, quiz.Team{UnitID: u.ID, Name: u.Name, Group: names[u.ParentID], Roster: roster[u.ID]})
		}
	}
	r := quiz.Round{Title: "同步答题", Format: "sync", Settings: quiz.DefaultRoundSettings()}
	for _, q := range questions {
		r.Questions = append(r.Questions, quiz.RoundQuestion{Question: q})
	}
	c.Rounds = []quiz.Round{r}
	return c
}
