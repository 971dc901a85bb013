package exchange

import (
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/charset"

	"leitai/delimited"
)

// plainHTML gives the text of a piece of HTML: paragraphs and breaks become lines, pictures vanish.
func plainHTML(s string) string {
	if !strings.ContainsAny(s, "<&") {
		return s
	}
	z := html.NewTokenizer(strings.NewReader(s))
	var b strings.Builder
	skip := 0
	for {
		switch z.Next() {
		case html.ErrorToken:
			return clean(strings.ReplaceAll(b.String(), "\u00a0", " "))
		case html.TextToken:
			if skip == 0 {
				b.Write(z.Text())
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "br":
				b.WriteByte('\n')
			case "script", "style":
				skip++
			case "p", "div", "li", "tr":
				newline(&b)
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			switch string(name) {
			case "script", "style":
				skip = max(0, skip-1)
			case "p", "div", "li", "tr":
				newline(&b)
			}
		}
	}
}

func newline(b *strings.Builder) {
	if s := b.String(); s != "" && s[len(s)-1] != '\n' {
		b.WriteByte('\n')
	}
}

// pictureAlts gives what HTML says of its files: name → alternative text.
func pictureAlts(s string) map[string]string {
	out := map[string]string{}
	if !strings.Contains(s, "@@PLUGINFILE@@") {
		return out
	}
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return out
		case html.StartTagToken, html.SelfClosingTagToken:
			src, alt := "", ""
			for _, more := z.TagName(); more; {
				var k, v []byte
				k, v, more = z.TagAttr()
				switch string(k) {
				case "src":
					src = string(v)
				case "alt", "title":
					alt = string(v)
				}
			}
			if name, ok := strings.CutPrefix(src, "@@PLUGINFILE@@/"); ok {
				if plain, err := url.PathUnescape(name); err == nil {
					name = plain
				}
				out[name] = alt
			}
		}
	}
}

// hasPicture reports that HTML shows a picture.
func hasPicture(s string) bool { return strings.Contains(strings.ToLower(s), "<img") }

// charsetReader reads XML in any encoding that it names.
func charsetReader(label string, input io.Reader) (io.Reader, error) {
	return charset.NewReaderLabel(label, input)
}

// utf8XML gives an XML file as bytes that the decoder takes: a UTF-16 file becomes UTF-8.
func utf8XML(b []byte) []byte {
	if len(b) >= 2 && (b[0] == 0xff && b[1] == 0xfe || b[0] == 0xfe && b[1] == 0xff) {
		return []byte(delimited.Decode(b))
	}
	for strings.HasPrefix(string(b[:min(len(b), 3)]), "\ufeff") {
		b = b[len("\ufeff"):]
	}
	if !utf8.Valid(b[:min(len(b), 4096)]) {
		return b
	}
	return b
}
