package media

import (
	"bytes"
	"errors"
	"image"
	"io"
	"sync"
	"testing"
	"time"

	"leitai/fault"
	"leitai/internal/testenv"
	"leitai/sqldb"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// TestStore keeps files on each engine.
func TestStore(t *testing.T) {
	testenv.Databases(t, func(t *testing.T, url string) {
		db, err := sqldb.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		s := NewStore(db)
		t.Run("bytes come back as they were", func(t *testing.T) { bytesComeBack(t, s) })
		t.Run("a hall reads a picture once", func(t *testing.T) { aHallReadsOnce(t, s, db) })
		t.Run("the cache keeps to its size", func(t *testing.T) { theCacheKeepsToItsSize(t, s) })
		t.Run("what is used stays", func(t *testing.T) { whatIsUsedStays(t, s) })
	})
}

func put(t *testing.T, s *Store, data []byte) File {
	t.Helper()
	f := prepared(t, data)
	for range 2 { // the second is the same file again
		if err := s.Put(t.Context(), noon, f, ""); err != nil {
			t.Fatal(err)
		}
	}
	return f
}

func bytesComeBack(t *testing.T, s *Store) {
	sound := []byte("ID3\x03\x00\x00\x00\x00\x00\x00")
	for i := range 600_000 {
		sound = append(sound, byte(i*7), byte(i>>8))
	}
	f := put(t, s, sound)
	back, err := s.Read(t.Context(), f.ID)
	if err != nil || !bytes.Equal(back.Data, sound) || back.Item != f.Item {
		t.Fatalf("%+v %d bytes, %v", back.Item, len(back.Data), err)
	}
	for _, part := range [][2]int64{{0, 1}, {chunkSize - 1, chunkSize + 1}, {chunkSize, 2 * chunkSize}, {5, 5}, {f.Size - 3, f.Size + 100}} {
		got, err := io.ReadAll(s.Open(t.Context(), f.Item, part[0], part[1]))
		if err != nil || !bytes.Equal(got, sound[part[0]:min(part[1], f.Size)]) {
			t.Errorf("%v: %d bytes, %v", part, len(got), err)
		}
	}
	if _, err := s.Find(t.Context(), idOf([]byte("nothing"))); fault.KeyOf(err) != "media.missing" {
		t.Error(err)
	}
}

func aHallReadsOnce(t *testing.T, s *Store, db *sqldb.DB) {
	f := put(t, s, asPNG(t, photo(1200, 600)))
	c := NewCache(s, 10<<20)
	var hall sync.WaitGroup
	for i := range 200 {
		hall.Go(func() {
			get := c.Full
			if i%2 == 0 {
				get = c.Small
			}
			if content, err := get(t.Context(), f.ID); err != nil || content.Type != "image/jpeg" {
				t.Errorf("%s %v", content.Type, err)
			}
		})
	}
	hall.Wait()
	// Gone from the database: whoever reads it again finds nothing.
	if _, err := db.Exec(t.Context(), `DELETE FROM media WHERE id = $1`, f.ID); err != nil {
		t.Fatal(err)
	}
	small, err := c.Small(t.Context(), f.ID)
	if err != nil {
		t.Fatal("a picture that is held was read again: ", err)
	}
	if config, _, err := image.DecodeConfig(bytes.NewReader(small.Data)); err != nil || config.Width != smallSide {
		t.Errorf("small: %d px, %v", config.Width, err)
	}
	sound := put(t, s, []byte("ID3\x03\x00\x00\x00\x00\x00\x00 a sound"))
	if _, err := c.Full(t.Context(), sound.ID); !errors.Is(err, ErrNotPicture) {
		t.Errorf("a sound: %v", err)
	}
}

func theCacheKeepsToItsSize(t *testing.T, s *Store) {
	first := put(t, s, asPNG(t, photo(300, 200)))
	c := NewCache(s, len(first.Data)+100)
	for _, f := range []File{first, put(t, s, asPNG(t, photo(301, 200))), put(t, s, asPNG(t, photo(900, 700)))} {
		if content, err := c.Full(t.Context(), f.ID); err != nil || !bytes.Equal(content.Data, f.Data) {
			t.Errorf("%v", err)
		}
		if c.held > c.most || c.held < 0 || len(c.byKey) != c.order.Len() {
			t.Errorf("%d of %d bytes, %d entries, %d in order", c.held, c.most, len(c.byKey), c.order.Len())
		}
	}
}

func whatIsUsedStays(t *testing.T, s *Store) {
	f := put(t, s, asPNG(t, drawing(70, 50)))
	if _, err := s.Use(t.Context(), noon.Add(30*time.Hour), f.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sweep(t.Context(), noon.Add(40*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Find(t.Context(), f.ID); err != nil {
		t.Errorf("ten hours after its use: %v", err)
	}
	if _, err := s.Sweep(t.Context(), noon.Add(60*time.Hour)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Use(t.Context(), noon.Add(61*time.Hour), f.ID); fault.KeyOf(err) != "media.missing" {
		t.Errorf("thirty hours after its use: %v", err)
	}
}
