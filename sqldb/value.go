package sqldb

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"time"
)

// Millis is a time stored as BIGINT Unix milliseconds. A NULL column needs a *Millis.
type Millis time.Time

// MillisOf returns t as it will be read back: in UTC, cut to whole milliseconds.
func MillisOf(t time.Time) Millis { return Millis(time.UnixMilli(t.UnixMilli()).UTC()) }

// Time returns the time in UTC.
func (m Millis) Time() time.Time { return time.Time(m).UTC() }

// Value implements driver.Valuer.
func (m Millis) Value() (driver.Value, error) { return time.Time(m).UnixMilli(), nil }

// Scan implements sql.Scanner.
func (m *Millis) Scan(src any) error {
	ms, ok := src.(int64)
	if !ok {
		return fmt.Errorf("scan Millis: want BIGINT, got %T", src)
	}
	*m = Millis(time.UnixMilli(ms).UTC())
	return nil
}

// JSON is a value stored as JSON in a NOT NULL TEXT column. Databases never look into it.
type JSON[T any] struct{ V T }

// Value implements driver.Valuer.
func (j JSON[T]) Value() (driver.Value, error) {
	b, err := json.Marshal(j.V)
	if err != nil {
		return nil, fmt.Errorf("encode %T: %w", j.V, err)
	}
	return string(b), nil
}

// Scan implements sql.Scanner. It replaces V: nothing of an earlier value stays.
func (j *JSON[T]) Scan(src any) error {
	var b []byte
	switch s := src.(type) {
	case string:
		b = []byte(s)
	case []byte:
		b = s
	default:
		return fmt.Errorf("scan %T: want TEXT, got %T", j.V, src)
	}
	var v T
	if err := json.Unmarshal(b, &v); err != nil {
		return fmt.Errorf("decode %T: %w", v, err)
	}
	j.V = v
	return nil
}
