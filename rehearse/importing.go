package rehearse

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"
)

// ImportReport is what became of the files that were uploaded meanwhile (Config.Import).
type ImportReport struct {
	Files     int    `json:"files"`     // read, stored and counted
	Questions int    `json:"questions"` // stored, of all files
	ReadMS    Spread `json:"read_ms"`   // from the upload to its preview
	StoreMS   Spread `json:"store_ms"`  // from the order to store it to its end
}

// importer is an admin who uploads a file and stores it, again and again, while the hall plays.
type importer struct {
	staff      *staff
	name       string
	data       []byte
	files      int
	questions  int
	read, kept []int64 // nanoseconds
}

func newImporter(s *staff, path string) (*importer, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("--import: %w", err)
	}
	return &importer{staff: s, name: filepath.Base(path), data: data}, nil
}

// run goes on until ctx ends. What was begun then does not count.
func (i *importer) run(ctx context.Context) error {
	for n := 1; ctx.Err() == nil; n++ {
		if err := i.once(ctx, fmt.Sprintf("彩排导入 %d", n)); err != nil && ctx.Err() == nil {
			return fmt.Errorf("import %s: %w", i.name, err)
		}
	}
	return nil
}

// report is valid when run has ended.
func (i *importer) report() *ImportReport {
	return &ImportReport{Files: i.files, Questions: i.questions, ReadMS: spreadOf(i.read), StoreMS: spreadOf(i.kept)}
}

// importState is as much of an import as the rehearsal looks at.
type importState struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Added int    `json:"added"`
}

func (i *importer) once(ctx context.Context, bank string) error {
	began := time.Now()
	var in importState
	if err := i.staff.upload(ctx, "/api/v1/imports?name="+url.QueryEscape(i.name), i.data, &in); err != nil {
		return err
	}
	if err := i.await(ctx, &in, "preview"); err != nil {
		return err
	}
	i.read = append(i.read, int64(time.Since(began)))
	began = time.Now()
	if err := i.staff.call(ctx, http.MethodPost, "/api/v1/imports/"+in.ID+"/store", map[string]string{"bank": bank}, &in); err != nil {
		return err
	}
	if err := i.await(ctx, &in, "stored"); err != nil {
		return err
	}
	i.kept = append(i.kept, int64(time.Since(began)))
	if in.Added == 0 {
		return errors.New("no question was stored")
	}
	i.files++
	i.questions += in.Added
	return nil
}

// await asks until the import is in the state that was wished for.
func (i *importer) await(ctx context.Context, in *importState, state string) error {
	for in.State != state {
		switch in.State {
		case "reading", "storing", "preview":
		default:
			return fmt.Errorf("it is %s instead of %s", in.State, state)
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
		if err := i.staff.call(ctx, http.MethodGet, "/api/v1/imports/"+in.ID, nil, in); err != nil {
			return err
		}
	}
	return nil
}
