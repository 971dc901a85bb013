package quiz

import (
	"context"
	"encoding/json"
	"time"
)

// Answer is one accepted answer on its way to the database.
type Answer struct {
	RoundID    string
	QuestionNo int
	EntrantID  string
	ClientID   string   // the client's id of the answer
	Choice     []string // canonical
	ReceivedAt time.Time
	Elapsed    time.Duration // raw
	Adjusted   time.Duration // less the connection's delay
	Correct    bool
	Points     int
}

// Acker is told what became of an answer: inserted is false when the entrant had answered before (the first counts).
// It runs on the log's own goroutine and must not block.
type Acker interface {
	Acked(a Answer, inserted bool, err error)
}

type pendingAnswer struct {
	Answer
	acker Acker
}

// AnswerLog appends answers in group commits. What it acknowledged is durable.
type AnswerLog struct{ g *groupCommit[pendingAnswer] }

// NewAnswerLog starts a log that writes to store.
func NewAnswerLog(store *Store) *AnswerLog {
	return &AnswerLog{g: newGroupCommit(
		func(ctx context.Context, items []pendingAnswer) ([]bool, error) {
			ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
			defer cancel()
			rows := make([]Answer, len(items))
			for i := range items {
				rows[i] = items[i].Answer
			}
			return store.AppendAnswers(ctx, rows)
		},
		func(items []pendingAnswer, inserted []bool, err error) {
			for i := range items {
				items[i].acker.Acked(items[i].Answer, err == nil && inserted[i], err)
			}
		})}
}

// Put queues an answer; the acker hears of it after the commit. It never blocks.
func (l *AnswerLog) Put(a Answer, acker Acker) {
	if !l.g.put(pendingAnswer{a, acker}) {
		acker.Acked(a, false, errClosed)
	}
}

// Drain waits until every answer that was put before is durable or refused.
func (l *AnswerLog) Drain(ctx context.Context) error { return l.g.drain(ctx) }

// Close writes what is queued and refuses the rest.
func (l *AnswerLog) Close() { l.g.close() }

// encodeChoice gives "[]" for a line without a choice, which Totals looks for.
func encodeChoice(a []string) string {
	b, err := json.Marshal(a)
	if err != nil || len(a) == 0 { // strings always encode
		return "[]"
	}
	return string(b)
}

func decodeChoice(s string) []string {
	var a []string
	if json.Unmarshal([]byte(s), &a) != nil || a == nil {
		return []string{}
	}
	return a
}
