package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"
)

// contract is docs/openapi.yaml. Every exchange of these tests is held against it.
var contract = &document{done: map[string]bool{}}

type document struct {
	load   sync.Once
	doc    *openapi3.T
	router routers.Router
	err    error

	mu   sync.Mutex
	done map[string]bool // operations that were called with success
}

func (d *document) read() error {
	d.load.Do(func() {
		openapi3filter.RegisterBodyDecoder("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", openapi3filter.FileBodyDecoder)
		openapi3filter.RegisterBodyDecoder("application/vnd.openxmlformats-officedocument.wordprocessingml.document", openapi3filter.FileBodyDecoder)
		openapi3filter.RegisterBodyDecoder("text/html", openapi3filter.FileBodyDecoder)
		var b []byte
		if b, d.err = os.ReadFile("../docs/openapi.yaml"); d.err != nil {
			return
		}
		if d.doc, d.err = openapi3.NewLoader().LoadFromData(b); d.err != nil {
			return
		}
		d.doc.Servers = nil // "/", which this router does not take
		d.router, d.err = legacy.NewRouter(d.doc)
	})
	return d.err
}

// check holds one exchange against the document: what was accepted must be allowed there, and every response must be
// described. A request that the document forbids must have been refused.
func (d *document) check(t *testing.T, req *http.Request, body []byte, res *http.Response, got []byte) {
	t.Helper()
	if err := d.read(); err != nil {
		t.Fatal(err)
	}
	route, params, err := d.router.FindRoute(req)
	if err != nil {
		if res.StatusCode < 400 && strings.HasPrefix(req.URL.Path, "/api/") {
			t.Errorf("%s %s is not in openapi.yaml: %v", req.Method, req.URL.Path, err)
		}
		return
	}
	copied := req.Clone(context.Background())
	copied.Body = io.NopCloser(bytes.NewReader(body))
	in := &openapi3filter.RequestValidationInput{Request: copied, PathParams: params, Route: route, Options: &openapi3filter.Options{
		AuthenticationFunc: proofIsThere, IncludeResponseStatus: true}}
	if res.StatusCode/100 == 2 {
		d.mu.Lock()
		d.done[route.Operation.OperationID] = true
		d.mu.Unlock()
		if err := openapi3filter.ValidateRequest(context.Background(), in); err != nil {
			t.Errorf("%s %s was accepted against openapi.yaml: %v", req.Method, req.URL.Path, err)
		}
	}
	out := &openapi3filter.ResponseValidationInput{RequestValidationInput: in, Status: res.StatusCode, Header: res.Header, Options: in.Options}
	out.SetBodyBytes(got)
	if err := openapi3filter.ValidateResponse(context.Background(), out); err != nil {
		t.Errorf("%s %s answered %d against openapi.yaml: %v", req.Method, req.URL.Path, res.StatusCode, err)
	}
}

// audit gives the action under which a request is kept in the audit log, or "".
func (d *document) audit(req *http.Request) string {
	route, _, err := d.router.FindRoute(req)
	if err != nil {
		return ""
	}
	action, _ := route.Operation.Extensions["x-audit"].(string)
	return action
}

// proofIsThere reports whether a request carries what its operation demands; the server says whether it is good.
func proofIsThere(_ context.Context, in *openapi3filter.AuthenticationInput) error {
	req := in.RequestValidationInput.Request
	switch in.SecuritySchemeName {
	case "session":
		if _, err := req.Cookie("leitai_session"); err == nil {
			return nil
		}
	case "bearer":
		if strings.HasPrefix(req.Header.Get("Authorization"), "Bearer ") {
			return nil
		}
	}
	return errors.New("no proof")
}

func TestDocumentIsValid(t *testing.T) {
	if err := contract.read(); err != nil {
		t.Fatal(err)
	}
	if err := contract.doc.Validate(context.Background()); err != nil {
		t.Error(err)
	}
}

// mustJSON is for values that always encode.
func mustJSON(v any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return string(b)
}
