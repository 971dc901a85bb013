package httpapi

import (
	"runtime/debug"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"leitai/fault"
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
		staff := a.staffCookie(c)
		err := up.Upgrade(c.Context(), func(conn *websocket.Conn) {
			defer func() {
				if p := recover(); p != nil {
					a.Logger.Error("panic", "path", "/ws", "panic", p, "stack", string(debug.Stack()))
				}
			}()
			a.House.Serve(conn, staff)
		})
		if err != nil {
			return fault.Wrap(fault.Invalid, "request.invalid", err)
		}
		return nil
	})
}

// staffCookie reports that a staff session that may see the desk came with the request.
func (a *API) staffCookie(c *fiber.Ctx) bool {
	token := c.Cookies(sessionCookie)
	if token == "" {
		return false
	}
	staff, err := a.People.FindSession(c.UserContext(), time.Now(), token)
	return err == nil && !staff.MustChangePassword
}
