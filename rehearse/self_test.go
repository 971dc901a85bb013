package rehearse

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// The real program, its real server, and fifty phones of which a third lose their network in every question.
func TestFiftyPhonesRehearseAgainstTheRealServer(t *testing.T) {
	if testing.Short() {
		t.Skip("builds and runs the whole program")
	}
	program := filepath.Join(t.TempDir(), "leitai")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "leitai/cmd/leitai")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	t.Setenv("LEITAI_DATABASE_URL", "") // embedded storage, whatever the tests' own
	t.Setenv("LEITAI_REDIS_URL", "")
	t.Setenv("TMPDIR", t.TempDir())
	const players, questions = 50, 3
	r, err := Run(t.Context(), Config{
		Self: true, Program: program, Players: players, Questions: questions, ReadFor: 100 * time.Millisecond,
		AnswerWithin: 500 * time.Millisecond, Accuracy: 0.6, DropRate: 0.3, Scoring: "speed", Seed: 5, Timeout: 2 * time.Minute,
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Err(); err != nil {
		t.Errorf("did not pass: %v", err)
	}
	if r.Ended != "finished" || !r.Checked || r.Sent != players*questions || r.Verified != r.Acknowledged || r.Acknowledged != r.Sent {
		t.Errorf("report %+v", r)
	}
	if r.Drops == 0 || r.Duplicates == 0 || r.RevealMS.N == 0 {
		t.Errorf("drops %d, duplicates %d, results %+v", r.Drops, r.Duplicates, r.RevealMS)
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "leitai-rehearse-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func TestTheServersSettingsDoNotLeakIntoARehearsal(t *testing.T) {
	got := serverEnv([]string{"PATH=/bin", "LEITAI_LISTEN=:80", "LEITAI_DATABASE_URL=x", "LEITAI_REDIS_URL=", "LEITAI_PASSWORD=z"})
	if want := []string{"PATH=/bin", "LEITAI_DATABASE_URL=x"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
