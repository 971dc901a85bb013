package httpapi

import (
	"context"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"leitai/fault"
	"leitai/hall"
)

// socket mounts the live socket. The library below gofiber/contrib/websocket is used itself: the wrapper keeps maps of
// all headers, cookies and queries for each connection, which ten thousand phones pay for (docs/adr).
func (a *API) socket(app *fiber.App) {
	up := websocket.FastHTTPUpgrader{
		ReadBufferSize: 512, WriteBufferSize: 512, // frames are written past the library, whole
		CheckOrigin: func(*fasthttp.RequestCtx) bool { return true }, // done below, against the host that was asked
	}
	app.Get("/ws", func(c *fiber.Ctx) error {
		if !websocket.FastHTTPIsWebSocketUpgrade(c.Context()) {
			return fault.New(fault.Invalid, "request.invalid")
		}
		if !originIsHost(c) {
			return fault.New(fault.Forbidden, "request.origin")
		}
		arrival := a.House.Arrive()
		staff := a.staffSession(c.Cookies(sessionCookie))
		err := up.Upgrade(c.Context(), func(conn *websocket.Conn) { a.House.Serve(conn, staff, arrival) })
		if err != nil {
			return fault.Wrap(fault.Invalid, "request.invalid", err)
		}
		return nil
	})
}

// staffSession gives the session that may see the desk, nil when no cookie came.
func (a *API) staffSession(token string) hall.Session {
	if token == "" {
		return nil
	}
	return func() (bool, error) {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		staff, err := a.People.FindSession(ctx, time.Now(), token)
		if fault.Is(err, fault.Unauthorized) {
			return false, nil
		}
		return err == nil && !staff.MustChangePassword, err
	}
}
