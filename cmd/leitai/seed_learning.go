package main

import (
	"context"
	"time"

	"leitai/fault"
)

// seedLearning opens the sample bank for learning and on touch machines, unless somebody has set rules of their own.
func (s *server) seedLearning(ctx context.Context) (string, error) {
	bank, err := s.quiz.Meta(ctx, "sample_bank")
	if err != nil {
		return "", err
	}
	kept, err := s.study.FindSettings(ctx)
	if err != nil || kept.Version > 0 {
		return bank, err
	}
	rules := kept.Settings
	rules.Banks, rules.KioskBanks, rules.Kiosk = []string{bank}, []string{bank}, true
	if _, err := s.study.ChangeSettings(ctx, time.Now(), kept.Version, rules, "演示"); err != nil && !fault.Is(err, fault.Conflict) {
		return "", err // in conflict another process was quicker
	}
	return bank, nil
}
