// Package arch holds the house's import rules against the code (docs/architecture.md). The linter has the same rules
// for the editor; this test also sees what a package reaches through others.
package arch

import (
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "leitai"

// What the rules name. An entry stands for the package and everything below it.
var (
	fiber   = []string{"github.com/gofiber"}
	sockets = []string{"github.com/fasthttp/websocket", "github.com/gofiber/contrib/websocket", "github.com/gorilla/websocket", "github.com/valyala/fasthttp"}
	goRedis = []string{"github.com/redis/go-redis"}
	// web servers and sockets, which the domain does not know
	transport = append(slices.Clone(fiber), sockets...)
)

// goPackage is what `go list` says of a package of ours. Deps are reached through others too; tests are in neither
// Imports nor Deps.
type goPackage struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func TestDomainKnowsNoTransport(t *testing.T) {
	for _, p := range packagesIn(t, "quiz", "questionbank", "people", "leaderboard") {
		for _, dep := range p.Deps {
			if within(dep, transport...) {
				t.Errorf("%s reaches %s", p.ImportPath, dep)
			}
		}
	}
}

func TestDomainLooksDownward(t *testing.T) {
	rules := []struct {
		of        string
		forbidden []string
	}{
		{"fault", []string{"leitai"}},
		{"sqldb", []string{"leitai/quiz", "leitai/questionbank", "leitai/people", "leitai/leaderboard", "leitai/hall", "leitai/httpapi"}},
		{"questionbank", []string{"leitai/quiz", "leitai/people", "leitai/leaderboard", "leitai/hall", "leitai/httpapi"}},
		{"people", []string{"leitai/quiz", "leitai/leaderboard", "leitai/hall", "leitai/httpapi"}},
		{"leaderboard", []string{"leitai/hall", "leitai/httpapi"}},
		{"quiz", []string{"leitai/hall", "leitai/httpapi"}},
		{"hall", []string{"leitai/httpapi"}},
	}
	for _, rule := range rules {
		for _, p := range packagesIn(t, rule.of) {
			for _, dep := range p.Deps {
				if within(dep, rule.forbidden...) {
					t.Errorf("%s reaches %s", p.ImportPath, dep)
				}
			}
		}
	}
}

func TestLibrariesStayWhereTheyBelong(t *testing.T) {
	rules := []struct {
		name    string
		library []string
		allowed []string // our folders that may import it
	}{
		{"Fiber", fiber, []string{"httpapi", "hall"}},
		{"go-redis", goRedis, []string{"leaderboard", "hall/bus", "cmd", "internal/testenv"}},
	}
	for _, rule := range rules {
		allowed := make([]string, len(rule.allowed))
		for i, folder := range rule.allowed {
			allowed[i] = module + "/" + folder
		}
		for _, p := range packages(t) {
			for _, imported := range p.Imports {
				if within(imported, rule.library...) && !within(p.ImportPath, allowed...) {
					t.Errorf("%s imports %s; only %v may import %s", p.ImportPath, imported, rule.allowed, rule.name)
				}
			}
		}
	}
}

// listed caches the answer of `go list`, which takes a second.
var listed []goPackage

// packages gives all packages of the module.
func packages(t *testing.T) []goPackage {
	t.Helper()
	if listed != nil {
		return listed
	}
	lookAtSources(t)
	cmd := exec.Command("go", "list", "-e", "-json=ImportPath,Imports,Deps", "./...")
	cmd.Dir = "../.."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for d := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return listed
		} else if err != nil {
			t.Fatalf("read go list: %v", err)
		}
		listed = append(listed, p)
	}
}

// lookAtSources lists the module's folders, so that `go test` runs the rules again when a file has changed: it cannot
// know what `go list` reads.
func lookAtSources(t *testing.T) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && slices.Contains([]string{".git", "bin", "data", "docs", "e2e", "node_modules", "dist"}, d.Name()) {
			return fs.SkipDir
		}
		if errors.Is(err, fs.ErrNotExist) { // somebody else's temporary file
			return nil
		}
		return err
	})
	if err != nil {
		t.Fatalf("look at the sources: %v", err)
	}
}

// packagesIn gives the packages in our folders and below them. A folder without any is a rule that guards nothing.
func packagesIn(t *testing.T, folders ...string) []goPackage {
	t.Helper()
	var in []goPackage
	for _, folder := range folders {
		before := len(in)
		for _, p := range packages(t) {
			if within(p.ImportPath, module+"/"+folder) {
				in = append(in, p)
			}
		}
		if len(in) == before {
			t.Errorf("there is no package in %s", folder)
		}
	}
	return in
}

// within reports whether the import path is one of the roots or below one.
func within(path string, roots ...string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+"/")
	})
}
