package httpapi

import (
	"runtime/debug"
	"sync"
	"time"

	"github.com/gofiber/contrib/websocket"
	"github.com/gofiber/fiber/v2"

	"leitai/fault"
)

// socket mounts the live socket. The origin is checked here, against the host that was asked: the library compares
// with a fixed list, and a hall's address is not known beforehand.
func (a *API) socket(app *fiber.App) {
	upgrade := websocket.New(func(c *websocket.Conn) {
		staff, _ := c.Locals("staff").(bool)
		a.House.Serve(c, staff)
	}, websocket.Config{
		Origins:        []string{"*"}, // checked above
		ReadBufferSize: 512, WriteBufferSize: 512, WriteBufferPool: &sync.Pool{},
		RecoverHandler: func(*websocket.Conn) {
			if p := recover(); p != nil {
				a.Logger.Error("panic", "path", "/ws", "panic", p, "stack", string(debug.Stack()))
			}
		},
	})
	app.Get("/ws", func(c *fiber.Ctx) error {
		if !websocket.IsWebSocketUpgrade(c) {
			return fault.New(fault.Invalid, "request.invalid")
		}
		if !originIsHost(c) {
			return fault.New(fault.Forbidden, "request.origin")
		}
		if token := c.Cookies(sessionCookie); token != "" {
			staff, err := a.People.FindSession(c.UserContext(), time.Now(), token)
			c.Locals("staff", err == nil && !staff.MustChangePassword)
		}
		return upgrade(c)
	})
}
