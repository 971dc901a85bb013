package scenario

import (
	"context"
	"testing"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"leitai/internal/testenv"
)

// holdAnswers keeps answers from being stored, and nothing else, until the returned function is called. Postgres only.
func (s *server) holdAnswers() (free func()) {
	s.t.Helper()
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.db.Tx(context.Background(), func(tx *sqlx.Tx) error {
			_, err := tx.Exec("LOCK TABLE answers IN EXCLUSIVE MODE")
			close(held)
			<-release
			return err
		})
	}()
	<-held
	return func() {
		close(release)
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	}
}

// TestAnswerIsStillOnItsWayWhenItsQuestionIsSkipped: the acknowledgement of the next question's answer is not mixed up
// with it, and neither are the counts.
func TestAnswerIsStillOnItsWayWhenItsQuestionIsSkipped(t *testing.T) {
	s := start(t, storage{testenv.Postgres(t), testenv.Redis(t)})
	g := s.stage("跳过", nil)
	p, screen := g.join("王芳", 0), g.screen()
	g.open()
	p.inPhase("open", 1)
	free := s.holdAnswers()
	first, second := uuid.NewString(), uuid.NewString()
	p.send(fields{"t": "answer", "id": first, "r": 1, "q": 1, "a": []string{"B"}})
	p.barrier()
	g.command("skip").ok(nil)
	p.inPhase("open", 2)
	p.send(fields{"t": "answer", "id": second, "r": 1, "q": 2, "a": []string{"A", "C"}})
	p.barrier()
	free()
	m := p.reply(0, second)
	m.accepted(t)
	if m.Q != 2 || mustJSON(m.A) != `["A","C"]` {
		t.Errorf("%s", m.raw)
	}
	screen.find(0, "the count", func(m message) bool { return m.T == "count" && m.Answered == 1 && m.Acknowledged == 1 })
	p.barrier()
	for _, m := range p.received() {
		if m.T == "answer.ack" && m.ID == first && m.Q != 1 || m.T == "answer.ack" && m.Status == "duplicate" {
			t.Errorf("mixed up: %s", m.raw)
		}
	}
	g.reveal()
	if n := len(g.answers()); n != 2 {
		t.Errorf("%d answers are stored", n)
	}
	p.find(0, "the result", func(m message) bool { return m.T == "me" && m.Result != nil && m.Result.Q == 2 && m.Result.Answered })
	m = screen.last("count")
	if m.Answered > 1 || m.Acknowledged > 1 {
		t.Errorf("%s", m.raw)
	}
}
