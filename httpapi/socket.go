package httpapi

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"net"
	"net/http"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/hall"
	"leitai/people"
)

// upgrader makes sockets of connections that were taken from the HTTP server. The library below gofiber/contrib/websocket is
// used itself: the wrapper keeps maps of all headers, cookies and queries for each connection, which ten thousand phones
// pay for (docs/adr/0002).
var upgrader = websocket.Upgrader{
	ReadBufferSize: 512, WriteBufferSize: 512, // frames are written past the library, whole
	CheckOrigin: func(*http.Request) bool { return true }, // done below, against the host that was asked
}

// socket mounts the live socket.
func (a *API) socket(app *fiber.App) {
	app.Get("/ws", func(c *fiber.Ctx) error {
		key := c.Get("Sec-WebSocket-Key")
		if raw, err := base64.StdEncoding.DecodeString(key); err != nil || len(raw) != 16 || c.Get("Sec-WebSocket-Version") != "13" ||
			!websocket.FastHTTPIsWebSocketUpgrade(c.Context()) {
			return fault.New(fault.Invalid, "request.invalid")
		}
		if !originIsHost(c) {
			return fault.New(fault.Forbidden, "request.origin")
		}
		arrival := a.House.Arrive()
		staff := a.staffSession(c.Cookies(sessionCookie))
		// The server's own wrapper of the connection reads through the request, which goes back to its pool: the socket is
		// made on the connection itself, and answers the upgrade itself.
		c.Context().HijackSetNoResponse(true)
		c.Context().Hijack(func(wrapper net.Conn) {
			conn := wrapper.(interface{ UnsafeConn() net.Conn }).UnsafeConn()
			ws, err := upgrader.Upgrade(&taken{conn: conn, early: early(wrapper)}, upgradeOf(key), nil)
			if err != nil {
				_ = conn.Close()
				return
			}
			a.House.Serve(ws, staff, arrival)
		})
		return nil
	})
}

// early gives what a client has sent behind its upgrade without waiting for the answer: what the server has read already.
// With a deadline that has passed, nothing more is read.
func early(wrapper net.Conn) []byte {
	_ = wrapper.SetReadDeadline(time.Unix(1, 0))
	var all []byte
	for b := make([]byte, 4096); len(all) < 1<<16; {
		n, err := wrapper.Read(b)
		all = append(all, b[:n]...)
		if err != nil {
			break
		}
	}
	_ = wrapper.SetReadDeadline(time.Time{})
	return all
}

// upgradeOf is the upgrade that was checked already, as the library wants to see it.
func upgradeOf(key string) *http.Request {
	return &http.Request{Method: http.MethodGet, Header: http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
		"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {key}}}
}

// taken is a connection that was taken from the HTTP server, in the form in which the library takes one over.
type taken struct {
	conn  net.Conn
	early []byte
}

// Hijack implements http.Hijacker.
func (t *taken) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	r := bufio.NewReaderSize(bytes.NewReader(t.early), max(16, len(t.early)))
	if len(t.early) > 0 {
		_, _ = r.Peek(len(t.early))
	}
	return t.conn, bufio.NewReadWriter(r, bufio.NewWriterSize(t.conn, 16)), nil
}

// Header, Write and WriteHeader implement http.ResponseWriter; the library answers on the connection itself.
func (t *taken) Header() http.Header         { return http.Header{} }
func (t *taken) Write(b []byte) (int, error) { return len(b), nil }
func (t *taken) WriteHeader(int)             {}

// staffSession gives the session that may see the desks that it has access to, nil when no cookie came.
func (a *API) staffSession(token string) hall.Session {
	if token == "" {
		return nil
	}
	return func(contestID string) (bool, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		staff, err := a.People.FindSession(ctx, time.Now(), token)
		if fault.Is(err, fault.Unauthorized) {
			return false, nil
		}
		if err != nil || staff.MustChangePassword {
			return false, err
		}
		return a.People.MayReach(ctx, staff, people.OnContest, contestID)
	}
}
