package questionbank

import (
	"slices"
	"strings"
	"unicode/utf8"

	"leitai/fault"
	"leitai/questionbank/media"
)

// Limits of a question's media.
const (
	MaxMedia = 12  // pictures, sounds and videos of one question
	MaxAlt   = 200 // characters of what is said of one to those who do not see it
)

// Parts of a question that media stand with; an option's is its letter.
const (
	PartStem        = "stem"
	PartExplanation = "explanation"
)

// Media is a picture, sound or video of a question. Width and height are the stored picture's, so that pages can leave
// room for it before it has come; whoever takes a question from outside sets kind, width and height from media.Store.
type Media struct {
	ID     string     `json:"id"` // media.Item.ID
	Kind   media.Kind `json:"kind"`
	Part   string     `json:"part"` // "stem", "explanation", or an option's letter
	Alt    string     `json:"alt"`
	Width  int        `json:"width,omitempty"`
	Height int        `json:"height,omitempty"`
}

// MediaOf gives the media of a part, in their order.
func (q Question) MediaOf(part string) []Media {
	var out []Media
	for _, m := range q.Media {
		if m.Part == part {
			out = append(out, m)
		}
	}
	return out
}

func (q Question) validateMedia() error {
	if len(q.Media) > MaxMedia {
		return fault.Field("media", "question.media_many").With("n", MaxMedia)
	}
	seen := map[string]bool{}
	for _, m := range q.Media {
		option := len(m.Part) == 1 && q.hasLetter(m.Part)
		switch {
		case !media.ValidID(m.ID) || seen[m.Part+m.ID]:
			return fault.Field("media", "question.media_id")
		case m.Part != PartStem && m.Part != PartExplanation && !option:
			return fault.Field("media", "question.media_part")
		case !slices.Contains([]media.Kind{media.Image, media.Audio, media.Video}, m.Kind):
			return fault.Field("media", "question.media_kind")
		case option && m.Kind != media.Image: // heard or seen one after the other they would take a hall too long
			return fault.Field("media", "question.media_option")
		case utf8.RuneCountInString(m.Alt) > MaxAlt:
			return fault.Field("media", "question.media_alt")
		case m.Width < 0 || m.Height < 0 || m.Width > media.MaxSide || m.Height > media.MaxSide:
			return fault.Field("media", "question.media_id")
		}
		seen[m.Part+m.ID] = true
	}
	return nil
}

// mediaMark tells the media of a part from others in a fingerprint; "" when there are none.
func (q Question) mediaMark(part string) string {
	var b strings.Builder
	for _, m := range q.Media {
		if m.Part == part {
			b.WriteString("\x01" + m.ID)
		}
	}
	return b.String()
}

// mediaList keeps null out of the database.
func mediaList(m []Media) []Media {
	if m == nil {
		return []Media{}
	}
	return m
}
