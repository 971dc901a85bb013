package rehearse

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// unmasked is the frame a server sends.
func unmasked(op byte, final bool, payload []byte) []byte {
	b := appendFrame(nil, op, payload, 0)
	head := 2
	switch b[1] & 0x7f {
	case 126:
		head = 4
	case 127:
		head = 10
	}
	b[1] &= 0x7f
	if !final {
		b[0] &= 0x7f
	}
	return slices.Delete(b, head, head+4)
}

func TestFramesOfEveryLengthComeThroughInPieces(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 127, 65535, 65536, 70000} {
		payload := bytes.Repeat([]byte("x"), n)
		raw := unmasked(opText, true, payload)
		var in inbox
		var got []byte
		done := false
		for _, piece := range [][]byte{raw[:1], raw[1:min(3, len(raw))], raw[min(3, len(raw)):]} {
			data := in.take(piece)
			f, size, err := parseFrame(data)
			if err != nil {
				t.Fatalf("%d bytes: %v", n, err)
			}
			if size > 0 {
				got, done, _ = in.whole(f)
			}
			in.keep(data[size:])
		}
		if !done || !bytes.Equal(got, payload) {
			t.Errorf("%d bytes: got %d, complete %v", n, len(got), done)
		}
	}
}

func TestFragmentsArePutTogether(t *testing.T) {
	var in inbox
	raw := append(unmasked(opText, false, []byte(`{"t":`)), unmasked(opContinue, true, []byte(`"me"}`))...)
	var got string
	for len(raw) > 0 {
		f, size, err := parseFrame(raw)
		if err != nil || size == 0 {
			t.Fatal(size, err)
		}
		p, ok, err := in.whole(f)
		if err != nil {
			t.Fatal(err)
		}
		if ok {
			got = string(p)
		}
		raw = raw[size:]
	}
	if got != `{"t":"me"}` {
		t.Errorf("got %q", got)
	}
}

func TestBrokenFramesAreRefused(t *testing.T) {
	for name, raw := range map[string][]byte{
		"masked":   appendFrame(nil, opText, []byte("x"), 7),
		"reserved": {0xC1, 0},
		"huge":     {0x81, 127, 0, 0, 1, 0, 0, 0, 0, 0},
	} {
		if _, _, err := parseFrame(raw); err == nil {
			t.Errorf("%s frame is taken", name)
		}
	}
	var in inbox
	if _, _, err := in.whole(frame{op: opContinue, final: true}); err == nil {
		t.Error("a continuation of nothing is taken")
	}
}

func TestResponsesAreReadOnceTheyAreWhole(t *testing.T) {
	for name, raw := range map[string]string{
		"length":  "HTTP/1.1 201 Created\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello",
		"chunked": "HTTP/1.1 201 Created\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
	} {
		for i := range len(raw) {
			if _, size, err := parseResponse([]byte(raw[:i])); size != 0 || err != nil {
				t.Fatalf("%s: %d bytes give %d, %v", name, i, size, err)
			}
		}
		r, size, err := parseResponse([]byte(raw + "next"))
		if err != nil || size != len(raw) || r.status != 201 || string(r.body) != "hello" || !r.closes {
			t.Errorf("%s: %+v %d %v", name, r, size, err)
		}
	}
	if _, _, err := parseResponse([]byte("SSH-2.0-OpenSSH\r\n\r\n")); err == nil {
		t.Error("not HTTP, and taken")
	}
}

func TestHandshakeKeyOfTheRFC(t *testing.T) {
	if got := acceptFor("dGhlIHNhbXBsZSBub25jZQ=="); got != "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" {
		t.Error(got)
	}
}

func TestStateIsScanned(t *testing.T) {
	raw := `{"x":{"seq":9,"s":"a\"}"},"t":"state" , "seq":12,"server_ms":1790000000000.5,"phase":"open","paused":true,` +
		`"round":{"title":"第一轮","no":2,"rounds":3},"question":{"no":3,"type":"single","options":[{"id":"A","text":"]}"}]},"question_no":3}`
	s := scanState([]byte(raw))
	if s.seq != 12 || s.serverMS != 1790000000000.5 || s.phase != "open" || !s.paused || s.round != 2 || s.question != 3 {
		t.Errorf("%+v", s)
	}
	if !json.Valid(s.body) || string(kind([]byte(raw))) != "state" {
		t.Errorf("question %s, type %s", s.body, kind([]byte(raw)))
	}
}

func TestMeIsScanned(t *testing.T) {
	id, r, q := scanMe([]byte(`{"t":"me","seq":1,"entrant":{"id":"e1","name":"李","team":{"id":"t","name":"x"}},"answer":null,"result":{"r":1,"q":2,"a":["A"]}}`))
	if string(id) != "e1" || r != 1 || q != 2 {
		t.Error(string(id), r, q)
	}
	if _, r, _ := scanMe([]byte(`{"entrant":{"id":"e1"},"result":null}`)); r != 0 {
		t.Error("a result out of nothing")
	}
}

func FuzzScan(f *testing.F) {
	for _, s := range []string{`{"t":"me","entrant":{"id":"x"}}`, `{"a":[1,{"b":"\\"}]`, `{`, `{"`, `{"a":`, `[]`, `{"a":"\`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		kind(b)
		scanMe(b)
		scanReply(b)
		s := scanState(b)
		var m map[string]json.RawMessage
		if json.Unmarshal(b, &m) != nil || strings.Contains(string(b), `\`) {
			return
		}
		n := 0
		for o := (object{b: b}); ; n++ {
			if _, _, ok := o.next(); !ok {
				break
			}
		}
		if n < len(m) {
			t.Errorf("%d members of %d in %q, state %+v", n, len(m), b, s)
		}
	})
}

func TestTimersComeInOrder(t *testing.T) {
	var h timers
	want := make([]int64, 500)
	for i := range want {
		want[i] = rand.Int64N(1000)
		h.add(timer{at: want[i]})
	}
	slices.Sort(want)
	for _, at := range want {
		if got := h.pop().at; got != at {
			t.Fatalf("got %d, want %d", got, at)
		}
	}
}

func TestSpreadTakesNearestRanks(t *testing.T) {
	ns := make([]int64, 200)
	for i := range ns {
		ns[i] = int64(200-i) * 1e6
	}
	if got, want := spreadOf(ns), (Spread{P50: 100, P99: 198, Max: 200, N: 200}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	if spreadOf(nil) != (Spread{}) {
		t.Error("a spread of nothing")
	}
}

func TestChoicesFollowTheAccuracy(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		q        question
		accuracy float64
		want     float64 // share of right answers
	}{
		{question{kind: "single", options: []string{"A", "B", "C", "D"}, key: []string{"B"}}, 0.7, 0.7},
		{question{kind: "multiple", options: []string{"A", "B", "C", "D"}, key: []string{"B", "D"}}, 1, 1},
		{question{kind: "judge", options: []string{"A", "B"}, key: []string{"B"}}, 0, 0},
		{question{kind: "order", options: []string{"A", "B", "C"}, key: []string{"C", "A", "B"}}, 0.5, 0.5},
		{question{kind: "fill", blanks: 2, key: []string{"甲；乙|丙"}}, 0.5, 0.5},
		{question{kind: "single", options: []string{"A", "B", "C", "D"}}, 0.9, 0.25},
	} {
		key := c.q.key
		switch {
		case key == nil:
			key = []string{"A"}
		case c.q.kind == "fill":
			key = []string{"甲", "丙"}
		}
		right := 0
		const tries = 4000
		for range tries {
			if sameChoice(c.q.kind, c.q.choose(r, c.accuracy), key) {
				right++
			}
		}
		if got := float64(right) / tries; math.Abs(got-c.want) > 0.03 {
			t.Errorf("%s: %.2f right, want %.2f", c.q.kind, got, c.want)
		}
	}
}

func TestChoicesSurviveJSON(t *testing.T) {
	for _, a := range [][]string{{"A"}, {"A", "C"}, {"一\"二\n", "<三>"}} {
		if got := choiceOf(appendChoice(nil, a)); !slices.Equal(got, a) {
			t.Errorf("got %q, want %q", got, a)
		}
	}
}
