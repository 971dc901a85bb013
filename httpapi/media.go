package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/hall"
	"leitai/questionbank"
	"leitai/questionbank/media"
)

// mediaPath is the route that takes an upload.
const mediaPath = "/api/v1/media"

// pictureCache is how many bytes of pictures are held in memory for halls that fetch the same one at once.
const pictureCache = 64 << 20

// uploadWithin is how long an upload may take to arrive: 50 MB over a slow line.
const uploadWithin = 5 * time.Minute

// mediaView is a stored file.
type mediaView struct {
	ID     string     `json:"id"`
	Kind   media.Kind `json:"kind"`
	Type   string     `json:"type"`
	Size   int64      `json:"size"`
	Width  int        `json:"width"`
	Height int        `json:"height"`
	URL    string     `json:"url"`
}

// mediaInput says which stored file stands with which part of a question.
type mediaInput struct {
	ID   string `json:"id"`
	Part string `json:"part"`
	Alt  string `json:"alt"`
}

// questionMedia is one of a question's files as staff see it.
type questionMedia struct {
	ID     string     `json:"id"`
	Kind   media.Kind `json:"kind"`
	Part   string     `json:"part"`
	Alt    string     `json:"alt"`
	Width  int        `json:"width"`
	Height int        `json:"height"`
	URL    string     `json:"url"`
}

func mediaOf(all []questionbank.Media) []questionMedia {
	out := make([]questionMedia, len(all))
	for i, m := range all {
		out[i] = questionMedia{m.ID, m.Kind, m.Part, m.Alt, m.Width, m.Height, hall.MediaPath + m.ID}
	}
	return out
}

// useMedia finds what staff name in the store: kind and size are the store's, not the sender's.
func (a *API) useMedia(ctx context.Context, in []mediaInput) ([]questionbank.Media, error) {
	if len(in) > questionbank.MaxMedia {
		return nil, fault.Field("media", "question.media_many")
	}
	var out []questionbank.Media
	for _, m := range in {
		if !media.ValidID(m.ID) {
			return nil, fault.Field("media", "question.media_id")
		}
		it, err := a.Media.Use(ctx, time.Now(), m.ID)
		if fault.Is(err, fault.NotFound) {
			return nil, fault.Field("media", "media.missing")
		}
		if err != nil {
			return nil, err
		}
		out = append(out, questionbank.Media{ID: it.ID, Kind: it.Kind, Part: m.Part, Alt: strings.TrimSpace(m.Alt), Width: it.Width, Height: it.Height})
	}
	return out, nil
}

// question makes a question of what staff sent, and checks it.
func (a *API) question(ctx context.Context, in questionInput) (questionbank.Question, error) {
	q := in.question()
	var err error
	if q.Media, err = a.useMedia(ctx, in.Media); err != nil {
		return q, err
	}
	return q, q.Validate()
}

// uploadMedia takes a picture, a sound or a video: the request's body.
func (a *API) uploadMedia(c *fiber.Ctx) error {
	select {
	case a.preparing <- struct{}{}: // a few at a time, each may be 50 MB
		defer func() { <-a.preparing }()
	case <-c.UserContext().Done():
		return fault.New(fault.Unavailable, "import.busy")
	}
	f, err := media.Prepare(c.UserContext(), c.Request().Body()) // as it was sent: never unpacked, never copied
	if err != nil {
		return err
	}
	if err := a.Media.Put(c.UserContext(), time.Now(), f, staffOf(c).ID); err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(mediaView{f.ID, f.Kind, f.Type, f.Size, f.Width, f.Height, hall.MediaPath + f.ID})
}

// sendMedia gives a file to anybody who knows its id, which is a hash of the file: rooms tell it when the question opens.
func (a *API) sendMedia(c *fiber.Ctx) error {
	id := c.Params("id")
	if !media.ValidID(id) {
		return fault.New(fault.NotFound, "media.missing")
	}
	small := c.Query("size") == "small"
	etag := `"` + id[:32] + `"`
	if small {
		etag = `"` + id[:32] + `-s"`
	}
	c.Set(fiber.HeaderETag, etag)
	c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	if match := c.Get(fiber.HeaderIfNoneMatch); match != "" && (match == "*" || strings.Contains(match, etag)) {
		return c.SendStatus(fiber.StatusNotModified) // who names the tag has had it, and it never changes
	}
	it, open, err := a.openMedia(c.UserContext(), id, small)
	if err != nil {
		c.Response().Header.Del(fiber.HeaderETag)
		c.Set(fiber.HeaderCacheControl, "no-store")
		return err
	}
	c.Set(fiber.HeaderContentType, it.Type)
	c.Set(fiber.HeaderContentDisposition, `inline; filename="`+id[:12]+extensions[it.Type]+`"`)
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; sandbox")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderAcceptRanges, "bytes")
	header := c.Get(fiber.HeaderRange)
	if since := c.Get(fiber.HeaderIfRange); since != "" && since != etag {
		header = ""
	}
	part, whole, ok := byteRange(header, it.Size)
	if !ok {
		c.Set(fiber.HeaderContentRange, "bytes */"+strconv.FormatInt(it.Size, 10))
		return c.SendStatus(fiber.StatusRequestedRangeNotSatisfiable)
	}
	if !whole {
		c.Set(fiber.HeaderContentRange, "bytes "+strconv.FormatInt(part.from, 10)+"-"+strconv.FormatInt(part.to-1, 10)+"/"+strconv.FormatInt(it.Size, 10))
		c.Status(fiber.StatusPartialContent)
	}
	c.Context().SetBodyStream(open(part), int(part.to-part.from))
	return nil
}

// openMedia finds a file: pictures whole from memory, sounds and videos a piece at a time from the database.
func (a *API) openMedia(ctx context.Context, id string, small bool) (it media.Item, open func(span) io.Reader, err error) {
	fetch := a.pictures.Full
	if small {
		fetch = a.pictures.Small
	}
	content, err := fetch(ctx, id)
	if errors.Is(err, media.ErrNotPicture) {
		it, err = a.Media.Find(ctx, id)
		// The reading goes on after the handler has returned.
		return it, func(s span) io.Reader { return a.Media.Open(context.WithoutCancel(ctx), it, s.from, s.to) }, err
	}
	if err != nil {
		return it, nil, err
	}
	it.Type, it.Size = content.Type, int64(len(content.Data))
	return it, func(s span) io.Reader { return bytes.NewReader(content.Data[s.from:s.to]) }, nil
}

// extensions of what is stored, for "save as".
var extensions = map[string]string{"image/jpeg": ".jpg", "image/png": ".png", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/ogg": ".ogg",
	"audio/wav": ".wav", "video/mp4": ".mp4", "video/webm": ".webm"}
