package paper

import (
	"time"

	"leitai/questionbank"
	"leitai/quiz"
)

// Template is what a new contest may begin with: rules that go together, for an occasion.
type Template struct {
	Key      string    // names its texts in the catalogues
	Kind     quiz.Kind // of a hall final live; then Settings are empty
	Contest  quiz.ContestSettings
	Settings Settings // the draw rules are of no bank yet
}

// Templates are the occasions, with windows that lie ahead of now.
func Templates(now time.Time) []Template {
	return []Template{study(now), safety(now), constitution(now), {Key: "final", Kind: quiz.KindLive, Contest: quiz.DefaultContestSettings()}, empty(now)}
}

// ofType draws n questions of a type, from no bank yet.
func ofType(t questionbank.Type, n int) Rule {
	return Rule{Types: []questionbank.Type{t}, Categories: []string{}, Difficulties: []int{}, Count: n}
}

// study is a preliminary like those of 学习强国: short papers day after day, the best one counts.
func study(now time.Time) Template {
	s, c := DefaultSettings(now), quiz.DefaultContestSettings()
	s.Draw = []Rule{ofType(questionbank.Single, 10), ofType(questionbank.Multiple, 5), ofType(questionbank.Judge, 5)}
	s.Points[questionbank.Single], s.Points[questionbank.Multiple], s.Points[questionbank.Judge] = 4, 8, 4
	s.PassMark, s.AttemptsPerDay = 60, 2
	c.TeamFormula = quiz.FormulaTopK
	return Template{Key: "study", Kind: quiz.KindPaper, Contest: c, Settings: s}
}

// safety is the contest of 安全生产月, which is June: longer papers, a few attempts, everybody is to take part.
func safety(now time.Time) Template {
	s, c := DefaultSettings(now), quiz.DefaultContestSettings()
	s.OpensMS, s.ClosesMS = yearly(now, s, time.June, 1, 30)
	s.Draw = []Rule{ofType(questionbank.Single, 15), ofType(questionbank.Multiple, 5), ofType(questionbank.Judge, 15)}
	s.Points[questionbank.Single], s.Points[questionbank.Multiple], s.Points[questionbank.Judge] = 3, 5, 2
	s.PassMark, s.AttemptsPerDay, s.AttemptsInAll, s.PaperLimitMS = 80, 0, 3, (30 * time.Minute).Milliseconds()
	c.Theme, c.TeamFormula = "blue", quiz.FormulaRosterAverage
	return Template{Key: "safety", Kind: quiz.KindPaper, Contest: c, Settings: s}
}

// constitution is the contest of 国家宪法日, December 4, over the 宪法宣传周 around it; anybody may take part.
func constitution(now time.Time) Template {
	s, c := DefaultSettings(now), quiz.DefaultContestSettings()
	s.OpensMS, s.ClosesMS = yearly(now, s, time.December, 1, 7)
	s.Entry = EntryOpen
	s.Draw = []Rule{ofType(questionbank.Single, 15), ofType(questionbank.Judge, 10)}
	s.Points[questionbank.Single], s.Points[questionbank.Judge] = 4, 4
	s.PassMark, s.AttemptsPerDay, s.PaperLimitMS = 60, 1, (15 * time.Minute).Milliseconds()
	s.People, s.TopShown = ShowTop, 50
	return Template{Key: "constitution", Kind: quiz.KindPaper, Contest: c, Settings: s}
}

func empty(now time.Time) Template {
	return Template{Key: "empty", Kind: quiz.KindPaper, Contest: quiz.DefaultContestSettings(), Settings: DefaultSettings(now)}
}

// yearly is the next window from 08:00 of one day to 20:00 of another of a month; one that has begun opens at the next
// full hour while a day of it is left.
func yearly(now time.Time, s Settings, month time.Month, from, to int) (opens, closes int64) {
	zone, err := s.Zone()
	if err != nil {
		zone = time.UTC
	}
	year := now.In(zone).Year()
	end := time.Date(year, month, to, 20, 0, 0, 0, zone)
	if end.Sub(now) < 24*time.Hour {
		year++
		end = time.Date(year, month, to, 20, 0, 0, 0, zone)
	}
	begin := time.Date(year, month, from, 8, 0, 0, 0, zone)
	if next := now.Truncate(time.Hour).Add(time.Hour); begin.Before(next) {
		begin = next
	}
	return begin.UnixMilli(), end.UnixMilli()
}
