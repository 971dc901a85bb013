package hall

import (
	"encoding/json"
	"maps"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// These tests hold docs/protocol.md against the structs of this package, name by name, so that neither can change alone.

// section gives the text under a heading of the document, without the sections that follow.
func section(t *testing.T, heading string) string {
	t.Helper()
	b, err := os.ReadFile("../docs/protocol.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, ok := strings.Cut(string(b), "\n"+heading+"\n")
	if !ok {
		t.Fatalf("protocol.md has no %q", heading)
	}
	if end := regexp.MustCompile(`(?m)^##? |^### `).FindStringIndex(rest); end != nil {
		rest = rest[:end[0]]
	}
	return rest
}

var (
	row   = regexp.MustCompile("(?m)^\\| `([^`]+)` \\| (.*) \\|$")
	coded = regexp.MustCompile("`([^`]+)`")
)

// tables gives, for each table of a section, the first column; objects gives name → fields of the tables of objects.
func tables(text string) (fields [][]string, objects map[string][]string) {
	objects = map[string][]string{}
	for _, table := range regexp.MustCompile(`(?m)(^\|.*\n)+`).FindAllString(text, -1) {
		var names []string
		for _, m := range row.FindAllStringSubmatch(table, -1) {
			names = append(names, m[1])
			if strings.HasPrefix(table, "| object ") {
				cell, _, _ := strings.Cut(m[2], " | ")
				for _, c := range coded.FindAllStringSubmatch(cell, -1) {
					objects[m[1]] = append(objects[m[1]], c[1])
				}
			}
		}
		if !strings.HasPrefix(table, "| object ") {
			fields = append(fields, names)
		}
	}
	return fields, objects
}

// jsonFields gives a struct's JSON fields with their types, those of embedded structs too.
func jsonFields(typ reflect.Type) map[string]reflect.Type {
	out := map[string]reflect.Type{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if f.Anonymous && name == "" {
			maps.Copy(out, jsonFields(f.Type))
		} else {
			out[name] = f.Type
		}
	}
	return out
}

// object gives the struct at a path such as standings.teams[] below a message, or nil.
func object(typ reflect.Type, path string) reflect.Type {
	for _, name := range strings.Split(path, ".") {
		name, list := strings.CutSuffix(name, "[]")
		typ = jsonFields(typ)[name]
		if typ == nil {
			return nil
		}
		if list != (typ.Kind() == reflect.Slice) {
			return nil
		}
		for typ.Kind() == reflect.Pointer || typ.Kind() == reflect.Slice {
			typ = typ.Elem()
		}
	}
	return typ
}

// objectsBelow lists the paths of all structs in a message.
func objectsBelow(typ reflect.Type, prefix string) []string {
	var out []string
	for name, f := range jsonFields(typ) {
		if f.Kind() == reflect.Pointer {
			f = f.Elem()
		}
		if f.Kind() == reflect.Slice && f.Elem().Kind() == reflect.Struct {
			f, name = f.Elem(), name+"[]"
		}
		if f.Kind() == reflect.Struct {
			out = append(append(out, prefix+name), objectsBelow(f, prefix+name+".")...)
		}
	}
	return out
}

func same(t *testing.T, what string, documented, have []string) {
	t.Helper()
	documented, have = slices.Sorted(slices.Values(documented)), slices.Sorted(slices.Values(have))
	if !slices.Equal(documented, have) {
		t.Errorf("%s: protocol.md has %v, the program %v", what, documented, have)
	}
}

func names(typ reflect.Type) []string { return slices.Collect(maps.Keys(jsonFields(typ))) }

func checkObjects(t *testing.T, message reflect.Type, objects map[string][]string) {
	t.Helper()
	for path, fields := range objects {
		if typ := object(message, path); typ == nil {
			t.Errorf("protocol.md has %s, the program does not", path)
		} else {
			same(t, path, fields, names(typ))
		}
	}
	for _, path := range objectsBelow(message, "") {
		covered := strings.HasPrefix(path, "current.") || strings.HasPrefix(path, "next") // as question and current
		if objects[path] == nil && !covered {
			t.Errorf("protocol.md does not describe %s", path)
		}
	}
}

func TestStateIsDocumented(t *testing.T) {
	fields, objects := tables(section(t, "### state"))
	if len(fields) != 3 {
		t.Fatalf("%d tables of fields in the section state, want player, screen and desk", len(fields))
	}
	player, screen, desk := reflect.TypeFor[playerState](), reflect.TypeFor[screenState](), reflect.TypeFor[deskState]()
	same(t, "a player's state", fields[0], names(player))
	same(t, "a screen's state", slices.Concat(fields[0], fields[1]), names(screen))
	same(t, "a desk's state", slices.Concat(fields[0], fields[1], fields[2]), names(desk))
	checkObjects(t, desk, objects)
}

func TestMeIsDocumented(t *testing.T) {
	fields, objects := tables(section(t, "### me"))
	same(t, "me", fields[0], names(reflect.TypeFor[me]()))
	checkObjects(t, reflect.TypeFor[me](), objects)
}

// TestClientMessagesAreDocumented: together their fields are those that the decoder knows.
func TestClientMessagesAreDocumented(t *testing.T) {
	all := []string{"c", "build"} // ping's is in its example; build is for logs of proxies and not read
	for _, name := range []string{"hello", "answer"} {
		fields, _ := tables(section(t, "### "+name))
		all = append(all, fields[0]...)
	}
	slices.Sort(all)
	same(t, "messages of a client", slices.Compact(all), append(names(reflect.TypeFor[clientMessage]()), "build"))
}

// examples gives the JSON examples of a section.
func examples(t *testing.T, heading string) []string {
	t.Helper()
	var out []string
	for _, block := range regexp.MustCompile("(?s)```json\n(.*?)```").FindAllStringSubmatch(section(t, heading), -1) {
		out = append(out, strings.Split(strings.TrimSpace(block[1]), "\n")...)
	}
	return out
}

func TestExamplesAreWhatTheProgramSends(t *testing.T) {
	for heading, message := range map[string]any{
		"### answer.ack": answerAck{}, "### pong": pong{}, "### error": errorMessage{}, "### bye": bye{},
		"### count (screens and desks, at most four times a second, the latest wins)":  countMessage{},
		"### lobby (screens and desks, at most three times a second, the latest wins)": lobbyMessage{},
	} {
		lines := examples(t, heading)
		if len(lines) == 0 {
			t.Errorf("%s has no example", heading)
		}
		for _, line := range lines {
			var v any
			if err := json.Unmarshal([]byte(line), &v); err != nil {
				t.Errorf("%s: %v", line, err)
				continue
			}
			likeExample(t, heading, v, reflect.TypeOf(message))
		}
	}
}

// likeExample compares an example with a type, all the way down.
func likeExample(t *testing.T, what string, v any, typ reflect.Type) {
	t.Helper()
	switch v := v.(type) {
	case map[string]any:
		same(t, what, slices.Collect(maps.Keys(v)), names(typ))
		for name, f := range jsonFields(typ) {
			likeExample(t, what+" "+name, v[name], f)
		}
	case []any:
		for _, e := range v {
			likeExample(t, what, e, typ.Elem())
		}
	}
}

func TestClientExamplesAreUnderstood(t *testing.T) {
	for _, heading := range []string{"### hello", "### ping", "### answer"} {
		for _, line := range examples(t, heading) {
			if m, err := decode([]byte(line)); err != nil || m.T == "" {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
}

// TestFarewellsAreDocumented with their close codes.
func TestFarewellsAreDocumented(t *testing.T) {
	text := section(t, "### bye")
	var documented []string
	for _, m := range regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| (\\d+) \\| (yes|no)").FindAllStringSubmatch(text, -1) {
		documented = append(documented, m[1]+" "+m[2]+" "+m[3])
	}
	var have []string
	for code, b := range byeCodes {
		have = append(have, strings.Join([]string{code, strconv.Itoa(b.close), map[bool]string{true: "yes", false: "no"}[b.retry]}, " "))
	}
	same(t, "bye", documented, have)
}

// TestErrorsAreDocumented: every key that this package refuses a message with stands in the table of errors.
func TestErrorsAreDocumented(t *testing.T) {
	text := strings.ReplaceAll(section(t, "### error"), "```", "")
	sources, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	used := map[string]bool{}
	for _, f := range sources {
		if strings.HasSuffix(f.Name(), "_test.go") || f.Name() == "join.go" || f.Name() == "house.go" { // those answer over HTTP
			continue
		}
		b, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`fault\.New\(fault\.\w+, "([^"]+)"\)|Key: "([^"]+)"`).FindAllStringSubmatch(string(b), -1) {
			used[m[1]+m[2]] = true
		}
	}
	delete(used, "token.wrong") // it becomes a bye
	var documented []string
	for _, m := range coded.FindAllStringSubmatch(text, -1) {
		if regexp.MustCompile(`^[a-z]+\.[a-z_]+$`).MatchString(m[1]) {
			documented = append(documented, m[1])
		}
	}
	slices.Sort(documented)
	same(t, "error keys", slices.Compact(documented), slices.Collect(maps.Keys(used)))
}
