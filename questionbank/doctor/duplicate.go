package doctor

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"leitai/questionbank"
)

// duplicates finds questions that are the same or nearly so, by stem and options together: a generic stem
// ("选择正确的读音") with other options is another question.
func duplicates(ctx context.Context, items []Item, progress func(float64)) ([]Finding, error) {
	texts := make([]*text, len(items))
	for i := range items {
		texts[i] = newText(&items[i])
	}
	same := map[string][]int{}
	var order []string
	for i, t := range texts {
		id := t.identity()
		if same[id] == nil {
			order = append(order, id)
		}
		same[id] = append(same[id], i)
	}
	var out []Finding
	for _, id := range order {
		if group := same[id]; len(group) > 1 {
			out = append(out, sameText(items, texts, group)...)
		}
	}
	near, err := nearPairs(ctx, texts, progress)
	if err != nil {
		return nil, err
	}
	for _, p := range near {
		if f, ok := judgePair(items, texts, p); ok {
			out = append(out, f)
		}
	}
	return out, nil
}

// class groups the types whose questions may be the same.
func class(t questionbank.Type) byte {
	switch t {
	case questionbank.Judge:
		return 'j'
	case questionbank.Fill:
		return 'f'
	}
	return 'c'
}

// text is a question prepared for comparing.
type text struct {
	class   byte
	stem    string
	options []string // sorted; none for a judge or a fill
	right   []string
	media   string   // ids of pictures, sounds and videos: with others it is another question
	grams   []uint32 // of all, the rarest first; set by nearPairs
	stems   []uint32 // of the stem, ascending
	opts    []uint32 // of the options, ascending
}

func newText(q *Item) *text {
	t := &text{class: class(q.Type), stem: looseStem(q.Stem, q.Type == questionbank.Fill), right: rightTexts(&q.Question)}
	if t.class == 'c' {
		for _, o := range q.Options {
			t.options = append(t.options, loose(o))
		}
		slices.Sort(t.options)
	}
	if q.Type == questionbank.Judge {
		t.right = []string{judgeValue(&q.Question)}
	}
	if q.Type != questionbank.Order {
		slices.Sort(t.right)
	}
	var ids []string
	for _, m := range q.Media {
		if m.Part != questionbank.PartExplanation {
			ids = append(ids, m.ID)
		}
	}
	slices.Sort(ids)
	t.media = strings.Join(ids, " ")
	return t
}

func (t *text) identity() string {
	return string(t.class) + "\x00" + t.stem + "\x00" + strings.Join(t.options, "\x00") + "\x00" + t.media
}

// sameKey tells that the right answers of two questions are the same; of a fill, that they have one in common.
func (t *text) sameKey(o *text) bool {
	if t.class == 'f' {
		return slices.ContainsFunc(t.right, func(s string) bool { return slices.Contains(o.right, s) })
	}
	return slices.Equal(t.right, o.right)
}

// sameText tells of questions with the same stem and options: those with the same key are duplicates, others contradict
// each other.
func sameText(items []Item, texts []*text, group []int) []Finding {
	var keys [][]int
	for _, i := range group {
		at := slices.IndexFunc(keys, func(have []int) bool { return texts[have[0]].sameKey(texts[i]) })
		if at < 0 {
			keys, at = append(keys, nil), len(keys)
		}
		keys[at] = append(keys[at], i)
	}
	var out []Finding
	if len(keys) > 1 {
		var first []int
		for _, k := range keys {
			first = append(first, k[0])
		}
		out = append(out, group2finding(Conflict, Error, items, first))
	}
	for _, k := range keys {
		if len(k) > 1 {
			out = append(out, group2finding(Duplicate, Warning, items, k, MendDelete))
		}
	}
	return out
}

func group2finding(kind Kind, severity Severity, items []Item, group []int, mends ...Mend) Finding {
	sorted := slices.Clone(group)
	slices.SortStableFunc(sorted, func(a, b int) int { return better(&items[a], &items[b]) })
	f := Finding{Kind: kind, Severity: severity, Mends: mends, Detail: Detail{Count: len(group), Percent: 100}}
	var qs []questionbank.Question
	for _, i := range sorted {
		f.IDs, qs = append(f.IDs, items[i].ID), append(qs, items[i].Question)
	}
	f.Key = keyOf(kind, qs...)
	return f
}

// better puts first the question to keep: the one that was used more, that more people answered, that has more of what a
// question should have, that is older (ids grow with time).
func better(a, b *Item) int {
	full := func(q *Item) int {
		n := 0
		for _, s := range []string{q.Explanation, q.Source, q.Category, strings.Join(q.Tags, "")} {
			if s != "" {
				n++
			}
		}
		return n
	}
	return cmp.Or(b.Used-a.Used, b.Answers-a.Answers, full(b)-full(a), cmp.Compare(a.ID, b.ID))
}

// How much alike two questions must be, as a share of common pairs of characters (Dice): with other options the stems
// must be nearly the same, with the same options less will do.
const (
	likeStem        = 0.80
	likeOptions     = 0.60
	likeStemOfSame  = 0.62 // when all options are the same
	likeSentence    = 0.85 // of judges and fills, which have no options to tell by
	likeForConflict = 0.90
	likeButFor      = 0.80 // a number or a negation
	shortStem       = 6    // characters; shorter stems must be the same
)

// judgePair says what two questions that look alike are to each other.
func judgePair(items []Item, texts []*text, p pair) (Finding, bool) {
	a, b := texts[p.a], texts[p.b]
	if len([]rune(a.stem)) < shortStem && a.stem != b.stem {
		return Finding{}, false
	}
	stem := dice(a.stems, b.stems)
	options, sameOptions := 1.0, true
	if a.class == 'c' {
		options, sameOptions = dice(a.opts, b.opts), slices.Equal(a.options, b.options)
	}
	alike := stem >= likeSentence
	if a.class == 'c' {
		alike = stem >= likeStem && options >= likeOptions || sameOptions && stem >= likeStemOfSame
	}
	if !alike {
		return Finding{}, false
	}
	sameKey := a.sameKey(b)
	what := differs(plain(a.stem), plain(b.stem))
	if a.class == 'c' && !sameOptions {
		for _, d := range differingOptions(a.options, b.options) {
			if !slices.Contains(what, d) {
				what = append(what, d)
			}
		}
	}
	f := group2finding(Near, Warning, items, []int{p.a, p.b}, MendDelete)
	f.Detail.Percent, f.Detail.Differs = int(100*(stem+options)/2), what
	if a.class != 'c' {
		f.Detail.Percent = int(100 * stem)
	}
	f.Detail.Percent = min(f.Detail.Percent, 99)
	switch {
	case sameKey && (len(what) == 0 || a.class == 'c' && plain(a.stem) == plain(b.stem)):
		return f, true // also where only a wrong option was exchanged
	case len(what) == 0 && sameOptions && stem >= likeForConflict:
		f.Kind, f.Severity, f.Mends = Conflict, Error, nil
	case stem >= likeForConflict && options >= likeForConflict && sameKey && slices.Contains(what, differsWord),
		stem >= likeButFor && options >= likeForConflict && !slices.Contains(what, differsWord):
		f.Kind, f.Severity, f.Mends = Similar, Hint, nil // looks the same and is not: worth a look before both are drawn
	default:
		return Finding{}, false
	}
	f.Key = keyOf(f.Kind, items[p.a].Question, items[p.b].Question)
	return f, true
}

// differingOptions compares the options that only one of two questions has.
func differingOptions(a, b []string) []string {
	var onlyA, onlyB []string
	for _, o := range a {
		if !slices.Contains(b, o) {
			onlyA = append(onlyA, plain(o))
		}
	}
	for _, o := range b {
		if !slices.Contains(a, o) {
			onlyB = append(onlyB, plain(o))
		}
	}
	slices.Sort(onlyA)
	slices.Sort(onlyB)
	if slices.Equal(onlyA, onlyB) {
		return nil
	}
	return differs(strings.Join(onlyA, "\n"), strings.Join(onlyB, "\n"))
}
