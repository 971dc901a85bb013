package paper

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"leitai/questionbank"
)

// Algorithm names the way of drawing that docs/draw.md describes. Whoever changes anything of it gives it a new name: papers of
// contests past must come out as they were.
const Algorithm = "leitai-draw-1"

// Drawn is a question of a paper. Options are the bank's letters in the order in which they are shown: with "CAB" the
// option shown as A is the bank's C. It is empty where nothing is to be chosen.
type Drawn struct {
	ID      string `json:"id"`
	Options string `json:"o,omitempty"`
}

// PoolEntry is what the draw needs of a question, and what is published of it.
type PoolEntry struct {
	RuleNo  int    `json:"rule_no"` // from 1
	ID      string `json:"question_id"`
	Version int    `json:"version"`
	Options int    `json:"options"` // how many
	Moves   string `json:"moves"`   // letters of those that are shuffled among themselves
}

// DrawRules is the part of the rules that decides what a paper is.
type DrawRules struct {
	Draw             []Rule `json:"draw"`
	SamePaper        bool   `json:"same_paper"`
	ShuffleQuestions bool   `json:"shuffle_questions"`
	ShuffleOptions   bool   `json:"shuffle_options"`
}

// DrawRules are the settings that papers are drawn by.
func (s Settings) DrawRules() DrawRules {
	return DrawRules{Draw: s.Draw, SamePaper: s.SamePaper, ShuffleQuestions: s.ShuffleQuestions, ShuffleOptions: s.ShuffleOptions}
}

// Entries are the pool as it is published, by rule and id.
func (c *Contest) Entries() []PoolEntry {
	out := make([]PoolEntry, len(c.Pool))
	for i, q := range c.Pool {
		out[i] = PoolEntry{RuleNo: q.RuleNo, ID: q.Question.ID, Version: q.Question.Version, Options: len(q.Question.Options), Moves: q.Moves}
	}
	return out
}

// Commitment is the hash that is shown before anything is drawn: hex SHA-256 of the text that docs/draw.md describes, with the seed,
// the rules and every question of the pool in it.
func Commitment(seed string, rules DrawRules, pool []PoolEntry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", Algorithm, seed)
	fmt.Fprintf(&b, "%t %t %t\n", rules.SamePaper, rules.ShuffleQuestions, rules.ShuffleOptions)
	for _, r := range rules.Draw {
		line, _ := json.Marshal([]any{orEmpty(r.Types), orEmpty(r.Categories), orEmpty(r.Difficulties), r.Count, r.Points}) // of texts and numbers: always encodes
		b.Write(line)
		b.WriteByte('\n')
	}
	for _, e := range pool {
		fmt.Fprintf(&b, "%d %s %d %d %s\n", e.RuleNo, e.ID, e.Version, e.Options, e.Moves)
	}
	sum := sha256.Sum256([]byte(b.String()))
	return hex.EncodeToString(sum[:])
}

// Label names an attempt to the draw.
func Label(entrantID string, phase string, no int) string {
	return entrantID + "/" + phase + "/" + strconv.Itoa(no)
}

// Draw makes the paper of an attempt. It depends on its arguments alone. The pool is in the order of Entries and has enough
// questions for each rule; one that has not gives what there is.
func Draw(seed string, rules DrawRules, pool []PoolEntry, label string) []Drawn {
	byRule := make([][]PoolEntry, len(rules.Draw))
	for _, e := range pool {
		if n := e.RuleNo - 1; n >= 0 && n < len(byRule) {
			byRule[n] = append(byRule[n], e)
		}
	}
	of := label // whose questions: everybody's, or this attempt's
	if rules.SamePaper {
		of = ""
	}
	var chosen []PoolEntry
	for i, r := range rules.Draw {
		chosen = append(chosen, pick(newStream(seed, of, "rule "+strconv.Itoa(i+1)), byRule[i], r.Count)...)
	}
	if rules.ShuffleQuestions {
		chosen = pick(newStream(seed, label, "order"), chosen, len(chosen))
	}
	out := make([]Drawn, len(chosen))
	for i, e := range chosen {
		out[i] = Drawn{ID: e.ID, Options: optionOrder(seed, label, rules.ShuffleOptions, e)}
	}
	return out
}

// optionOrder shuffles the letters that move among their own places.
func optionOrder(seed, label string, shuffle bool, e PoolEntry) string {
	order := make([]byte, e.Options)
	for i := range order {
		order[i] = questionbank.Letter(i)[0]
	}
	if !shuffle || len(e.Moves) < 2 {
		return string(order)
	}
	mixed := pick(newStream(seed, label, "options "+e.ID), []byte(e.Moves), len(e.Moves))
	for i := range len(e.Moves) {
		order[e.Moves[i]-'A'] = mixed[i]
	}
	return string(order)
}

// pick gives k items in random order, as the first k of a shuffle (Fisher and Yates, from the front).
func pick[T any](s *stream, from []T, k int) []T {
	items := append([]T(nil), from...)
	k = min(k, len(items))
	for i := range k {
		j := i + s.below(len(items)-i)
		items[i], items[j] = items[j], items[i]
	}
	return items[:k]
}

// stream is a source of numbers: HMAC-SHA256 with the seed as key, of algorithm, label, purpose and a counter.
type stream struct {
	seed   []byte
	prefix string
	block  uint64
	buf    []byte
}

func newStream(seed, label, purpose string) *stream {
	key, err := hex.DecodeString(seed)
	if err != nil {
		key = []byte(seed)
	}
	return &stream{seed: key, prefix: Algorithm + "\n" + label + "\n" + purpose + "\n"}
}

func (s *stream) uint32() uint32 {
	if len(s.buf) < 4 {
		m := hmac.New(sha256.New, s.seed)
		m.Write([]byte(s.prefix + strconv.FormatUint(s.block, 10)))
		s.buf = m.Sum(nil)
		s.block++
	}
	v := binary.BigEndian.Uint32(s.buf)
	s.buf = s.buf[4:]
	return v
}

// below gives a number from 0 to n-1, each as likely as the others: what lies above the last whole multiple of n is
// thrown away and drawn again.
func (s *stream) below(n int) int {
	if n < 2 {
		return 0
	}
	const all = uint64(1) << 32
	limit := all - all%uint64(n)
	for {
		if v := uint64(s.uint32()); v < limit {
			return int(v % uint64(n))
		}
	}
}

// orEmpty writes no list as an empty one.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
