package study

import (
	"time"

	"leitai/questionbank"
)

// State says how far a set is.
type State string

// The states of a set.
const (
	Open     State = "open"
	Stopped  State = "stopped" // a challenge after its first mistake: it may be revived or finished
	Finished State = "finished"
)

// Asked is a question of a set, and its answer once there is one. Questions stand with the version that was drawn: a
// later edit in the bank does not change what somebody is answering.
type Asked struct {
	ID       string   `json:"id"`
	Version  int      `json:"v"`
	Done     bool     `json:"done,omitempty"`   // answered, or skipped
	Skipped  bool     `json:"skip,omitempty"`   // removed from the bank, or kept out since it was drawn
	Hinted   bool     `json:"hint,omitempty"`   // the source was looked at
	AnswerID string   `json:"aid,omitempty"`    // the client's id of the answer
	Answer   []string `json:"a,omitempty"`      // canonical
	Right    bool     `json:"right,omitempty"`  //
	Points   int      `json:"points,omitempty"` // that this answer was given
	At       int64    `json:"at_ms,omitempty"`  // of the answer
}

// Set is some questions that somebody answers one after the other.
type Set struct {
	ID         string
	PersonID   string // "" on a kiosk
	Mode       Mode
	Topic      string
	State      State
	Day        string
	Questions  []Asked
	Correct    int
	Wrong      int
	Points     int
	Revived    bool
	StartedAt  time.Time
	FinishedAt time.Time // zero before

	version int
}

// Current is the number of the question that is to be answered, from 1; 0 when there is none.
func (s *Set) Current() int {
	for i, q := range s.Questions {
		if !q.Done {
			return i + 1
		}
	}
	return 0
}

// Answered is how many questions were answered.
func (s *Set) Answered() int { return s.Correct + s.Wrong }

// CanRevive tells whether a challenge that has stopped may go on.
func (s *Set) CanRevive() bool { return s.State == Stopped && !s.Revived }

// answer judges an answer to the current question and moves the set on.
func (s *Set) answer(now time.Time, id string, q questionbank.Question, canonical []string, revive bool) (right bool) {
	at := &s.Questions[s.Current()-1]
	right = q.Mark(canonical).Right
	at.Done, at.AnswerID, at.Answer, at.Right, at.At = true, id, canonical, right, now.UnixMilli()
	if right {
		s.Correct++
		return true
	}
	s.Wrong++
	if s.Mode == Challenge {
		if s.State = Finished; revive && !s.Revived {
			s.State = Stopped
		}
	}
	return false
}

// skip passes over the current question.
func (s *Set) skip() {
	at := &s.Questions[s.Current()-1]
	at.Done, at.Skipped = true, true
}

// complete tells whether nothing of a set was left unanswered, and something was answered.
func (s *Set) complete() bool { return s.Current() == 0 && s.Answered() > 0 }

// has tells whether a question is in the set.
func (s *Set) has(id string) bool {
	for _, q := range s.Questions {
		if q.ID == id {
			return true
		}
	}
	return false
}
