//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"time"
)

// The reference for group commit: one INSERT, hence one commit, for each answer, over this many connections.
const insertConns = 64

// insertRun is what one INSERT for each answer took, from the instant at which the answer was due.
type insertRun struct {
	P50     float64 `json:"p50_ms"`
	P99     float64 `json:"p99_ms"`
	Max     float64 `json:"max_ms"`
	Seconds float64 `json:"seconds"` // until the last was stored
}

// insertEach stores so many answers that are due at random instants of a window.
func insertEach(ctx context.Context, url string, answers int, window time.Duration, seed uint64) (r insertRun, err error) {
	db, err := sql.Open("postgres", url)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	db.SetMaxOpenConns(insertConns)
	db.SetMaxIdleConns(insertConns)
	const table = `CREATE TABLE IF NOT EXISTS single_insert (
		round_id TEXT NOT NULL, question_no BIGINT NOT NULL, entrant_id TEXT NOT NULL, client_id TEXT NOT NULL,
		choice TEXT NOT NULL, received_ms BIGINT NOT NULL, elapsed_ms BIGINT NOT NULL, correct BOOLEAN NOT NULL, points BIGINT NOT NULL,
		PRIMARY KEY (round_id, question_no, entrant_id))`
	if _, err := db.ExecContext(ctx, table); err != nil {
		return r, err
	}
	const insert = `INSERT INTO single_insert VALUES ($1,$2,$3,$4,$5,$6,$7,$8,$9) ON CONFLICT DO NOTHING`
	random := rand.New(rand.NewPCG(seed, 1))
	due := make([]time.Duration, answers)
	for i := range due {
		due[i] = time.Duration(random.Int64N(int64(window)))
	}
	slices.Sort(due)
	queue := make(chan int, answers)
	took := make([]time.Duration, answers)
	faults := make([]error, insertConns)
	ready := make(chan struct{})
	var began time.Time
	var warm, group sync.WaitGroup
	for w := range insertConns {
		warm.Add(1)
		group.Go(func() {
			conn, err := db.Conn(ctx)
			var stmt *sql.Stmt
			if err == nil {
				stmt, err = conn.PrepareContext(ctx, insert)
			}
			faults[w] = err
			warm.Done()
			if err != nil {
				return
			}
			<-ready
			for i := range queue {
				_, err := stmt.ExecContext(ctx, fmt.Sprintf("round-%d", seed), 1, fmt.Sprintf("0197f000-0000-7000-8000-%012d", i),
					"0123456789abcdef0123", `["A"]`, time.Now().UnixMilli(), due[i].Milliseconds(), true, 10)
				faults[w] = errors.Join(faults[w], err)
				took[i] = time.Since(began) - due[i]
			}
			faults[w] = errors.Join(faults[w], stmt.Close(), conn.Close())
		})
	}
	warm.Wait()
	began = time.Now()
	close(ready)
	for i, at := range due {
		time.Sleep(at - time.Since(began))
		queue <- i
	}
	close(queue)
	group.Wait()
	r.Seconds = time.Since(began).Seconds()
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	r.P50, r.P99, r.Max = ms(took[answers/2]), ms(took[answers*99/100]), ms(took[answers-1])
	return r, errors.Join(faults...)
}
