package exchange

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
)

// The parts of a document besides its text: as few as Word, WPS and LibreOffice need.
const (
	docxTypes = xml.Header + `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Default Extension="png" ContentType="image/png"/><Default Extension="jpeg" ContentType="image/jpeg"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/word/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.styles+xml"/><Override PartName="/word/footer1.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.footer+xml"/></Types>`
	docxRels  = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`
	docxParts = xml.Header + `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/footer" Target="footer1.xml"/></Relationships>`
	docxNS    = `xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"`
	// names of what a picture is made of
	docxPictureNS = ` xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"`
	docxStyle     = xml.Header + `<w:styles ` + docxNS + `><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="宋体"/><w:sz w:val="22"/></w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:line="340" w:lineRule="auto"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type="paragraph" w:default="1" w:styleId="Normal"><w:name w:val="Normal"/></w:style>` +
		`<w:style w:type="paragraph" w:styleId="PaperTitle"><w:name w:val="Title"/><w:pPr><w:jc w:val="center"/><w:spacing w:after="120"/></w:pPr><w:rPr><w:b/><w:rFonts w:eastAsia="黑体"/><w:sz w:val="36"/></w:rPr></w:style>` +
		`<w:style w:type="paragraph" w:styleId="PaperHead"><w:name w:val="heading 1"/><w:pPr><w:keepNext/><w:spacing w:before="240" w:after="80"/><w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:b/><w:rFonts w:eastAsia="黑体"/><w:sz w:val="24"/></w:rPr></w:style></w:styles>`
	docxFooter = xml.Header + `<w:ftr ` + docxNS + `><w:p><w:pPr><w:jc w:val="center"/></w:pPr><w:r><w:t xml:space="preserve">第 </w:t></w:r><w:fldSimple w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple><w:r><w:t xml:space="preserve"> 页　共 </w:t></w:r><w:fldSimple w:instr=" NUMPAGES "><w:r><w:t>1</w:t></w:r></w:fldSimple><w:r><w:t xml:space="preserve"> 页</w:t></w:r></w:p></w:ftr>`
	// A4 in twentieths of a point, 2 cm of margin.
	docxPage = `<w:sectPr><w:footerReference w:type="default" r:id="rId2"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="1134" w:bottom="1134" w:left="1134" w:header="567" w:footer="567" w:gutter="0"/></w:sectPr>`
)

// WritePaperDOCX writes a paper as a Word document. With keys it reads back as the same questions.
func WritePaperDOCX(w io.Writer, p Paper) error {
	if err := p.loadPictures(); err != nil {
		return err
	}
	d := docxWriter{}
	d.body.WriteString(xml.Header + `<w:document ` + docxNS + docxPictureNS + `><w:body>`)
	d.paragraph("PaperTitle", "", p.Title)
	d.paragraph("", `<w:jc w:val="center"/>`, fmt.Sprintf("共 %d 题　满分 %d 分", p.Count(), p.Total()))
	d.paragraph("", `<w:jc w:val="center"/><w:spacing w:before="120" w:after="120"/>`, "单位：________________　姓名：____________　得分：____________")
	sections := p.Sections()
	for _, s := range sections {
		d.paragraph("PaperHead", "", s.Heading+s.Note)
		for _, it := range s.Items {
			d.item(it)
		}
	}
	if p.Keys {
		d.body.WriteString(`<w:p><w:r><w:br w:type="page"/></w:r></w:p>`)
		d.paragraph("PaperTitle", "", "参考答案与解析")
		for _, s := range sections {
			d.paragraph("PaperHead", "", s.Heading)
			for _, it := range s.Items {
				text := fmt.Sprintf("%d．%s", it.No, it.Key)
				if it.Explanation != "" {
					text += "　解析：" + it.Explanation
				}
				d.paragraph("", "", text, it.Explaining...)
			}
		}
	}
	d.body.WriteString(docxPage + `</w:body></w:document>`)
	z := zip.NewWriter(w)
	for _, part := range []struct{ name, text string }{{"[Content_Types].xml", docxTypes}, {"_rels/.rels", docxRels}, {"word/_rels/document.xml.rels", d.album.relations()},
		{"word/styles.xml", docxStyle}, {"word/footer1.xml", docxFooter}, {"word/document.xml", d.body.String()}} {
		f, err := z.Create(part.name)
		if err != nil {
			return err
		}
		if _, err := io.WriteString(f, part.text); err != nil {
			return err
		}
	}
	for i, picture := range d.album.files {
		f, err := z.CreateHeader(&zip.FileHeader{Name: "word/" + pictureName(i+1, picture), Method: zip.Store}) // they are packed already
		if err != nil {
			return err
		}
		if _, err := f.Write(picture.Data); err != nil {
			return err
		}
	}
	return z.Close()
}

type docxWriter struct {
	body  bytes.Buffer
	album docxAlbum
}

// paragraph writes one, with pictures at its end; line breaks and tabs in the text become Word's own.
func (d *docxWriter) paragraph(style, props, text string, pictures ...paperPicture) {
	d.body.WriteString("<w:p>")
	if style != "" {
		props = `<w:pStyle w:val="` + style + `"/>` + props
	}
	if props != "" {
		d.body.WriteString("<w:pPr>" + props + "</w:pPr>")
	}
	d.body.WriteString("<w:r>")
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			d.body.WriteString("<w:br/>")
		}
		for j, piece := range strings.Split(line, "\t") {
			if j > 0 {
				d.body.WriteString("<w:tab/>")
			}
			d.body.WriteString(`<w:t xml:space="preserve">`)
			_ = xml.EscapeText(&d.body, []byte(piece)) // a buffer takes everything
			d.body.WriteString("</w:t>")
		}
	}
	d.body.WriteString("</w:r>")
	for _, p := range pictures {
		d.body.WriteString(d.album.run(p))
	}
	d.body.WriteString("</w:p>")
}

func escapeXML(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(s)) // a builder takes everything
	return b.String()
}

// item writes a question; its options share a line where they are short and none could be taken for two.
func (d *docxWriter) item(it paperItem) {
	d.paragraph("", "<w:keepLines/>", it.label()+it.Stem)
	if len(it.Pictures) > 0 {
		d.paragraph("", `<w:keepLines/><w:ind w:left="420"/>`, "", it.Pictures...)
	}
	columns := it.Columns
	for _, o := range it.Options {
		if len(optionMarks(o.Text)) > 0 || len(o.Pictures) > 0 {
			columns = 1
		}
	}
	tabs := ""
	if columns > 1 {
		tabs = "<w:tabs>"
		for c := 1; c < columns; c++ {
			tabs += fmt.Sprintf(`<w:tab w:val="left" w:pos="%d"/>`, 420+9200/columns*c)
		}
		tabs += "</w:tabs>"
	}
	for from := 0; from < len(it.Options); from += columns {
		var line []string
		var pictures []paperPicture
		for _, o := range it.Options[from:min(from+columns, len(it.Options))] {
			line = append(line, o.Letter+"．"+o.Text)
			pictures = append(pictures, o.Pictures...)
		}
		d.paragraph("", tabs+`<w:ind w:left="420"/>`, strings.Join(line, "\t"), pictures...)
	}
}
