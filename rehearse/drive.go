package rehearse

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"
)

// Bounds of the organizer's patience.
const (
	lookEvery   = 5 * time.Millisecond
	lateness    = 8 * time.Second // for answers of phones that lost their network: the longest pause and a rejoin
	resultsFor  = 5 * time.Second // until the last phone has its result
	moveWithin  = 30 * time.Second
	settleAfter = 1500 * time.Millisecond // the first pings are over, the server has come to rest
)

// driver plays the organizer: it moves the show on when the phones are through with a step.
type driver struct {
	config  Config
	staff   *staff
	desk    *desk
	crowd   *crowd
	contest string
	opened  int // questions shown so far
	prefix  string
	sent    int
}

// show drives until the show has finished.
func (d *driver) show(ctx context.Context) error {
	d.prefix = fmt.Sprintf("rehearse-%016x-", rand.Uint64())
	for {
		s, err := d.await(ctx, func(s deskState) bool { return !s.Paused })
		if err != nil {
			return err
		}
		switch s.Phase {
		case "finished":
			return nil
		case "lobby":
			err = d.move(ctx, s, "next")
		case "ready":
			_, err = d.await(ctx, func(n deskState) bool { return n.Phase != "ready" })
		case "open":
			d.opened++
			d.awaitAnswers(ctx, s)
			v := d.crowd.look()
			_, _ = fmt.Fprintf(d.config.Log, "第 %d 题：看到 %d，完成 %d，在线 %d\n", d.opened, v.asked, v.settled, v.on)
			if err = d.move(ctx, s, "lock"); err == nil { // the room stays open a little longer for answers on their way
				_, err = d.await(ctx, func(n deskState) bool { return n.Phase != "open" || n.No != s.No })
			}
		case "closed":
			err = d.move(ctx, s, "reveal")
		case "revealed":
			d.awaitResults(ctx, s)
			err = d.step(ctx, s)
		case "standings":
			err = d.step(ctx, s)
		default:
			err = fmt.Errorf("unknown phase %q", s.Phase)
		}
		if err != nil {
			return err
		}
	}
}

// await bounds the wait for a state.
func (d *driver) await(ctx context.Context, ok func(deskState) bool) (deskState, error) {
	bounded, cancel := context.WithTimeoutCause(ctx, moveWithin+d.config.AnswerWithin,
		errors.New("the room does not move on"))
	defer cancel()
	return d.desk.await(bounded, ok)
}

// step lets people look, then goes on.
func (d *driver) step(ctx context.Context, s deskState) error {
	if err := pause(ctx, d.config.Pause); err != nil {
		return err
	}
	if d.config.Questions > 0 && d.opened >= d.config.Questions && !d.config.Self && slices.Contains(s.Can, "finish") {
		return d.move(ctx, s, "finish")
	}
	return d.move(ctx, s, "next")
}

// move sends one command for the state s and waits until the room has changed. A refusal because the room has moved by
// itself meanwhile is as good.
func (d *driver) move(ctx context.Context, s deskState, command string) error {
	d.sent++
	err := d.staff.command(ctx, d.contest, fmt.Sprintf("%s%d", d.prefix, d.sent), command, s.Seq)
	if err != nil && !refusedAs(err, "conflict") {
		return fmt.Errorf("%s: %w", command, err)
	}
	refused := err
	_, err = d.await(ctx, func(n deskState) bool { return n.Seq != s.Seq })
	if err != nil {
		return errors.Join(fmt.Errorf("after %s: %w", command, err), refused)
	}
	return nil
}

func sameQuestion(v view, s deskState) bool {
	return s.Round != nil && v.round == s.Round.No && v.no == s.No
}

// awaitAnswers waits until every phone that saw the question is through with it.
func (d *driver) awaitAnswers(ctx context.Context, s deskState) {
	bounded, cancel := context.WithTimeout(ctx, d.config.ReadFor+d.config.AnswerWithin+lateness)
	defer cancel()
	d.until(bounded, func(v view) bool {
		over := v.opened > d.config.ReadFor+d.config.AnswerWithin
		return sameQuestion(v, s) && (v.phase != "open" || over && v.asked >= v.joined && v.settled >= v.asked)
	})
}

// awaitResults waits until every connected phone has its result.
func (d *driver) awaitResults(ctx context.Context, s deskState) {
	bounded, cancel := context.WithTimeout(ctx, resultsFor)
	defer cancel()
	d.until(bounded, func(v view) bool {
		return sameQuestion(v, s) && (v.phase != "revealed" || v.told >= v.waiting)
	})
}

// until looks at the crowd again and again. That ctx ends is no failure: the report shows what is missing.
func (d *driver) until(ctx context.Context, ok func(view) bool) { _ = awaitView(ctx, d.crowd, ok) }

func awaitView(ctx context.Context, c *crowd, ok func(view) bool) error {
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for !ok(c.look()) {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

func pause(ctx context.Context, wait time.Duration) error {
	if wait <= 0 {
		return nil
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-t.C:
		return nil
	}
}
