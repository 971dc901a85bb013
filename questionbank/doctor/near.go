package doctor

import (
	"cmp"
	"context"
	"slices"
)

// pair is two questions that look alike, by their places.
type pair struct{ a, b int }

// likeAtLeast is the share of common grams (Jaccard, of stem and options together) from which a pair is looked at at all.
// Dice 0.62 of the stems is Jaccard 0.45; options are at least as much alike.
const likeAtLeast = 0.45

// nearPairs gives all pairs of questions of one class whose grams are alike, without those that are the same text. It is
// an inverted index over the rarest grams of each text: two texts that share enough of all must share one of these, so
// that what all questions of a bank have in common costs nothing.
func nearPairs(ctx context.Context, texts []*text, progress func(float64)) ([]pair, error) {
	makeGrams(texts)
	bySize := make([]int, len(texts))
	for i := range bySize {
		bySize[i] = i
	}
	slices.SortStableFunc(bySize, func(a, b int) int { return cmp.Compare(len(texts[a].grams), len(texts[b].grams)) })
	index := map[uint32][]int32{} // gram → texts with it in their prefix, the shorter first
	seen := make([]int32, len(texts))
	for i := range seen {
		seen[i] = -1
	}
	known := make(map[string]bool, len(texts))
	var out []pair
	for n, i := range bySize {
		if n%256 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			progress(float64(n) / float64(len(texts)))
		}
		t := texts[i]
		if known[t.identity()] {
			continue // found already as the same
		}
		known[t.identity()] = true
		least := int(likeAtLeast * float64(len(t.grams))) // a text with fewer grams is too short to be alike
		prefix := min(len(t.grams), len(t.grams)-least+1)
		for _, g := range t.grams[:prefix] {
			for _, j := range index[g] {
				o := texts[j]
				if seen[j] == int32(i) || o.class != t.class || o.media != t.media || len(o.grams) < least {
					continue
				}
				seen[j] = int32(i)
				if jaccardAtLeast(t.grams, o.grams, likeAtLeast) {
					out = append(out, pair{min(i, int(j)), max(i, int(j))})
				}
			}
			index[g] = append(index[g], int32(i))
		}
	}
	slices.SortFunc(out, func(x, y pair) int { return cmp.Or(x.a-y.a, x.b-y.b) })
	progress(1)
	return out, nil
}

// makeGrams cuts the texts into pairs of characters and numbers them, the rarest first.
func makeGrams(texts []*text) {
	ids := map[uint64]uint32{}
	var count []uint32
	id := func(g uint64) uint32 {
		n, ok := ids[g]
		if !ok {
			n = uint32(len(count))
			ids[g] = n
			count = append(count, 0)
		}
		return n
	}
	for _, t := range texts {
		t.stems = distinct(gramsOf(t.stem, 0, id, nil))
		var opts []uint32
		for _, o := range t.options {
			opts = gramsOf("^"+o+"$", 1, id, opts)
		}
		t.opts = distinct(opts)
		t.grams = append(slices.Clone(t.stems), t.opts...) // no gram is of both: the kind is part of it
		for _, g := range t.grams {
			count[g]++
		}
	}
	byCount := make([]uint32, len(count))
	for i := range byCount {
		byCount[i] = uint32(i)
	}
	slices.SortFunc(byCount, func(a, b uint32) int { return cmp.Or(cmp.Compare(count[a], count[b]), cmp.Compare(a, b)) })
	rank := make([]uint32, len(count))
	for r, g := range byCount {
		rank[g] = uint32(r)
	}
	for _, t := range texts {
		for _, list := range [][]uint32{t.grams, t.stems, t.opts} {
			for i, g := range list {
				list[i] = rank[g]
			}
			slices.Sort(list)
		}
	}
}

// gramsOf appends the pairs of characters of a text; kind keeps those of stems and of options apart.
func gramsOf(s string, kind uint64, id func(uint64) uint32, to []uint32) []uint32 {
	var last rune = -1
	for _, r := range s {
		if last >= 0 {
			to = append(to, id(kind<<48|uint64(last)<<24|uint64(r)))
		}
		last = r
	}
	return to
}

func distinct(list []uint32) []uint32 {
	slices.Sort(list)
	return slices.Compact(list)
}

// common counts what two ascending lists share, and gives up when fewer than least can be reached.
func common(a, b []uint32, least int) int {
	n := 0
	for i, j := 0, 0; i < len(a) && j < len(b); {
		if n+min(len(a)-i, len(b)-j) < least {
			return -1
		}
		switch {
		case a[i] == b[j]:
			n, i, j = n+1, i+1, j+1
		case a[i] < b[j]:
			i++
		default:
			j++
		}
	}
	return n
}

func jaccardAtLeast(a, b []uint32, share float64) bool {
	least := int(share / (1 + share) * float64(len(a)+len(b)))
	return common(a, b, least) >= max(least, 1)
}

// dice is how much alike two sets are, from 0 to 1.
func dice(a, b []uint32) float64 {
	if len(a)+len(b) == 0 {
		return 1
	}
	return 2 * float64(common(a, b, 0)) / float64(len(a)+len(b))
}
