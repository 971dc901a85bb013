package exchange

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"leitai/questionbank"
	"leitai/questionbank/media"
)

// Exports are the formats that banks can be written in. What is written reads back as the same questions.
var Exports = []Format{XLSX, JSONLines, GIFT, MoodleXML}

// Files gives a stored picture, sound or video by its id.
type Files func(id string) (media.File, error)

// Write writes questions without their media in a format; false when banks are not written in it.
func Write(w io.Writer, format Format, questions []questionbank.Question) (known bool, err error) {
	bare := make([]questionbank.Question, len(questions))
	for i, q := range questions {
		q.Media = nil
		bare[i] = q
	}
	return WriteWithMedia(w, format, bare, nil)
}

// WriteWithMedia writes questions with their media as far as the format has a place for them: a workbook takes pictures,
// GIFT takes nothing.
func WriteWithMedia(w io.Writer, format Format, questions []questionbank.Question, files Files) (known bool, err error) {
	switch format {
	case XLSX:
		return true, writeXLSX(w, questions, files)
	case JSONLines:
		return true, writeJSONLines(w, questions, files)
	case GIFT:
		return true, writeGIFT(w, questions)
	case MoodleXML:
		return true, writeMoodle(w, questions, files)
	}
	return false, nil
}

// mediaLine is a question's media as JSON Lines have them.
type mediaLine struct {
	questionbank.Media
	Data string `json:"data"` // data: URI
}

type questionLine struct {
	questionbank.Question
	Media []mediaLine `json:"media,omitempty"`
}

// writeJSONLines writes the product's own format: everything but the ids of questions.
func writeJSONLines(w io.Writer, questions []questionbank.Question, files Files) error {
	b := bufio.NewWriter(w)
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	for _, q := range questions {
		q.ID, q.Version = "", 0
		line := questionLine{Question: q}
		for _, m := range q.Media {
			f, err := files(m.ID)
			if err != nil {
				return err
			}
			line.Media = append(line.Media, mediaLine{m, "data:" + f.Type + ";base64," + base64.StdEncoding.EncodeToString(f.Data)})
		}
		if err := e.Encode(line); err != nil {
			return err
		}
	}
	return b.Flush()
}

// Template columns, as the importer knows them.
var templateHead = []string{"题干（必填）", "题型（必填）", "选项A", "选项B", "选项C", "选项D", "选项E", "选项F", "选项G", "选项H", "正确答案（必填）", "解析", "分类", "难度（1–5）", "出处", "标签", "图片"}

const templateOptions = 8

// keyText is a key as a cell holds it.
func keyText(q questionbank.Question) string {
	switch q.Type {
	case questionbank.Fill:
		return strings.Join(q.Key, "；")
	case questionbank.Judge:
		if pair := judgePair(q.Options); pair != nil && len(q.Key) == 1 && (q.Key[0] == "A" || q.Key[0] == "B") { // rows with errors come here too
			if pair[q.Key[0][0]-'A'] {
				return "对"
			}
			return "错"
		}
	}
	return strings.Join(q.Key, "")
}

// writeXLSX writes our template: one sheet with drop-downs for type and difficulty, and one with notes.
func writeXLSX(w io.Writer, questions []questionbank.Question, files Files) error {
	return writeTemplateOf(w, len(questions), func(i int) questionbank.Question { return questions[i] }, nil, files)
}

// writeTemplate writes rows as they were read, with a column that says what became of each.
func writeTemplate(w io.Writer, rows []Row, lang string) error {
	return writeTemplateOf(w, len(rows), func(i int) questionbank.Question { return rows[i].Question }, func(i int) (Status, string) {
		return rows[i].Status(), verdict(rows[i], lang)
	}, nil)
}

// writeTemplateOf writes n questions, what is said of each unless said is nil, and their pictures unless files is nil.
func writeTemplateOf(w io.Writer, n int, question func(int) questionbank.Question, said func(int) (Status, string), files Files) error {
	book := excelize.NewFile()
	defer book.Close()
	const sheet = "题目"
	if err := book.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	options := templateOptions
	for i := range n {
		options = max(options, len(question(i).Options))
	}
	head := append([]string(nil), templateHead[:2]...)
	for i := range options {
		head = append(head, "选项"+questionbank.Letter(i))
	}
	head = append(head, templateHead[2+templateOptions:]...)
	if said != nil {
		head = append(head, resultHead)
	}
	fills := map[Status]int{}
	for status, color := range verdictFill {
		id, err := book.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
			Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}})
		if err != nil {
			return err
		}
		fills[status] = id
	}
	text, err := book.NewStyle(&excelize.Style{NumFmt: 49, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}}) // 49 is text: nothing is taken for a number or a date
	if err != nil {
		return err
	}
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 49})
	if err != nil {
		return err
	}
	s, err := book.NewStreamWriter(sheet)
	if err != nil {
		return err
	}
	_ = s.SetColWidth(1, 1, 50)
	if said != nil {
		_ = s.SetColWidth(len(head), len(head), 60)
	}
	if err := s.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	row := make([]any, len(head))
	for i, h := range head {
		row[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := s.SetRow("A1", row); err != nil {
		return err
	}
	for no := range n {
		q := question(no)
		cells := []string{q.Stem, typeName(q.Type)}
		for i := range options {
			o := ""
			if i < len(q.Options) {
				o = q.Options[i]
			}
			cells = append(cells, o)
		}
		cells = append(cells, keyText(q), q.Explanation, q.Category, strconv.Itoa(q.Difficulty), q.Source, strings.Join(q.Tags, "，"))
		row := make([]any, len(cells))
		for i, c := range cells {
			row[i] = excelize.Cell{StyleID: text, Value: c} // a text, never a formula
		}
		var height []excelize.RowOpts
		if len(q.Media) > 0 && files != nil {
			height = append(height, excelize.RowOpts{Height: 96})
		}
		if said != nil {
			status, words := said(no)
			row = append(row, nil, excelize.Cell{StyleID: fills[status], Value: words})
		}
		if err := s.SetRow(fmt.Sprintf("A%d", no+2), row, height...); err != nil {
			return err
		}
	}
	// Before Flush, which writes what the sheet has besides rows: afterwards it would be lost.
	if err := addPictures(book, sheet, n, question, options, files); err != nil {
		return err
	}
	last := max(n+1, 1000)
	types := excelize.NewDataValidation(true)
	types.SetSqref(fmt.Sprintf("B2:B%d", last))
	if err := types.SetDropList([]string{"单选", "多选", "判断", "填空", "排序"}); err != nil {
		return err
	}
	levels := excelize.NewDataValidation(true)
	level, err := excelize.ColumnNumberToName(2 + options + 4)
	if err != nil {
		return err
	}
	levels.SetSqref(fmt.Sprintf("%s2:%s%d", level, level, last))
	if err := levels.SetDropList([]string{"1", "2", "3", "4", "5"}); err != nil {
		return err
	}
	if err := book.AddDataValidation(sheet, types); err != nil {
		return err
	}
	if err := book.AddDataValidation(sheet, levels); err != nil {
		return err
	}
	if err := s.Flush(); err != nil {
		return err
	}
	if _, err := book.NewSheet("说明"); err != nil {
		return err
	}
	for i, line := range []string{"每行一题；题干、题型和正确答案必填。", "选择题的答案写选项字母，多选如 AC；判断题写 对 或 错。", "填空题用 ____ 表示空；几个空的答案用 | 分开，同一空的几种答案用 ； 分开。", "难度 1（易）到 5（难），空着按 3。", "分类和标签随意填写；标签用逗号分开。", "图片插入后放在本行：放在“图片”列是题干的图，放在某个选项的格子里是那个选项的图，放在解析格子里是解析的图。"} {
		if err := book.SetCellStr("说明", fmt.Sprintf("A%d", i+1), line); err != nil {
			return err
		}
	}
	_ = book.SetColWidth("说明", "A", "A", 80)
	return book.Write(w)
}

// addPictures puts the pictures into the cells of their parts; those of the stem have a column.
func addPictures(book *excelize.File, sheet string, count int, question func(int) questionbank.Question, options int, files Files) error {
	for n := range count {
		q := question(n)
		if files == nil {
			return nil
		}
		in := map[int]int{}
		for _, m := range q.Media {
			if m.Kind != media.Image {
				continue // a workbook takes none
			}
			f, err := files(m.ID)
			if err != nil {
				return err
			}
			col := 2 + options + 7
			switch {
			case m.Part == questionbank.PartExplanation:
				col = 2 + options + 2
			case len(m.Part) == 1:
				col = 3 + int(m.Part[0]-'A')
			}
			cell, err := excelize.CoordinatesToCellName(col, n+2)
			if err != nil {
				return err
			}
			scale := min(60/float64(max(f.Width, 1)), 110/float64(max(f.Height, 1)))
			if err := book.AddPictureFromBytes(sheet, cell, &excelize.Picture{Extension: pictureExtensions[f.Type], File: f.Data,
				Format: &excelize.GraphicOptions{AltText: m.Alt, ScaleX: scale, ScaleY: scale, OffsetX: 2 + 6*in[col], OffsetY: 2 + 6*in[col],
					LockAspectRatio: true, Positioning: "oneCell"}}); err != nil {
				return err
			}
			in[col]++
		}
	}
	return nil
}

var pictureExtensions = map[string]string{"image/png": ".png", "image/jpeg": ".jpg"}

var giftEscapes = strings.NewReplacer(`\`, `\\`, "~", `\~`, "=", `\=`, "#", `\#`, "{", `\{`, "}", `\}`, ":", `\:`, "\n", `\n`)

// writeGIFT writes Moodle's GIFT. It has no place for difficulty, source and tags, and no ordering.
func writeGIFT(w io.Writer, questions []questionbank.Question) error {
	b := bufio.NewWriter(w)
	category, without := "", 0
	for _, q := range questions {
		if len(q.Media) > 0 {
			without++
		}
	}
	if without > 0 {
		fmt.Fprintf(b, "// GIFT 放不下图片、音频和视频：%d 道题的没有导出 / without the pictures, sounds and videos of %d questions\n\n", without, without)
	}
	for i, q := range questions {
		if q.Category != category {
			category = q.Category
			fmt.Fprintf(b, "$CATEGORY: %s\n\n", strings.ReplaceAll(oneLine(category), "/", "//"))
		}
		if q.Type == questionbank.Order {
			fmt.Fprintf(b, "// %s\n\n", oneLine(q.Stem))
			continue
		}
		fmt.Fprintf(b, "::%d::%s {", i+1, giftEscapes.Replace(q.Stem))
		key := map[string]bool{}
		for _, k := range q.Key {
			key[k] = true
		}
		pair := judgePair(q.Options)
		switch {
		case q.Type == questionbank.Judge && pair != nil && len(q.Key) == 1:
			word := "FALSE"
			if pair[q.Key[0][0]-'A'] {
				word = "TRUE"
			}
			_, _ = b.WriteString(word)
		case q.Type == questionbank.Fill:
			for _, k := range q.Key {
				fmt.Fprintf(b, "=%s ", giftEscapes.Replace(k))
			}
		default:
			for j, o := range q.Options {
				mark := "~"
				switch {
				case q.Type == questionbank.Multiple && key[questionbank.Letter(j)]:
					mark = fmt.Sprintf("~%%%.5g%%", 100/float64(len(q.Key)))
				case q.Type == questionbank.Multiple:
					mark = "~%-100%"
				case key[questionbank.Letter(j)]:
					mark = "="
				}
				fmt.Fprintf(b, "%s%s ", mark, giftEscapes.Replace(o))
			}
		}
		if q.Explanation != "" {
			fmt.Fprintf(b, "####%s", giftEscapes.Replace(q.Explanation))
		}
		_, _ = b.WriteString("}\n\n")
	}
	return b.Flush()
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

type cdata struct {
	Text string `xml:",chardata"`
}

type moodleOut struct {
	Format string    `xml:"format,attr"`
	Text   cdata     `xml:"text"`
	Files  []fileOut `xml:"file"`
}

type fileOut struct {
	Name     string `xml:"name,attr"`
	Path     string `xml:"path,attr"`
	Encoding string `xml:"encoding,attr"`
	Data     string `xml:",chardata"`
}

type moodleAnswer struct {
	Fraction string    `xml:"fraction,attr"`
	Format   string    `xml:"format,attr"`
	Text     cdata     `xml:"text"`
	Files    []fileOut `xml:"file"`
}

type moodleItem struct {
	XMLName  xml.Name       `xml:"question"`
	Type     string         `xml:"type,attr"`
	Category *moodleOut     `xml:"category,omitempty"`
	Name     *moodleOut     `xml:"name,omitempty"`
	Stem     *moodleOut     `xml:"questiontext,omitempty"`
	General  *moodleOut     `xml:"generalfeedback,omitempty"`
	Single   string         `xml:"single,omitempty"`
	Answers  []moodleAnswer `xml:"answer"`
	Tags     *moodleTags    `xml:"tags,omitempty"`
}

type moodleTags struct {
	Tags []moodleOut `xml:"tag"`
}

func plainText(s string) *moodleOut { return &moodleOut{Format: "plain_text", Text: cdata{s}} }

// illustrated is a text with the media of its part, as HTML that shows them.
func illustrated(text string, of []questionbank.Media, files Files) (*moodleOut, error) {
	if len(of) == 0 {
		return plainText(text), nil
	}
	out := &moodleOut{Format: "html"}
	var b strings.Builder
	b.WriteString("<p>" + strings.ReplaceAll(html.EscapeString(text), "\n", "<br/>") + "</p>")
	for i, m := range of {
		f, err := files(m.ID)
		if err != nil {
			return nil, err
		}
		name := fmt.Sprintf("%d%s", i+1, mediaExtensions[f.Type])
		out.Files = append(out.Files, fileOut{name, "/", "base64", base64.StdEncoding.EncodeToString(f.Data)})
		alt := html.EscapeString(m.Alt)
		switch m.Kind {
		case media.Audio:
			fmt.Fprintf(&b, `<p><audio controls="controls" src="@@PLUGINFILE@@/%s" title="%s"></audio></p>`, name, alt)
		case media.Video:
			fmt.Fprintf(&b, `<p><video controls="controls" src="@@PLUGINFILE@@/%s" title="%s"></video></p>`, name, alt)
		default:
			fmt.Fprintf(&b, `<p><img src="@@PLUGINFILE@@/%s" alt="%s"/></p>`, name, alt)
		}
	}
	out.Text = cdata{b.String()}
	return out, nil
}

var mediaExtensions = map[string]string{"image/png": ".png", "image/jpeg": ".jpg", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/ogg": ".ogg",
	"audio/wav": ".wav", "video/mp4": ".mp4", "video/webm": ".webm"}

// writeMoodle writes Moodle XML. It has no place for difficulty and source, and no ordering.
func writeMoodle(w io.Writer, questions []questionbank.Question, files Files) error {
	b := bufio.NewWriter(w)
	_, _ = b.WriteString(xml.Header + "<quiz>\n")
	e := xml.NewEncoder(b)
	e.Indent("", " ")
	category := ""
	for i, q := range questions {
		if q.Category != category {
			category = q.Category
			if err := e.Encode(moodleItem{Type: "category", Category: plainText("$course$/top/" + strings.ReplaceAll(oneLine(category), "/", "//"))}); err != nil {
				return err
			}
		}
		if q.Type == questionbank.Order {
			continue
		}
		it := moodleItemOf(i+1, q)
		if err := it.illustrate(q, files); err != nil {
			return err
		}
		if err := e.Encode(it); err != nil {
			return err
		}
	}
	_, _ = b.WriteString("\n</quiz>\n")
	return b.Flush()
}

// illustrate puts the media of a question into its item.
func (it *moodleItem) illustrate(q questionbank.Question, files Files) (err error) {
	if it.Stem, err = illustrated(q.Stem, q.MediaOf(questionbank.PartStem), files); err != nil {
		return err
	}
	if of := q.MediaOf(questionbank.PartExplanation); len(of) > 0 {
		if it.General, err = illustrated(q.Explanation, of, files); err != nil {
			return err
		}
	}
	for i := range it.Answers {
		of := q.MediaOf(questionbank.Letter(i))
		if len(of) == 0 || it.Type != "multichoice" {
			continue
		}
		a, err := illustrated(it.Answers[i].Text.Text, of, files)
		if err != nil {
			return err
		}
		it.Answers[i].Format, it.Answers[i].Text, it.Answers[i].Files = a.Format, a.Text, a.Files
	}
	return nil
}

func moodleItemOf(no int, q questionbank.Question) moodleItem {
	it := moodleItem{Type: "multichoice", Name: plainText(strconv.Itoa(no)), Stem: plainText(q.Stem)}
	if q.Explanation != "" {
		it.General = plainText(q.Explanation)
	}
	if len(q.Tags) > 0 {
		it.Tags = &moodleTags{}
		for _, t := range q.Tags {
			it.Tags.Tags = append(it.Tags.Tags, *plainText(t))
		}
	}
	key := map[string]bool{}
	for _, k := range q.Key {
		key[k] = true
	}
	add := func(fraction, text string) {
		it.Answers = append(it.Answers, moodleAnswer{Fraction: fraction, Format: "plain_text", Text: cdata{text}})
	}
	pair := judgePair(q.Options)
	switch {
	case q.Type == questionbank.Judge && pair != nil && len(q.Key) == 1:
		it.Type = "truefalse"
		truth := pair[q.Key[0][0]-'A']
		for _, word := range []bool{true, false} {
			fraction := "0"
			if word == truth {
				fraction = "100"
			}
			add(fraction, fmt.Sprint(word))
		}
	case q.Type == questionbank.Fill:
		it.Type = "shortanswer"
		for _, k := range q.Key {
			add("100", k)
		}
	default:
		it.Single = fmt.Sprint(q.Type != questionbank.Multiple)
		for i, o := range q.Options {
			switch {
			case !key[questionbank.Letter(i)]:
				add("0", o)
			case q.Type == questionbank.Multiple:
				add(fmt.Sprintf("%.5g", 100/float64(len(q.Key))), o)
			default:
				add("100", o)
			}
		}
	}
	return it
}
