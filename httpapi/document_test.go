package httpapi

import (
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"leitai/people/roster"
	"leitai/questionbank/exchange"
	"leitai/quiz"
	"leitai/quiz/integrity"
	"leitai/quiz/study"
)

func schemas(t *testing.T) openapi3.Schemas {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("../docs/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return doc.Components.Schemas
}

func jsonNames(v any) []string {
	var out []string
	typ := reflect.TypeOf(v)
	for i := range typ.NumField() {
		name, _, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// TestRequestFieldsAreDocumented: what a request may hold is what openapi.yaml says, name by name.
func TestRequestFieldsAreDocumented(t *testing.T) {
	s := schemas(t)
	contest := s["NewContest"].Value.Properties
	for name, pair := range map[string]struct {
		schema *openapi3.SchemaRef
		have   any
	}{
		"Command": {s["Command"], commandRequest{}}, "NewContest": {s["NewContest"], newContest{}}, "Draw": {s["Draw"], draw{}},
		"NewContest.teams": {contest["teams"].Value.Items, newTeam{}}, "NewContest.rounds": {contest["rounds"].Value.Items, newRound{}},
		"QuestionInput": {s["QuestionInput"], questionInput{}}, "BulkChange": {s["BulkChange"], bulkRequest{}}, "RowChange": {s["RowChange"], rowChange{}},
		"StudySettings": {s["StudySettings"], study.Settings{}}, "IntegritySettings": {s["IntegritySettings"], integrity.Settings{}},
		"RoundSettings": {s["RoundSettings"], quiz.RoundSettings{}}, "ContestSettings": {s["ContestSettings"], quiz.ContestSettings{}},
	} {
		documented := slices.Sorted(maps.Keys(pair.schema.Value.Properties))
		if have := jsonNames(pair.have); !slices.Equal(documented, have) {
			t.Errorf("%s: openapi.yaml has %v, the program %v", name, documented, have)
		}
	}
}

type settingsOf interface{ Validate() error }

// TestSettingsKeepToTheDocument: defaults, choices and bounds are those of openapi.yaml.
func TestSettingsKeepToTheDocument(t *testing.T) {
	s := schemas(t)
	contest, round := quiz.DefaultContestSettings(), quiz.DefaultRoundSettings()
	checkSettings(t, s["ContestSettings"].Value, contest, func(m map[string]any) settingsOf {
		v := quiz.DefaultContestSettings()
		remarshal(t, m, &v)
		return v
	})
	checkSettings(t, s["StudySettings"].Value, study.DefaultSettings(), func(m map[string]any) settingsOf {
		v := study.DefaultSettings()
		remarshal(t, m, &v)
		return v
	})
	checkSettings(t, s["IntegritySettings"].Value, integrity.DefaultSettings(), func(m map[string]any) settingsOf {
		v := integrity.DefaultSettings()
		remarshal(t, m, &v)
		return v
	})
	checkSettings(t, s["RoundSettings"].Value, round, func(m map[string]any) settingsOf {
		v := quiz.DefaultRoundSettings()
		remarshal(t, m, &v)
		return v
	})
}

func remarshal(t *testing.T, from, to any) {
	t.Helper()
	b, err := json.Marshal(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, to); err != nil {
		t.Fatal(err)
	}
}

func checkSettings(t *testing.T, schema *openapi3.Schema, defaults any, with func(map[string]any) settingsOf) {
	t.Helper()
	var have map[string]any
	remarshal(t, defaults, &have)
	for name, ref := range schema.Properties {
		p := ref.Value
		allow := func(v any, allowed bool) {
			t.Helper()
			if err := with(map[string]any{name: v}).Validate(); (err == nil) != allowed {
				t.Errorf("%s = %v: allowed is %v by openapi.yaml, the program says %v", name, v, allowed, err)
			}
		}
		if p.Default != nil && !reflect.DeepEqual(p.Default, have[name]) {
			t.Errorf("%s is %v by default, openapi.yaml says %v", name, have[name], p.Default)
		}
		for _, v := range p.Enum {
			allow(v, true)
		}
		if len(p.Enum) > 0 {
			allow("something else", false)
		}
		if p.Min != nil {
			allow(*p.Min, true)
			allow(*p.Min-1, false)
		}
		if p.Max != nil {
			allow(*p.Max, true)
			allow(*p.Max+1, false)
		}
		if p.MaxLength != nil {
			allow(strings.Repeat("字", int(*p.MaxLength)), true)
			allow(strings.Repeat("字", int(*p.MaxLength)+1), false)
		}
		if p.MaxItems != nil {
			allow(make([]int, *p.MaxItems), true)
			allow(make([]int, *p.MaxItems+1), false)
		}
	}
}

// TestEveryFaultHasAText: whatever a handler can refuse with, people can read.
func TestEveryFaultHasAText(t *testing.T) {
	made := regexp.MustCompile(`fault\.(?:New|Wrap)\(fault\.\w+, "([^"]+)"|fault\.Field\("?\w+"?, "([^"]+)"|conflict\("([^"]+)"|f\["?\w+"?\] = "([^"]+)"`)
	spoken := map[string]bool{} // on sockets, where the pages have the texts
	protocol, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile("`([a-z]+\\.[a-z_]+)`").FindAllStringSubmatch(string(protocol), -1) {
		spoken[m[1]] = true
	}
	for _, folder := range []string{".", "../hall", "../quiz", "../quiz/integrity", "../quiz/paper", "../quiz/ranking", "../quiz/study", "../people", "../people/roster", "../questionbank", "../questionbank/exchange"} {
		files, err := filepath.Glob(folder + "/*.go")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if strings.HasSuffix(f, "_test.go") {
				continue
			}
			b, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range made.FindAllStringSubmatch(string(b), -1) {
				key := m[1] + m[2] + m[3] + m[4]
				if _, whole := exchange.FileFault(key, ""); whole {
					continue
				}
				if _, whole := roster.FileFault(key, ""); whole {
					continue
				}
				if _, ok := catalogue[key]; !ok && !spoken[key] {
					t.Errorf("%s refuses with %s, which has no text", f, key)
				}
			}
		}
	}
	for key, text := range catalogue {
		if text.zh == "" || text.en == "" {
			t.Errorf("%s lacks a language", key)
		}
	}
}

// TestLanguageOfMessages: the first language of the reader that the product has.
func TestLanguageOfMessages(t *testing.T) {
	for accept, want := range map[string]string{"": "请先登录", "zh-CN,zh;q=0.9": "请先登录", "en": "Please sign in.", "EN-us,zh;q=0.1": "Please sign in.", "fr": "请先登录"} {
		if got := message(accept, "session.missing", nil); got != want {
			t.Errorf("%q: %s", accept, got)
		}
	}
	if got := message("en", "draw.too_few", map[string]any{"have": 1, "want": 2}); got != "Only 1 questions of the bank fit, 2 are wanted." {
		t.Error(got)
	}
	if got := message("en", "no.such_key", nil); got == "" || strings.Contains(got, "{") {
		t.Errorf("an unknown key: %q", got)
	}
}
