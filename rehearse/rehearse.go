package rehearse

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"
)

// checkWithin bounds the comparison with the results, which goes on after an interruption.
const checkWithin = 2 * time.Minute

// Run rehearses. The report is never nil when something was rehearsed; Report.Err says whether it passed. An error
// means that the rehearsal could not begin.
func Run(ctx context.Context, config Config) (*Report, error) {
	c, err := config.complete()
	if err != nil {
		return nil, err
	}
	if c.Seed == 0 {
		c.Seed = rand.Uint64N(1_000_000_000)
	}
	if err := makeRoom(c.Players + spareFiles); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, c.bound(), errTimeout)
	defer cancel()
	if !c.Self {
		return (&rehearsal{config: c, engine: newEngine}).run(ctx)
	}
	server, err := startServer(ctx, c.Program)
	if err != nil {
		return nil, err
	}
	c.URL, c.Username, c.Password = server.url, server.username, server.password
	report, err := (&rehearsal{config: c, server: server, engine: newEngine}).run(ctx)
	if !server.alive() {
		err = errors.Join(err, fmt.Errorf("the server ended by itself: %w\n%s", errors.Join(server.err), server.tail()))
	}
	return report, errors.Join(err, server.stop())
}

var errTimeout = errors.New("the rehearsal took too long")

// rehearsal is one run.
type rehearsal struct {
	config   Config
	server   *ownServer // with Self
	engine   func(t target, phones int) (engine, error)
	staff    *staff
	code     string
	contest  string    // "" without a sign-in
	importer *importer // with Config.Import
	crowd    *crowd
	empty    usage // of the server, before the first phone
	joined   usage
	end      usage
	note     string
}

func (h *rehearsal) run(ctx context.Context) (*Report, error) {
	t, err := findTarget(ctx, h.config.URL)
	if err != nil {
		return nil, err
	}
	h.staff = newStaff(t)
	defer h.staff.close()
	teams, err := h.prepare(ctx)
	if err != nil {
		return nil, err
	}
	e, err := h.engine(t, h.config.Players)
	if err != nil {
		return nil, err
	}
	if h.config.Import != "" {
		if h.importer, err = newImporter(h.staff, h.config.Import); err != nil {
			return nil, err
		}
	}
	h.crowd = newCrowd(e, h.config, t, h.code, teams)
	cpu := cpuSeconds()
	h.empty = h.usage()
	trouble := h.play(ctx)
	r := h.crowd.report()
	r.ClientCPU = cpuSeconds() - cpu
	r.ContestID = h.contest
	if h.importer != nil {
		r.Import = h.importer.report()
	}
	h.conclude(ctx, r, trouble)
	h.compare(ctx, r)
	h.count(r)
	return r, nil
}

// prepare signs in where that is wanted, finds or makes the contest and opens its room.
func (h *rehearsal) prepare(ctx context.Context) ([]team, error) {
	h.code = h.config.Code
	if h.config.Username != "" {
		if err := h.staff.signIn(ctx, h.config.Username, h.config.Password); err != nil {
			return nil, fmt.Errorf("sign in as %s: %w", h.config.Username, err)
		}
		if err := h.findContest(ctx); err != nil {
			return nil, err
		}
	}
	teams, accepting, err := h.staff.room(ctx, h.code)
	if err != nil {
		return nil, fmt.Errorf("find room %s: %w", h.code, err)
	}
	if !accepting || len(teams) == 0 {
		return nil, fmt.Errorf("room %s takes nobody: it is full or finished", h.code)
	}
	if h.config.Teams > 0 {
		teams = teams[:min(h.config.Teams, len(teams))]
	}
	return teams, nil
}

func (h *rehearsal) findContest(ctx context.Context) (err error) {
	if h.config.Self {
		if h.contest, err = h.staff.makeContest(ctx, h.config); err != nil {
			return fmt.Errorf("make a contest: %w", err)
		}
	} else if h.contest, err = h.pickContest(ctx); err != nil {
		return err
	}
	if !h.config.Drive {
		return nil
	}
	if h.code, err = h.staff.openRoom(ctx, h.contest); err != nil {
		return fmt.Errorf("open the room: %w", err)
	}
	return nil
}

// pickContest finds the contest that was asked for: by its id, by the room's code, or the newest that can be played.
func (h *rehearsal) pickContest(ctx context.Context) (string, error) {
	if h.config.Contest != "" {
		return h.config.Contest, nil
	}
	all, err := h.staff.contests(ctx)
	if err != nil {
		return "", fmt.Errorf("list contests: %w", err)
	}
	for _, c := range all {
		if h.code != "" && c.Code == h.code || h.code == "" && c.Status != "finished" && c.Entrants == 0 && (c.Phase == "" || c.Phase == "lobby") {
			return c.ID, nil
		}
	}
	if h.code != "" {
		return "", fmt.Errorf("no contest has room %s", h.code)
	}
	return "", errors.New("there is no contest in which nobody plays yet; name one with --contest (its show goes on from where it stands, and ends)")
}

// play fills the hall and stays until the show is over. It gives what went wrong with the show, nil when nothing did.
func (h *rehearsal) play(ctx context.Context) error {
	engineCtx, endEngine := context.WithCancel(context.WithoutCancel(ctx))
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	deskCtx, endDesk := context.WithCancel(ctx)
	var group sync.WaitGroup
	var engineErr error
	group.Go(func() {
		if engineErr = h.crowd.engine.run(engineCtx, h.crowd); engineErr != nil {
			fail(engineErr)
		}
	})
	defer group.Wait()
	defer endEngine()
	defer endDesk()

	err := h.join(ctx)
	if err == nil && h.config.Drive {
		d := newDesk(h.crowd.target, h.code, h.staff.cookie, h.crowd.learnKey)
		group.Go(func() { d.run(deskCtx) })
		if h.importer != nil {
			group.Go(func() {
				if err := h.importer.run(deskCtx); err != nil {
					fail(err)
				}
			})
		}
		err = (&driver{config: h.config, staff: h.staff, desk: d, crowd: h.crowd, contest: h.contest}).show(ctx)
	}
	if err == nil {
		err = h.awaitEnd(ctx)
	}
	h.end = h.usage()
	if err == nil && h.server != nil {
		err = pause(ctx, settleAfter)
		h.end.rss = h.usage().rss
	}
	endDesk()
	gone := make(chan struct{})
	h.crowd.engine.post(func() { h.crowd.hangUp(); close(gone) })
	select {
	case <-gone:
	case <-time.After(5 * time.Second): // the engine has failed
	}
	endEngine()
	group.Wait()
	return errors.Join(err, engineErr)
}

// join waits until every phone is in, or has given up.
func (h *rehearsal) join(ctx context.Context) error {
	bounded, cancel := context.WithTimeoutCause(ctx, time.Minute+time.Duration(h.config.Players)*5*time.Millisecond,
		errors.New("the phones did not all get in"))
	defer cancel()
	said := time.Now()
	err := awaitView(bounded, h.crowd, func(v view) bool {
		if time.Since(said) > time.Second {
			said = time.Now()
			_, _ = fmt.Fprintf(h.config.Log, "入场 %d / %d\n", v.joined, h.config.Players)
		}
		return v.joined+v.failed >= h.config.Players || v.roomClosed || v.finished > 0
	})
	if err != nil || h.server == nil {
		return err
	}
	h.joined = h.usage()
	err = pause(ctx, settleAfter)
	h.joined.rss = h.usage().rss
	return err
}

// awaitEnd waits until the phones have seen the end.
func (h *rehearsal) awaitEnd(ctx context.Context) error {
	var since time.Time
	shown := view{}
	return awaitView(ctx, h.crowd, func(v view) bool {
		if v.phase != shown.phase || v.no != shown.no || v.round != shown.round {
			h.tell(v)
			shown = v
		}
		if v.finished > 0 && since.IsZero() {
			since = time.Now()
		}
		late := !since.IsZero() && time.Since(since) > resultsFor
		return v.roomClosed || v.finished > 0 && v.finished >= v.joined || late
	})
}

// phases are a state's phases in the words of the console.
var phases = map[string]string{
	"lobby": "候场", "ready": "准备", "open": "作答", "closed": "截止", "revealed": "公布答案", "standings": "排名", "finished": "结束",
}

func (h *rehearsal) tell(v view) {
	where := phases[v.phase]
	if v.no > 0 && v.phase != "finished" {
		where = fmt.Sprintf("第 %d 轮第 %d 题 %s", v.round, v.no, where)
	}
	_, _ = fmt.Fprintf(h.config.Log, "%s：在线 %d\n", where, v.on)
}

// conclude says how it ended.
func (h *rehearsal) conclude(ctx context.Context, r *Report, trouble error) {
	switch v := h.crowd.look(); {
	case errors.Is(context.Cause(ctx), errTimeout):
		r.Ended, r.Trouble = "timeout", errTimeout.Error()
	case ctx.Err() != nil:
		r.Ended = "interrupted"
	case trouble != nil:
		r.Ended, r.Trouble = "failed", trouble.Error()
	case v.finished > 0:
		r.Ended = "finished"
	default:
		r.Ended = "closed"
	}
}

// compare checks the answers, after an interruption too.
func (h *rehearsal) compare(ctx context.Context, r *Report) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), checkWithin)
	defer cancel()
	if h.contest == "" {
		r.Check = "没有工作人员账号（--username、--password）"
		return
	}
	if err := h.crowd.check(ctx, h.staff, h.contest, r); err != nil {
		r.Check = err.Error()
		r.Trouble = "the answers could not be checked: " + err.Error()
	}
	h.staff.signOut(ctx)
}

// usage reads what our own server has used.
func (h *rehearsal) usage() usage {
	if h.server == nil {
		return usage{}
	}
	u, err := usageOf(h.server.pid)
	if err != nil {
		h.note = err.Error()
	}
	return u
}

func (h *rehearsal) count(r *Report) {
	r.ServerRSS, r.ServerRSSPeak = h.end.rss, h.end.peak
	r.ServerRSSEmpty, r.ServerRSSJoined = h.empty.rss, h.joined.rss
	r.ServerCPU, r.ServerJoinCPU = h.end.cpu-h.empty.cpu, max(0, h.joined.cpu-h.empty.cpu)
	r.ProcessNote = h.note
	if h.server == nil {
		r.ProcessNote = "不是自己启动的，内存与处理器用量未知"
	}
}
