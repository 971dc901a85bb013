package scenario

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"

	"leitai/people"
	"leitai/questionbank"
	"leitai/questionbank/media"
	"leitai/quiz"
)

// stage is a contest with an open room, as these tests need it.
type stage struct {
	s       *server
	contest *quiz.Contest
	code    string
	org     *caller // the organizer who drives it
}

// everyType are questions of all types. What must stay secret before the reveal carries a mark that can be searched
// for; letters cannot, so tests look at the fields for those.
func everyType(mark string) []questionbank.Question {
	base := []questionbank.Question{
		{Type: questionbank.Single, Stem: "单选题干", Options: []string{"甲", "乙", "丙", "丁"}, Key: []string{"B"}},
		{Type: questionbank.Multiple, Stem: "多选题干", Options: []string{"一", "二", "三", "四", "五"}, Key: []string{"A", "C", "E"}},
		{Type: questionbank.Judge, Stem: "判断题干", Options: []string{"正确", "错误"}, Key: []string{"A"}},
		{Type: questionbank.Fill, Stem: "填空题干 ____ 和 ____。", Key: []string{mark + "上|" + mark + "下"}},
		{Type: questionbank.Order, Stem: "排序题干", Options: []string{"春", "夏", "秋"}, Key: []string{"C", "A", "B"}},
	}
	for i := range base {
		q := &base[i]
		q.ID, q.Version, q.Difficulty, q.Category = uuid.NewString(), 1, 2, "传统文化"
		q.Stem += fmt.Sprintf("（%s 题面%d）", strings.ToLower(mark), i+1)
		q.Explanation, q.Source = fmt.Sprintf("%s解析%d。", mark, i+1), fmt.Sprintf("%s出处%d。", mark, i+1)
	}
	base[0].Media = []questionbank.Media{{ID: mediaID(mark + "图"), Kind: media.Image, Part: questionbank.PartStem, Alt: "消防标志", Width: 1600, Height: 900},
		{ID: mediaID(mark + "选项图"), Kind: media.Image, Part: "B", Width: 400, Height: 400},
		{ID: mediaID(mark + "解析片"), Kind: media.Video, Part: questionbank.PartExplanation}}
	return base
}

// mediaID has the form of an id and is different for every mark.
func mediaID(mark string) string {
	sum := sha256.Sum256([]byte(mark))
	return hex.EncodeToString(sum[:])
}

// rightAnswer is an answer to a question of everyType that is right.
func rightAnswer(q questionbank.Question) []string {
	if q.Type == questionbank.Fill {
		return strings.Split(q.Key[0], "|")
	}
	return q.Key
}

// wrongAnswer is well formed and wrong.
func wrongAnswer(q questionbank.Question) []string {
	switch q.Type {
	case questionbank.Fill:
		return []string{"不", "对"}
	case questionbank.Order:
		return []string{"A", "B", "C"}
	case questionbank.Multiple:
		return []string{"B", "D"}
	}
	for i := range q.Options {
		if l := questionbank.Letter(i); l != q.Key[0] {
			return []string{l}
		}
	}
	return nil
}

// quick are settings with the shortest times that are allowed, and a limit that no test waits for.
func quick() quiz.RoundSettings {
	s := quiz.DefaultRoundSettings()
	s.ReadyMS, s.LimitMS = 0, 600000
	return s
}

// contest stores a contest of two rounds, unless change makes something else of it.
func (s *server) contest(title string, change func(*quiz.Contest)) *quiz.Contest {
	s.t.Helper()
	c := &quiz.Contest{Title: title, Organizer: "党群服务中心", Settings: quiz.DefaultContestSettings(), CreatedAt: time.Now()}
	for i := range 3 {
		c.Teams = append(c.Teams, quiz.Team{Name: fmt.Sprintf("第%d支部", i+1), Group: "星河集团", Roster: 10})
	}
	r := quiz.Round{Title: "同步答题", Format: "sync", Settings: quick()}
	for _, q := range everyType("秘密" + title) {
		r.Questions = append(r.Questions, quiz.RoundQuestion{Question: q})
	}
	c.Rounds = []quiz.Round{r}
	if change != nil {
		change(c)
	}
	s.must(s.quiz.CreateContest(context.Background(), c))
	s.share(people.OnContest, c.ID)
	return c
}

// stage stores a contest and opens its room.
func (s *server) stage(title string, change func(*quiz.Contest)) *stage {
	s.t.Helper()
	g := &stage{s: s, contest: s.contest(title, change), org: s.as("organizer")}
	var out struct{ Code string }
	g.org.do("POST", "/api/v1/contests/"+g.contest.ID+"/room", nil).ok(&out)
	g.code = out.Code
	return g
}

type fields = map[string]any

// command drives the room.
func (g *stage) command(name string, args ...fields) response {
	g.s.t.Helper()
	body := fields{"id": uuid.NewString(), "command": name}
	for _, a := range args {
		for k, v := range a {
			body[k] = v
		}
	}
	return g.org.do("POST", "/api/v1/contests/"+g.contest.ID+"/commands", body)
}

// next presses the big button and demands the phase that it must lead to.
func (g *stage) next(phase string) {
	g.s.t.Helper()
	var out struct{ Phase string }
	g.command("next").ok(&out)
	if out.Phase != phase {
		g.s.t.Fatalf("next led to %s, not %s", out.Phase, phase)
	}
}

// open brings the next question before the players; with ready_ms 0 it opens by itself.
func (g *stage) open() {
	g.s.t.Helper()
	var out struct{ Phase string }
	g.command("next").ok(&out)
	if out.Phase == "standings" {
		g.command("next").ok(&out)
	}
	if out.Phase != "ready" {
		g.s.t.Fatalf("next led to %s, not to a question", out.Phase)
	}
	g.await("open")
}

// await waits until the room is in a phase.
func (g *stage) await(phase string) {
	g.s.t.Helper()
	eventually(g.s.t, "the phase is "+phase, func() bool { return g.phase() == phase })
}

func (g *stage) phase() string {
	g.s.t.Helper()
	var room struct{ Phase string }
	g.s.quietly().do("GET", "/api/v1/rooms/"+g.code, nil).ok(&room)
	return room.Phase
}

// reveal closes the open question and waits until the key is on show.
func (g *stage) reveal() {
	g.s.t.Helper()
	g.command("reveal").ok(nil)
	g.await("revealed")
}

// question is the one with this number in the first round.
func (g *stage) question(no int) questionbank.Question {
	return g.contest.Rounds[0].Questions[no-1].Question
}

// answers are all answers of the contest as the API lists them.
func (g *stage) answers() []storedAnswer {
	g.s.t.Helper()
	var all []storedAnswer
	for after := ""; ; {
		var page struct {
			Answers []storedAnswer
			Next    string
		}
		g.org.do("GET", "/api/v1/contests/"+g.contest.ID+"/answers?limit=500&after="+after, nil).ok(&page)
		all = append(all, page.Answers...)
		if after = page.Next; after == "" {
			return all
		}
	}
}

type storedAnswer struct {
	EntrantID  string `json:"entrant_id"`
	R, Q       int
	ID         string
	A          []string
	ReceivedMS int64 `json:"received_ms"`
	Correct    bool
	Points     int
}

// results are the contest's results.
type results struct {
	Finished bool
	Teams    []struct {
		ID, Name        string
		Points          float64
		People, Answers int
	}
	People []struct {
		ID, Name, Team string
		Place          int
		Points         int64
		Answers        int
		Correct        int
	}
	Questions []struct {
		R, Q, Answered, Correct int
		Counts                  map[string]int
	}
}

func (g *stage) results() results {
	g.s.t.Helper()
	var r results
	g.org.do("GET", "/api/v1/contests/"+g.contest.ID+"/results", nil).ok(&r)
	return r
}
