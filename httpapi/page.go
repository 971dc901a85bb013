package httpapi

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io/fs"
	"mime"
	"path"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
)

// faces are the four pages and where they are mounted; a path below one is the same page (/screen/482915), except that
// "/" is only itself.
var faces = []struct {
	name string
	at   []string
}{
	{"screen", []string{"/screen"}},
	{"console", []string{"/console"}},
	{"online", []string{"/o", "/me", "/in", "/seasons", "/kiosk"}},
	{"play", []string{"/", "/j"}},
}

// pages serves the built front end from memory: hashed files for a year, pages always asked for anew, both compressed
// beforehand.
type pages struct {
	files map[string]*file // by URL path; a page by its face's name
}

type file struct {
	typ      string
	etag     string
	policy   string            // Content-Security-Policy, for pages
	variants map[string][]byte // by encoding: "", "gzip", "br"
}

// notBuilt is shown when the binary was built without the pages.
const notBuilt = `<!doctype html><meta charset="utf-8"><title>擂台</title><p>页面尚未构建：请先运行 <code>make build</code>。
The pages are not built: run <code>make build</code> first.</p>`

func newPages(dist fs.FS) (*pages, error) {
	p := &pages{files: map[string]*file{}}
	for _, face := range faces {
		index, err := readFile(dist, face.name+"/index.html")
		if errors.Is(err, fs.ErrNotExist) {
			index = &file{typ: "text/html; charset=utf-8", etag: `"none"`, variants: map[string][]byte{"": []byte(notBuilt)}}
		} else if err != nil {
			return nil, err
		}
		index.policy = policy(index.variants[""], face.name)
		p.files[face.name] = index
		if err := p.addAssets(dist, face.name); err != nil {
			return nil, err
		}
	}
	return p, nil
}

func (p *pages) addAssets(dist fs.FS, face string) error {
	dir := face + "/assets"
	entries, err := fs.ReadDir(dist, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.IsDir() || strings.HasSuffix(e.Name(), ".br") || strings.HasSuffix(e.Name(), ".gz") {
			continue
		}
		f, err := readFile(dist, dir+"/"+e.Name())
		if err != nil {
			return err
		}
		p.files["/assets/"+face+"/"+e.Name()] = f
	}
	return nil
}

func readFile(dist fs.FS, name string) (*file, error) {
	plain, err := fs.ReadFile(dist, name)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(plain)
	f := &file{typ: mime.TypeByExtension(path.Ext(name)), etag: `"` + hex.EncodeToString(sum[:8]) + `"`, variants: map[string][]byte{"": plain}}
	if f.typ == "" {
		f.typ = fiber.MIMEOctetStream
	}
	for ext, encoding := range map[string]string{".br": "br", ".gz": "gzip"} {
		if b, err := fs.ReadFile(dist, name+ext); err == nil {
			f.variants[encoding] = b
		}
	}
	return f, nil
}

var (
	inlineScript = regexp.MustCompile(`(?s)<script(?:\s+type="module")?(?:\s+crossorigin)?\s*>(.*?)</script>`)
	inlineStyle  = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
)

// policy allows a page's own files and the inline parts that it was built with, by their hashes, and nothing else.
func policy(html []byte, face string) string {
	scripts, styles := hashes(inlineScript, html), hashes(inlineStyle, html)
	if face == "console" {
		styles = " 'unsafe-inline'" // its component library sets style attributes
	}
	return "default-src 'none'; script-src 'self'" + scripts + "; style-src 'self'" + styles +
		"; img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' blob:; connect-src 'self' ws: wss:; worker-src 'self' blob:" +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
}

func hashes(re *regexp.Regexp, html []byte) string {
	var s strings.Builder
	for _, m := range re.FindAllSubmatch(html, -1) {
		sum := sha256.Sum256(m[1])
		s.WriteString(" 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'")
	}
	return s.String()
}

func (p *pages) mount(app *fiber.App) {
	app.Get("/*", func(c *fiber.Ctx) error {
		if f := p.files[c.Path()]; f != nil && strings.HasPrefix(c.Path(), "/assets/") {
			c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
			return f.send(c)
		}
		if f := p.page(c.Path()); f != nil {
			c.Set(fiber.HeaderCacheControl, "no-cache")
			c.Set(fiber.HeaderContentSecurityPolicy, f.policy)
			c.Set(fiber.HeaderReferrerPolicy, "same-origin")
			c.Set(fiber.HeaderXFrameOptions, "DENY")
			return f.send(c)
		}
		return fault.New(fault.NotFound, "route.missing")
	})
}

// page finds the face that a path belongs to: /screen/482915 is the big screen, /j/482915 the phone.
func (p *pages) page(at string) *file {
	for _, face := range faces {
		for _, mount := range face.at {
			if at == mount || mount != "/" && strings.HasPrefix(at, mount+"/") {
				return p.files[face.name]
			}
		}
	}
	return nil
}

func (f *file) send(c *fiber.Ctx) error {
	c.Set(fiber.HeaderContentType, f.typ)
	c.Set(fiber.HeaderVary, fiber.HeaderAcceptEncoding)
	c.Set(fiber.HeaderETag, f.etag)
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	if c.Get(fiber.HeaderIfNoneMatch) == f.etag {
		return c.SendStatus(fiber.StatusNotModified)
	}
	accepts := c.Get(fiber.HeaderAcceptEncoding)
	for _, encoding := range []string{"br", "gzip"} {
		if b, ok := f.variants[encoding]; ok && strings.Contains(accepts, encoding) {
			c.Set(fiber.HeaderContentEncoding, encoding)
			return c.Send(b)
		}
	}
	return c.Send(f.variants[""])
}
