# Leitai, a knowledge-contest platform. The two that matter: make run, make test.
#   make run BOTS=427 LISTEN=:9000     a full demo hall that plays by itself, on another port

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LISTEN  ?=
BOTS    ?=

# One set of flags for vet, build and tests, so that each dependency is compiled once; the race detector needs its own.
export GOFLAGS     := $(GOFLAGS) -trimpath
export CGO_ENABLED := 0

# npm writes the first at the end of an install, our build writes the second at the end of a build.
WEB_INSTALLED := web/node_modules/.package-lock.json
WEB_BUILT     := web/dist/build.txt
# Folders count too: they change when a file is removed.
WEB_SOURCES   := $(shell find web/play web/online web/screen web/console web/src web/scripts 2>/dev/null) \
	$(wildcard web/*.json web/vite.config.ts)

.PHONY: help run build web test test-web test-go e2e bench lint fmt clean services tools

help: ## list what can be made
	@sed -nE 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/p' Makefile | while IFS=$$'\t' read -r name what; do printf '  make %-9s %s\n' "$$name" "$$what"; done

run: build ## build what changed and start the demo on embedded storage in ./data (LISTEN=:9000, BOTS=427)
	@exec bin/leitai serve --demo $(if $(LISTEN),--listen '$(LISTEN)') $(if $(BOTS),--bots '$(BOTS)')

build: web ## the web pages and bin/leitai
	@echo "building bin/leitai $(VERSION)"
	@go build -buildvcs=false -ldflags '-X main.version=$(VERSION)' -o bin/leitai ./cmd/leitai

web: tools $(WEB_BUILT) ## the web pages, when their sources are newer

$(WEB_BUILT): $(WEB_INSTALLED) $(WEB_SOURCES)
	cd web && npm run --silent build
	@touch $@

$(WEB_INSTALLED): web/package-lock.json | tools
	cd web && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

tools:
	@bash scripts/check-tools.sh go node

test: ## everything: web, Go with the race detector on both storages, browsers (installs what is missing)
	@bash scripts/test.sh

test-web: web ## types and unit tests of the web pages
	cd web && npm run --silent typecheck
	cd web && npm test --silent

test-go: tools services ## vet and all Go tests with the race detector, against real Postgres and Redis
	@bash scripts/check-tools.sh gcc
	go vet ./...
	go run ./internal/testenv/with -- env CGO_ENABLED=1 go test -race -timeout 20m ./scenario ./...

e2e: build services ## browser tests against the real binary
	@bash scripts/e2e.sh

bench: build services ## measure speed and memory (docs/performance.md)
	go run ./bench $(BENCH)

services: ## Postgres, Redis, Chromium and fonts for the tests: installs what is missing
	@bash scripts/services.sh

lint: $(WEB_INSTALLED) ## golangci-lint, eslint, prettier and vue-tsc
	go tool -modfile=tools/go.mod golangci-lint run ./...
	cd web && npm run --silent lint

fmt: $(WEB_INSTALLED) ## format Go and web sources
	gofmt -w $$(git ls-files --cached --others --exclude-standard '*.go')
	cd web && npm run --silent format

clean: ## remove what was built (not ./data, not web/node_modules)
	rm -rf bin coverage.out e2e/test-results e2e/report web/dist/play web/dist/online web/dist/screen web/dist/console $(WEB_BUILT)
