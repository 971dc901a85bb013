package people

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// matcher finds the units that names of a roster mean: by name or alias, and nothing else. Names that are only similar
// are suggested, never taken.
type matcher struct {
	tree  tree
	byKey map[string][]string // key of a name or alias → ids of units, in the tree's order
	cores []core
}

// core is a unit's name without what firms and branches have in common.
type core struct {
	id    string
	key   string
	core  string
	runes []rune
	pairs map[string]bool
}

func newMatcher(units []Unit, aliases map[string][]string) *matcher {
	m := &matcher{tree: treeOf(units), byKey: map[string][]string{}}
	for _, u := range units {
		for _, name := range append([]string{u.Name}, aliases[u.ID]...) {
			key := UnitKey(name)
			if !slices.Contains(m.byKey[key], u.ID) {
				m.byKey[key] = append(m.byKey[key], u.ID)
			}
			m.cores = append(m.cores, coreOf(u.ID, name))
		}
	}
	return m
}

// named gives the units of this name, with within only those below that unit.
func (m *matcher) named(name, within string) []string {
	ids := m.byKey[UnitKey(name)]
	if within == "" {
		return ids
	}
	var out []string
	for _, id := range ids {
		if id != within && m.tree.isBelow(id, within) {
			out = append(out, id)
		}
	}
	// A direct child is meant before one further down.
	if direct := slices.DeleteFunc(slices.Clone(out), func(id string) bool { return m.tree.units[id].ParentID != within }); len(direct) > 0 {
		return direct
	}
	return out
}

// Suggestion is a unit that a name may mean.
type Suggestion struct {
	UnitID string   `json:"unit_id"`
	Path   []string `json:"path"` // names from the root
}

// mostSuggested is how many units are suggested for a name, and leastAlike how similar names must be, from 0 to 1.
const (
	mostSuggested = 4
	leastAlike    = 0.45
)

// suggest gives the units whose names are like this one, best first.
func (m *matcher) suggest(name, within string) []Suggestion {
	want := coreOf("", name)
	best := map[string]float64{}
	for _, c := range m.cores {
		if within != "" && (c.id == within || !m.tree.isBelow(c.id, within)) {
			continue
		}
		if like := want.like(c); like >= leastAlike && like > best[c.id] {
			best[c.id] = like
		}
	}
	ids := make([]string, 0, len(best))
	for id := range best {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b string) int { return cmp.Or(cmp.Compare(best[b], best[a]), cmp.Compare(a, b)) })
	out := []Suggestion{}
	for _, id := range ids[:min(len(ids), mostSuggested)] {
		out = append(out, Suggestion{UnitID: id, Path: m.tree.path(id)})
	}
	return out
}

// noise is what names of firms and branches have in common.
var noise = regexp.MustCompile(`\([^)]*\)|股份有限公司|有限责任公司|有限公司|分公司|公司|集团|股份|控股|中共|党支部委员会|党支部|支部委员会|委员会|支部|总支|co\.?,?ltd\.?|inc\.?|corp\.?|limited`)

func coreOf(id, name string) core {
	c := core{id: id, key: UnitKey(name)}
	if c.core = noise.ReplaceAllString(c.key, ""); c.core == "" {
		c.core = c.key
	}
	r := []rune(c.core)
	c.runes = r
	c.pairs = make(map[string]bool, len(r))
	for i := 0; i+1 < len(r); i++ {
		c.pairs[string(r[i:i+2])] = true
	}
	return c
}

// isTypo reports that two names differ in one character, which one may also lack.
func isTypo(a, b []rune) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 {
		return false
	}
	same := 0
	for same < len(a) && a[same] == b[same] {
		same++
	}
	if len(a) == len(b) {
		return slices.Equal(a[min(same+1, len(a)):], b[min(same+1, len(b)):])
	}
	return slices.Equal(a[same:], b[same+1:])
}

// like is how similar two names are: 1 the same but for the noise, from 0.6 one within the other, else by the pairs of
// characters that they share.
func (c core) like(o core) float64 {
	switch {
	case c.core == o.core:
		return 1
	case len(c.core) >= 6 && len(o.core) >= 6 && (strings.Contains(c.core, o.core) || strings.Contains(o.core, c.core)): // two Chinese characters
		short, long := min(len(c.core), len(o.core)), max(len(c.core), len(o.core))
		return 0.6 + 0.4*float64(short)/float64(long)
	case len(c.runes) >= 3 && len(o.runes) >= 3 && len(c.runes) <= 20 && isTypo(c.runes, o.runes):
		return 0.75
	case len(c.pairs) == 0 || len(o.pairs) == 0:
		return 0
	}
	shared := 0
	for p := range c.pairs {
		if o.pairs[p] {
			shared++
		}
	}
	return 2 * float64(shared) / float64(len(c.pairs)+len(o.pairs))
}
