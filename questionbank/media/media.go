// Package media keeps the pictures, audio and video of questions: it finds out what a file is by its content alone,
// makes pictures anew so that nothing but the picture survives, and stores the bytes in the database.
package media

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"leitai/fault"
)

// Kind says how a file is shown.
type Kind string

// The kinds of media.
const (
	Image Kind = "image"
	Audio Kind = "audio"
	Video Kind = "video"
)

// Limits of an uploaded file, in bytes, and of a picture's size.
const (
	MaxImage  = 10 << 20
	MaxAudio  = 20 << 20
	MaxVideo  = 50 << 20
	MaxPixels = 24_000_000 // width × height that is decoded
	MaxSide   = 1600       // px of the longer side as stored
)

// Item is what is known of a stored file.
type Item struct {
	ID     string `db:"id" json:"id"`         // hex SHA-256 of the bytes
	Kind   Kind   `db:"kind" json:"kind"`     //
	Type   string `db:"type" json:"type"`     // media type, found in the content
	Size   int64  `db:"size" json:"size"`     // bytes
	Width  int    `db:"width" json:"width"`   // px of an image, else 0
	Height int    `db:"height" json:"height"` // px
}

// File is an item with its bytes.
type File struct {
	Item
	Data []byte `json:"data"`
}

// ValidID reports whether a text has the form of an id.
func ValidID(id string) bool {
	if len(id) != sha256.Size*2 {
		return false
	}
	return strings.Trim(id, "0123456789abcdef") == ""
}

func idOf(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}

// decoding bounds the pictures that are in memory at full size: one of 24 megapixels takes about 100 MB.
var decoding = make(chan struct{}, 2)

// Prepare makes of an uploaded file what is stored. The name and what the sender says of the type do not count. A
// picture is decoded, turned upright, scaled down to MaxSide and encoded anew, so that no metadata and nothing hidden
// survives; one that already has exactly that form stays as it is, byte for byte. Audio and video stay as they are.
//
// Faults: media.empty, media.too_large (mb), media.unknown, media.unsupported (kind), media.pixels (mp), media.broken.
func Prepare(ctx context.Context, data []byte) (File, error) {
	if len(data) == 0 {
		return File{}, fault.New(fault.Invalid, "media.empty")
	}
	found := sniff(data)
	switch {
	case found.refused != "":
		return File{}, fault.New(fault.Invalid, "media.unsupported").With("kind", found.refused)
	case found.kind == "":
		return File{}, fault.New(fault.Invalid, "media.unknown")
	case len(data) > limits[found.kind]:
		return File{}, tooLarge(limits[found.kind])
	case found.kind != Image:
		return File{Item{ID: idOf(data), Kind: found.kind, Type: found.typ, Size: int64(len(data))}, data}, nil
	}
	select {
	case decoding <- struct{}{}:
		defer func() { <-decoding }()
	case <-ctx.Done():
		return File{}, ctx.Err()
	}
	return preparePicture(data)
}

var limits = map[Kind]int{Image: MaxImage, Audio: MaxAudio, Video: MaxVideo}

func tooLarge(limit int) error {
	return fault.New(fault.Invalid, "media.too_large").With("mb", limit>>20)
}

// clock rounds a time to what the database keeps.
func clock(t time.Time) int64 { return t.UnixMilli() }

func wrap(what string, err error) error {
	if err == nil || fault.CodeOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}
