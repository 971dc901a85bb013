package exchange

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"leitai/questionbank"
	"leitai/questionbank/media"
)

// picturedPaper is questions with pictures in every part, and the files of them.
func picturedPaper(t *testing.T) ([]questionbank.Question, Files) {
	t.Helper()
	files := map[string]media.File{}
	picture := func(n int, part string) questionbank.Media {
		f, err := media.Prepare(t.Context(), plainPicture(t, n))
		if err != nil {
			t.Fatal(err)
		}
		files[f.ID] = f
		return questionbank.Media{ID: f.ID, Kind: media.Image, Part: part, Alt: fmt.Sprintf(`图<%d>"`, n), Width: f.Width, Height: f.Height}
	}
	bank := []questionbank.Question{
		{Type: questionbank.Single, Stem: "图中的标志是（　）", Options: []string{"禁止", "警告", "指令", "提示"}, Key: []string{"B"}, Difficulty: 3, Explanation: "黄色表示警告。",
			Media: []questionbank.Media{picture(1, questionbank.PartStem), picture(2, questionbank.PartExplanation)}},
		{Type: questionbank.Multiple, Stem: "下列是禁止标志的有（　）", Options: []string{"甲", "", "丙"}, Key: []string{"B", "C"}, Difficulty: 3,
			Media: []questionbank.Media{picture(3, "A"), picture(4, "B"), picture(1, "C")}},
		{Type: questionbank.Judge, Stem: "这是灭火器（　）", Options: []string{"正确", "错误"}, Key: []string{"A"}, Difficulty: 3, Media: []questionbank.Media{picture(5, questionbank.PartStem)}},
	}
	return bank, func(id string) (media.File, error) { return files[id], nil }
}

// TestPapersShowPictures: a document brings its pictures along and back, and a page has them in itself.
func TestPapersShowPictures(t *testing.T) {
	bank, files := picturedPaper(t)
	var b bytes.Buffer
	if err := WritePaperDOCX(&b, Paper{Title: "试卷", Questions: bank, Keys: true, Files: files}); err != nil {
		t.Fatal(err)
	}
	r, err := Read(t.Context(), "paper.docx", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	got := shownWith(t, r)
	for _, want := range []string{`{stem:1图<1>" explanation:2图<2>"}`, `{A:3图<3>" B:4图<4>" C:1图<1>"}`, `{stem:5图<5>"}`} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if good := r.Good(); len(good) != 3 || strings.Join(good[0].Key, "") != "B" || strings.Join(good[1].Key, "") != "BC" || strings.Join(good[2].Key, "") != "A" {
		t.Errorf("other questions:\n%s", got)
	}
	for _, keys := range []bool{false, true} {
		b.Reset()
		if err := WritePaperHTML(&b, Paper{Title: "试卷", Questions: bank, Keys: keys, Files: files}); err != nil {
			t.Fatal(err)
		}
		want := 5
		if keys {
			want = 6 // the explanation's is not on the paper itself
		}
		if n := strings.Count(b.String(), `<img src="data:image/`); n != want {
			t.Errorf("keys %v: %d pictures, want %d", keys, n, want)
		}
	}
}

// TestPaperPicturesAreBounded: a paper is made in memory.
func TestPaperPicturesAreBounded(t *testing.T) {
	bank := []questionbank.Question{{Type: questionbank.Fill, Stem: "____", Key: []string{"1"}, Media: []questionbank.Media{{ID: "x", Kind: media.Image, Part: questionbank.PartStem}}}}
	huge := func(string) (media.File, error) { return media.File{Data: make([]byte, maxPaperPictures+1)}, nil }
	if err := WritePaperHTML(&bytes.Buffer{}, Paper{Questions: bank, Files: huge}); err == nil {
		t.Error("written")
	}
}
