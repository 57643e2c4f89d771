# Tocsin. `make help` lists what can be made.
.DEFAULT_GOAL := help
.PHONY: help demo build test torture lint bench screenshots generate

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: ## run the manual's organisation here, with a first incident under way
	@.ci/deps postgresql
	@$(MAKE) --no-print-directory build
	@exec bin/tocsin demo

build: ## build bin/tocsin, one static binary
	CGO_ENABLED=0 go build -trimpath -ldflags "-X main.version=$$(git describe --tags --always --dirty 2>/dev/null || echo dev)" -o bin/tocsin ./cmd/tocsin

# One run of go test, so that its output tells of every package.
test: ## check everything: lint, then all tests with the race detector
	@.ci/deps postgresql gcc chromium prometheus-alertmanager
	@if .ci/lint && go test -race -shuffle=on -timeout 15m ./...; then \
		echo "make test: passed"; \
	else \
		echo "make test: FAILED"; exit 1; \
	fi

# TOCSIN_TORTURE_SEQUENCES=2000 makes it short. A failure says by which seed it comes again.
torture: ## hold the machine to its model in 100,000 sequences of events, the model to deliberate faults, the program to a storm, and pages to their promises (12 minutes)
	@.ci/torture

lint: ## formatting, vet, staticcheck, modernizers, generated code
	@.ci/lint

# The table is printed when all is measured; docs/benchmarks.md says how to read it.
bench: ## measure the whole program beside pgbench on this machine (6 minutes)
	@.ci/deps postgresql
	@go test ./cmd/tocsin -run '^$$' -bench '^BenchmarkProgram$$' -benchtime 1x -timeout 20m

screenshots: ## take the pictures in docs/screenshots of a demo that runs
	@.ci/deps postgresql chromium
	@dir=$$(mktemp -d) && trap 'rm -rf "$$dir"' EXIT && \
		TOCSIN_DEMO_SHOTS="$$dir" go test ./cmd/tocsin -run '^TestDemoShots$$' -count=1 && \
		cp "$$dir/incident-desk-light.png" docs/screenshots/incident.png && \
		cp "$$dir/incidents-desk-dark.png" docs/screenshots/incidents.png

generate: ## write the code that is made from the .templ files
	go tool templ generate
