package exchange

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/questionbank/media"
)

// plainPicture is a picture of one colour: number n of the tests.
func plainPicture(t *testing.T, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewPaletted(image.Rect(0, 0, 40+n, 30), color.Palette{color.NRGBA{uint8(n), 50, 50, 255}})); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// albumOf names stored pictures by their numbers.
func albumOf(t *testing.T, most int) map[string]int {
	t.Helper()
	out := map[string]int{}
	for n := 1; n <= most; n++ {
		f, err := media.Prepare(t.Context(), plainPicture(t, n))
		if err != nil {
			t.Fatal(err)
		}
		out[f.ID] = n
	}
	return out
}

// shownWith shows rows with their pictures by number: "{stem:1 B:2}". Every picture must be among the files.
func shownWith(t *testing.T, r Result) string {
	t.Helper()
	album, have := albumOf(t, 20), map[string]bool{}
	for _, f := range r.Files {
		have[f.ID] = true
	}
	var lines []string
	for _, row := range r.Rows {
		var parts []string
		for _, m := range row.Question.Media {
			if !have[m.ID] || m.Width != 40+album[m.ID] {
				t.Errorf("row %d: %+v is not among the files", row.Row, m)
			}
			parts = append(parts, fmt.Sprintf("%s:%d%s", m.Part, album[m.ID], m.Alt))
		}
		line := shown(row)
		if parts != nil {
			line += " {" + strings.Join(parts, " ") + "}"
		}
		if strings.ContainsFunc(fmt.Sprintf("%+v", row), isMark) {
			t.Errorf("row %d has a mark left: %+v", row.Row, row)
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// withParts adds parts to an archive, and puts other contents in place of parts that have these.
func withParts(t *testing.T, archive []byte, parts map[string]string, instead ...[2]string) []byte {
	t.Helper()
	from, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range from.File {
		b, err := readPart(from, f.Name)
		if err != nil {
			t.Fatal(err)
		}
		for _, pair := range instead {
			if string(b) == pair[0] {
				b = []byte(pair[1])
			}
		}
		w, err := z.Create(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(b); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range parts {
		w, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicturesOfAWorkbookStayWithTheirRows(t *testing.T) {
	book := excelize.NewFile()
	for i, r := range [][]any{{"题干", "题型", "A", "B", "C", "答案", "解析", "备注"}, {"图中是什么？", "单选", "圆", "方", "线", "A", "看图"},
		{"哪个是圆？", "单选", "", "", "", "B"}, {"没有图。", "判断", "", "", "", "错"}, {"=DISPIMG(\"ID_77\",1)看表", "判断", "", "", "", "对"},
		{"坏图是对的。", "判断", "", "", "", "对"}, {"只有坏图的选项", "单选", "有", "", "", "A"}, {"下面的图", "判断", "", "", "", "对"}} {
		if err := book.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	put := func(cell string, data []byte, extension, alt string) {
		t.Helper()
		if err := book.AddPictureFromBytes("Sheet1", cell, &excelize.Picture{Extension: extension, File: data, Format: &excelize.GraphicOptions{AltText: alt}}); err != nil {
			t.Fatal(err)
		}
	}
	put("B1", plainPicture(t, 9), ".png", "")
	put("H2", plainPicture(t, 1), ".png", "一个圆")
	put("G2", plainPicture(t, 2), ".png", "")
	for i, cell := range []string{"C3", "D3", "E3"} {
		put(cell, plainPicture(t, 3+i), ".png", "")
	}
	put("A6", plainPicture(t, 12), ".png", "")
	put("D7", plainPicture(t, 13), ".png", "")
	put("A12", plainPicture(t, 8), ".png", "")
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	data := withParts(t, b.Bytes(), map[string]string{"xl/cellimages.xml": `<etc:cellImages xmlns:etc="e" xmlns:xdr="x" xmlns:a="a" xmlns:r="r"><etc:cellImage><xdr:pic><xdr:nvPicPr><xdr:cNvPr id="1" name="ID_77"/></xdr:nvPicPr><xdr:blipFill><a:blip r:embed="rId1"/></xdr:blipFill></xdr:pic></etc:cellImage></etc:cellImages>`,
		"xl/_rels/cellimages.xml.rels": `<Relationships><Relationship Id="rId1" Target="media/wps.png"/></Relationships>`, "xl/media/wps.png": string(plainPicture(t, 6))},
		[2]string{string(plainPicture(t, 12)), "\x01\x00\x00\x00" + strings.Repeat("\x00", 36) + " EMF"}, [2]string{string(plainPicture(t, 13)), string(plainPicture(t, 13)[:60])})
	got, err := Read(context.Background(), "a.xlsx", data)
	if err != nil {
		t.Fatal(err)
	}
	want := `ok single 图中是什么？ | A.圆 | B.方 | C.线 | A | 解析 看图 {stem:1一个圆 explanation:2}
ok single 哪个是圆？ | A. | B. | C. | B {A:3 B:4 C:5}
ok judge 没有图。 | A.正确 | B.错误 | B
error judge  | A.正确 | B.错误 | A !stem.empty {stem:6}
warning judge 坏图是对的。 | A.正确 | B.错误 | A !picture.kind
error single 只有坏图的选项 | A.有 | B. | A !picture.lost !picture.needed
warning judge 下面的图 | A.正确 | B.错误 | A !picture.place {stem:8}`
	if s := shownWith(t, got); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	if len(got.Notes) != 1 || got.Notes[0].Code != "picture.outside" {
		t.Errorf("notes %+v", got.Notes)
	}
}

// inline is a run with a picture: number n of the document.
func inline(n int) string {
	return fmt.Sprintf(`</w:t></w:r><w:r><w:drawing><wp:inline><wp:docPr id="1" descr="图%d"/><pic:pic><pic:blipFill><a:blip r:embed="p%d"/></pic:blipFill></pic:pic></wp:inline></w:drawing></w:r><w:r><w:t xml:space="preserve">`, n, n)
}

func TestPicturesOfADocumentStayWithTheirTexts(t *testing.T) {
	body := para(inline(9)) + para("一、单选题") +
		para("1. 图中是什么？") + para(inline(1)) + para("A. 圆  B. 方") + para("答案：A") + para("解析：见图") + para(inline(2)) +
		para(inline(3)+"2. 哪个是圆？") + para("A. "+inline(4)) + para("B. "+inline(5)+"  C. "+inline(6)) + para("答案：B") +
		para("3. 图在下面") + para("A. 甲") + para("B. 乙") + para(inline(7)) + para("答案：A") +
		para("4. 坏图") + para("A. 甲"+inline(8)) + para("B. 乙") + para("答案：A") +
		`<w:tbl><w:tr>` + cells("题干", "A", "B", "答案") + `</w:tr><w:tr>` + cells("表中"+inline(10), inline(11), "乙", "A") + `</w:tr></w:tbl>`
	rels := "<Relationships>"
	parts := map[string]string{}
	for n := 1; n <= 11; n++ {
		rels += fmt.Sprintf(`<Relationship Id="p%d" Target="media/%d.png"/>`, n, n)
		parts[fmt.Sprintf("word/media/%d.png", n)] = string(plainPicture(t, n))
	}
	parts["word/media/8.png"] = "\xd7\xcd\xc6\x9a a metafile"
	parts["word/_rels/document.xml.rels"] = rels + "</Relationships>"
	got, err := Read(context.Background(), "a.docx", withParts(t, document(t, body), parts))
	if err != nil {
		t.Fatal(err)
	}
	want := `warning single 图中是什么？ | A.圆 | B.方 | A | 解析 见图 !picture.place {stem:9图9 stem:1图1 explanation:2图2}
ok single 哪个是圆？ | A. | B. | C. | B {stem:3图3 A:4图4 B:5图5 C:6图6}
warning single 图在下面 | A.甲 | B.乙 | A !picture.place {stem:7图7}
warning single 坏图 | A.甲 | B.乙 | A !picture.kind
warning single 表中 | A. | B.乙 | A !type.guessed {stem:10图10 A:11图11}`
	if s := shownWith(t, got); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

func cells(texts ...string) string {
	var b strings.Builder
	for _, s := range texts {
		b.WriteString("<w:tc>" + para(s) + "</w:tc>")
	}
	return b.String()
}

// illustrate gives random questions random pictures, and sounds where the format takes them.
func illustrate(t *testing.T, r *rand.Rand, bank []questionbank.Question, sounds bool) Files {
	t.Helper()
	files := map[string]media.File{}
	add := func(data []byte) media.File {
		f, err := media.Prepare(t.Context(), data)
		if err != nil {
			t.Fatal(err)
		}
		files[f.ID] = f
		return f
	}
	for i := range bank {
		q := &bank[i]
		parts := []string{questionbank.PartStem, questionbank.PartStem, questionbank.PartExplanation}
		if q.Type != questionbank.Judge { // formats write its options as words
			for j := range q.Options {
				parts = append(parts, questionbank.Letter(j))
			}
		}
		for _, part := range parts {
			if r.IntN(3) > 0 || len(q.Media) == questionbank.MaxMedia {
				continue
			}
			f := add(plainPicture(t, 1+r.IntN(200)))
			if sounds && len(part) > 1 && r.IntN(3) == 0 {
				f = add([]byte("ID3\x03\x00\x00\x00\x00\x00\x00" + oddText(r, 30)))
			}
			m := questionbank.Media{ID: f.ID, Kind: f.Kind, Part: part, Alt: []string{"", "一张“图” <b>&"}[r.IntN(2)], Width: f.Width, Height: f.Height}
			if !slices.ContainsFunc(q.Media, func(o questionbank.Media) bool { return o.ID == m.ID && o.Part == part }) {
				q.Media = append(q.Media, m)
			}
		}
	}
	return func(id string) (media.File, error) {
		f, ok := files[id]
		if !ok {
			return f, fault.New(fault.NotFound, "media.missing")
		}
		return f, nil
	}
}

// byPart sorts media: formats keep the order within a part.
func byPart(bank []questionbank.Question) []questionbank.Question {
	for i := range bank {
		slices.SortStableFunc(bank[i].Media, func(a, b questionbank.Media) int { return strings.Compare(a.Part, b.Part) })
	}
	return bank
}

// TestExportsReadBackWithTheirMedia: random banks with pictures at stem, options and explanation.
func TestExportsReadBackWithTheirMedia(t *testing.T) {
	for seed := range uint64(6) {
		for _, format := range []Format{XLSX, JSONLines, MoodleXML} {
			r := rand.New(rand.NewPCG(seed, 11))
			bank := randomBank(r, 15)
			files := illustrate(t, r, bank, format != XLSX)
			for i, q := range bank {
				if err := q.Validate(); err != nil {
					t.Fatalf("the test's own question %d %+v: %v", i, q, err)
				}
			}
			var b bytes.Buffer
			if _, err := WriteWithMedia(&b, format, bank, files); err != nil {
				t.Fatal(format, err)
			}
			got, err := Read(context.Background(), "bank", b.Bytes())
			if err != nil || got.Format != format {
				t.Fatalf("%s: read as %s, %v", format, got.Format, err)
			}
			want := bank
			if format == MoodleXML {
				want = poorer(bank, format)
			}
			if diff := cmp.Diff(byPart(want), byPart(got.Good()), cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
				t.Fatalf("seed %d, %s: %s\n%s", seed, format, diff, showAll(got.Rows))
			}
		}
	}
}

func TestGIFTSaysWhatItLeavesOut(t *testing.T) {
	bank := randomBank(rand.New(rand.NewPCG(1, 2)), 5)
	files := illustrate(t, rand.New(rand.NewPCG(1, 1)), bank, false)
	var b bytes.Buffer
	if _, err := WriteWithMedia(&b, GIFT, bank, files); err != nil || !strings.Contains(b.String(), "GIFT 放不下图片") {
		t.Errorf("%v %.80s", err, b.String())
	}
}
