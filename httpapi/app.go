// Package httpapi is the HTTP face: the Fiber app with its routes, permissions, errors, the pages and the upgrade to
// the live socket. The contract is docs/openapi.yaml.
package httpapi

import (
	"context"
	"io/fs"
	"log/slog"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/gofiber/fiber/v2/middleware/requestid"
	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"leitai/hall"
	"leitai/people"
	"leitai/questionbank"
	"leitai/questionbank/media"
	"leitai/quiz"
)

// Check is one thing that /readyz looks at.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
}

// Config is what the app works with.
type Config struct {
	Quiz           *quiz.Store
	Banks          *questionbank.Store
	Media          *media.Store
	People         *people.Store
	House          *hall.House
	ReadBank       ReadBank
	Web            fs.FS // the built pages, play screen console
	Logger         *slog.Logger
	Checks         []Check
	Metrics        *prometheus.Registry
	Secure         bool     // the public address is https: cookies are for it only
	TrustedProxies []string // whose X-Forwarded-For counts
}

// API holds the handlers.
type API struct {
	Config
	pages    *pages
	failures *failures
	codes    *failures     // wrong room codes, by address
	reading  chan struct{} // held while a bank's file is read

	pictures  *media.Cache
	preparing chan struct{} // held while an upload is looked at
}

// maxBody is the largest request body, in bytes.
const maxBody = 256 << 10

// permission says who may call a route.
type permission int

const (
	public    permission = iota // anybody; players prove themselves by token where a route needs it
	viewer                      // any staff
	organizer                   // organizers and admins
)

type route struct {
	method, path string
	who          permission
	handle       fiber.Handler
}

// New returns the app.
func New(cfg Config) (*fiber.App, error) {
	p, err := newPages(cfg.Web)
	if err != nil {
		return nil, err
	}
	a := &API{Config: cfg, pages: p, failures: newFailures(10, time.Minute), codes: newFailures(wrongCodes, time.Minute), reading: make(chan struct{}, 1),
		pictures: media.NewCache(cfg.Media, pictureCache), preparing: make(chan struct{}, 2)}
	app := fiber.New(fiber.Config{
		AppName: "leitai", DisableStartupMessage: true, Immutable: true, ReduceMemoryUsage: true, BodyLimit: maxBody, Concurrency: 1 << 18,
		ReadBufferSize: 4096, IdleTimeout: 60 * time.Second, ReadTimeout: 30 * time.Second, ErrorHandler: a.fail,
		EnableTrustedProxyCheck: true, TrustedProxies: cfg.TrustedProxies, ProxyHeader: fiber.HeaderXForwardedFor,
		EnableIPValidation: true,
	})
	app.Server().KeepHijackedConns = true // a socket outlives its upgrade's request, and needs none of its memory
	app.Server().HeaderReceived = a.bodyLimit
	app.Get("/healthz", func(c *fiber.Ctx) error { return c.JSON(health{Status: "ok"}) })
	app.Get("/readyz", a.ready)
	if cfg.Metrics != nil {
		app.Get("/metrics", adaptor.HTTPHandler(promhttp.HandlerFor(cfg.Metrics, promhttp.HandlerOpts{})))
	}
	a.socket(app)
	api := app.Group("/api/v1", requestid.New(requestid.Config{Generator: uuid.NewString}), a.guard, secure)
	for _, r := range a.routes() {
		api.Add(r.method, r.path, a.allow(r.who), r.handle)
	}
	api.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
	a.pages.mount(app)
	return app, nil
}

// routes declares every call with who may make it.
func (a *API) routes() []route {
	return []route{
		{"GET", "/rooms/:code", public, a.findRoom},
		{"POST", "/rooms/:code/entrants", public, a.joinRoom},
		{"POST", "/rooms/:code/commands", organizer, a.commandByCode},
		{"GET", "/me/results", public, a.myResults},

		{"POST", "/session", public, a.signIn},
		{"GET", "/session", viewer, a.session},
		{"DELETE", "/session", viewer, a.signOut},
		{"PUT", "/session/password", viewer, a.changePassword},

		{"GET", "/banks", viewer, a.listBanks},
		{"POST", "/banks", organizer, a.createBank},
		{"GET", "/banks/:id", viewer, a.findBank},
		{"PATCH", "/banks/:id", organizer, a.renameBank},
		{"GET", "/banks/:id/export", viewer, a.exportBank},
		{"GET", "/banks/:id/questions", viewer, a.listQuestions},
		{"POST", "/banks/:id/questions", organizer, a.createQuestion},
		{"PATCH", "/banks/:id/questions", organizer, a.changeQuestions},
		{"GET", "/questions/:id", viewer, a.findQuestion},
		{"PUT", "/questions/:id", organizer, a.updateQuestion},

		{"POST", "/media", organizer, a.uploadMedia},
		{"GET", "/media/:id", public, a.sendMedia},

		{"GET", "/imports", viewer, a.listImports},
		{"POST", "/imports", organizer, a.createImport},
		{"GET", "/imports/:id", viewer, a.findImport},
		{"GET", "/imports/:id/rows", viewer, a.listImportRows},
		{"PATCH", "/imports/:id/rows/:no", organizer, a.changeImportRow},
		{"POST", "/imports/:id/store", organizer, a.storeImport},
		{"POST", "/imports/:id/undo", organizer, a.undoImport},

		{"GET", "/contests", viewer, a.listContests},
		{"POST", "/contests", organizer, a.createContest},
		{"GET", "/contests/:id", viewer, a.findContest},
		{"PATCH", "/contests/:id", organizer, a.updateContest},
		{"POST", "/contests/:id/copy", organizer, a.copyContest},
		{"PATCH", "/contests/:id/rounds/:round_id", organizer, a.updateRound},
		{"POST", "/contests/:id/room", organizer, a.openRoom},
		{"DELETE", "/contests/:id/room", organizer, a.closeRoom},
		{"POST", "/contests/:id/commands", organizer, a.command},
		{"GET", "/contests/:id/ledger", viewer, a.listLedger},
		{"GET", "/contests/:id/results", viewer, a.results},
		{"GET", "/contests/:id/results.xlsx", viewer, a.resultsWorkbook},
		{"GET", "/contests/:id/answers", viewer, a.listAnswers},
	}
}

type health struct {
	Status string            `json:"status"`
	Checks map[string]string `json:"checks,omitempty"`
}

// ready tells whether everything that the program needs answers.
func (a *API) ready(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), 3*time.Second)
	defer cancel()
	h := health{Status: "ok", Checks: map[string]string{}}
	for _, check := range a.Checks {
		h.Checks[check.Name] = "ok"
		if err := check.Run(ctx); err != nil {
			h.Checks[check.Name], h.Status = "failing", "failing"
			a.Logger.Warn("not ready", "check", check.Name, "error", err)
		}
	}
	if h.Status != "ok" {
		c.Status(fiber.StatusServiceUnavailable)
	}
	return c.JSON(h)
}

// secure sets the headers of every API answer.
func secure(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	return c.Next()
}
