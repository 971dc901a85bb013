package media

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"

	"leitai/fault"
)

// photo has many colours: no drawing.
func photo(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			img.SetNRGBA(x, y, color.NRGBA{uint8(x * 255 / w), uint8(y * 255 / h), uint8((x*7 + y*13) % 256), 255})
		}
	}
	return img
}

// drawing has four colours, red on the left and blue on the right.
func drawing(w, h int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.NRGBA{200, 0, 0, 255}
			if x >= w/2 {
				c = color.NRGBA{0, 0, 200, 255}
			}
			if y >= h/2 {
				c.G = 100
			}
			img.SetNRGBA(x, y, c)
		}
	}
	return img
}

func asPNG(t *testing.T, img image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asJPEG(t *testing.T, img image.Image, quality int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func prepared(t *testing.T, data []byte) File {
	t.Helper()
	f, err := Prepare(t.Context(), data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func pngChunk(name string, data []byte) []byte {
	out := binary.BigEndian.AppendUint32(nil, uint32(len(data)))
	out = append(append(out, name...), data...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[4:]))
}

// pngHead is a PNG that says it has this size, and nothing else.
func pngHead(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)
	head = append(head, 8, 2, 0, 0, 0)
	return append(append([]byte("\x89PNG\r\n\x1a\n"), pngChunk("IHDR", head)...), pngChunk("IDAT", nil)...)
}

// withExif puts an orientation into a JPEG.
func withExif(data []byte, orientation byte) []byte {
	tiff := []byte("MM\x00*\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01\x00" + string([]byte{orientation}) + "\x00\x00\x00\x00\x00\x00")
	app := append([]byte("Exif\x00\x00"), tiff...)
	seg := append([]byte{0xff, 0xe1, 0, byte(len(app) + 2)}, app...)
	return append(append([]byte{0xff, 0xd8}, seg...), data[2:]...)
}

func TestPicturesAreMadeAnew(t *testing.T) {
	for name, c := range map[string]struct {
		data []byte
		typ  string
		w, h int
	}{
		"a photograph":              {asPNG(t, photo(300, 200)), "image/jpeg", 300, 200},
		"a drawing":                 {asPNG(t, drawing(300, 200)), "image/png", 300, 200},
		"a large one":               {asJPEG(t, photo(3200, 1000), 90), "image/jpeg", 1600, 500},
		"a tall one":                {asJPEG(t, photo(100, 3200), 90), "image/jpeg", 50, 1600},
		"one that lies on its side": {withExif(asJPEG(t, photo(300, 200), 90), 6), "image/jpeg", 200, 300},
		"a thin line":               {asPNG(t, drawing(20000, 2)), "image/png", 1600, 1},
	} {
		f := prepared(t, c.data)
		if f.Kind != Image || f.Type != c.typ || f.Width != c.w || f.Height != c.h || !ValidID(f.ID) || f.Size != int64(len(f.Data)) {
			t.Errorf("%s: %+v", name, f.Item)
		}
		again := prepared(t, f.Data)
		if again.ID != f.ID {
			t.Errorf("%s: what is stored changes when it is stored again: an export would come back as another picture", name)
		}
	}
}

func TestSeeThroughPartsStay(t *testing.T) {
	img := photo(64, 64)
	for i := 3; i < len(img.Pix); i += 4 {
		img.Pix[i] = uint8(i / 4)
	}
	f := prepared(t, asPNG(t, img))
	again := prepared(t, f.Data)
	if f.Type != "image/png" || again.ID != f.ID {
		t.Fatalf("%+v, again %s", f.Item, again.ID)
	}
	back, err := png.Decode(bytes.NewReader(f.Data))
	if err != nil || back.(*image.NRGBA).NRGBAAt(10, 10) != img.NRGBAAt(10, 10) {
		t.Error("colours have changed")
	}
}

func TestOrientations(t *testing.T) {
	// Left is red, right blue, the lower half lighter: where the red dark corner (upper left) goes.
	corner := map[byte][2]int{1: {0, 0}, 2: {1, 0}, 3: {1, 1}, 4: {0, 1}, 5: {0, 0}, 6: {1, 0}, 7: {1, 1}, 8: {0, 1}}
	for turn, at := range corner {
		f := prepared(t, withExif(asJPEG(t, drawing(64, 32), 95), turn))
		img, _, err := image.Decode(bytes.NewReader(f.Data))
		if err != nil {
			t.Fatal(err)
		}
		b := img.Bounds()
		r, g, _, _ := img.At(at[0]*(b.Dx()-5)+2, at[1]*(b.Dy()-5)+2).RGBA()
		if r>>8 < 150 || g>>8 > 60 {
			t.Errorf("orientation %d: the corner is not at %v", turn, at)
		}
	}
}

// TestNothingHiddenSurvives: metadata, text after the end, another file's beginning.
func TestNothingHiddenSurvives(t *testing.T) {
	secret := "<script>alert(1)</script>"
	var b bytes.Buffer
	if err := gif.Encode(&b, drawing(20, 20), nil); err != nil {
		t.Fatal(err)
	}
	withText := asPNG(t, drawing(20, 20))
	withText = append(append(append([]byte{}, withText[:33]...), pngChunk("tEXt", []byte("Comment\x00"+secret))...), withText[33:]...)
	own := prepared(t, asJPEG(t, photo(100, 100), jpegQuality)).Data
	for name, data := range map[string][]byte{
		"html after a gif":      append(b.Bytes(), secret...),
		"a text in a png":       withText,
		"a comment in a jpeg":   append(append([]byte{0xff, 0xd8, 0xff, 0xfe, 0, byte(len(secret) + 2)}, secret...), own[2:]...),
		"html after our jpeg":   append(append([]byte{}, own...), secret...),
		"html after our jpeg 2": append(append(append([]byte{}, own...), secret...), 0xff, 0xd9),
	} {
		if f := prepared(t, data); bytes.Contains(f.Data, []byte("script")) {
			t.Errorf("%s is still there", name)
		}
	}
}

func TestHostileFilesAreRefused(t *testing.T) {
	whole := asPNG(t, photo(200, 200))
	for name, c := range map[string]struct {
		data []byte
		key  string
	}{
		"empty":                        {nil, "media.empty"},
		"a gigantic png":               {pngHead(100_000, 100_000), "media.pixels"},
		"width times height overflows": {pngHead(1<<31-1, 1<<31-1), "media.broken"},
		"more than 24 megapixels":      {pngHead(6000, 4001), "media.pixels"},
		"cut off":                      {whole[:len(whole)/2], "media.broken"},
		"a head only":                  {pngHead(10, 10), "media.broken"},
		"html":                         {[]byte("<!doctype html><script>1</script>"), "media.unknown"},
		"svg":                          {[]byte("<?xml version=\"1.0\"?>\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), "media.unsupported"},
		"an executable":                {[]byte("MZ\x90\x00\x03"), "media.unknown"},
		"too many bytes":               {append(whole, make([]byte, MaxImage)...), "media.too_large"},
		"a long sound":                 {append([]byte("ID3"), make([]byte, MaxAudio)...), "media.too_large"},
		"one sync word":                {[]byte("\xff\xfb\x90\x00 and text"), "media.unknown"},
		"a webp without a picture":     {[]byte("RIFF\x10\x00\x00\x00WEBPVP8 \x04\x00\x00\x00"), "media.broken"},
	} {
		if _, err := Prepare(t.Context(), c.data); fault.KeyOf(err) != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
	}
}

func box(name string, inside ...[]byte) []byte {
	b := bytes.Join(inside, nil)
	return append(append(binary.BigEndian.AppendUint32(nil, uint32(len(b)+8)), name...), b...)
}

func mp4(brand, handler, codec string) []byte {
	hdlr := box("hdlr", make([]byte, 8), []byte(handler), make([]byte, 12))
	stsd := box("stsd", []byte{0, 0, 0, 0, 0, 0, 0, 1}, box(codec, make([]byte, 8)))
	return append(box("ftyp", []byte(brand), make([]byte, 4)), box("moov", box("mvhd", make([]byte, 20)),
		box("trak", box("mdia", hdlr, box("minf", box("stbl", stsd)))))...)
}

func TestSoundsAndVideosAreKnownByTheirContainers(t *testing.T) {
	frame := append([]byte{0xff, 0xfb, 0x90, 0x00}, make([]byte, 413)...)
	ogg := func(codec string) []byte {
		return append(append([]byte("OggS\x00\x02"), make([]byte, 20)...), append([]byte{1, 30}, codec...)...)
	}
	for name, c := range map[string]struct {
		data    []byte
		typ     string
		refused string
	}{
		"mp3 with tags":     {[]byte("ID3\x04\x00\x00\x00\x00\x00\x00"), "audio/mpeg", ""},
		"mp3":               {append(frame, frame...), "audio/mpeg", ""},
		"wav":               {[]byte("RIFF\x24\x00\x00\x00WAVEfmt "), "audio/wav", ""},
		"vorbis":            {ogg("\x01vorbis"), "audio/ogg", ""},
		"opus":              {ogg("OpusHead"), "audio/ogg", ""},
		"theora":            {ogg("\x80theora"), "", "OGV"},
		"m4a":               {mp4("M4A ", "soun", "mp4a"), "audio/mp4", ""},
		"mp4":               {mp4("isom", "vide", "avc1"), "video/mp4", ""},
		"sound in mp4":      {mp4("mp42", "soun", "mp4a"), "audio/mp4", ""},
		"H.265":             {mp4("mp42", "vide", "hvc1"), "", "H.265 / HEVC"},
		"heic":              {mp4("heic", "pict", "hvc1"), "", "HEIC"},
		"quicktime":         {mp4("qt  ", "vide", "avc1"), "", "MOV"},
		"webm":              {[]byte("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x84webm"), "video/webm", ""},
		"mkv":               {[]byte("\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\x82\x88matroska"), "", "MKV"},
		"boxes that lie":    {append([]byte("\x00\x00\x00\x10ftypisom\x00\x00\x00\x00"), 0xff, 0xff, 0xff, 0xff, 'm', 'o', 'o', 'v'), "", ""},
		"emf":               {append(append([]byte{1, 0, 0, 0}, make([]byte, 36)...), " EMF"...), "", "EMF"},
		"wmf":               {[]byte("\xd7\xcd\xc6\x9a\x00\x00"), "", "WMF"},
		"bmp":               {append([]byte("BM\x00\x00\x00\x00"), make([]byte, 30)...), "", "BMP"},
		"a jpg named .png":  {[]byte("\xff\xd8\xff\xe0"), "image/jpeg", ""},
		"text that says it": {[]byte("ftyp"), "", ""},
	} {
		f := sniff(c.data)
		if f.typ != c.typ || f.refused != c.refused {
			t.Errorf("%s: %+v", name, f)
		}
	}
}

func TestIDs(t *testing.T) {
	for id, want := range map[string]bool{strings.Repeat("a", 64): true, strings.Repeat("A", 64): false, "../" + strings.Repeat("a", 61): false, "": false} {
		if ValidID(id) != want {
			t.Errorf("%q", id)
		}
	}
}

// FuzzPrepare: whatever comes is a fault or a stored form that stays the same.
func FuzzPrepare(f *testing.F) {
	f.Add([]byte("GIF89a"))
	f.Add(pngHead(4, 4))
	f.Add(mp4("isom", "vide", "avc1"))
	f.Add([]byte("OggS"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<20 {
			return
		}
		file, err := Prepare(t.Context(), data)
		if err != nil {
			if fault.CodeOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		again, err := Prepare(t.Context(), file.Data)
		if err != nil || again.ID != file.ID {
			t.Fatalf("%+v again: %+v %v", file.Item, again.Item, err)
		}
	})
}
