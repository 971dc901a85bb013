package questionbank

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"leitai/internal/testenv"
	"leitai/sqldb"
)

// What a crash in the middle of long work leaves is all finished or all taken back.
func TestImportWorkIsAllOrNothing(t *testing.T) {
	testenv.Databases(t, func(t *testing.T, url string) {
		db, err := sqldb.Open(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		if err := db.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, tt := range []struct {
			work          string // where the program ended
			stored        bool   // the import was stored before
			change, where string // what was done of it, to how many
			state         ImportState
			questions     int
		}{
			{WorkStoring, false, "", "", ImportPreview, 0},
			{WorkShowing, true, "UPDATE questions SET deleted_at = 0", "10", ImportStored, 30},
			{WorkHiding, true, "UPDATE questions SET deleted_at = 0", "10", ImportStored, 30},
			{WorkRemoving, true, "UPDATE questions SET deleted_at = 0", "30", ImportUndone, 0},
			{WorkRemoving, true, "DELETE FROM questions", "10", ImportUndone, 0},
		} {
			t.Run(tt.work+tt.where, func(t *testing.T) {
				s := NewStore(db)
				in := previewOfThirty(t, s)
				id := bank(t, s)
				if tt.stored {
					if _, err := s.StoreImport(t.Context(), noon, in.ID, t.Name(), thirty()); err != nil {
						t.Fatal(err)
					}
					if _, err := db.Exec(t.Context(), tt.change+` WHERE id IN (SELECT id FROM questions WHERE import_id = $1 ORDER BY id LIMIT `+tt.where+`)`, in.ID); err != nil {
						t.Fatal(err)
					}
				} else if _, _, err := s.writeHidden(t.Context(), noon, in.ID, t.Name(), thirty()); err != nil {
					t.Fatal(err)
				}
				if _, err := db.Exec(t.Context(), `UPDATE imports SET work = $2, worked_at = $3 WHERE id = $1`, in.ID, tt.work, sqldb.MillisOf(noon)); err != nil {
					t.Fatal(err)
				}
				// Who does it may still be alive.
				if err := s.ResumeImports(t.Context(), noon.Add(DeadAfter/2)); err != nil {
					t.Fatal(err)
				}
				if at, err := s.FindImport(t.Context(), in.ID); err != nil || at.Work != tt.work {
					t.Fatalf("taken from the living: %+v, %v", at, err)
				}
				if err := s.ResumeImports(t.Context(), noon.Add(2*DeadAfter)); err != nil {
					t.Fatal(err)
				}
				at, err := s.FindImport(t.Context(), in.ID)
				if err != nil || at.State != tt.state || at.Work != "" {
					t.Errorf("%+v, %v", at, err)
				}
				wantQuestions(t, s, id, tt.questions)
				if tt.state != ImportPreview {
					return
				}
				if again, err := s.StoreImport(t.Context(), noon, in.ID, t.Name(), thirty()); err != nil || again.Added != 30 {
					t.Errorf("%+v, %v", again, err)
				}
			})
		}
		t.Run("an error takes back", func(t *testing.T) {
			full := errors.New("disk full")
			id := bank(t, NewStore(db))
			pieces := 0
			s := NewStore(db).Paced(func(context.Context, time.Duration) (time.Duration, error) {
				if pieces++; pieces == 3 { // the first two belong to the preview
					return 0, full
				}
				return time.Second, nil
			})
			in := previewOfThirty(t, s)
			if _, err := s.StoreImport(t.Context(), noon, in.ID, t.Name(), thirty()); !errors.Is(err, full) {
				t.Fatalf("got %v", err)
			}
			at, err := s.FindImport(t.Context(), in.ID)
			if err != nil || at.State != ImportPreview || at.Work != "" || at.BankID != nil {
				t.Errorf("%+v, %v", at, err)
			}
			wantQuestions(t, s, id, 0)
		})
	})
}

func previewOfThirty(t *testing.T, s *Store) Import {
	t.Helper()
	rows := make([]ImportRow, 30)
	for i := range rows {
		rows[i] = ImportRow{No: i + 1, Status: "ok", Data: "{}"}
	}
	in := &Import{FileName: "题库.xlsx", Format: "xlsx", StaffID: "s", StaffName: "管理员", OK: 30}
	if err := s.CreateImport(t.Context(), noon, in, rows); err != nil {
		t.Fatal(err)
	}
	return *in
}

func thirty() func(ImportRow) (Question, bool, error) {
	out := make([]Question, 30)
	for i := range out {
		out[i] = choice(fmt.Sprintf("第%d题", i))
	}
	return each(out...)
}

// wantQuestions counts what a bank shows, and what is in its bin.
func wantQuestions(t *testing.T, s *Store, bankID string, want int) {
	t.Helper()
	for _, deleted := range []bool{false, true} {
		_, total, err := s.ListQuestions(t.Context(), Filter{BankID: bankID, Deleted: deleted}, "", 1)
		if deleted {
			want = 0
		}
		if err != nil || total != want {
			t.Errorf("%d questions (deleted: %v), want %d, %v", total, deleted, want, err)
		}
	}
}
