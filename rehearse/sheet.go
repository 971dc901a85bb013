package rehearse

import (
	"encoding/json"
	"slices"
	"strings"
)

// Where a phone's answer to a question stands.
const (
	sheetNone    = iota // the phone did not see the question
	sheetPlanned        // the person is still thinking
	sheetWaiting        // tapped, but there is no connection or the room is paused
	sheetSent
	sheetAcked
	sheetLate    // refused: too late
	sheetRefused // refused for another reason, see refusal
	sheetMissed  // the question closed before it could be sent
)

// How a phone loses its network in a question.
const (
	loseNever   = iota
	loseBefore  // while thinking
	loseBetween // between sending and acknowledgement
	loseAfter   // after the acknowledgement
)

// sheet is what one phone did with one question. Times are nanoseconds since the crowd's start, 0: never.
type sheet struct {
	openAt, dueAt, ackAt, meAt int64
	choice                     string // JSON array, as sent
	state, lose                uint8
	present                    bool // connected when the question opened
	waits                      bool // connected when the key was shown, so it must get its result
	broke                      bool // lost its network, on purpose, before the acknowledgement
	again                      bool // sent more than once
	duplicate                  bool // acknowledged as duplicate
	changed                    bool // the acknowledgement named another choice
}

// question is one question of the show as the crowd saw it.
type question struct {
	index     uint32
	round, no int
	kind      string
	options   []string // letters
	blanks    int
	key       []string // from the desk, nil when it is not known
	openAt    int64    // first phone's receipt of the open state, nanoseconds since the crowd's start
	openMS    float64  // server_ms of that state
	bytes     int      // of that state
	revealAt  int64    // the same for the revealed state
	revealMS  float64
	sheets    []sheet // by phone
	refused   map[string]int

	asked, settled, waiting, told int // phones that saw it; that are through with it; that wait for their result; that have it
}

// questionBody is the part of a state's or desk's question that choosing an answer needs.
type questionBody struct {
	No      int    `json:"no"`
	Type    string `json:"type"`
	Blanks  int    `json:"blanks"`
	Options []struct {
		ID string `json:"id"`
	} `json:"options"`
	Key []string `json:"key"` // desk only
}

func (q *question) learn(body []byte) error {
	var b questionBody
	if err := json.Unmarshal(body, &b); err != nil {
		return err
	}
	q.kind, q.blanks, q.options = b.Type, b.Blanks, q.options[:0]
	for _, o := range b.Options {
		q.options = append(q.options, o.ID)
	}
	return nil
}

// chance is the source of randomness of the crowd (math/rand/v2.Rand).
type chance interface {
	IntN(n int) int
	Int64N(n int64) int64
	Float64() float64
	Uint32() uint32
	Uint64() uint64
	Perm(n int) []int
}

// choose makes an answer. With a key, a share `accuracy` is right and the rest is wrong; else it is a plain guess.
func (q *question) choose(r chance, accuracy float64) []string {
	switch {
	case q.key == nil || accuracy < 0:
		return q.guess(r)
	case r.Float64() < accuracy:
		return q.right()
	}
	var a []string
	for range 8 { // a guess is right now and then: try again
		if a = q.guess(r); !sameChoice(q.kind, a, q.key) {
			break
		}
	}
	return a
}

func (q *question) right() []string {
	if q.kind != "fill" {
		return q.key
	}
	parts := []string{q.key[0]}
	if q.blanks > 1 {
		parts = strings.Split(strings.ReplaceAll(q.key[0], "｜", "|"), "|")
	}
	a := make([]string, max(q.blanks, 1))
	for i := range a {
		if a[i] = "不知道"; i < len(parts) {
			a[i], _, _ = strings.Cut(strings.ReplaceAll(parts[i], "；", ";"), ";") // the first of several accepted words
		}
	}
	return a
}

func (q *question) guess(r chance) []string {
	n := len(q.options)
	switch {
	case q.kind == "fill":
		return slices.Repeat([]string{"不知道"}, max(q.blanks, 1))
	case n == 0:
		return []string{"A"}
	case q.kind == "order":
		a := make([]string, n)
		for i, j := range r.Perm(n) {
			a[i] = q.options[j]
		}
		return a
	case q.kind == "multiple":
		set := 1 + r.IntN(1<<min(n, 26)-1) // not the empty set
		var a []string
		for i, o := range q.options {
			if set>>i&1 == 1 {
				a = append(a, o)
			}
		}
		return a
	}
	return []string{q.options[r.IntN(n)]}
}

// sameChoice compares two answers to a question of a kind as the server stores them: letters of a multiple choice
// in any order, texts without the spaces around them.
func sameChoice(kind string, a, b []string) bool {
	if len(a) != len(b) {
		return false
	}
	a, b = slices.Clone(a), slices.Clone(b)
	for i := range a {
		a[i], b[i] = strings.TrimSpace(a[i]), strings.TrimSpace(b[i])
	}
	if kind == "multiple" {
		slices.Sort(a)
		slices.Sort(b)
	}
	return slices.Equal(a, b)
}

// appendChoice appends an answer as a JSON array.
func appendChoice(dst []byte, a []string) []byte {
	dst = append(dst, '[')
	for i, s := range a {
		if i > 0 {
			dst = append(dst, ',')
		}
		if len(s) == 1 && s[0] >= 'A' && s[0] <= 'Z' {
			dst = append(dst, '"', s[0], '"')
			continue
		}
		quoted, err := json.Marshal(s)
		if err != nil { // a string always marshals
			quoted = []byte(`""`)
		}
		dst = append(dst, quoted...)
	}
	return append(dst, ']')
}

// choiceOf decodes a JSON array of strings, nil when it is none.
func choiceOf(raw []byte) []string {
	var a []string
	if json.Unmarshal(raw, &a) != nil {
		return nil
	}
	return a
}
