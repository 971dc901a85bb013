package rehearse

import (
	"errors"
	"fmt"
)

// Report is what a rehearsal found. Times of answers, questions and results leave out the first Config.Warmup questions.
type Report struct {
	URL       string `json:"url"`
	Code      string `json:"code"`
	ContestID string `json:"contest_id,omitempty"`
	Seed      uint64 `json:"seed"`
	Ended     string `json:"ended"` // finished, closed, interrupted, timeout, failed

	Players         int     `json:"players"`
	Joined          int     `json:"joined"`
	JoinSeconds     float64 `json:"join_seconds"` // from the first dial to the last phone that had its state
	JoinMS          Spread  `json:"join_ms"`      // one phone's way in
	Sent            int     `json:"sent"`         // answers, resends not counted
	Acknowledged    int     `json:"acknowledged"` // on disk, says the server
	Lost            int     `json:"lost"`         // acknowledged, but missing from the results or different there
	Duplicates      int     `json:"duplicates"`   // resends that the server knew already
	Late            int     `json:"late"`
	Missed          int     `json:"missed"`         // the question closed before the phone could send
	Unacknowledged  int     `json:"unacknowledged"` // sent, and neither acknowledged nor refused
	Strays          int     `json:"strays"`         // messages that belong to somebody else
	Changed         int     `json:"changed"`        // acknowledgements of another choice than the phone's
	Reconnects      int     `json:"reconnects"`
	Drops           int     `json:"drops"`  // networks lost on purpose
	Breaks          int     `json:"breaks"` // connections lost otherwise
	AckMS           Spread  `json:"ack_ms"` // from the instant of the tap
	AckAfterDropMS  Spread  `json:"ack_after_drop_ms"`
	SkewMS          Spread  `json:"skew_ms"`   // from the first phone's receipt of a question to each one's
	OpenMS          Spread  `json:"open_ms"`   // from the question's server_ms to each phone's receipt
	RevealMS        Spread  `json:"reveal_ms"` // from the key's server_ms to each phone's own result
	GeneratorLateMS float64 `json:"generator_late_ms"`

	ServerRSS       int64   `json:"server_rss_bytes"`        // at the end of the show, everybody connected
	ServerRSSEmpty  int64   `json:"server_rss_empty_bytes"`  // before the first phone
	ServerRSSJoined int64   `json:"server_rss_joined_bytes"` // everybody in, before the first question
	ServerRSSPeak   int64   `json:"server_rss_peak_bytes"`
	ServerCPU       float64 `json:"server_cpu_seconds"`
	ServerJoinCPU   float64 `json:"server_join_cpu_seconds"` // of these, while the phones came in
	ClientCPU       float64 `json:"client_cpu_seconds"`
	ProcessNote     string  `json:"process_note,omitempty"` // why the server's numbers are 0

	Refused    map[string]int `json:"refused"` // answers, by code
	Faults     map[string]int `json:"faults"`  // other errors and broken connections, by what they were
	JoinFaults map[string]int `json:"join_faults"`
	Byes       map[string]int `json:"byes"`

	Check    string `json:"check"`    // done, or why it was not
	Checked  bool   `json:"checked"`  // answers were compared with the results
	Verified int    `json:"verified"` // acknowledged answers that were compared
	Doubled  int    `json:"doubled"`  // stored twice
	Foreign  int    `json:"foreign"`  // stored for a phone that did not send them

	Import    *ImportReport    `json:"import,omitempty"` // with Config.Import
	Questions []QuestionReport `json:"questions"`
	Trouble   string           `json:"trouble,omitempty"` // what went wrong with the show itself
}

// QuestionReport is one question of the show.
type QuestionReport struct {
	Round          int    `json:"r"`
	No             int    `json:"q"`
	Type           string `json:"type"`
	Warmup         bool   `json:"warmup"`
	Bytes          int    `json:"bytes"` // of the message that opened it
	Seen           int    `json:"seen"`
	Sent           int    `json:"sent"`
	Acknowledged   int    `json:"acknowledged"`
	Duplicates     int    `json:"duplicates"`
	Late           int    `json:"late"`
	Missed         int    `json:"missed"`
	Unacknowledged int    `json:"unacknowledged"`
	AckMS          Spread `json:"ack_ms"`
	SkewMS         Spread `json:"skew_ms"`
	OpenMS         Spread `json:"open_ms"`
	RevealMS       Spread `json:"reveal_ms"`
}

// Err is why the rehearsal must not count as passed, nil when it passed.
func (r *Report) Err() error {
	var faults []error
	bad := func(wrong bool, format string, args ...any) {
		if wrong {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	bad(r.Trouble != "", "%s", r.Trouble)
	bad(r.Joined < r.Players, "%d of %d phones did not join", r.Players-r.Joined, r.Players)
	bad(r.Lost > 0, "%d acknowledged answers are lost", r.Lost)
	bad(r.Changed > 0, "%d acknowledgements named another choice", r.Changed)
	bad(r.Doubled > 0, "%d answers are stored twice", r.Doubled)
	bad(r.Foreign > 0, "%d answers are stored that nobody sent", r.Foreign)
	bad(r.Strays > 0, "%d messages came to the wrong phone", r.Strays)
	bad(!r.Checked && r.Unacknowledged > 0, "%d answers were neither acknowledged nor refused, and nothing could be checked", r.Unacknowledged)
	return errors.Join(faults...)
}

// times collects the instants of one or more questions, in nanoseconds.
type times struct{ ack, broken, skew, open, reveal []int64 }

func (t *times) spreads() (ack, broken, skew, open, reveal Spread) {
	return spreadOf(t.ack), spreadOf(t.broken), spreadOf(t.skew), spreadOf(t.open), spreadOf(t.reveal)
}

// report counts up what the phones did. The engine must have ended.
func (c *crowd) report() *Report {
	r := &Report{
		URL: c.target.base, Code: c.code, Seed: c.config.Seed, Players: len(c.phones), Joined: c.joined,
		JoinMS: spreadOf(c.joinTimes), JoinFaults: c.joinFaults, Byes: c.byes, Faults: c.faults,
		Refused: map[string]int{}, Reconnects: c.reconnects, Drops: c.drops, Breaks: c.breaks, Strays: c.strays,
		GeneratorLateMS: millis(c.slip), Questions: []QuestionReport{},
	}
	if c.joined > 0 {
		r.JoinSeconds = millis(c.lastJoin-c.firstDial) / 1000
	}
	var all times
	for i, q := range c.questions {
		if q.openAt == 0 {
			continue // never opened
		}
		var t times
		row := c.row(q, &t, r)
		row.Warmup = i < c.config.Warmup
		if !row.Warmup {
			all.ack, all.broken = append(all.ack, t.ack...), append(all.broken, t.broken...)
			all.skew, all.open = append(all.skew, t.skew...), append(all.open, t.open...)
			all.reveal = append(all.reveal, t.reveal...)
		}
		row.AckMS, _, row.SkewMS, row.OpenMS, row.RevealMS = t.spreads()
		r.Questions = append(r.Questions, row)
	}
	r.AckMS, r.AckAfterDropMS, r.SkewMS, r.OpenMS, r.RevealMS = all.spreads()
	return r
}

// row counts one question, into the report's totals too.
func (c *crowd) row(q *question, t *times, r *Report) QuestionReport {
	row := QuestionReport{Round: q.round, No: q.no, Type: q.kind, Bytes: q.bytes, Seen: q.asked}
	opened, revealed := c.localNS(q.openMS), c.localNS(q.revealMS)
	if q.revealMS == 0 {
		revealed = q.revealAt
	}
	for i := range q.sheets {
		s := &q.sheets[i]
		if s.present {
			t.skew = append(t.skew, s.openAt-q.openAt)
			t.open = append(t.open, max(0, s.openAt-opened))
		}
		if s.meAt > 0 {
			t.reveal = append(t.reveal, max(0, s.meAt-revealed))
		}
		if s.choice == "" {
			row.Missed += one(s.state == sheetMissed)
			continue
		}
		row.Sent++
		row.Duplicates += one(s.duplicate)
		r.Changed += one(s.changed)
		switch {
		case s.ackAt > 0 && s.broke:
			t.broken = append(t.broken, s.ackAt-s.dueAt)
		case s.ackAt > 0:
			t.ack = append(t.ack, s.ackAt-s.dueAt)
		}
		row.Acknowledged += one(s.ackAt > 0)
		row.Late += one(s.state == sheetLate)
		row.Unacknowledged += one(s.ackAt == 0 && s.state != sheetLate && s.state != sheetRefused)
	}
	for code, n := range q.refused {
		r.Refused[code] += n
	}
	r.Sent += row.Sent
	r.Acknowledged += row.Acknowledged
	r.Duplicates += row.Duplicates
	r.Late += row.Late
	r.Missed += row.Missed
	r.Unacknowledged += row.Unacknowledged
	return row
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}
