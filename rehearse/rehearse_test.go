package rehearse

import (
	"context"
	"encoding/pem"
	"io"
	"log"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// engines are the two ways to move bytes; on other systems than Linux they are the same.
var engines = map[string]func(t target, phones int) (engine, error){
	"default": newEngine,
	"threads": func(t target, phones int) (engine, error) { return newThreads(t, phones), nil },
}

const testPlayers = 24

// rehearseWith plays against the fake as organizer, unless change says otherwise.
func rehearseWith(t *testing.T, newEngine func(t target, phones int) (engine, error), f *fake, change func(*Config)) *Report {
	t.Helper()
	config := Config{
		URL: f.server.URL, Players: testPlayers, AnswerWithin: 30 * time.Millisecond, Accuracy: 0.5, Drive: true,
		Username: "admin", Password: "secret", Seed: 7, Timeout: 30 * time.Second, Log: io.Discard,
	}
	if change != nil {
		change(&config)
	}
	config, err := config.complete()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), config.bound(), errTimeout)
	defer cancel()
	r, err := (&rehearsal{config: config, engine: newEngine}).run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRehearsals(t *testing.T) {
	const questions, answers = 3, 3 * testPlayers
	for _, c := range []struct {
		name   string
		faults fakeFaults
		change func(*Config)
		want   func(r *Report) bool
		fails  string // part of the error, "" when it passes
	}{
		{name: "every answer is acknowledged and found again", want: func(r *Report) bool {
			return r.Ended == "finished" && r.Joined == testPlayers && r.Sent == answers && r.Acknowledged == answers &&
				r.Verified == answers && r.AckMS.N == answers && r.SkewMS.N == answers && r.RevealMS.N == answers &&
				r.Reconnects == 0 && len(r.Questions) == questions && r.Questions[0].Type == "multiple"
		}},
		{name: "the first question does not count in the times", change: func(c *Config) { c.Warmup = 1 }, want: func(r *Report) bool {
			return r.AckMS.N == answers-testPlayers && r.Verified == answers && r.Questions[0].Warmup && !r.Questions[1].Warmup
		}},
		{
			name: "phones that lose the network come back and nothing is lost", change: func(c *Config) { c.DropRate = 1 },
			want: func(r *Report) bool {
				return r.Drops > 0 && r.Reconnects == r.Drops && r.Breaks == 0 && r.Duplicates > 0 && r.Duplicates < answers &&
					r.Acknowledged == answers && r.Verified == answers && r.AckAfterDropMS.N > 0
			},
		},
		{name: "a lost acknowledged answer is found", faults: fakeFaults{forget: 1}, want: func(r *Report) bool {
			return r.Lost == 1 && r.Acknowledged == answers
		}, fails: "1 acknowledged answers are lost"},
		{name: "an answer that is stored differently is lost", faults: fakeFaults{alter: 2}, want: func(r *Report) bool {
			return r.Lost == 2
		}, fails: "2 acknowledged answers are lost"},
		{name: "an answer stored twice", faults: fakeFaults{twice: true}, want: func(r *Report) bool {
			return r.Doubled == answers && r.Lost == 0
		}, fails: "stored twice"},
		{name: "an answer that nobody sent", faults: fakeFaults{invent: true}, want: func(r *Report) bool {
			return r.Foreign == 1
		}, fails: "nobody sent"},
		{name: "an acknowledgement for somebody else", faults: fakeFaults{swap: true}, want: func(r *Report) bool {
			return r.Strays >= answers
		}, fails: "wrong phone"},
		{
			name: "late and invalid answers are counted, not lost", faults: fakeFaults{refuse: map[int]string{
				2: "too_late question.closed", 3: "invalid answer.invalid", 30: "too_late question.closed",
			}},
			want: func(r *Report) bool {
				return r.Late == 2 && r.Refused["invalid"] == 1 && r.Refused["too_late"] == 2 && r.Unacknowledged == 0 &&
					r.Acknowledged == answers-3
			},
		},
		{
			name: "an answer that was to wait is sent again", faults: fakeFaults{refuse: map[int]string{
				1: "rate_limited message.too_many", 5: "unavailable storage.unavailable",
			}},
			want: func(r *Report) bool {
				return r.Acknowledged == answers && r.Refused["rate_limited"] == 1 && r.Refused["unavailable"] == 1 &&
					r.AckMS.Max > 900 // the wait is felt
			},
		},
		{
			name: "a connection that the server breaks", faults: fakeFaults{hangUp: map[int]bool{4: true, 40: true}},
			want: func(r *Report) bool {
				return r.Breaks == 2 && r.Reconnects == 2 && r.Duplicates == 2 && r.Acknowledged == answers && r.Verified == answers
			},
		},
		{name: "a join that is put off is tried again", faults: fakeFaults{unhurried: true}, want: func(r *Report) bool {
			return r.Joined == testPlayers && r.Verified == answers
		}},
		{name: "a full room", faults: fakeFaults{full: 20}, want: func(r *Report) bool {
			return r.Joined == 20 && r.JoinFaults["join 409 conflict room.full"] == testPlayers-20 && r.Verified == 3*20
		}, fails: "4 of 24 phones did not join"},
	} {
		for name, engine := range engines {
			t.Run(c.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				f := startFake(t, questions, c.faults)
				r := rehearseWith(t, engine, f, c.change)
				if !c.want(r) {
					t.Errorf("report %+v", r)
				}
				switch err := r.Err(); {
				case c.fails == "" && err != nil:
					t.Errorf("failed: %v", err)
				case c.fails != "" && (err == nil || !strings.Contains(err.Error(), c.fails)):
					t.Errorf("want a failure with %q, got %v", c.fails, err)
				}
				f.mu.Lock()
				defer f.mu.Unlock()
				if f.pongs == 0 {
					t.Error("no phone answered a ping of the server")
				}
			})
		}
	}
}

func TestWithoutASignInPhonesAnswerWhateverOpens(t *testing.T) {
	f := startFake(t, 2, fakeFaults{auto: testPlayers})
	r := rehearseWith(t, newEngine, f, func(c *Config) {
		c.Drive, c.Username, c.Password, c.Code = false, "", "", "482915"
	})
	if r.Ended != "finished" || r.Checked || r.Check == "" || r.Acknowledged != 2*testPlayers || r.Err() != nil {
		t.Errorf("report %+v: %v", r, r.Err())
	}
}

func TestPhonesSpeakTLS(t *testing.T) {
	f := startFake(t, 1, fakeFaults{secure: true})
	f.server.Config.ErrorLog = log.New(io.Discard, "", 0)
	file := filepath.Join(t.TempDir(), "roots.pem")
	root := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: f.server.Certificate().Raw})
	if err := os.WriteFile(file, root, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("SSL_CERT_FILE", file) // nothing else in these tests has looked at the system's roots before
	r := rehearseWith(t, newEngine, f, func(c *Config) { c.DropRate = 0.5 })
	if r.Verified != testPlayers || r.Err() != nil {
		t.Errorf("report %+v: %v", r, r.Err())
	}
}

func TestAnInterruptedRehearsalStillChecks(t *testing.T) {
	f := startFake(t, 3, fakeFaults{})
	config, err := Config{
		URL: f.server.URL, Players: testPlayers, AnswerWithin: time.Minute, Drive: true, Username: "a", Password: "b", Seed: 1,
	}.complete()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	h := &rehearsal{config: config, engine: newEngine}
	f.onOpen = cancel
	r, err := h.run(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if r.Ended != "interrupted" || !r.Checked || r.Err() != nil {
		t.Errorf("report %+v: %v", r, r.Err())
	}
}

func TestAClosedPortIsReported(t *testing.T) {
	f := startFake(t, 1, fakeFaults{})
	f.server.Close()
	_, err := Run(t.Context(), Config{URL: f.server.URL, Code: "1", Players: 1})
	if err == nil {
		t.Error("a rehearsal against nothing")
	}
}

func TestSettingsAreCheckedAllAtOnce(t *testing.T) {
	_, err := Config{Players: 0, DropRate: 2, Accuracy: 3, Teams: -1}.complete()
	for _, want := range []string{"--players", "--drop-rate", "--accuracy", "--teams", "--code"} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not mention %s", err, want)
		}
	}
}

func TestReportReadsWell(t *testing.T) {
	r := &Report{
		URL: "http://127.0.0.1:1", Code: "482915", Ended: "finished", Players: 2, Joined: 2, Sent: 2, Acknowledged: 2,
		Checked: true, Verified: 2, AckMS: Spread{1, 2, 3, 2}, Refused: map[string]int{"too_late": 1},
		Questions: []QuestionReport{{Round: 1, No: 1, Type: "single", Seen: 2, Warmup: true}},
	}
	var b strings.Builder
	if err := r.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"入场        2 / 2 人", "全部一致", "p99 2.0", "too_late × 1", "预热", "无数据"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
