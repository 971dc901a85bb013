package sqldb_test

import (
	"reflect"
	"testing"
	"time"

	"leitai/sqldb"
)

func TestMillisKeepsTheMillisecond(t *testing.T) {
	east := time.FixedZone("UTC+8", 8*60*60)
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		for _, at := range []time.Time{
			time.Date(2026, 5, 1, 20, 0, 0, 123_999_999, east), time.UnixMilli(0), time.UnixMilli(-1), {},
		} {
			mustExec(t, db, "INSERT INTO banks (id, name, created_at) VALUES ('1', 'a', $1)", sqldb.MillisOf(at))
			var got sqldb.Millis
			if err := db.Get(t.Context(), &got, "SELECT created_at FROM banks"); err != nil {
				t.Fatal(err)
			}
			want := at.Truncate(time.Millisecond).UTC()
			if !got.Time().Equal(want) || got.Time().Location() != time.UTC {
				t.Errorf("%s came back as %s", at, got.Time())
			}
			if !sqldb.MillisOf(at).Time().Equal(got.Time()) {
				t.Errorf("MillisOf(%s) is not what is read back", at)
			}
			mustExec(t, db, "DELETE FROM banks")
		}
	})
}

func TestMillisOfANullableColumn(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		var row struct{ At *sqldb.Millis }
		if err := db.Get(t.Context(), &row, "SELECT CAST(NULL AS BIGINT) AS at"); err != nil || row.At != nil {
			t.Errorf("%v, %v", row.At, err)
		}
		var at sqldb.Millis
		if err := db.Get(t.Context(), &at, "SELECT CAST(NULL AS BIGINT)"); err == nil {
			t.Error("NULL became a time")
		}
	})
}

func TestJSONColumnInAStruct(t *testing.T) {
	type rules struct {
		Seconds int               `json:"seconds"`
		Names   map[string]string `json:"names,omitempty"`
	}
	type row struct {
		Name  string
		Value sqldb.JSON[rules]
	}
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		want := rules{Seconds: 20, Names: map[string]string{"a": `引号 " 和 \`}}
		mustExec(t, db, "INSERT INTO meta (name, value) VALUES ($1, $2)", "r", sqldb.JSON[rules]{V: want})
		got := row{Value: sqldb.JSON[rules]{V: rules{Names: map[string]string{"stale": "x"}}}}
		if err := db.Get(t.Context(), &got, "SELECT name, value FROM meta"); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(got.Value.V, want) {
			t.Errorf("%+v, want %+v", got.Value.V, want)
		}
		mustExec(t, db, "UPDATE meta SET value = 'no JSON'")
		if err := db.Get(t.Context(), &got, "SELECT name, value FROM meta"); err == nil {
			t.Error("broken JSON was read")
		}
		if !reflect.DeepEqual(got.Value.V, want) {
			t.Error("broken JSON changed the value")
		}
	})
}

func TestJSONOfAListAlone(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, "INSERT INTO meta (name, value) VALUES ('l', $1)", sqldb.JSON[[]string]{V: []string{"A", "C"}})
		var got sqldb.JSON[[]string]
		if err := db.Get(t.Context(), &got, "SELECT value FROM meta"); err != nil || !reflect.DeepEqual(got.V, []string{"A", "C"}) {
			t.Errorf("%q, %v", got.V, err)
		}
	})
}
