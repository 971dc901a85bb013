// Package doctor looks a question bank over (题库体检): duplicates, keys that give themselves away, texts that do not fit
// the big screen, options that overlap, questions that everybody or nobody gets right. It works on questions alone and
// knows neither database nor transport. A false alarm costs trust, so what is in doubt is a hint or is not said at all.
package doctor

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"leitai/questionbank"
)

// Item is a question with what is known of its past.
type Item struct {
	questionbank.Question
	Used    int            `json:"used,omitempty"`    // rounds that it is part of
	Answers int            `json:"answers,omitempty"` // entrants who answered it as it is now
	Right   int            `json:"right,omitempty"`   // of them, who were right
	Counts  map[string]int `json:"counts,omitempty"`  // letter → entrants who chose it
}

// Kind is what a finding is about.
type Kind string

// The kinds of findings, in the order in which they are told.
const (
	Conflict      Kind = "conflict"       // the same question with another key: one of them is wrong
	Nobody        Kind = "nobody"         // nobody, or hardly anybody, was right
	WrongChoice   Kind = "wrong_choice"   // one wrong option was chosen by most: the key may be wrong
	Duplicate     Kind = "duplicate"      // the same stem, options and key but for punctuation
	Near          Kind = "near"           // almost the same question
	SameOptions   Kind = "same_options"   // two options of a question say the same
	Ranges        Kind = "ranges"         // two options of a question overlap
	AllOfAbove    Kind = "all_of_above"   // "以上都对" is not the last option
	LongStem      Kind = "long_stem"      // does not fit one page of the big screen
	Letters       Kind = "letters"        // the keys' letters are uneven
	Judges        Kind = "judges"         // nearly all judge questions have the same key
	Length        Kind = "length"         // the key is the longest option too often
	NoExplanation Kind = "no_explanation" //
	NoSource      Kind = "no_source"      //
	Everybody     Kind = "everybody"      // everybody was right
	Unchosen      Kind = "unchosen"       // a wrong option that nobody chose
	Similar       Kind = "similar"        // alike, but a number, a negation or a word makes them different questions
)

// Kinds lists all kinds in the order in which they are told.
var Kinds = []Kind{Conflict, Nobody, WrongChoice, Duplicate, Near, SameOptions, Ranges, AllOfAbove, LongStem, Letters, Judges,
	Length, NoExplanation, NoSource, Everybody, Unchosen, Similar}

// Severity says how much a finding matters.
type Severity string

// The severities: wrong as it stands, worth mending, good to know.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
	Hint    Severity = "hint"
)

// Mend is something that can be done about a finding, besides dismissing it and opening the question.
type Mend string

// The mends.
const (
	MendDelete   Mend = "delete"    // put all but the first of the questions into the bin; the first takes what it lacks
	MendRetire   Mend = "retire"    // do not draw the question any more
	MendShuffle  Mend = "shuffle"   // exchange options so that the keys' letters are even
	MendMoveLast Mend = "move_last" // put the option about all others last
	MendSource   Mend = "source"    // give all the same source
)

// Finding is one thing that was found.
type Finding struct {
	Kind     Kind     `json:"kind"`
	Severity Severity `json:"severity"`
	IDs      []string `json:"ids"` // the questions; of duplicates the one to keep comes first
	Key      string   `json:"key"` // the same as long as nothing changes: by this a finding that was dismissed is known again
	Detail   Detail   `json:"detail"`
	Mends    []Mend   `json:"mends,omitempty"`
}

// Detail holds a finding's numbers; which are set depends on its kind.
type Detail struct {
	Percent int            `json:"percent,omitempty"` // likeness, share or rate
	Count   int            `json:"count,omitempty"`   // of Of
	Of      int            `json:"of,omitempty"`      // questions, or answers, that were looked at
	Letters map[string]int `json:"letters,omitempty"` // keys by letter
	Options []string       `json:"options,omitempty"` // letters of the options that it is about
	Pages   int            `json:"pages,omitempty"`   // on the big screen
	Chars   int            `json:"chars,omitempty"`   // of the stem
	Differs []string       `json:"differs,omitempty"` // number, negation, word: what makes the difference
	Value   string         `json:"value,omitempty"`   // "true" or "false" of judges
}

// Report is what a look at a bank found.
type Report struct {
	Questions int       `json:"questions"`
	Findings  []Finding `json:"findings"`
	Cut       []Kind    `json:"cut,omitempty"` // kinds of which there are more than MaxFindings
}

// MaxFindings is how many findings of one kind a report holds.
const MaxFindings = 1000

// Check looks a bank over. progress hears how far it is, from 0 to 1; it may be nil. The same questions in the same order
// give the same report.
func Check(ctx context.Context, items []Item, progress func(float64)) (Report, error) {
	if progress == nil {
		progress = func(float64) {}
	}
	r := Report{Questions: len(items)}
	alike, err := duplicates(ctx, items, func(share float64) { progress(0.9 * share) })
	if err != nil {
		return Report{}, err
	}
	r.Findings = append(r.Findings, alike...)
	for _, look := range []func([]Item) []Finding{letterSkew, judgeSkew, keyLength, missing, byQuestion} {
		if err := ctx.Err(); err != nil {
			return Report{}, err
		}
		r.Findings = append(r.Findings, look(items)...)
	}
	order := map[Kind]int{}
	for i, k := range Kinds {
		order[k] = i
	}
	rank := map[Severity]int{Error: 0, Warning: 1, Hint: 2}
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		return cmp.Or(order[a.Kind]-order[b.Kind], rank[a.Severity]-rank[b.Severity], b.Detail.Percent-a.Detail.Percent)
	})
	r.cut()
	progress(1)
	return r, nil
}

// cut bounds the findings of each kind.
func (r *Report) cut() {
	n := map[Kind]int{}
	kept := r.Findings[:0]
	for _, f := range r.Findings {
		n[f.Kind]++
		switch {
		case n[f.Kind] <= MaxFindings:
			kept = append(kept, f)
		case n[f.Kind] == MaxFindings+1:
			r.Cut = append(r.Cut, f.Kind)
		}
	}
	r.Findings = kept
}

// byQuestion is what can be said of each question alone.
func byQuestion(items []Item) []Finding {
	var out []Finding
	for i := range items {
		q := &items[i]
		if f, ok := longStem(q); ok {
			out = append(out, f)
		}
		out = append(out, overlaps(q)...)
		out = append(out, answered(q)...)
	}
	return out
}

// of begins a finding about one question.
func of(kind Kind, severity Severity, q *Item, mends ...Mend) Finding {
	return Finding{Kind: kind, Severity: severity, IDs: []string{q.ID}, Key: keyOf(kind, q.Question), Mends: mends}
}

// keyOf identifies a finding about these questions by what they say, in whichever order.
func keyOf(kind Kind, qs ...questionbank.Question) string {
	prints := make([]string, len(qs))
	for i, q := range qs {
		right := rightTexts(&q)
		slices.Sort(right)
		prints[i] = q.Fingerprint() + "\x01" + strings.Join(right, "\x00")
	}
	slices.Sort(prints)
	sum := sha256.Sum256([]byte(strings.Join(prints, "\x02")))
	return string(kind) + ":" + hex.EncodeToString(sum[:12])
}

// bankKey identifies a finding about the bank as a whole; one that was dismissed comes back when it concerns twice as many.
func bankKey(kind Kind, what string, n int) string {
	return string(kind) + ":" + what + ":" + strconv.Itoa(bits.Len(uint(n)))
}

// rightTexts gives the texts of the right options, in the order of the letters (of the key for an Order), or the accepted
// texts of a Fill, normalised.
func rightTexts(q *questionbank.Question) []string {
	out := make([]string, 0, len(q.Key))
	for _, k := range q.Key {
		if q.Type == questionbank.Fill {
			out = append(out, questionbank.Normal(k))
			continue
		}
		if i := index(k); i >= 0 && i < len(q.Options) {
			out = append(out, loose(q.Options[i]))
		}
	}
	return out
}

// index is the place of a letter, or -1.
func index(letter string) int {
	if len(letter) != 1 || letter[0] < 'A' || letter[0] > 'Z' {
		return -1
	}
	return int(letter[0] - 'A')
}

func percent(part, whole int) int {
	if whole == 0 {
		return 0
	}
	return (100*part + whole/2) / whole
}
