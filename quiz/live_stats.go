package quiz

import (
	"context"
	"slices"
)

// noteStats remembers which questions' numbers changed with this step: those that are revealed now, and those that
// became or ceased to be void.
func (l *Live) noteStats(before State) {
	for _, ref := range []Ref{before.At, l.state.At} {
		if !before.Revealed(ref) && l.state.Revealed(ref) {
			l.noteStat(ref)
		}
	}
	for _, ref := range slices.Concat(before.Voided, l.state.Voided) {
		if before.IsVoid(ref) != l.state.IsVoid(ref) && l.state.Revealed(ref) {
			l.noteStat(ref)
		}
	}
}

func (l *Live) noteStat(ref Ref) {
	if _, _, ok := l.contest.Question(ref.R, ref.Q); ok && !slices.Contains(l.stats, ref) {
		l.stats = append(l.stats, ref)
	}
}

// noteAllStats has every revealed question written again.
func (l *Live) noteAllStats() {
	for _, r := range l.contest.Rounds {
		for _, q := range r.Questions {
			if ref := (Ref{r.No, q.No}); l.state.Revealed(ref) {
				l.noteStat(ref)
			}
		}
	}
}

// saveStats hands the numbers of one question to its bank: one in each beat and none while answers come in, since a hall
// goes first. What fails is tried again.
func (l *Live) saveStats(ctx context.Context) {
	if len(l.stats) == 0 || l.state.Phase == PhaseOpen || l.mustCount() {
		return
	}
	if err := l.Store.SaveStats(ctx, l.contest, l.stats[0]); err != nil {
		l.Logger.Warn("save stats", "contest", l.contest.ID, "error", err)
		return
	}
	l.stats = l.stats[1:]
}

// saveAllStats hands over what is left before the room's goroutine ends; the next start makes up for what fails.
func (l *Live) saveAllStats() {
	ctx, cancel := l.context()
	defer cancel()
	for len(l.stats) > 0 && l.state.Phase != PhaseOpen && !l.mustCount() {
		left := len(l.stats)
		l.saveStats(ctx)
		if len(l.stats) == left {
			return
		}
	}
}
