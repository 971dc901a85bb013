package doctor

import "strings"

// missing finds questions without explanation, and without source: one finding for all of each.
func missing(items []Item) []Finding {
	var explanation, source []string
	for i := range items {
		if strings.TrimSpace(items[i].Explanation) == "" {
			explanation = append(explanation, items[i].ID)
		}
		if strings.TrimSpace(items[i].Source) == "" {
			source = append(source, items[i].ID)
		}
	}
	var out []Finding
	add := func(kind Kind, ids []string, mends ...Mend) {
		if len(ids) > 0 {
			out = append(out, Finding{Kind: kind, Severity: Hint, IDs: ids, Key: bankKey(kind, "", len(ids)), Mends: mends,
				Detail: Detail{Count: len(ids), Of: len(items), Percent: percent(len(ids), len(items))}})
		}
	}
	add(NoExplanation, explanation)
	add(NoSource, source, MendSource)
	return out
}
