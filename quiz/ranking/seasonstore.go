package ranking

import (
	"context"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/sqldb"
)

// Season is several paper contests that are ranked together (赛季).
type Season struct {
	ID         string
	Name       string
	People     paper.Showing // what the public board of people shows
	TopShown   int
	MaskNames  bool
	ShareRanks bool
	CreatedAt  time.Time
	Contests   []SeasonContest
}

// SeasonContest is a contest of a season.
type SeasonContest struct {
	ID     string
	Code   string
	Title  string
	Status quiz.Status
	Weight int // percent: 100 counts once
}

// Limits of a season.
const (
	MaxSeasonName     = 60
	MaxSeasonContests = 50
	maxWeight         = 1000
)

// NewSeason is a season with its defaults.
func NewSeason(now time.Time) Season {
	return Season{People: paper.ShowAll, TopShown: 50, ShareRanks: true, CreatedAt: now, Contests: []SeasonContest{}}
}

// Validate reports everything that is out of range in one invalid fault.
func (s *Season) Validate() error {
	f := map[string]string{}
	s.Name = strings.TrimSpace(s.Name)
	switch n := utf8.RuneCountInString(s.Name); {
	case n == 0:
		f["name"] = "value.required"
	case n > MaxSeasonName:
		f["name"] = "value.long"
	}
	if s.People != paper.ShowAll && s.People != paper.ShowTop && s.People != paper.ShowOff {
		f["people"] = "value.choice"
	}
	if s.TopShown < 1 || s.TopShown > 1000 {
		f["top_shown"] = "value.range"
	}
	if len(s.Contests) > MaxSeasonContests {
		f["contests"] = "value.range"
	}
	seen := map[string]bool{}
	for _, c := range s.Contests {
		if seen[c.ID] {
			f["contests"] = "season.twice"
		}
		seen[c.ID] = true
		if c.Weight < 1 || c.Weight > maxWeight {
			f["contests"] = "value.range"
		}
	}
	if len(f) > 0 {
		return &fault.Error{Code: fault.Invalid, Key: "request.invalid", Fields: f}
	}
	return nil
}

// Shows is what the season's board of one kind shows to people, and how many rows.
func (s *Season) Shows(kind Kind) (shown Shown, rows int) {
	switch {
	case kind == Units || s.People == paper.ShowAll:
		return ShownAll, 0
	case s.People == paper.ShowOff:
		return ShownOff, 0
	}
	return ShownTop, s.TopShown
}

type seasonRow struct {
	ID         string        `db:"id"`
	Name       string        `db:"name"`
	People     paper.Showing `db:"people"`
	TopShown   int           `db:"top_shown"`
	MaskNames  bool          `db:"mask_names"`
	ShareRanks bool          `db:"share_ranks"`
	CreatedAt  sqldb.Millis  `db:"created_at"`
}

const seasonColumns = `id, name, people, top_shown, mask_names, share_ranks, created_at`

// ListSeasons lists all seasons with their contests, the newest first.
func (b *Boards) ListSeasons(ctx context.Context) ([]Season, error) {
	var rows []seasonRow
	if err := b.db.Select(ctx, &rows, `SELECT `+seasonColumns+` FROM seasons ORDER BY created_at DESC, id DESC`); err != nil {
		return nil, wrap("list seasons", err)
	}
	var parts []struct {
		SeasonID string      `db:"season_id"`
		ID       string      `db:"id"`
		Code     string      `db:"code"`
		Title    string      `db:"title"`
		Status   quiz.Status `db:"status"`
		Weight   int         `db:"weight"`
	}
	if err := b.db.Select(ctx, &parts, `SELECT s.season_id, c.id, c.code, c.title, c.status, s.weight FROM season_contests s
		JOIN contests c ON c.id = s.contest_id ORDER BY s.position, c.id`); err != nil {
		return nil, wrap("list contests of seasons", err)
	}
	of := map[string][]SeasonContest{}
	for _, p := range parts {
		of[p.SeasonID] = append(of[p.SeasonID], SeasonContest{p.ID, p.Code, p.Title, p.Status, p.Weight})
	}
	all := make([]Season, len(rows))
	for i, r := range rows {
		all[i] = Season{ID: r.ID, Name: r.Name, People: r.People, TopShown: r.TopShown, MaskNames: r.MaskNames, ShareRanks: r.ShareRanks,
			CreatedAt: r.CreatedAt.Time(), Contests: of[r.ID]}
	}
	return all, nil
}

// FindSeason gives a season, or not_found season.missing.
func (b *Boards) FindSeason(ctx context.Context, id string) (*Season, error) {
	all, err := b.ListSeasons(ctx) // there are a few
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].ID == id {
			return &all[i], nil
		}
	}
	return nil, fault.New(fault.NotFound, "season.missing")
}

// CreateSeason stores a new season and fills in its id. The faults: what Validate says, the field "contests"
// "contest.missing" for what is no paper contest, conflict "season.name".
func (b *Boards) CreateSeason(ctx context.Context, s *Season) error {
	s.ID = uuid.Must(uuid.NewV7()).String()
	return b.storeSeason(ctx, s, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO seasons (id, name, people, top_shown, mask_names, share_ranks, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, s.ID, s.Name, s.People, s.TopShown, s.MaskNames, s.ShareRanks, sqldb.MillisOf(s.CreatedAt))
		return err
	})
}

// UpdateSeason stores a season as it is now. The faults are those of CreateSeason, and not_found season.missing.
func (b *Boards) UpdateSeason(ctx context.Context, s *Season) error {
	return b.storeSeason(ctx, s, func(tx *sqlx.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE seasons SET name = $2, people = $3, top_shown = $4, mask_names = $5, share_ranks = $6 WHERE id = $1`,
			s.ID, s.Name, s.People, s.TopShown, s.MaskNames, s.ShareRanks)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, errNoSeason)
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM season_contests WHERE season_id = $1`, s.ID)
		return err
	})
}

var errNoSeason = fault.New(fault.NotFound, "season.missing")

func (b *Boards) storeSeason(ctx context.Context, s *Season, row func(tx *sqlx.Tx) error) error {
	if err := s.Validate(); err != nil {
		return err
	}
	err := b.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := row(tx); err != nil {
			return err
		}
		for i, c := range s.Contests {
			r, err := tx.ExecContext(ctx, `INSERT INTO season_contests (season_id, contest_id, weight, position)
				SELECT $1, id, $3, $4 FROM contests WHERE id = $2 AND kind = 'paper'`, s.ID, c.ID, c.Weight, i)
			if err != nil {
				return err
			}
			if n, err := r.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, fault.Field("contests", "contest.missing"))
			}
		}
		return nil
	})
	switch {
	case sqldb.IsUnique(err):
		return fault.Wrap(fault.Conflict, "season.name", err)
	case errors.Is(err, errNoSeason):
		return errNoSeason
	case err != nil:
		return wrap("store season", err)
	}
	b.miss(SeasonGroup(s.ID)) // what it is made of has changed
	return nil
}

// DeleteSeason deletes a season with its boards; its contests stay.
func (b *Boards) DeleteSeason(ctx context.Context, id string) error {
	n, err := b.db.Exec(ctx, `DELETE FROM seasons WHERE id = $1`, id)
	if err != nil {
		return wrap("delete season", err)
	}
	if n == 0 {
		return errNoSeason
	}
	if _, err := b.db.Exec(ctx, `DELETE FROM board_groups WHERE id = $1`, SeasonGroup(id)); err != nil {
		return wrap("delete boards of a season", err)
	}
	if err := b.groups.Drop(ctx, SeasonGroup(id)); err != nil {
		b.log.Warn("drop boards", "group", SeasonGroup(id), "error", err) // nobody reads them any more
	}
	return nil
}
