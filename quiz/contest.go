package quiz

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"leitai/fault"
	"leitai/questionbank"
)

// Status is where a contest is in its life.
type Status string

// The statuses of a contest.
const (
	Draft     Status = "draft"
	Published Status = "published" // people can see it; it has not begun
	Running   Status = "running"
	Finished  Status = "finished"
	Archived  Status = "archived" // finished and out of the way
)

// Kind says how a contest is played.
type Kind string

// The kinds of contests.
const (
	KindLive  Kind = "live"  // rounds in a hall, conducted
	KindPaper Kind = "paper" // papers on people's own time (quiz/paper)
)

// Contest is one event (竞赛) with its teams and rounds.
type Contest struct {
	ID        string
	Title     string
	Organizer string
	Kind      Kind
	Settings  ContestSettings
	Status    Status
	CreatedAt time.Time
	Teams     []Team
	Rounds    []Round
}

// Team is who competes (代表队).
type Team struct {
	ID     string
	UnitID string // the unit it stands for, or ""
	Name   string
	Group  string // the enterprise, for the phone's list
	Roster int    // people on the roster, 0 if there is none
}

// Round is one part of a contest (轮次).
type Round struct {
	ID        string
	No        int // from 1
	Title     string
	Format    string
	Settings  RoundSettings
	Questions []RoundQuestion
}

// RoundQuestion is a question as it is played in a round, with the version of its draw.
type RoundQuestion struct {
	No       int // from 1
	Voided   bool
	Question questionbank.Question
}

// Entrant is a person or guest in a contest (参赛者).
type Entrant struct {
	ID        string
	TeamID    string
	PersonID  string
	Name      string // as shown; a namesake of the same team carries a number
	CreatedAt time.Time
}

// MaxName is the longest name that an entrant may type, in characters; a namesake's carries a number on top.
const MaxName = 20

// MaxMarks is how many marks one letter of a name may carry: a pile of them would paint over its neighbours.
const MaxMarks = 3

// CleanName gives a name as it is stored: NFC, spaces folded, trimmed. Allowed are letters of any script, digits,
// marks, spaces and . · - ' ( ), but nothing that stays invisible; a name that is empty, too long or has other
// characters is invalid with the field "name" (name.required, name.too_long, name.characters).
func CleanName(s string) (string, error) {
	if len(s) > 4*MaxName*4 {
		return "", fault.Field("name", "name.too_long")
	}
	if !utf8.ValidString(s) {
		return "", fault.Field("name", "name.characters")
	}
	s = strings.Join(strings.Fields(norm.NFC.String(s)), " ")
	if s == "" {
		return "", fault.Field("name", "name.required")
	}
	if utf8.RuneCountInString(s) > MaxName {
		return "", fault.Field("name", "name.too_long")
	}
	letters, marks := 0, 0
	for _, r := range s {
		if marks++; !unicode.IsMark(r) {
			marks = 0
		} else if marks > MaxMarks {
			return "", fault.Field("name", "name.characters")
		}
		switch {
		case unicode.In(r, unicode.Other_Default_Ignorable_Code_Point, unicode.Variation_Selector):
			return "", fault.Field("name", "name.characters")
		case unicode.IsLetter(r) || unicode.IsDigit(r) || r == '〇':
			letters++
		case unicode.IsMark(r) && r != '\u20e3': // the frame of a keycap emoji
		case strings.ContainsRune(" .·•・་-'’()（）_", r):
		default:
			return "", fault.Field("name", "name.characters")
		}
	}
	if letters == 0 {
		return "", fault.Field("name", "name.required")
	}
	return s, nil
}

// Team finds a team by id.
func (c *Contest) Team(id string) (Team, bool) {
	for _, t := range c.Teams {
		if t.ID == id {
			return t, true
		}
	}
	return Team{}, false
}

// Question finds a played question by round and question number, both from 1.
func (c *Contest) Question(round, question int) (*Round, *RoundQuestion, bool) {
	if round < 1 || round > len(c.Rounds) {
		return nil, nil, false
	}
	r := &c.Rounds[round-1]
	if question < 1 || question > len(r.Questions) {
		return nil, nil, false
	}
	return r, &r.Questions[question-1], true
}
