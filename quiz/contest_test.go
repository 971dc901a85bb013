package quiz

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"leitai/fault"
	"leitai/questionbank"
)

// wantFault fails unless err is a fault of this code and key.
func wantFault(t *testing.T, err error, code fault.Code, key string) {
	t.Helper()
	if fault.CodeOf(err) != code || fault.KeyOf(err) != key {
		t.Fatalf("got %v, want %s %s", err, code, key)
	}
}

// wantFields fails unless err is invalid and names exactly these fields, in alphabetical order.
func wantFields(t *testing.T, err error, names ...string) {
	t.Helper()
	f, ok := err.(*fault.Error)
	if !ok || f.Code != fault.Invalid {
		t.Fatalf("got %v, want invalid", err)
	}
	if got := slices.Sorted(maps.Keys(f.Fields)); !slices.Equal(got, names) {
		t.Fatalf("the fault names %q, want %q", got, names)
	}
}

func TestNamesAreStoredAsPeopleWriteThem(t *testing.T) {
	tests := []struct{ name, given, want string }{
		{"two characters", "王芳", "王芳"},
		{"one character", "兰", "兰"},
		{"middle dot", "阿卜杜热西提·阿卜杜拉", "阿卜杜热西提·阿卜杜拉"},
		{"bullet as middle dot", "迪丽热巴•迪力木拉提", "迪丽热巴•迪力木拉提"},
		{"katakana middle dot", "买买提・艾力", "买买提・艾力"},
		{"Uyghur script", "ئابدۇللا", "ئابدۇللا"},
		{"Tibetan script", "བསྟན་འཛིན", "བསྟན་འཛིན"},
		{"the round zero of years and names", "刘〇", "刘〇"},
		{"a rare character outside the basic plane", "𠮷野", "𠮷野"},
		{"a namesake's number", "张伟 (2)", "张伟 (2)"},
		{"full-width brackets", "张伟（大）", "张伟（大）"},
		{"English", "Jean-Luc O'Neill Jr.", "Jean-Luc O'Neill Jr."},
		{"a typographic apostrophe", "O’Neill", "O’Neill"},
		{"digits only", "007", "007"},
		{"spaces are trimmed and folded", "  王　\t 芳\n", "王 芳"},
		{"no-break space", "王\u00a0芳", "王 芳"},
		{"decomposed accents are composed", "Rene\u0301", "René"},
		{"decomposed Hangul is composed", "\u1112\u1161\u11ab", "한"},
		{"exactly 20 characters", strings.Repeat("长", MaxName), strings.Repeat("长", MaxName)},
		{"20 characters only once composed", strings.Repeat("e\u0301", MaxName), strings.Repeat("é", MaxName)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := CleanName(tt.given)
			if err != nil || got != tt.want {
				t.Fatalf("got %q and %v, want %q", got, err, tt.want)
			}
			if again, err := CleanName(got); err != nil || again != got {
				t.Errorf("the clean name %q becomes %q and %v", got, again, err)
			}
		})
	}
}

func TestNamesThatAreRefused(t *testing.T) {
	tests := []struct{ name, given, key string }{
		{"empty", "", "name.required"},
		{"only spaces", " \t\u3000 ", "name.required"},
		{"only punctuation", "·.-", "name.required"},
		{"only brackets", "()", "name.required"},
		{"only a combining mark", "\u0301", "name.required"},
		{"21 characters", strings.Repeat("长", MaxName+1), "name.too_long"},
		{"40 characters", strings.Repeat("王芳", 20), "name.too_long"},
		{"200 KB", strings.Repeat("长", 200<<10/3), "name.too_long"},
		{"200 KB of spaces", strings.Repeat(" ", 200<<10), "name.too_long"},
		{"emoji", "王芳🎉", "name.characters"},
		{"emoji alone", "🐼", "name.characters"},
		{"a keycap", "1\u20e3", "name.characters"},
		{"a heart with a variation selector", "王\ufe0f芳", "name.characters"},
		{"zero byte", "王\x00芳", "name.characters"},
		{"escape", "王\x1b[31m芳", "name.characters"},
		{"delete", "王\x7f芳", "name.characters"},
		{"right-to-left override", "王\u202e芳", "name.characters"},
		{"zero-width space", "王\u200b芳", "name.characters"},
		{"a letter that nobody sees", "\u3164", "name.characters"},
		{"a mark that nobody sees", "王\u034f芳", "name.characters"},
		{"markup", "<b>王</b>", "name.characters"},
		{"an address", "a@b", "name.characters"},
		{"private use", "\ue000", "name.characters"},
		{"not UTF-8", "王\xff", "name.characters"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := CleanName(tt.given)
			wantFields(t, err, "name")
			if key := err.(*fault.Error).Fields["name"]; key != tt.key || got != "" {
				t.Errorf("got %q and %s, want %s", got, key, tt.key)
			}
		})
	}
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"王芳", "阿卜杜热西提·阿卜杜拉", " a\u0301 ", "\xff", "🎉", "\u1112\u1161\u11ab", "\u0958"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, err := CleanName(s)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Fatalf("%q: %v", s, err)
			}
			return
		}
		if again, err := CleanName(name); err != nil || again != name {
			t.Fatalf("%q becomes %q, and that %q and %v", s, name, again, err)
		}
		if n := len([]rune(name)); n == 0 || n > MaxName {
			t.Fatalf("%q has %d characters", name, n)
		}
	})
}

func TestContestSettingsAreChecked(t *testing.T) {
	s := DefaultContestSettings()
	s.Theme, s.TeamFormula, s.TopK, s.MaxEntrants = "pink", "median", 0, 20001
	s.Logo, s.Sponsor = strings.Repeat("x", 201), strings.Repeat("赞", 61)
	wantFields(t, s.Validate(), "logo", "max_entrants", "sponsor", "team_formula", "theme", "top_k")
}

func TestQuestionsAndTeamsAreFound(t *testing.T) {
	c := &Contest{Teams: []Team{{ID: "a"}, {ID: "b", Name: "乙"}}, Rounds: []Round{{No: 1, Questions: []RoundQuestion{{No: 1}}},
		{No: 2, Title: "决赛", Questions: []RoundQuestion{{No: 1}, {No: 2, Question: questionbank.Question{Stem: "?"}}}}}}
	if r, q, ok := c.Question(2, 2); !ok || r.Title != "决赛" || q.Question.Stem != "?" {
		t.Errorf("got %v %v %v", r, q, ok)
	}
	for _, at := range []Ref{{0, 0}, {0, 1}, {1, 0}, {1, 2}, {3, 1}, {-1, 1}, {1, -1}} {
		if _, _, ok := c.Question(at.R, at.Q); ok {
			t.Errorf("question %v was found", at)
		}
	}
	if team, ok := c.Team("b"); !ok || team.Name != "乙" {
		t.Errorf("got %v %v", team, ok)
	}
	if _, ok := c.Team(""); ok {
		t.Error("the team without an id was found")
	}
}

func TestCopyHasNoPeopleAndPoints(t *testing.T) {
	c := &Contest{ID: "c", Title: "初赛", Organizer: "园区", Status: Finished, Settings: DefaultContestSettings(),
		Teams: []Team{{ID: "t", Name: "甲", UnitID: "u", Roster: 9}}, Rounds: []Round{{ID: "r", No: 1, Title: "一", Format: "sync",
			Settings: rules(nil), Questions: []RoundQuestion{{No: 1, Voided: true, Question: questionbank.Question{ID: "q"}}}}}}
	now := time.UnixMilli(5)
	n := c.Copy("复赛", now)
	if n.ID != "" || n.Title != "复赛" || n.Status != Draft || !n.CreatedAt.Equal(now) || n.Organizer != "园区" {
		t.Errorf("the copy is %+v", n)
	}
	if n.Teams[0].ID != "" || n.Teams[0].UnitID != "u" || n.Teams[0].Roster != 9 {
		t.Errorf("its team is %+v", n.Teams[0])
	}
	r := n.Rounds[0]
	if r.ID != "" || r.Questions[0].Voided || r.Questions[0].Question.ID != "q" {
		t.Errorf("its round is %+v", r)
	}
	if c.Teams[0].ID != "t" || !c.Rounds[0].Questions[0].Voided {
		t.Error("the original was changed")
	}
}
