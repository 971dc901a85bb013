package people

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
	"golang.org/x/text/unicode/norm"

	"leitai/sqldb"
)

// AuditEntry is one thing that somebody did. Entries are never changed.
type AuditEntry struct {
	ID        string // grows with time
	At        time.Time
	StaffID   string // "" when nobody was signed in
	StaffName string
	Username  string // of the account, which keeps it while names change; set when entries are read
	Address   string
	Action    string // such as "bank.rename"
	Subject   Subject
	Detail    map[string]any // without secrets and without players' answers
}

// Subject is what an entry is about, under the name that it had then.
type Subject struct{ Kind, ID, Name string }

// maxSubject is what is kept of a subject's name, in characters.
const maxSubject = 120

// Record writes an entry; its id is set.
func (s *Store) Record(ctx context.Context, e *AuditEntry) error {
	e.ID = timedID(e.At)
	if e.Detail == nil {
		e.Detail = map[string]any{}
	}
	e.Subject.Name = cut(e.Subject.Name, maxSubject)
	_, err := s.db.Exec(ctx, `INSERT INTO audit (id, at, staff_id, staff_name, address, area, action, subject_kind, subject_id, subject_name, detail, search)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`, e.ID, sqldb.MillisOf(e.At), e.StaffID, e.StaffName, cut(e.Address, maxOrigin),
		areaOf(e.Action), e.Action, e.Subject.Kind, cut(e.Subject.ID, maxSubject), e.Subject.Name, sqldb.JSON[map[string]any]{V: e.Detail}, e.searchText())
	if err != nil {
		return wrap("record "+e.Action, err)
	}
	return nil
}

// areaOf is what an action begins with, up to its dot.
func areaOf(action string) string {
	area, _, _ := strings.Cut(action, ".")
	return area
}

// timedID makes an id that begins with this time.
func timedID(at time.Time) string {
	id := uuid.Must(uuid.NewV7())
	ms := uint64(at.UnixMilli())
	for i := range 6 {
		id[i] = byte(ms >> (40 - 8*i))
	}
	return id.String()
}

// idsFrom is what ids of entries from this time on are not less than.
func idsFrom(at time.Time) string {
	ms := at.UnixMilli()
	return fmt.Sprintf("%08x-%04x", ms>>16, ms&0xffff)
}

func (e *AuditEntry) searchText() string {
	parts := []string{e.StaffName, e.Subject.Name, e.Address, e.Action}
	for _, v := range e.Detail {
		text, ok := v.(string)
		if !ok {
			b, err := json.Marshal(v)
			if err != nil {
				continue // then it is not stored either
			}
			text = string(b)
		}
		parts = append(parts, text)
	}
	slices.Sort(parts[4:])
	return searchable(cut(strings.Join(parts, "\n"), 4000))
}

func searchable(s string) string { return strings.ToLower(norm.NFKC.String(s)) }

// AuditFilter says which entries are wanted. Zero values do not filter.
type AuditFilter struct {
	Search      string // every word must be in names, address, action or detail
	StaffID     string
	Action      string // a whole action, or a group of them with a dot at its end: "bank."
	SubjectKind string
	SubjectID   string
	From, To    time.Time // from inclusive, to exclusive
}

var likeText = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

// MaxAuditSearch bounds a search, in characters.
const MaxAuditSearch = 100

func (f AuditFilter) where(after string) (string, []any) {
	conditions, args := []string{"1 = 1"}, []any{}
	add := func(condition string, value any) {
		args = append(args, value)
		conditions = append(conditions, strings.ReplaceAll(condition, "$?", fmt.Sprintf("$%d", len(args))))
	}
	if after != "" {
		add("id < $?", after)
	}
	if f.StaffID != "" {
		add("staff_id = $?", f.StaffID)
	}
	switch {
	case strings.HasSuffix(f.Action, "."):
		add("area = $?", areaOf(f.Action))
	case f.Action != "":
		add("action = $?", f.Action)
	}
	if f.SubjectKind != "" {
		add("subject_kind = $?", f.SubjectKind)
	}
	if f.SubjectID != "" {
		add("subject_id = $?", f.SubjectID)
	}
	if !f.From.IsZero() {
		add("id >= $?", idsFrom(f.From))
	}
	if !f.To.IsZero() {
		add("id < $?", idsFrom(f.To))
	}
	words := strings.Fields(searchable(f.Search))
	for _, w := range words[:min(len(words), 8)] {
		add(`search LIKE $? ESCAPE '!'`, "%"+likeText.Replace(w)+"%")
	}
	return strings.Join(conditions, " AND "), args
}

// ListAudit gives entries, newest first, at most limit of them, from the one behind the entry with the id `after`.
func (s *Store) ListAudit(ctx context.Context, f AuditFilter, after string, limit int) ([]AuditEntry, error) {
	if !utf8.ValidString(after) {
		after = ""
	}
	where, args := f.where(after)
	var rows []struct {
		ID          string                     `db:"id"`
		At          sqldb.Millis               `db:"at"`
		StaffID     string                     `db:"staff_id"`
		StaffName   string                     `db:"staff_name"`
		Username    string                     `db:"username"`
		Address     string                     `db:"address"`
		Action      string                     `db:"action"`
		SubjectKind string                     `db:"subject_kind"`
		SubjectID   string                     `db:"subject_id"`
		SubjectName string                     `db:"subject_name"`
		Detail      sqldb.JSON[map[string]any] `db:"detail"`
	}
	err := s.db.Select(ctx, &rows, `SELECT id, at, staff_id, staff_name, COALESCE((SELECT username FROM staff WHERE staff.id = staff_id), '') AS username,
		address, action, subject_kind, subject_id, subject_name, detail FROM audit WHERE `+where+fmt.Sprintf(` ORDER BY id DESC LIMIT $%d`, len(args)+1), append(args, limit)...)
	if err != nil {
		return nil, wrap("list audit", err)
	}
	out := make([]AuditEntry, len(rows))
	for i, r := range rows {
		out[i] = AuditEntry{r.ID, r.At.Time(), r.StaffID, r.StaffName, r.Username, r.Address, r.Action,
			Subject{r.SubjectKind, r.SubjectID, r.SubjectName}, r.Detail.V}
	}
	return out, nil
}
