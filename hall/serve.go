package hall

import (
	"context"
	"time"

	"github.com/fasthttp/websocket"

	"leitai/fault"
)

// Arrive gives a connection's number. It is asked before the upgrade is answered, so that of two connections of one
// phone the later has the higher number.
func (h *House) Arrive() int64 { return h.arrivals.Add(1) }

// Serve takes over a connection and returns at once; the connection runs until it ends, and is closed then. staff is the
// session that came with the upgrade, or nil.
func (h *House) Serve(ws *websocket.Conn, staff Session, arrival int64) {
	c := &Conn{house: h, ws: ws, net: ws.NetConn(), staff: staff, arrival: arrival, tokens: messageBurst, filled: time.Now()}
	ws.SetReadLimit(maxFrame)
	ws.SetPingHandler(func(data string) error {
		if c.meter(time.Now(), nil) {
			c.send(frame(opPong, []byte(data)))
		}
		return nil
	})
	ws.SetPongHandler(func(data string) error {
		c.rtt.pong(data, time.Now())
		return nil
	})
	ws.SetCloseHandler(func(int, string) error { return nil })
	c.expect(time.Now().Add(helloWait))
	if refused := h.register(c); refused != "" {
		c.bye(refused) // and read on until the client has taken it
	}
	go c.read()
}

// register notes a connection, or gives the farewell to one that has no place here.
func (h *House) register(c *Conn) (refused string) {
	h.allMu.Lock()
	defer h.allMu.Unlock()
	switch {
	case h.closing:
		return "shutdown"
	case len(h.all) >= h.MaxConns:
		return "full"
	}
	h.all[c] = struct{}{}
	h.metrics.connections.Inc()
	return ""
}

func (h *House) unregister(c *Conn) {
	h.allMu.Lock()
	defer h.allMu.Unlock()
	if _, ok := h.all[c]; !ok {
		return // refused
	}
	delete(h.all, c)
	h.metrics.connections.Dec()
}

// Connections is how many phones, screens and desks are connected to this process.
func (h *House) Connections() int {
	h.allMu.Lock()
	defer h.allMu.Unlock()
	return len(h.all)
}

// eachConn calls do for every connection and gives their number.
func (h *House) eachConn(do func(c *Conn)) int {
	h.allMu.Lock()
	defer h.allMu.Unlock()
	for c := range h.all {
		do(c)
	}
	return len(h.all)
}

// hello puts a connection into its room.
func (h *House) hello(c *Conn, m clientMessage) {
	r := h.byRoomCode(m.Code)
	switch {
	case m.V != Protocol:
		c.bye("outdated")
		return
	case r == nil:
		ctx, cancel := context.WithTimeout(context.Background(), storeWait)
		defer cancel()
		if fault.Is(h.missing(ctx, m.Code), fault.NotFound) {
			c.bye("unknown_room")
		} else {
			c.bye("shutdown") // another process has it, or this one in a moment: come back
		}
		return
	}
	var e *entrant
	switch m.Role {
	case roleScreen:
	case roleDesk:
		if farewell := c.admitDesk(r.hall.contest.ID); farewell != "" {
			c.bye(farewell)
			return
		}
	case rolePlayer:
		var err error
		if e, err = h.entrantOf(r.hall, m.Token); err != nil {
			if fault.Is(err, fault.Unauthorized) {
				c.bye("unauthorized")
			} else {
				c.bye("shutdown") // the database is away: come back
			}
			return
		}
	default:
		c.refuse(fault.New(fault.Invalid, "message.malformed"), "")
		return
	}
	c.role = m.Role
	c.expect(time.Now().Add(silentWait))
	r.hall.add(c, e)
	c.send(frame(opPing, c.rtt.ping(time.Now())))
}

// admitDesk gives the farewell to a desk that is nobody's, or "".
func (c *Conn) admitDesk(contestID string) string {
	if c.staff == nil {
		return "unauthorized"
	}
	c.vouched = time.Now().Unix()
	switch good, err := c.staff(contestID); {
	case err != nil:
		return "shutdown" // the database is away: come back
	case !good:
		return "unauthorized"
	}
	return ""
}

// entrantOf finds whose token this is in a room.
func (h *House) entrantOf(hall *Hall, token string) (*entrant, error) {
	id, ok := h.Tokens.Verify(token)
	if !ok {
		return nil, fault.New(fault.Unauthorized, "token.wrong")
	}
	hall.mu.RLock()
	e := hall.entrants[id]
	hall.mu.RUnlock()
	if e != nil {
		return e, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeWait)
	defer cancel()
	found, err := h.Store.FindEntrant(ctx, hall.contest.ID, id) // joined through another process
	if fault.Is(err, fault.NotFound) {
		return nil, fault.New(fault.Unauthorized, "token.wrong")
	}
	if err != nil {
		return nil, err
	}
	hall.mu.Lock()
	defer hall.mu.Unlock()
	return hall.addEntrant(found), nil
}

// watch closes connections whose network takes nothing any more.
func (h *House) watch() {
	defer close(h.stopped)
	t := time.NewTicker(2 * time.Second)
	defer t.Stop()
	for {
		select {
		case <-h.stop:
			return
		case now := <-t.C:
			stalled := now.Add(-stallWait).UnixMilli()
			h.eachConn(func(c *Conn) {
				if at := c.since.Load(); at != 0 && at < stalled {
					h.metrics.slow.Inc()
					c.net.Close()
				}
			})
		}
	}
}
