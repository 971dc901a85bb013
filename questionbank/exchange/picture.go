package exchange

import (
	"archive/zip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"path"
	"slices"
	"strings"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/questionbank/media"
)

// Media is a picture (or sound, or video) that came with a question, as the file has it.
type Media struct {
	Name string // as in the file
	Alt  string
	Data []byte
	Part string // "stem", "explanation" or the letter of an option; "" when mark tells
	Code string // of a note: why it could not be read

	mark rune // stands in a text where the picture stands
}

// Pictures stand in the texts as characters of a plane that no author uses, one for each, until the question is whole:
// so they go where their text goes, whatever reader cuts it up.
const (
	firstMark = 0xF0000
	lastMark  = 0xFFFFD
)

func isMark(r rune) bool { return r >= firstMark && r <= lastMark }

func withoutMarks(s string) string {
	if !strings.ContainsFunc(s, isMark) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if isMark(r) {
			return -1
		}
		return r
	}, s)
}

// onlyMarks reports a line of pictures without text.
func onlyMarks(s string) bool {
	return strings.ContainsFunc(s, isMark) && isEmpty(withoutMarks(s))
}

// gallery reads the pictures of an archive, each once, and gives them their marks.
type gallery struct {
	zip    *zip.Reader
	read   map[string]Media
	bytes  int
	byMark map[rune]Media
}

// maxPictures is how many bytes of pictures of one file are kept in memory.
const maxPictures = 96 << 20

func newGallery(z *zip.Reader) *gallery {
	return &gallery{zip: z, read: map[string]Media{}, byMark: map[rune]Media{}}
}

// add gives the picture of a part with a mark of its own; "" is a picture that is linked and not in the file.
func (g *gallery) add(part, alt string) Media {
	m, ok := g.read[part]
	if !ok {
		m = g.load(part)
		g.read[part] = m
	}
	m.Alt, m.mark = alt, rune(firstMark+len(g.byMark))
	if m.mark > lastMark {
		return Media{}
	}
	g.byMark[m.mark] = m
	return m
}

func (g *gallery) load(part string) Media {
	if part == "" {
		return Media{Name: "link", Code: "picture.linked"}
	}
	m := Media{Name: path.Base(part)}
	i := slices.IndexFunc(g.zip.File, func(f *zip.File) bool { return f.Name == part })
	switch {
	case i < 0:
		m.Code = "picture.lost"
		return m
	case g.zip.File[i].UncompressedSize64 > media.MaxImage || g.bytes > maxPictures:
		m.Code = "picture.large"
		return m
	}
	b, err := readPart(g.zip, part)
	if err != nil || len(b) == 0 {
		m.Code = "picture.lost"
		return m
	}
	g.bytes += len(b)
	m.Data = b
	return m
}

// in gives the pictures whose marks a text has.
func (g *gallery) in(text string) []Media {
	var out []Media
	if g == nil {
		return nil
	}
	for _, r := range text {
		if m, ok := g.byMark[r]; isMark(r) && ok {
			out = append(out, m)
		}
	}
	return out
}

// place finds the part of each picture by the text that has its mark, and takes the marks out of all texts.
func (d *draft) place() {
	for i := range d.media {
		m := &d.media[i]
		if m.Part == "" {
			m.Part = d.partOf(m.mark)
		}
	}
	d.lastOption()
	d.stem, d.key, d.explanation, d.category = withoutMarks(d.stem), withoutMarks(d.key), withoutMarks(d.explanation), withoutMarks(d.category)
	d.source, d.difficulty, d.typeText = withoutMarks(d.source), withoutMarks(d.difficulty), withoutMarks(d.typeText)
	for i := range d.options {
		d.options[i] = withoutMarks(d.options[i])
	}
	for i := range d.notes {
		d.notes[i].Found = withoutMarks(d.notes[i].Found)
	}
}

func (d *draft) partOf(mark rune) string {
	has := func(s string) bool { return mark != 0 && strings.ContainsRune(s, mark) }
	for i, o := range d.options {
		if has(o) && i < questionbank.MaxOptions {
			return questionbank.Letter(i)
		}
	}
	if has(d.explanation) {
		return questionbank.PartExplanation
	}
	return questionbank.PartStem
}

// lastOption finds the figure of a question that stands below its options: a picture on a line of its own after the last
// option, which has a text, while no other option has a picture.
func (d *draft) lastOption() {
	last := len(d.options) - 1
	if last < 1 {
		return
	}
	text, marks, below := strings.Cut(d.options[last], "\n")
	if !below || isEmpty(withoutMarks(text)) || strings.ContainsFunc(text, isMark) || !onlyMarks(marks) {
		return
	}
	for _, o := range d.options[:last] {
		if strings.ContainsFunc(o, isMark) {
			return
		}
	}
	for i := range d.media {
		if m := &d.media[i]; m.mark != 0 && strings.ContainsRune(marks, m.mark) {
			m.Part = questionbank.PartStem
			d.warn("stem", "picture.place", m.Name)
		}
	}
}

// placeholder is the id of a picture until it is prepared.
func placeholder(m Media) string {
	sum := sha256.Sum256(m.Data)
	return hex.EncodeToString(sum[:])
}

// takeMedia gives the question its media, by placeholders, and notes those that cannot be read.
func (d *draft) takeMedia(q *questionbank.Question) {
	kept := d.media[:0]
	for _, m := range d.media {
		letter := len(m.Part) == 1
		if letter && (q.Type == questionbank.Fill || int(m.Part[0]-'A') >= len(q.Options)) {
			m.Part, letter = questionbank.PartStem, false
		}
		at := "stem"
		if letter {
			at = "option " + m.Part
		}
		switch {
		case m.Code != "":
			d.warn(at, m.Code, m.Name)
		case len(q.Media) == questionbank.MaxMedia:
			d.warn(at, "picture.many", m.Name)
		default:
			alt := []rune(clean(m.Alt))
			entry := questionbank.Media{ID: placeholder(m), Kind: media.Image, Part: m.Part, Alt: string(alt[:min(len(alt), questionbank.MaxAlt)])}
			if !slices.ContainsFunc(q.Media, func(e questionbank.Media) bool { return e.ID == entry.ID && e.Part == entry.Part }) {
				q.Media = append(q.Media, entry)
				kept = append(kept, m)
			}
		}
	}
	d.media = kept
}

// maxPrepared bounds what the prepared pictures of one file take, in bytes.
const maxPrepared = 64 << 20

// settle prepares the media of all rows, each picture once, and puts the ids of what is stored in place of the
// placeholders. What cannot be used is noted at its row: nothing is lost without a word.
func settle(ctx context.Context, rows []Row) ([]media.File, error) {
	type outcome struct {
		item media.Item
		note string
		find string
	}
	done := map[string]outcome{}
	var files []media.File
	stored := map[string]bool{}
	total := 0
	for i := range rows {
		r := &rows[i]
		for _, m := range r.Media {
			id := placeholder(m)
			o, ok := done[id]
			if !ok {
				f, err := media.Prepare(ctx, m.Data)
				switch {
				case ctx.Err() != nil:
					return nil, ctx.Err()
				case err != nil:
					o.note, o.find = pictureNote(err)
				case total+len(f.Data) > maxPrepared && !stored[f.ID]:
					o.note = "picture.large"
				default:
					o.item = f.Item
					if !stored[f.ID] {
						stored[f.ID] = true
						files, total = append(files, f), total+len(f.Data)
					}
				}
				done[id] = o
			}
			if o.note != "" {
				r.Notes = append(r.Notes, Note{Status: Warning, Code: o.note, Found: strings.TrimSpace(m.Name + " " + o.find)})
			}
		}
		if len(r.Media) == 0 {
			continue
		}
		put := func(q *questionbank.Question) {
			kept := q.Media[:0:0]
			for _, m := range q.Media {
				o, ok := done[m.ID]
				if !ok || o.note != "" {
					continue
				}
				m.ID, m.Kind, m.Width, m.Height = o.item.ID, o.item.Kind, o.item.Width, o.item.Height
				if m.Kind != media.Image && len(m.Part) == 1 {
					m.Part = questionbank.PartStem
				}
				if !slices.ContainsFunc(kept, func(e questionbank.Media) bool { return e.ID == m.ID && e.Part == m.Part }) {
					kept = append(kept, m)
				}
			}
			q.Media = kept
			if len(kept) == 0 {
				q.Media = nil
			}
		}
		put(&r.Question)
		for n := range r.Notes {
			if mend := r.Notes[n].Mend; mend != nil {
				put(&mend.Question)
			}
		}
		r.Media = nil
		if r.Status() != Error { // an option may have been nothing but its picture
			if bad, _ := errors.AsType[*fault.Error](r.Question.Validate()); bad != nil {
				r.Notes = append(r.Notes, Note{Status: Error, Code: "picture.needed"})
			}
		}
	}
	return files, nil
}

// pictureNote says why a picture cannot be used.
func pictureNote(err error) (code, found string) {
	switch fault.KeyOf(err) {
	case "media.unsupported":
		var f *fault.Error
		if errors.As(err, &f) {
			found, _ = f.Args["kind"].(string)
		}
		return "picture.kind", "(" + found + ")"
	case "media.too_large", "media.pixels":
		return "picture.large", ""
	case "media.unknown":
		return "picture.kind", ""
	}
	return "picture.lost", ""
}
