// Package httpapi is the HTTP face: the Fiber app with its routes, permissions, errors, the pages and the upgrade to
// the live socket. The contract is docs/openapi.yaml.
package httpapi

import (
	"context"
	"io/fs"
	"log/slog"
	"slices"
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
	"leitai/quiz/integrity"
	"leitai/quiz/paper"
	"leitai/quiz/ranking"
	"leitai/quiz/study"
)

// Check is one thing that /readyz looks at.
type Check struct {
	Name string
	Run  func(ctx context.Context) error
}

// Config is what the app works with.
type Config struct {
	Quiz           *quiz.Store
	Papers         *paper.Store
	Banks          *questionbank.Store
	Media          *media.Store
	People         *people.Store
	House          *hall.House
	Study          *study.Store
	Boards         *ranking.Boards
	Integrity      *integrity.Store
	ReadBank       ReadBank
	AnnotateBank   AnnotateBank
	CheckBank      CheckBank
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
	pages       *pages
	failures    *failures
	codes       *failures     // wrong room codes, by address
	links       *failures     // wrong invitations and resets, by address
	refusals    *failures     // failed sign-ins that the audit log keeps, by address
	reading     chan struct{} // held while a bank's file is read, or a bank is looked over
	pending     chan struct{} // held by each file that is in memory to be read
	players     *failures     // failed sign-ins of employees, by address
	numbers     *failures     // failed sign-ins of employees, by number
	numbersHere *failures     // the same, by number and address
	rosters     chan struct{} // held while a roster is read

	kioskSets  *failures // sets begun without sign-in, by address
	kioskCalls *failures // other calls of kiosks, by address

	recent recentPlayers // for while the database is away

	pictures  *media.Cache
	preparing chan struct{} // held while an upload is looked at
}

// maxBody is the largest request body, in bytes.
const maxBody = 256 << 10

// route declares a call: who may make it, on what, and what the audit log calls it. What changes something or takes
// data out has a name there.
type route struct {
	method, path string
	who          permission
	of           scope
	does         string // "" is not kept
	handle       fiber.Handler
}

// New returns the app.
func New(cfg Config) (*fiber.App, error) {
	p, err := newPages(cfg.Web)
	if err != nil {
		return nil, err
	}
	a := &API{Config: cfg, pages: p, failures: newFailures(10, time.Minute), codes: newFailures(wrongCodes, time.Minute),
		links: newFailures(30, time.Minute), refusals: newFailures(30, time.Minute), reading: make(chan struct{}, 1), pending: make(chan struct{}, maxPending), rosters: make(chan struct{}, 1),
		players: newFailures(300, time.Minute), numbersHere: newFailures(10, 10*time.Minute), numbers: newFailures(30, 10*time.Minute),
		pictures: media.NewCache(cfg.Media, pictureCache), preparing: make(chan struct{}, 2),
		kioskSets: newFailures(kioskSetsAMinute, time.Minute), kioskCalls: newFailures(kioskCallsAMinute, time.Minute)}
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
		api.Add(r.method, r.path, a.permit(r), a.audited(r), r.handle)
	}
	api.Use(func(*fiber.Ctx) error { return fiber.ErrNotFound })
	app.Get("/j/:code", a.toOnline)
	a.pages.mount(app)
	return app, nil
}

// routes declares every call with who may make it on what.
func (a *API) routes() []route {
	return slices.Concat(a.hallRoutes(), a.playerRoutes(), a.unitRoutes(), a.onlineRoutes(), a.paperRoutes(), a.correctionRoutes(), a.boardRoutes(), a.studyRoutes(), a.integrityRoutes())
}

// hallRoutes are the calls of staff, banks, contests and rooms.
func (a *API) hallRoutes() []route {
	return []route{
		{"GET", "/rooms/:code", public, whole, "", a.findRoom},
		{"POST", "/rooms/:code/entrants", public, whole, "", a.joinRoom},
		{"POST", "/rooms/:code/commands", judge, ofRoom, "contest.command", a.commandByCode},
		{"GET", "/me/results", public, whole, "", a.myResults},

		{"POST", "/session", public, whole, "session.sign_in", a.signIn},
		{"GET", "/session", self, whole, "", a.session},
		{"PATCH", "/session", viewer, whole, "session.rename", a.renameSelf},
		{"DELETE", "/session", self, whole, "session.sign_out", a.signOut},
		{"PUT", "/session/password", self, whole, "session.password", a.changePassword},
		{"POST", "/session/two-step", viewer, whole, "session.two_step_start", a.startTwoStep},
		{"PUT", "/session/two-step", viewer, whole, "session.two_step_on", a.confirmTwoStep},
		{"POST", "/session/two-step/off", viewer, whole, "session.two_step_off", a.stopTwoStep},
		{"GET", "/sessions", viewer, whole, "", a.listSessions},
		{"DELETE", "/sessions", viewer, whole, "session.end_all", a.endSessions},
		{"DELETE", "/sessions/:id", viewer, whole, "session.end", a.endSession},

		{"POST", "/staff-links/find", public, whole, "", a.findLink},
		{"POST", "/staff-links/use", public, whole, "staff.accept", a.useLink},
		{"GET", "/staff", admin, whole, "", a.listStaff},
		{"POST", "/staff/invitations", admin, whole, "staff.invite", a.invite},
		{"DELETE", "/staff/invitations/:id", admin, ofInvitation, "staff.withdraw", a.withdraw},
		{"PATCH", "/staff/:id", admin, ofAccount, "staff.change", a.updateStaff},
		{"POST", "/staff/:id/reset", admin, ofAccount, "staff.reset", a.resetStaff},
		{"DELETE", "/staff/:id/sessions", admin, ofAccount, "staff.end_sessions", a.endStaffSessions},
		{"DELETE", "/staff/:id/two-step", admin, ofAccount, "staff.two_step_off", a.dropTwoStep},
		{"GET", "/colleagues", organizer, whole, "", a.listColleagues},
		{"GET", "/audit", admin, whole, "", a.listAudit},
		{"GET", "/audit/export", admin, whole, "audit.export", a.exportAudit},

		{"GET", "/banks", viewer, whole, "", a.listBanks},
		{"POST", "/banks", organizer, whole, "bank.create", a.createBank},
		{"GET", "/banks/:id", viewer, ofBank, "", a.findBank},
		{"PATCH", "/banks/:id", organizer, ofBank, "bank.rename", a.renameBank},
		{"GET", "/banks/:id/export", viewer, ofTemplate, "bank.export", a.exportBank},
		{"GET", "/banks/:id/members", viewer, ofBank, "", a.listMembers(people.OnBank)},
		{"PUT", "/banks/:id/members/:staff_id", organizer, ofBank, "access.grant", a.grant(people.OnBank)},
		{"DELETE", "/banks/:id/members/:staff_id", organizer, ofBank, "access.revoke", a.revoke(people.OnBank)},
		{"GET", "/banks/:id/questions", viewer, ofBank, "", a.listQuestions},
		{"POST", "/banks/:id/questions", organizer, ofBank, "question.create", a.createQuestion},
		{"PATCH", "/banks/:id/questions", organizer, ofBank, "question.bulk", a.changeQuestions},
		{"GET", "/banks/:id/tags", viewer, ofBank, "", a.listTags},
		{"POST", "/banks/:id/undo", organizer, ofBank, "question.undo", a.undoChange},
		{"GET", "/banks/:id/checkup", viewer, ofBank, "", a.findCheckup},
		{"POST", "/banks/:id/checkup", organizer, ofBank, "bank.checkup", a.startCheckup},
		{"GET", "/banks/:id/checkup/findings", viewer, ofBank, "", a.listFindings},
		{"POST", "/banks/:id/checkup/mends", organizer, ofBank, "bank.mend", a.mendFinding},
		{"GET", "/questions/:id", viewer, ofQuestion, "", a.findQuestion},
		{"PUT", "/questions/:id", organizer, ofQuestion, "question.update", a.updateQuestion},

		{"POST", "/media", organizer, whole, "media.upload", a.uploadMedia},
		{"GET", "/media/:id", public, whole, "", a.sendMedia},

		{"GET", "/imports", organizer, whole, "", a.listImports},
		{"POST", "/imports", organizer, whole, "import.upload", a.createImport},
		{"GET", "/imports/:id", organizer, ofImport, "", a.findImport},
		{"GET", "/imports/:id/rows", organizer, ofImport, "", a.listImportRows},
		{"PATCH", "/imports/:id/rows/:no", organizer, ofImport, "import.mend", a.changeImportRow},
		{"POST", "/imports/:id/mend", organizer, ofImport, "import.mend", a.mendImport},
		{"GET", "/imports/:id/annotated", organizer, ofImport, "", a.annotatedImport},
		{"POST", "/imports/:id/store", organizer, ofImport, "import.store", a.storeImport},
		{"POST", "/imports/:id/undo", organizer, ofImport, "import.undo", a.undoImport},

		{"GET", "/contests", viewer, whole, "", a.listContests},
		{"POST", "/contests", organizer, whole, "contest.create", a.createContest},
		{"GET", "/contests/:id", viewer, ofContest, "", a.findContest},
		{"PATCH", "/contests/:id", organizer, ofContest, "contest.update", a.liveOnly(a.updateContest)},
		{"POST", "/contests/:id/copy", organizer, ofContest, "contest.copy", a.copyContest},
		{"PATCH", "/contests/:id/rounds/:round_id", organizer, ofContest, "contest.round", a.liveOnly(a.updateRound)},
		{"GET", "/contests/:id/members", viewer, ofContest, "", a.listMembers(people.OnContest)},
		{"PUT", "/contests/:id/members/:staff_id", organizer, ofContest, "access.grant", a.grant(people.OnContest)},
		{"DELETE", "/contests/:id/members/:staff_id", organizer, ofContest, "access.revoke", a.revoke(people.OnContest)},
		{"POST", "/contests/:id/room", organizer, ofContest, "contest.open", a.liveOnly(a.openRoom)},
		{"DELETE", "/contests/:id/room", organizer, ofContest, "contest.close", a.liveOnly(a.closeRoom)},
		{"POST", "/contests/:id/commands", judge, ofContest, "contest.command", a.liveOnly(a.command)},
		{"GET", "/contests/:id/ledger", viewer, ofContest, "", a.listLedger},
		{"GET", "/contests/:id/results", viewer, ofContest, "", a.liveOnly(a.results)},
		{"GET", "/contests/:id/results.xlsx", viewer, ofContest, "contest.export", a.liveOnly(a.resultsWorkbook)},
		{"GET", "/contests/:id/answers", viewer, ofContest, "", a.liveOnly(a.listAnswers)},
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
