package doctor

import (
	"math"
	"unicode/utf8"

	"leitai/questionbank"
)

// The big screen shows a question as large as it can and cuts it into pages when even its smallest letters are too large:
// web/src/screen/logic/fit.ts (SIZES, paginate) with the measures of web/src/screen/screen.css. These are the numbers of
// that smallest step, in px of the 1920×1080 stage. e2e/doctor.spec.ts holds them against the screen itself.
const (
	screenWidth       = 1408 // .paper
	screenHeight      = 788  // of .content less its padding
	screenStem        = 48.0 // letters of the stem
	screenStemLine    = 68   // measure.ts lineOf
	screenOption      = 40.0 // letters of an option
	screenGap         = 20   // between options
	screenCompactGap  = 10   //
	screenBlock       = 32   // between stem and options
	screenOptionFrame = 2*4 + 40.0 + 1.92*screenOption
)

// Pages is about how many pages a question takes on the big screen.
func Pages(q questionbank.Question) int {
	stem := wrapped(q.Stem, screenWidth, screenStem) * screenStemLine
	one := optionHeights(q.Options, 1, false)
	fits := func(options []int, gap int) bool { return total(stem, options, gap) <= screenHeight }
	if fits(one, screenGap) || fits(optionHeights(q.Options, 2, false), screenGap) {
		return 1
	}
	closer := optionHeights(q.Options, 1, true)
	options, gap := one, screenGap
	if stacked(one, screenGap) > screenHeight {
		if fits(closer, screenCompactGap) {
			return 1
		}
		if stacked(closer, screenCompactGap) <= screenHeight {
			options, gap = closer, screenCompactGap
		}
	}
	pages, on := 1, 0
	for _, h := range options {
		if on > 0 && on+gap+h > screenHeight {
			pages, on = pages+1, 0
		}
		if on > 0 {
			on += gap
		}
		on += h
	}
	if len(options) == 0 {
		return int(math.Ceil(float64(stem) / float64(screenHeight/screenStemLine*screenStemLine)))
	}
	// The stem's last lines stand above the options of a page that has room for them.
	kept := 0
	if pages == 1 {
		kept = max(0, (screenHeight-stacked(options, gap)-screenBlock)/screenStemLine)
	}
	perPage := screenHeight / screenStemLine
	lines := max(0, stem/screenStemLine-kept)
	return pages + (lines+perPage-1)/perPage
}

func total(stem int, options []int, gap int) int {
	if len(options) == 0 {
		return stem
	}
	return stem + screenBlock + stacked(options, gap)
}

func stacked(heights []int, gap int) int {
	sum := max(0, len(heights)-1) * gap
	for _, h := range heights {
		sum += h
	}
	return sum
}

// optionHeights gives the heights of the rows that the options make in so many columns.
func optionHeights(options []string, columns int, compact bool) []int {
	frame, line := 2*(screenOption*0.325-4)+8, screenOption*1.35
	if compact {
		frame, line = 16, screenOption*1.25
	}
	room := (screenWidth-screenGap*float64(columns-1))/float64(columns) - screenOptionFrame
	var rows []int
	for i, o := range options {
		h := int(math.Ceil(frame + float64(wrapped(o, room, screenOption))*line))
		if i%columns == 0 {
			rows = append(rows, h)
		} else {
			rows[len(rows)-1] = max(rows[len(rows)-1], h)
		}
	}
	return rows
}

// wrapped is on how many lines a text stands.
func wrapped(s string, room, size float64) int {
	lines, at, blank := 1, 0.0, false
	for _, r := range s {
		if r == '\n' {
			lines, at = lines+1, 0
			continue
		}
		w := runeWidth(r) * size
		if r == '_' { // of a run of two and more, one line of 3.4 em and its margins
			if blank {
				continue
			}
			w = 3.8 * size
		}
		blank = r == '_'
		if at+w > room {
			lines, at = lines+1, 0
		}
		at += w
	}
	return lines
}

// longStem finds questions that the big screen cannot show at once.
func longStem(q *Item) (Finding, bool) {
	pages := Pages(q.Question)
	if pages < 2 {
		return Finding{}, false
	}
	f := of(LongStem, Warning, q)
	f.Detail = Detail{Pages: pages, Chars: utf8.RuneCountInString(q.Stem)}
	return f, true
}
