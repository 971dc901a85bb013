package scenario

import (
	"bytes"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"net/http"
	"strings"
	"testing"
	"time"

	"leitai/questionbank"
	"leitai/questionbank/media"
	"leitai/quiz"
)

// aPicture is a PNG of one colour.
func aPicture(t *testing.T, shade uint8) []byte {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, 1000, 500), color.Palette{color.NRGBA{shade, 20, 20, 255}})
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// mediaOfQuestions goes through what a bank's keeper does with pictures.
func mediaOfQuestions(t *testing.T, s *server) {
	t.Helper()
	viewer, org, nobody := s.as("viewer"), s.as("organizer"), s.nobody()
	type stored struct{ ID, URL string }
	var red, again, blue, sound stored
	org.do("POST", "/api/v1/media", aPicture(t, 200)).ok(&red)
	org.do("POST", "/api/v1/media", aPicture(t, 200)).ok(&again)
	org.do("POST", "/api/v1/media", aPicture(t, 10)).ok(&blue)
	org.do("POST", "/api/v1/media", append([]byte("ID3\x03\x00\x00\x00\x00\x00\x00"), bytes.Repeat([]byte("0123456789"), 60_000)...)).ok(&sound)
	if red.ID != again.ID || red.ID == blue.ID || red.URL != "/api/v1/media/"+red.ID {
		t.Errorf("%+v %+v %+v", red, again, blue)
	}
	var bank struct{ ID string }
	org.do("POST", "/api/v1/banks", fields{"name": "看图"}).ok(&bank)
	at := "/api/v1/banks/" + bank.ID + "/questions"
	question := func(parts ...[2]string) fields {
		list := []fields{}
		for _, p := range parts {
			list = append(list, fields{"id": p[0], "part": p[1], "alt": " 说明 "})
		}
		return fields{"type": "single", "stem": "看图，这是什么？", "options": []string{"", "灯"}, "key": []string{"A"}, "difficulty": 3, "media": list}
	}
	var q struct{ ID string }
	org.do("POST", at, question([2]string{red.ID, "stem"}, [2]string{blue.ID, "A"}, [2]string{sound.ID, "explanation"})).ok(&q)
	edited := question([2]string{red.ID, "stem"}, [2]string{red.ID, "A"})
	edited["version"] = 1
	run(t, []scenario{
		{"the same question with the same pictures", org, "POST", at, question([2]string{red.ID, "stem"}, [2]string{blue.ID, "A"}), 409, []string{`"question.exists"`}, nil},
		{"the same texts with another picture", org, "POST", at, question([2]string{blue.ID, "stem"}, [2]string{blue.ID, "A"}), 201, []string{`"kind":"image"`, `"width":1000`, `"height":500`, `"alt":"说明"`}, nil},
		{"an option without text and picture", org, "POST", at, question([2]string{red.ID, "stem"}), 400, []string{`"options":"question.option_text"`}, nil},
		{"a part that is not there", org, "POST", at, question([2]string{red.ID, "C"}), 400, []string{`"media":"question.media_part"`}, nil},
		{"a sound for an option", org, "POST", at, question([2]string{sound.ID, "A"}), 400, []string{`"media":"question.media_option"`}, nil},
		{"a file that is not there", org, "POST", at, question([2]string{strings.Repeat("0", 64), "stem"}), 400, []string{`"media":"media.missing"`}, nil},
		{"an id that is none", org, "POST", at, question([2]string{"../../etc", "stem"}), 400, []string{`"media":"question.media_id"`}, nil},
		{"edited", org, "PUT", "/api/v1/questions/" + q.ID, edited, 200, []string{`"version":2`}, []string{blue.ID}},
		{"the earlier version has its pictures", org, "GET", "/api/v1/questions/" + q.ID, nil, 200, []string{blue.ID, sound.ID}, nil},
		{"a viewer uploads nothing", viewer, "POST", "/api/v1/media", aPicture(t, 1), 403, []string{`"session.forbidden"`}, nil},
		{"html", org, "POST", "/api/v1/media", []byte("<html><script>alert(1)</script>"), 400, []string{`"media.unknown"`}, []string{"script"}},
		{"svg", org, "POST", "/api/v1/media", []byte("<svg xmlns='http://www.w3.org/2000/svg'/>"), 400, []string{`"media.unsupported"`, "SVG"}, nil},
		{"no such picture", nobody, "GET", "/api/v1/media/" + strings.Repeat("0", 64), nil, 404, []string{`"media.missing"`}, nil},
		{"no id", nobody, "GET", "/api/v1/media/x", nil, 404, []string{`"media.missing"`}, nil},
	})

	res := nobody.do("GET", red.URL, nil).ok(nil)
	img, format, err := image.Decode(bytes.NewReader(res.body))
	if err != nil || format != "png" || img.Bounds().Dx() != 1000 {
		t.Errorf("%s %v", format, err)
	}
	for name, want := range map[string]string{"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes",
		"Content-Security-Policy": "default-src 'none'; sandbox", "Cache-Control": "public, max-age=31536000, immutable"} {
		if got := res.header.Get(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
	small := nobody.do("GET", red.URL+"?size=small", nil).ok(nil)
	if img, _, err = image.Decode(bytes.NewReader(small.body)); err != nil || img.Bounds().Dx() != 800 || small.header.Get("ETag") == res.header.Get("ETag") {
		t.Errorf("small: %v %v", img.Bounds(), err)
	}
	ranges(t, s, sound.URL)
	with := s.nobody()
	with.header.Set("If-None-Match", res.header.Get("ETag"))
	if r := with.do("GET", red.URL, nil); r.status != http.StatusNotModified || len(r.body) > 0 {
		t.Errorf("again: %d, %d bytes", r.status, len(r.body))
	}
}

// ranges asks for parts of a sound of 600,010 bytes, across the pieces that it is stored in.
func ranges(t *testing.T, s *server, url string) {
	t.Helper()
	whole := s.nobody().do("GET", url, nil).ok(nil)
	if len(whole.body) != 600_010 || whole.header.Get("Content-Type") != "audio/mpeg" {
		t.Fatalf("%d bytes, %v", len(whole.body), whole.header)
	}
	etag := whole.header.Get("ETag")
	for header, want := range map[[2]string]struct {
		status   int
		from, to int
	}{
		{"bytes=0-9", ""}:            {206, 0, 10},
		{"bytes=262140-262150", ""}:  {206, 262140, 262151},
		{"bytes=-7", ""}:             {206, 600_003, 600_010},
		{"bytes=600000-", etag}:      {206, 600_000, 600_010},
		{"bytes=600000-", `"other"`}: {200, 0, 600_010},
		{"bytes=0-1,4-5", ""}:        {200, 0, 600_010},
		{"bytes=600010-", ""}:        {416, 0, 0},
		{"bytes=250000-550000", ""}:  {206, 250_000, 550_001},
	} {
		c := s.nobody()
		c.header.Set("Range", header[0])
		if header[1] != "" {
			c.header.Set("If-Range", header[1])
		}
		r := c.do("GET", url, nil)
		if r.status != want.status || want.status < 400 && !bytes.Equal(r.body, whole.body[want.from:want.to]) {
			t.Errorf("%v: %d, %d bytes, %s", header, r.status, len(r.body), r.header.Get("Content-Range"))
		}
		if r.status == 416 && r.header.Get("Content-Range") != "bytes */600010" {
			t.Errorf("%v: %s", header, r.header.Get("Content-Range"))
		}
	}
}

// TestPicturesAreToldWithTheirParts: ids come with the question when it opens, those of the explanation with the reveal.
func TestPicturesAreToldWithTheirParts(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("看图", func(c *quiz.Contest) { c.Rounds[0].Settings.ReadyMS = 3_600_000 })
	q := g.contest.Rounds[0].Questions[0].Question
	stem, option, film := q.Media[0].ID, q.Media[1].ID, q.Media[2].ID
	p, screen := g.join("王芳", 0), g.screen()
	g.next("ready")
	p.inPhase("ready", 1)
	screen.inPhase("ready", 1)
	nowhere := func(ids ...string) {
		t.Helper()
		for _, k := range []*socket{p.socket, screen} {
			for _, m := range k.received() {
				for _, id := range ids {
					if bytes.Contains(m.raw, []byte(id)) {
						t.Fatalf("an id came before its time: %s", m.raw)
					}
				}
			}
		}
	}
	p.barrier()
	nowhere(stem, option, film)
	g.next("open")
	for _, m := range []message{p.inPhase("open", 1), screen.inPhase("open", 1)} {
		var state struct {
			Question struct {
				Media []struct {
					Kind, Part, URL, Alt string
					Width, Height        int
				}
			}
		}
		if err := json.Unmarshal(m.raw, &state); err != nil {
			t.Fatal(err)
		}
		got := state.Question.Media
		if len(got) != 2 || got[0].URL != "/api/v1/media/"+stem || got[0].Width != 1600 || got[0].Alt != "消防标志" || got[1].Part != "B" {
			t.Errorf("%+v", got)
		}
	}
	nowhere(film)
	g.reveal()
	for _, m := range []message{p.inPhase("revealed", 1), screen.inPhase("revealed", 1)} {
		if !bytes.Contains(m.raw, []byte(`"part":"explanation","url":"/api/v1/media/`+film)) {
			t.Errorf("%s", m.raw)
		}
	}
	if own := s.player(p.token).do("GET", "/api/v1/me/results", nil).ok(nil); !bytes.Contains(own.body, []byte(film)) {
		t.Errorf("own results: %s", own.body)
	}
}

// TestPicturesThatNobodyNeedsGo: what a question, an earlier version or a round has stays.
func TestPicturesThatNobodyNeedsGo(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		store, now := media.NewStore(s.db), time.Now().Add(-48*time.Hour)
		put := func(shade uint8) string {
			f, err := media.Prepare(t.Context(), aPicture(t, shade))
			s.must(err)
			s.must(store.Put(t.Context(), now, f, ""))
			return f.ID
		}
		kept, past, played, gone := put(31), put(32), put(33), put(34)
		with := func(id string) []questionbank.Media {
			return []questionbank.Media{{ID: id, Kind: media.Image, Part: "stem", Width: 1000, Height: 500}}
		}
		q := questionbank.Question{Type: questionbank.Judge, Stem: "清扫一", Options: []string{"对", "错"}, Key: []string{"A"}, Difficulty: 3, Media: with(past)}
		bank, err := s.banks.CreateBank(t.Context(), now, "清扫", nil)
		s.must(err)
		e, err := s.banks.AddQuestion(t.Context(), now, bank, q)
		s.must(err)
		q.ID, q.Version, q.Media = e.ID, e.Version, with(kept)
		_, err = s.banks.UpdateQuestion(t.Context(), now, q, "某人")
		s.must(err)
		s.contest("清扫", func(c *quiz.Contest) { c.Rounds[0].Questions[1].Question.Media = with(played) })
		for range 2 {
			_, err := store.Sweep(t.Context(), time.Now())
			s.must(err)
		}
		for id, there := range map[string]bool{kept: true, past: true, played: true, gone: false} {
			if _, err := store.Read(t.Context(), id); (err == nil) != there {
				t.Errorf("%s: %v, want there: %v", id, err, there)
			}
		}
	})
}
