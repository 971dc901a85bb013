package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"leitai/fault"
)

// statuses is the only map from a fault's code to an HTTP status.
var statuses = map[fault.Code]int{
	fault.Invalid: fiber.StatusBadRequest, fault.Unauthorized: fiber.StatusUnauthorized, fault.Forbidden: fiber.StatusForbidden,
	fault.NotFound: fiber.StatusNotFound, fault.Conflict: fiber.StatusConflict, fault.TooLate: fiber.StatusConflict,
	fault.RateLimited: fiber.StatusTooManyRequests, fault.Unavailable: fiber.StatusServiceUnavailable,
	fault.Internal: fiber.StatusInternalServerError,
}

var errTooMany = fault.New(fault.RateLimited, "request.too_many")

type errorBody struct {
	Error errorDetail `json:"error"`
}

type errorDetail struct {
	Code      fault.Code        `json:"code"`
	Key       string            `json:"key"`
	Message   string            `json:"message"`
	Fields    map[string]string `json:"fields,omitempty"`
	RequestID string            `json:"request_id"`
}

// fail turns an error into an answer. What is not a fault is logged here, once, and shown to nobody.
func (a *API) fail(c *fiber.Ctx, err error) error {
	f := faultOf(err)
	id := c.GetRespHeader(fiber.HeaderXRequestID)
	if id == "" { // refused before it came to a route
		id = uuid.NewString()
		c.Set(fiber.HeaderXRequestID, id)
	}
	if f.Code == fault.Internal || f.Code == fault.Unavailable {
		a.Logger.Error("request failed", "method", c.Method(), "path", c.Path(), "request_id", id, "error", err)
	}
	d := errorDetail{Code: f.Code, Key: f.Key, Message: message(c.Get(fiber.HeaderAcceptLanguage), f.Key, f.Args), RequestID: id}
	if len(f.Fields) > 0 {
		d.Fields = f.Fields
		for _, key := range f.Fields {
			if f.Key == "request.invalid" && len(f.Fields) == 1 {
				d.Message = message(c.Get(fiber.HeaderAcceptLanguage), key, f.Args)
			}
		}
	}
	return c.Status(statuses[f.Code]).JSON(errorBody{d})
}

func faultOf(err error) *fault.Error {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f
	}
	if fe, ok := errors.AsType[*fiber.Error](err); ok {
		switch {
		case fe.Code == fiber.StatusNotFound || fe.Code == fiber.StatusMethodNotAllowed:
			return fault.New(fault.NotFound, "route.missing")
		case fe.Code == fiber.StatusRequestEntityTooLarge || fe.Code == fiber.StatusRequestHeaderFieldsTooLarge:
			return fault.New(fault.Invalid, "request.too_large")
		case fe.Code < 500:
			return fault.New(fault.Invalid, "request.invalid")
		}
	}
	return fault.Wrap(fault.Internal, "internal", err)
}

// guard turns a panic of a handler into an internal fault.
func (a *API) guard(c *fiber.Ctx) (err error) {
	defer func() {
		if p := recover(); p != nil {
			a.Logger.Error("panic", "path", c.Path(), "panic", p, "stack", string(debug.Stack()))
			err = fault.New(fault.Internal, "internal")
		}
	}()
	return c.Next()
}

// body reads a JSON request body strictly: unknown fields, trailing data and texts that no database stores are invalid.
func body[T any](c *fiber.Ctx) (T, error) {
	var v T
	if typ, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); err != nil || typ != fiber.MIMEApplicationJSON {
		return v, fault.New(fault.Invalid, "request.not_json")
	}
	if hasNUL(c.Body()) {
		return v, fault.New(fault.Invalid, "request.malformed")
	}
	d := json.NewDecoder(bytes.NewReader(c.Body()))
	d.DisallowUnknownFields()
	if err := d.Decode(&v); err != nil {
		return v, fault.Wrap(fault.Invalid, "request.malformed", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return v, fault.New(fault.Invalid, "request.malformed")
	}
	return v, nil
}

// hasNUL reports whether a JSON document has a text with a NUL in it, which Postgres stores nowhere. As a byte it is
// no JSON; what is left is its escape.
func hasNUL(b []byte) bool {
	for i := 0; i+1 < len(b); i++ {
		if b[i] != '\\' {
			continue
		}
		if bytes.HasPrefix(b[i+1:], []byte("u0000")) {
			return true
		}
		i++ // the escaped character is not the beginning of another escape
	}
	return false
}
