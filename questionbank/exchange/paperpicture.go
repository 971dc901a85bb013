package exchange

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/questionbank/media"
)

// maxPaperPictures bounds the bytes of the pictures of one paper, each counted once: a paper is made in memory.
const maxPaperPictures = 48 << 20

// paperPicture is a picture of a question as a paper shows it.
type paperPicture struct {
	media.File
	Alt   string
	small bool // of an option
}

// Src is the picture itself: a printed page fetches nothing.
func (p paperPicture) Src() template.URL {
	return template.URL("data:" + p.Type + ";base64," + base64.StdEncoding.EncodeToString(p.Data)) //nolint:gosec // our own bytes, of a type that Prepare found
}

// Most of a picture on paper, in px of 96 to the inch: two thirds of the line, and a quarter of the page.
func (p paperPicture) most() (width, height int) {
	if p.small {
		return 240, 150
	}
	return 430, 290
}

// size is how large the picture is printed, in px of 96 to the inch: never larger than it is.
func (p paperPicture) size() (width, height int) {
	w, h := max(1, p.Width), max(1, p.Height)
	mostW, mostH := p.most()
	if w > mostW {
		w, h = mostW, max(1, h*mostW/w)
	}
	if h > mostH {
		w, h = max(1, w*mostH/h), mostH
	}
	return w, h
}

// ShownWidth is the printed width in px.
func (p paperPicture) ShownWidth() int { w, _ := p.size(); return w }

// ShownHeight is the printed height in px.
func (p paperPicture) ShownHeight() int { _, h := p.size(); return h }

// loadPictures reads the paper's pictures, each once. Sounds and videos have no place on paper.
func (p *Paper) loadPictures() error {
	if p.Files == nil {
		return nil
	}
	p.pictures = map[string]media.File{}
	total := 0
	for _, q := range p.Questions {
		for _, m := range q.Media {
			if _, known := p.pictures[m.ID]; known || m.Kind != media.Image {
				continue
			}
			f, err := p.Files(m.ID)
			if err != nil {
				return fmt.Errorf("read picture of a paper: %w", err)
			}
			if total += len(f.Data); total > maxPaperPictures {
				return fault.New(fault.Conflict, "export.pictures").With("most", maxPaperPictures>>20)
			}
			p.pictures[m.ID] = f
		}
	}
	return nil
}

// picturesOf gives the pictures of a part of a question.
func (p Paper) picturesOf(q questionbank.Question, part string) []paperPicture {
	var out []paperPicture
	for _, m := range q.MediaOf(part) {
		if f, ok := p.pictures[m.ID]; ok {
			out = append(out, paperPicture{File: f, Alt: m.Alt, small: len(part) == 1})
		}
	}
	return out
}

// docxAlbum is the pictures of a document: a part of the file for each, however often it is shown.
type docxAlbum struct {
	parts map[string]string // by id: the relation
	files []media.File
	shown int
}

// relation gives the relation of a picture, and keeps its file for the document.
func (a *docxAlbum) relation(f media.File) string {
	if a.parts == nil {
		a.parts = map[string]string{}
	}
	rel, ok := a.parts[f.ID]
	if !ok {
		a.files = append(a.files, f)
		rel = fmt.Sprintf("rIdPicture%d", len(a.files))
		a.parts[f.ID] = rel
	}
	return rel
}

// pictureName is the part of the document that holds picture n, from 1.
func pictureName(n int, f media.File) string {
	return fmt.Sprintf("media/picture%d.%s", n, strings.TrimPrefix(f.Type, "image/"))
}

// relations are the document's relations, with one for each picture.
func (a *docxAlbum) relations() string {
	var b strings.Builder
	for i, f := range a.files {
		fmt.Fprintf(&b, `<Relationship Id="rIdPicture%d" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="%s"/>`, i+1, pictureName(i+1, f))
	}
	return strings.Replace(docxParts, "</Relationships>", b.String()+"</Relationships>", 1)
}

// run is a run that shows a picture in the line. Sizes are in EMU, 9,525 to a px.
func (a *docxAlbum) run(p paperPicture) string {
	rel := a.relation(p.File)
	a.shown++
	w, h := p.size()
	return fmt.Sprintf(`<w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="%[1]d" cy="%[2]d"/><wp:docPr id="%[3]d" name="picture%[3]d" descr="%[4]s"/>`+
		`<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="%[3]d" name="picture%[3]d"/><pic:cNvPicPr/></pic:nvPicPr>`+
		`<pic:blipFill><a:blip r:embed="%[5]s"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>`+
		`<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="%[1]d" cy="%[2]d"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r>`,
		w*9525, h*9525, a.shown, escapeXML(p.Alt), rel)
}
