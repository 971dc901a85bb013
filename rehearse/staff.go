package rehearse

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// apiWithin bounds one call of the organizer. The results of 10,000 people on a busy machine take seconds.
const apiWithin = 60 * time.Second

// refusal is an error response of the HTTP API.
type refusal struct {
	status    int
	code, key string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the server answered %d %s %s", r.status, r.code, r.key)
}

// refusedAs reports that err is a refusal with this code.
func refusedAs(err error, code string) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.code == code
}

// staff is the HTTP API as an organizer (or anybody, before signing in) uses it.
type staff struct {
	target target
	client *http.Client
	cookie string // "leitai_session=…" after signing in
}

func newStaff(t target) *staff {
	return &staff{target: t, client: &http.Client{Timeout: apiWithin, Transport: &http.Transport{MaxIdleConnsPerHost: 2}}}
}

func (s *staff) close() { s.client.CloseIdleConnections() }

// call sends in (nil: no body) as JSON and decodes the response into out (nil: not at all).
func (s *staff) call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
		body = bytes.NewReader(b)
	}
	return s.send(ctx, method, path, "application/json", body, out)
}

// upload posts a file as it is.
func (s *staff) upload(ctx context.Context, path string, file []byte, out any) error {
	return s.send(ctx, http.MethodPost, path, "application/octet-stream", bytes.NewReader(file), out)
}

func (s *staff) send(ctx context.Context, method, path, kind string, body io.Reader, out any) error {
	req, err := http.NewRequestWithContext(ctx, method, s.target.base+path, body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	req.Header.Set("Content-Type", kind)
	req.Header.Set("Origin", s.target.origin)
	if s.cookie != "" {
		req.Header.Set("Cookie", s.cookie)
	}
	res, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer func() { _ = res.Body.Close() }() // read to the end or given up
	for _, c := range res.Cookies() {
		if c.Name == "leitai_session" && c.Value != "" {
			s.cookie = c.Name + "=" + c.Value
		}
	}
	if res.StatusCode/100 != 2 {
		var e struct {
			Error struct{ Code, Key string }
		}
		_ = json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&e) // a proxy's page has no code
		return fmt.Errorf("%s %s: %w", method, path, &refusal{res.StatusCode, e.Error.Code, e.Error.Key})
	}
	if out == nil {
		_, err = io.Copy(io.Discard, res.Body)
	} else {
		err = json.NewDecoder(res.Body).Decode(out)
	}
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

func (s *staff) signIn(ctx context.Context, username, password string) error {
	in := map[string]string{"username": username, "password": password}
	return s.call(ctx, http.MethodPost, "/api/v1/session", in, nil)
}

// signOut ends the session; it is not worth an error when that fails.
func (s *staff) signOut(ctx context.Context) {
	if s.cookie != "" {
		_ = s.call(ctx, http.MethodDelete, "/api/v1/session", nil, nil)
	}
}

// room gives the teams that can be joined, and whether the room takes anybody.
func (s *staff) room(ctx context.Context, code string) (teams []team, accepting bool, err error) {
	var out struct {
		Accepting bool   `json:"accepting"`
		Teams     []team `json:"teams"`
	}
	err = s.call(ctx, http.MethodGet, "/api/v1/rooms/"+url.PathEscape(code), nil, &out)
	return out.Teams, out.Accepting, err
}

// contestSummary is a row of the list of contests.
type contestSummary struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Status string `json:"status"`
	Code   string `json:"code"`

	Phase    string `json:"phase"`
	Entrants int    `json:"entrants"`
}

func (s *staff) contests(ctx context.Context) ([]contestSummary, error) {
	var out struct {
		Contests []contestSummary `json:"contests"`
	}
	err := s.call(ctx, http.MethodGet, "/api/v1/contests", nil, &out)
	return out.Contests, err
}

// openRoom gives the room's code.
func (s *staff) openRoom(ctx context.Context, contest string) (string, error) {
	var out struct {
		Code string `json:"code"`
	}
	err := s.call(ctx, http.MethodPost, "/api/v1/contests/"+url.PathEscape(contest)+"/room", nil, &out)
	return out.Code, err
}

// command drives the room; seq makes it void when the room has moved on.
func (s *staff) command(ctx context.Context, contest, id, command string, seq int64) error {
	in := map[string]any{"id": id, "command": command, "seq": seq}
	return s.call(ctx, http.MethodPost, "/api/v1/contests/"+url.PathEscape(contest)+"/commands", in, nil)
}

// makeContest stores a contest for c out of the first bank that has enough questions.
func (s *staff) makeContest(ctx context.Context, c Config) (string, error) {
	var list struct {
		Banks []struct {
			ID        string `json:"id"`
			Questions int    `json:"questions"`
		} `json:"banks"`
	}
	if err := s.call(ctx, http.MethodGet, "/api/v1/banks", nil, &list); err != nil {
		return "", err
	}
	bank := ""
	for _, b := range list.Banks {
		if b.Questions >= c.Questions {
			bank = b.ID
			break
		}
	}
	if bank == "" {
		return "", fmt.Errorf("no question bank has %d questions", c.Questions)
	}
	count := c.Teams
	if count == 0 {
		count = 56 // like the demo's park
	}
	teams := make([]map[string]string, min(count, c.Players))
	for i := range teams {
		teams[i] = map[string]string{"name": fmt.Sprintf("第%d支部", i+1)}
	}
	limit := max(3*time.Second, c.ReadFor+c.AnswerWithin+lateness) // the organizer locks long before that
	in := map[string]any{
		"title": "彩排", "organizer": "模拟", "teams": teams,
		"settings": map[string]any{"max_entrants": min(20_000, c.Players+100)},
		"rounds": []any{map[string]any{
			"title": "彩排", "draw": map[string]any{"bank_id": bank, "count": c.Questions},
			"settings": map[string]any{"scoring": c.Scoring, "limit_ms": limit.Milliseconds(), "ready_ms": 500},
		}},
	}
	var out struct {
		ID string `json:"id"`
	}
	err := s.call(ctx, http.MethodPost, "/api/v1/contests", in, &out)
	return out.ID, err
}

// storedAnswer is an answer as the results have it.
type storedAnswer struct {
	Entrant string   `json:"entrant_id"`
	Round   int      `json:"r"`
	No      int      `json:"q"`
	ID      string   `json:"id"`
	Choice  []string `json:"a"`
}

// answers calls each for every stored answer of the contest.
func (s *staff) answers(ctx context.Context, contest string, each func(storedAnswer)) error {
	after := ""
	for {
		var page struct {
			Answers []storedAnswer `json:"answers"`
			Next    string         `json:"next"`
		}
		query := url.Values{"limit": {strconv.Itoa(5000)}}
		if after != "" {
			query.Set("after", after)
		}
		path := "/api/v1/contests/" + url.PathEscape(contest) + "/answers?" + query.Encode()
		if err := s.call(ctx, http.MethodGet, path, nil, &page); err != nil {
			return err
		}
		for _, a := range page.Answers {
			each(a)
		}
		if page.Next == "" {
			return nil
		}
		if page.Next == after {
			return fmt.Errorf("GET %s: the same page again", path)
		}
		after = page.Next
	}
}
