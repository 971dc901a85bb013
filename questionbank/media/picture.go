package media

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"image"
	"image/color"
	_ "image/gif" // a format that is read
	"image/jpeg"
	"image/png"
	"slices"
	"sync"

	"golang.org/x/image/draw"
	_ "golang.org/x/image/webp" // a format that is read

	"leitai/fault"
)

const (
	jpegQuality = 82
	maxPNG      = 600 << 10 // a larger one becomes a JPEG on white: a hall's Wi-Fi carries it to every phone
	smallSide   = 800       // px of the longer side of what phones get
)

var errBroken = fault.New(fault.Invalid, "media.broken")

// preparePicture decodes and encodes a picture.
func preparePicture(data []byte) (f File, err error) {
	defer func() { // a decoder that a crafted file brings down must not take the hall with it
		if recover() != nil {
			f, err = File{}, errBroken
		}
	}()
	config, format, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil || config.Width < 1 || config.Height < 1 {
		return File{}, fault.Wrap(fault.Invalid, "media.broken", cmp.Or(err, error(errBroken)))
	}
	if config.Width > MaxPixels || config.Height > MaxPixels || config.Width*config.Height > MaxPixels {
		return File{}, fault.New(fault.Invalid, "media.pixels").With("mp", MaxPixels/1_000_000)
	}
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return File{}, fault.Wrap(fault.Invalid, "media.broken", err)
	}
	if format == "jpeg" && max(config.Width, config.Height) <= MaxSide && isOurJPEG(data) {
		return pictureFile(data, "image/jpeg", config.Width, config.Height), nil
	}
	turn := 1
	if format == "jpeg" {
		turn = orientation(data)
	}
	flat := upright(scaled(img, MaxSide), turn)
	out, typ, err := encode(flat)
	if err != nil {
		return File{}, fault.Wrap(fault.Invalid, "media.broken", err)
	}
	return pictureFile(out, typ, flat.Bounds().Dx(), flat.Bounds().Dy()), nil
}

func pictureFile(data []byte, typ string, width, height int) File {
	return File{Item{ID: idOf(data), Kind: Image, Type: typ, Size: int64(len(data)), Width: width, Height: height}, data}
}

// small makes of a stored picture what phones get: they show it some 360 px wide.
func small(data []byte) (out []byte, typ string, err error) {
	img, format, err := image.Decode(bytes.NewReader(data))
	if err != nil {
		return nil, "", err
	}
	if b := img.Bounds(); max(b.Dx(), b.Dy()) <= smallSide {
		return data, "image/" + format, nil
	}
	return encode(scaled(img, smallSide))
}

// scaled gives the picture with at most `side` px on its longer side.
func scaled(img image.Image, side int) *image.NRGBA {
	b := img.Bounds()
	longest := max(b.Dx(), b.Dy())
	if longest <= side {
		return plain(img)
	}
	to := image.NewNRGBA(image.Rect(0, 0, max(1, b.Dx()*side/longest), max(1, b.Dy()*side/longest)))
	draw.CatmullRom.Scale(to, to.Bounds(), img, b, draw.Src, nil)
	return to
}

// plain copies a picture's colours exactly: going through premultiplied alpha would change them a little each time.
func plain(img image.Image) *image.NRGBA {
	b := img.Bounds()
	to := image.NewNRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	switch src := img.(type) {
	case *image.NRGBA:
		for y := range b.Dy() {
			copy(to.Pix[y*to.Stride:y*to.Stride+4*b.Dx()], src.Pix[src.PixOffset(b.Min.X, b.Min.Y+y):])
		}
	case *image.Paletted:
		palette := make([]color.NRGBA, 256)
		for i, c := range src.Palette[:min(len(src.Palette), 256)] {
			palette[i], _ = color.NRGBAModel.Convert(c).(color.NRGBA)
		}
		for y := range b.Dy() {
			for x := range b.Dx() {
				to.SetNRGBA(x, y, palette[src.ColorIndexAt(b.Min.X+x, b.Min.Y+y)])
			}
		}
	default:
		draw.Draw(to, to.Bounds(), img, b.Min, draw.Src)
	}
	return to
}

// encode chooses: PNG for drawings (few colours, or see-through parts), JPEG for photographs.
func encode(img *image.NRGBA) (data []byte, typ string, err error) {
	palette := paletteOf(img)
	opaque := img.Opaque()
	var asPNG []byte
	if palette != nil || !opaque {
		var src image.Image = img
		if palette != nil {
			src = palette
		}
		var b bytes.Buffer
		if err := png.Encode(&b, src); err != nil {
			return nil, "", err
		}
		asPNG = b.Bytes()
	}
	if asPNG != nil && !opaque && len(asPNG) <= maxPNG {
		return asPNG, "image/png", nil
	}
	onWhite := image.NewRGBA(img.Bounds())
	draw.Draw(onWhite, onWhite.Bounds(), image.White, image.Point{}, draw.Src)
	draw.Draw(onWhite, onWhite.Bounds(), img, image.Point{}, draw.Over)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, onWhite, &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil, "", err
	}
	if asPNG != nil && len(asPNG) <= maxPNG && len(asPNG) <= 2*b.Len() {
		return asPNG, "image/png", nil
	}
	return b.Bytes(), "image/jpeg", nil
}

// paletteOf gives the picture with a palette when it has at most 256 colours, else nil. The palette is sorted: the same
// picture makes the same bytes.
func paletteOf(img *image.NRGBA) *image.Paletted {
	seen := map[uint32]uint8{}
	for i := 0; i < len(img.Pix); i += 4 {
		c := binary.BigEndian.Uint32(img.Pix[i:])
		if _, ok := seen[c]; ok {
			continue
		}
		if len(seen) == 256 {
			return nil
		}
		seen[c] = 0
	}
	colours := make([]uint32, 0, len(seen))
	for c := range seen {
		colours = append(colours, c)
	}
	slices.Sort(colours)
	palette := make(color.Palette, len(colours))
	for i, c := range colours {
		seen[c] = uint8(i)
		palette[i] = color.NRGBA{uint8(c >> 24), uint8(c >> 16), uint8(c >> 8), uint8(c)}
	}
	out := image.NewPaletted(img.Bounds(), palette)
	for i := range out.Pix {
		out.Pix[i] = seen[binary.BigEndian.Uint32(img.Pix[4*i:])]
	}
	return out
}

// upright turns a picture as its EXIF orientation (1 to 8) says.
func upright(img *image.NRGBA, turn int) *image.NRGBA {
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	if turn < 2 || turn > 8 {
		return img
	}
	tw, th := w, h
	if turn >= 5 {
		tw, th = h, w
	}
	to := image.NewNRGBA(image.Rect(0, 0, tw, th))
	for y := range h {
		for x := range w {
			tx, ty := x, y
			switch turn {
			case 2:
				tx = w - 1 - x
			case 3:
				tx, ty = w-1-x, h-1-y
			case 4:
				ty = h - 1 - y
			case 5:
				tx, ty = y, x
			case 6:
				tx, ty = h-1-y, x
			case 7:
				tx, ty = h-1-y, w-1-x
			case 8:
				tx, ty = y, w-1-x
			}
			copy(to.Pix[ty*to.Stride+4*tx:], img.Pix[y*img.Stride+4*x:y*img.Stride+4*x+4])
		}
	}
	return to
}

// orientation reads a JPEG's EXIF orientation, 1 when it has none.
func orientation(data []byte) int {
	for b := data[2:]; len(b) >= 4 && b[0] == 0xff && b[1] != 0xda; {
		n := int(binary.BigEndian.Uint16(b[2:]))
		if n < 2 || n+2 > len(b) {
			break
		}
		if b[1] == 0xe1 && n > 16 && string(b[4:10]) == "Exif\x00\x00" {
			return exifOrientation(b[10 : n+2])
		}
		b = b[n+2:]
	}
	return 1
}

// exifOrientation looks for tag 0x0112 in the first directory of a TIFF header.
func exifOrientation(b []byte) int {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(b, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(b, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return 1
	}
	if len(b) < 10 {
		return 1
	}
	at := int(order.Uint32(b[4:]))
	if at < 8 || at > len(b)-2 {
		return 1
	}
	n := int(order.Uint16(b[at:]))
	for i := range n {
		entry := at + 2 + 12*i
		if entry+12 > len(b) {
			break
		}
		if order.Uint16(b[entry:]) == 0x0112 {
			return int(order.Uint16(b[entry+8:]))
		}
	}
	return 1
}

// ownHead is how every JPEG begins that this program writes; the size of the picture stands at sizeAt.
var ownHead = sync.OnceValue(func() []byte {
	var b bytes.Buffer
	if err := jpeg.Encode(&b, image.NewRGBA(image.Rect(0, 0, 8, 8)), &jpeg.Options{Quality: jpegQuality}); err != nil {
		return nil
	}
	scan := bytes.Index(b.Bytes(), []byte{0xff, 0xda})
	if scan < 0 {
		return nil
	}
	return b.Bytes()[:scan+2+int(binary.BigEndian.Uint16(b.Bytes()[scan+2:]))]
})

// isOurJPEG reports a picture that is exactly as encode makes it: no segments but those that it writes, with its own
// tables, and nothing after the end. Encoding it anew would only make it worse, and a bank that is exported and
// imported again would have all its pictures twice.
func isOurJPEG(data []byte) bool {
	head := ownHead()
	frame := bytes.Index(head, []byte{0xff, 0xc0})
	if frame < 0 || len(data) < len(head)+2 {
		return false
	}
	for i := range head {
		if (i < frame+5 || i >= frame+9) && data[i] != head[i] {
			return false
		}
	}
	scan := data[len(head) : len(data)-2]
	for i, c := range scan {
		if c == 0xff && (i+1 == len(scan) || scan[i+1] != 0) {
			return false
		}
	}
	return bytes.HasSuffix(data, []byte{0xff, 0xd9})
}
