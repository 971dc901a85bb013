package sqldb

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"
	"github.com/lib/pq"
)

// scalarRows is the number of rows from which a column with one text in all of them is sent once and not in an array,
// and not returned. For 1,024 answers of one round that takes the client from 2.7 to 1.7 ms of CPU. Small batches have
// little to save, so they share one statement; constant numbers are short, and saved nothing that could be measured.
const scalarRows = 16

// Column is one column of an Insert: a name and one value for each row, in exactly one of the slices.
type Column struct {
	Name    string
	Strings []string
	Ints    []int64
	Bools   []bool
}

func (c *Column) rows() int { return max(len(c.Strings), len(c.Ints), len(c.Bools)) }

// Insert is a set of rows to append. Names come from the program, never from people.
type Insert struct {
	Table   string
	Columns []Column
	Key     []string // the columns whose conflict means "already there"; all of them are among Columns
}

// Append inserts all rows in one durable commit and skips those whose key exists; inserted[i] tells whether row i is
// new. Of two rows with the same key in one batch the first wins. A row that conflicts with another unique constraint
// than Key is skipped too. About 1,000 rows a call are fastest. Texts are stored as valid UTF-8 without NUL, since
// Postgres would refuse all rows for one bad byte. After an error nothing can be said of the rows: they may be
// durable (the answer to the commit was lost), and appending them again is safe and tells them as not inserted.
//
// This is the one place where the engines differ: one statement over arrays on Postgres, a prepared row at a time in
// one transaction on SQLite.
func (db *DB) Append(ctx context.Context, in Insert) (inserted []bool, err error) {
	n, err := in.check()
	if err != nil || n == 0 {
		return nil, err
	}
	in.Columns = cleanTexts(in.Columns)
	inserted = make([]bool, n)
	rows := db.appendRows
	if db.engine == postgres {
		rows = db.appendArrays
	}
	err = retry(ctx, isRetryable, func(ctx context.Context) error {
		clear(inserted)
		return rows(ctx, &in, inserted)
	})
	if err != nil {
		return nil, fmt.Errorf("append %d rows to %s: %w", n, in.Table, err)
	}
	return inserted, nil
}

// check returns the number of rows.
func (in *Insert) check() (int, error) {
	if len(in.Columns) == 0 || len(in.Key) == 0 {
		return 0, fmt.Errorf("append to %s: no columns or no key", in.Table)
	}
	n := in.Columns[0].rows()
	for i := range in.Columns {
		c := &in.Columns[i]
		if c.rows() != n || len(c.Strings)+len(c.Ints)+len(c.Bools) != n {
			return 0, fmt.Errorf("append to %s: column %s must have %d values of one type", in.Table, c.Name, n)
		}
	}
	for _, k := range in.Key {
		if in.column(k) < 0 {
			return 0, fmt.Errorf("append to %s: key %s is no column", in.Table, k)
		}
	}
	return n, nil
}

func (in *Insert) column(name string) int {
	return slices.IndexFunc(in.Columns, func(c Column) bool { return c.Name == name })
}

// cleanTexts returns columns without what Postgres cannot store in TEXT; the caller's slices stay as they are.
func cleanTexts(columns []Column) []Column {
	bad := func(s string) bool { return strings.IndexByte(s, 0) >= 0 || !utf8.ValidString(s) }
	copied := false
	for i := range columns {
		if !slices.ContainsFunc(columns[i].Strings, bad) {
			continue
		}
		if !copied {
			columns, copied = slices.Clone(columns), true
		}
		texts := slices.Clone(columns[i].Strings)
		for j, s := range texts {
			texts[j] = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
		}
		columns[i].Strings = texts
	}
	return columns
}

// appendRows is Append on SQLite.
func (db *DB) appendRows(ctx context.Context, in *Insert, inserted []bool) error {
	stmt, err := db.appendStmt(ctx, in, "", func() string { return in.rowSQL() })
	if err != nil {
		return err
	}
	tx, err := db.write.BeginTxx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	// The driver starts a goroutine for each call whose context can end. BeginTxx watches ctx for all of them.
	rowCtx := context.WithoutCancel(ctx)
	row := tx.StmtxContext(rowCtx, stmt)
	args := make([]any, len(in.Columns))
	for i := range inserted {
		for j := range in.Columns {
			args[j] = in.Columns[j].at(i)
		}
		r, err := row.ExecContext(rowCtx, args...)
		if err != nil {
			return err
		}
		affected, err := r.RowsAffected()
		if err != nil {
			return err
		}
		inserted[i] = affected == 1
	}
	return tx.Commit()
}

func (c *Column) at(i int) any {
	switch {
	case c.Strings != nil:
		return c.Strings[i]
	case c.Ints != nil:
		return c.Ints[i]
	}
	return c.Bools[i]
}

func (in *Insert) rowSQL() string {
	return "INSERT INTO " + quote(in.Table) + " (" + in.names() + ") VALUES (" +
		strings.Repeat("?, ", len(in.Columns)-1) + "?) ON CONFLICT DO NOTHING"
}

// appendArrays is Append on Postgres.
func (db *DB) appendArrays(ctx context.Context, in *Insert, inserted []bool) error {
	scalar := make([]bool, len(in.Columns))
	variant := make([]byte, len(in.Columns))
	arrays := 0
	for i := range in.Columns {
		c := &in.Columns[i]
		scalar[i] = len(inserted) >= scalarRows && c.isOneText()
		variant[i] = '0'
		if scalar[i] {
			variant[i] = '1'
		} else {
			arrays++
		}
	}
	if arrays == 0 { // something must say how many rows there are
		scalar[0], variant[0] = false, '0'
	}
	returning := in.returning(scalar)
	stmt, err := db.appendStmt(ctx, in, string(variant), func() string { return in.arraySQL(scalar, returning) })
	if err != nil {
		return err
	}
	args := make([]any, len(in.Columns))
	for i := range in.Columns {
		args[i] = in.Columns[i].arg(scalar[i])
	}
	rows, err := stmt.QueryContext(ctx, args...)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()

	keys := newKeyWalk(in, returning, len(inserted))
	for rows.Next() {
		if err := rows.Scan(keys.dest...); err != nil {
			return err
		}
		i := keys.find()
		if i < 0 {
			return errors.New("a returned key is not in the batch")
		}
		inserted[i] = true
	}
	return rows.Err() // rows arrive before the commit does, and only its success makes them true
}

func (c *Column) isOneText() bool {
	if c.Strings == nil {
		return false
	}
	first := c.Strings[0]
	for _, s := range c.Strings[1:] {
		if s != first {
			return false
		}
	}
	return true
}

func (c *Column) arg(scalar bool) any {
	switch {
	case scalar:
		return c.Strings[0]
	case c.Strings != nil:
		return textArray(c.Strings)
	case c.Ints != nil:
		return intArray(c.Ints)
	}
	return pq.BoolArray(c.Bools)
}

// arraySQL is one INSERT … SELECT over unnest, with its constant columns beside it.
func (in *Insert) arraySQL(scalar []bool, returning []int) string {
	var values, arrays, aliases, keys []string
	for i := range in.Columns {
		c := &in.Columns[i]
		param := "$" + strconv.Itoa(i+1)
		if scalar[i] {
			values = append(values, param+"::text")
			continue
		}
		alias := "c" + strconv.Itoa(i)
		values = append(values, alias)
		aliases = append(aliases, alias)
		arrays = append(arrays, param+"::"+c.sqlType()+"[]")
	}
	for _, i := range returning {
		keys = append(keys, quote(in.Columns[i].Name))
	}
	return "INSERT INTO " + quote(in.Table) + " (" + in.names() + ")" +
		" SELECT " + strings.Join(values, ", ") +
		" FROM unnest(" + strings.Join(arrays, ", ") + ") AS u (" + strings.Join(aliases, ", ") + ")" +
		" ON CONFLICT DO NOTHING RETURNING " + strings.Join(keys, ", ")
}

func (c *Column) sqlType() string {
	switch {
	case c.Strings != nil:
		return "text"
	case c.Ints != nil:
		return "bigint"
	}
	return "boolean"
}

// returning gives the key's columns that tell rows of this batch apart: those that are not constant, or all.
func (in *Insert) returning(scalar []bool) []int {
	var varying, all []int
	for _, name := range in.Key {
		i := in.column(name)
		all = append(all, i)
		if !scalar[i] {
			varying = append(varying, i)
		}
	}
	if len(varying) == 0 {
		return all
	}
	return varying
}

func (in *Insert) names() string {
	names := make([]string, len(in.Columns))
	for i := range in.Columns {
		names[i] = quote(in.Columns[i].Name)
	}
	return strings.Join(names, ", ")
}

func quote(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// appendStmt returns the prepared statement of a table, its columns and a variant. database/sql prepares it again by
// itself on connections that do not know it.
func (db *DB) appendStmt(ctx context.Context, in *Insert, variant string, text func() string) (*sqlx.Stmt, error) {
	key := in.stmtKey(variant)
	db.mu.Lock()
	stmt := db.appends[key]
	db.mu.Unlock()
	if stmt != nil {
		return stmt, nil
	}
	stmt, err := db.write.PreparexContext(ctx, text())
	if err != nil {
		return nil, err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	if first := db.appends[key]; first != nil { // another goroutine was faster
		_ = stmt.Close()
		return first, nil
	}
	db.appends[key] = stmt
	return stmt, nil
}

func (in *Insert) stmtKey(variant string) string {
	var b strings.Builder
	b.WriteString(in.Table)
	for i := range in.Columns {
		b.WriteByte(' ')
		b.WriteString(in.Columns[i].Name)
		b.WriteByte(in.Columns[i].sqlType()[0])
	}
	for _, k := range in.Key {
		b.WriteByte(',')
		b.WriteString(k)
	}
	b.WriteByte(' ')
	b.WriteString(variant)
	return b.String()
}

// keyWalk finds the row of each returned key. Postgres returns rows in the order of the arrays, so one walk over the
// batch finds them all; nothing promises that order, so a key that the walk misses is looked up.
type keyWalk struct {
	columns []*Column
	dest    []any // pointers into the three fields below
	texts   []string
	ints    []int64
	bools   []bool
	n, next int
	index   map[string]int // made when the order breaks
}

func newKeyWalk(in *Insert, returning []int, n int) *keyWalk {
	w := &keyWalk{
		n:     n,
		texts: make([]string, len(returning)), ints: make([]int64, len(returning)), bools: make([]bool, len(returning)),
	}
	for k, i := range returning {
		c := &in.Columns[i]
		w.columns = append(w.columns, c)
		switch {
		case c.Strings != nil:
			w.dest = append(w.dest, &w.texts[k])
		case c.Ints != nil:
			w.dest = append(w.dest, &w.ints[k])
		default:
			w.dest = append(w.dest, &w.bools[k])
		}
	}
	return w
}

// find returns the row of the key just scanned, or -1.
func (w *keyWalk) find() int {
	for i := w.next; w.index == nil && i < w.n; i++ {
		if w.matches(i) {
			w.next = i + 1
			return i
		}
	}
	if w.index == nil {
		w.index = make(map[string]int, w.n)
		for i := w.n - 1; i >= 0; i-- { // downwards: of equal keys the first stays
			w.index[w.key(func(k int) any { return w.columns[k].at(i) })] = i
		}
	}
	i, ok := w.index[w.key(func(k int) any { return w.scanned(k) })]
	if !ok {
		return -1
	}
	return i
}

func (w *keyWalk) matches(i int) bool {
	for k, c := range w.columns {
		switch {
		case c.Strings != nil:
			if c.Strings[i] != w.texts[k] {
				return false
			}
		case c.Ints != nil:
			if c.Ints[i] != w.ints[k] {
				return false
			}
		case c.Bools[i] != w.bools[k]:
			return false
		}
	}
	return true
}

func (w *keyWalk) scanned(k int) any {
	switch {
	case w.columns[k].Strings != nil:
		return w.texts[k]
	case w.columns[k].Ints != nil:
		return w.ints[k]
	}
	return w.bools[k]
}

func (w *keyWalk) key(value func(k int) any) string {
	var b strings.Builder
	for k := range w.columns {
		fmt.Fprintf(&b, "%v\x00", value(k)) // texts hold no NUL
	}
	return b.String()
}

// textArray is a text[] literal. It does what pq.StringArray does with one allocation: texts that need no escape,
// which is nearly all of them, are copied whole.
type textArray []string

// Value implements driver.Valuer. The literal is a string: lib/pq would take bytes for the binary format, which was
// measured too and saved nothing.
func (a textArray) Value() (driver.Value, error) {
	size := 2
	for _, s := range a {
		size += len(s) + 3
	}
	var b strings.Builder
	b.Grow(size + size/8)
	b.WriteByte('{')
	for i, s := range a {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteByte('"')
		for {
			j := strings.IndexAny(s, `"\`)
			if j < 0 {
				break
			}
			b.WriteString(s[:j])
			b.WriteByte('\\')
			b.WriteByte(s[j])
			s = s[j+1:]
		}
		b.WriteString(s)
		b.WriteByte('"')
	}
	b.WriteByte('}')
	return b.String(), nil
}

// intArray is a bigint[] literal.
type intArray []int64

// Value implements driver.Valuer.
func (a intArray) Value() (driver.Value, error) {
	const digits = 13 // of a time in milliseconds
	var b strings.Builder
	b.Grow(2 + (digits+1)*len(a))
	b.WriteByte('{')
	var number [20]byte
	for i, n := range a {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(strconv.AppendInt(number[:0], n, 10))
	}
	b.WriteByte('}')
	return b.String(), nil
}
