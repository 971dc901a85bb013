package doctor

import (
	"slices"

	"leitai/questionbank"
)

// Merge gives the question that stays what it lacks from its duplicates: explanation, source, category and tags.
func Merge(keep questionbank.Question, gone []questionbank.Question) questionbank.Question {
	keep.Tags = slices.Clone(keep.Tags)
	for _, q := range gone {
		for _, part := range []struct{ to, from *string }{
			{&keep.Explanation, &q.Explanation}, {&keep.Source, &q.Source}, {&keep.Category, &q.Category},
		} {
			if *part.to == "" {
				*part.to = *part.from
			}
		}
		for _, t := range q.Tags {
			if !slices.Contains(keep.Tags, t) && len(keep.Tags) < questionbank.MaxTags {
				keep.Tags = append(keep.Tags, t)
			}
		}
	}
	if keep.Type == questionbank.Fill { // another way of writing the same answer counts too
		for _, q := range gone {
			for _, k := range q.Key {
				if q.Type == keep.Type && !slices.Contains(keep.Key, k) && len(keep.Key) < 50 {
					keep.Key = append(slices.Clone(keep.Key), k)
				}
			}
		}
	}
	return keep
}
