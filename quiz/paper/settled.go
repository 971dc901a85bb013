package paper

import "reflect"

// settled gives what may not change from old to next any more, by field: the draw once the contest is published, and once it has begun
// everything but what is merely shown.
func settled(old, next Settings, begun bool) map[string]string {
	f := map[string]string{}
	same := func(name string, a, b any) {
		if !reflect.DeepEqual(a, b) {
			f[name] = "contest.settled"
		}
	}
	same("draw", old.Draw, next.Draw)
	same("same_paper", old.SamePaper, next.SamePaper)
	same("shuffle_questions", old.ShuffleQuestions, next.ShuffleQuestions)
	same("shuffle_options", old.ShuffleOptions, next.ShuffleOptions)
	if !begun {
		return f
	}
	same("time_zone", old.TimeZone, next.TimeZone)
	same("practice_opens_ms", old.PracticeOpensMS, next.PracticeOpensMS)
	same("practice_closes_ms", old.PracticeClosesMS, next.PracticeClosesMS)
	same("opens_ms", old.OpensMS, next.OpensMS)
	same("closes_ms", old.ClosesMS, next.ClosesMS) // Close and Prolong see to the attempts
	same("entry", old.Entry, next.Entry)
	same("points", old.Points, next.Points)
	same("wrong", old.Wrong, next.Wrong)
	same("partial", old.Partial, next.Partial)
	same("pass_mark", old.PassMark, next.PassMark)
	same("attempts_per_day", old.AttemptsPerDay, next.AttemptsPerDay)
	same("attempts_in_all", old.AttemptsInAll, next.AttemptsInAll)
	same("counts", old.Counts, next.Counts)
	same("paper_limit_ms", old.PaperLimitMS, next.PaperLimitMS)
	same("question_limit_ms", old.QuestionLimitMS, next.QuestionLimitMS)
	return f
}
