# Qoltanba. `make demo` shows the whole way, `make test` proves it; CONTRIBUTING.md explains the rest.

export CC := $(shell command -v clang || echo cc)
GO       ?= go
LINT     := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
GOFUMPT  := mvdan.cc/gofumpt@v0.12.0
VERSION  := $(shell git describe --tags --always 2>/dev/null || echo unknown)
LDFLAGS  := -s -w

# Packages that draw are tested without the race detector: it would compile Fyne twice.
DRAWING  := /app/desktop|/cmd/qoltanba$$
# Whole ways through the backend, and picture arithmetic, take ten times as long under it.
LONG     := /app/backend/(service|console)|/capture/camera/synthetic|/app/support/consoletest
# SQLite translated from C, and hashing: foreign arithmetic, which took two thirds of the detector's time.
UNWATCHED := modernc.org/... golang.org/x/crypto/...
# What the desktop program stands on and needs no C.
PORTABLE := -tags demo,nodynamic ./keystore/... ./capture/... ./app/api/... ./app/journey/... ./app/companion/... ./app/doctor/... ./app/support/headless ./assets/...
FUZZTIME ?= 5s

.DEFAULT_GOAL := build
.PHONY: setup build build-windows run demo test test-go test-race test-fuzz test-kill test-kill-authority test-v4l2 interop test-interop interop-companion test-browsers soak soak-ways soak-camera test-disk test-wine test-timing check-platforms fuzz check lint fmt bench bench-window golden clean bench-face bench-authority bench-companion eval-face eval-attacks eval-people eval-document

setup: ## install what is missing (Debian, Ubuntu) or say what to install
	@.ci/setup test

build: ## the programs, and ONNX Runtime beside them, under bin/
	@.ci/setup build
	$(GO) build -tags nodynamic -ldflags '$(LDFLAGS)' -o bin/ ./cmd/qoltanba ./cmd/qoltanbad
	$(GO) build -tags demo,nodynamic -ldflags '$(LDFLAGS)' -o bin/qoltanba-demo ./cmd/qoltanba
	$(GO) build -tags demo,nodynamic -ldflags '$(LDFLAGS)' -o bin/qoltanbad-demo ./cmd/qoltanbad
	@library=$$(.ci/runtime) || exit 0; cmp -s "$$library" "bin/$${library##*/}" || cp "$$library" bin/

build-windows: ## the desktop programs for Windows, under bin/windows/
	@.ci/setup windows
	@.ci/build-windows

run: build ## the window for a person, against a demo backend
	@cmd/qoltanba/testdata/demo run

demo: build ## three sample citizens walk the whole way in the real window; leaves demo-out/
	@cmd/qoltanba/testdata/demo walk

test: setup test-go test-race test-fuzz ## everything that needs no special machine

test-go: ## unit, story and golden tests
	$(GO) vet ./...
	$(GO) vet -tags demo,nodynamic ./...
	$(GO) test -count=1 -timeout 40m -tags demo,nodynamic ./...
	$(GO) test -count=1 -timeout 20m ./app/backend/service ./cmd/...

test-race: ## short forms under the race detector; what draws or walks whole ways is left to "make race"
	$(GO) test -short -timeout 40m -tags demo,nodynamic -race $(foreach p,$(UNWATCHED),-gcflags='$(p)=-race=false -d=checkptr=0') $$($(GO) list -tags demo,nodynamic ./... | grep -Ev '$(DRAWING)|$(LONG)')

race: ## everything but what draws, under the race detector
	$(GO) test -timeout 60m -tags demo,nodynamic -race $(foreach p,$(UNWATCHED),-gcflags='$(p)=-race=false -d=checkptr=0') $$($(GO) list -tags demo,nodynamic ./... | grep -Ev '$(DRAWING)')

test-disk: ## a FAT memory stick, really pulled out while keys are written, in a virtual machine
	@keystore/testdata/stick/test.sh

test-wine: ## the Windows build under Wine: tests, both ways, first screens beside Linux's
	@.ci/setup wine
	@.ci/build-windows
	$(GO) test -count=1 -v -timeout 40m -tags demo,nodynamic,wine ./cmd/qoltanba -run TestWine

check-platforms: ## compile for Windows and macOS what needs no C; silent when all is well
	@GOOS=windows CGO_ENABLED=0 $(GO) vet $(PORTABLE)
	@GOOS=windows CGO_ENABLED=0 $(GO) vet -tags ci,demo ./app/desktop/...
	@GOOS=darwin CGO_ENABLED=0 $(GO) vet $(PORTABLE)

test-fuzz: ## each parser of foreign bytes, $(FUZZTIME) a target
	@.ci/fuzz $(FUZZTIME)

test-kill: ## kill the citizen's program at every instant of the way, and by SIGKILL at every stage and 200 random instants; and the way by the machine
	$(GO) test -count=1 -v -timeout 40m ./app/journey -run 'KilledAtEveryInstant|TestKilledWhileAWayIsLedBackTo' -full
	$(GO) test -count=1 -v -timeout 60m -tags demo,nodynamic ./cmd/qoltanba -run 'TestStories/machine' -full
	$(GO) test -count=1 -v -timeout 60m -tags demo,nodynamic ./cmd/qoltanba -run 'TestKilled$$' -full

test-kill-authority: ## 1,000 certificates of both kinds while the authority's process is killed 200 times by SIGKILL; then the checker
	$(GO) test -count=1 -v -timeout 60m ./app/backend/nca -run 'TestAuthorityKilled$$' -full

test-v4l2: ## the camera's faults on real V4L2 drivers, in a virtual machine
	@capture/camera/testdata/vm/test.sh

interop: ## GOST signatures and hashes against OpenSSL's engine and BouncyCastle, thousands of them; key files, messages, certificates, lists, OCSP and time stamps by OpenSSL, its engine and Java
	$(GO) test -count=1 -v -timeout 60m ./keystore/gost -run Agrees -rounds 3000
	$(GO) test -count=1 -v -timeout 20m ./keystore ./keystore/cms ./keystore/pfx -run 'OpenSSL|OpensEverywhere|OthersOpenOurs|TwinOf|WhatIsWrong|ReadKeyFileErrors'
	$(GO) test -count=1 -v -timeout 20m ./app/backend/nca -run 'OpenSSL|TestIssue$$|TestIssueGOST|GOSTRevocation|GOSTTimeStamp'

test-interop: interop

interop-companion: ## the unmodified ncalayer-js-client from npm against the companion, each call and its 50 recorded requests; OpenSSL verifies
	$(GO) test -count=1 -v -timeout 10m ./app/companion -run 'Portals|Recorded' -interop

test-browsers: ## Chromium and Firefox, in fresh profiles that the doctor mended, sign on a page; PICTURES=folder keeps what was seen
	@.ci/setup browsers
	$(GO) test -count=1 -v -timeout 10m ./app/companion -run TestBrowsers -browsers $(if $(PICTURES),-pictures "$(abspath $(PICTURES))")
	$(GO) test -count=1 -v -timeout 10m -tags demo,nodynamic ./cmd/qoltanba -run TestBrowser -browsers $(if $(PICTURES),-pictures "$(abspath $(PICTURES))")

test-timing: ## whether the time of step 3 tells a known IIN from an unknown one; wants a quiet machine
	$(GO) test -count=1 -v -timeout 20m -tags demo,nodynamic ./app/backend/service -parallel 1 -run TestStepThreeTakesTheSameTime -timing

soak: soak-ways soak-camera ## what must stay flat: a hundred ways in one process, an hour of live picture; the tables stand beside the tests

soak-ways:
	$(GO) test -count=1 -v -timeout 0 ./app/journey -run TestWaysLeaveNothing -soak-ways 100 -soak-table $(CURDIR)/app/journey/testdata/soak-ways.txt
	$(GO) test -count=1 -v -timeout 0 -tags demo,nodynamic ./app/backend/service -run TestEnrolmentsLeaveNothing -soak-ways 100 -soak-table $(CURDIR)/app/backend/service/testdata/soak-ways.txt

SOAK ?= 60m
soak-camera:
	CGO_ENABLED=0 $(GO) test -count=1 -v -tags demo,nodynamic,ci -timeout 0 ./app/desktop -run TestCameraPreviewStaysFlat \
		-soak $(SOAK) -soak-table $(CURDIR)/app/desktop/testdata/soak-camera.txt

ROUNDS ?= 100
eval-attacks: ## honest puppets and every attack, ROUNDS of each, filmed and judged: accepted counts with intervals, also in testdata/attacks.txt
	$(GO) test -count=1 -v -timeout 0 -tags demo,nodynamic ./capture/liveness -run TestSuite -rounds $(ROUNDS) -table testdata/attacks.txt

eval-people: ## what films of people show of the thresholds of liveness; needs ffmpeg and npm
	@capture/liveness/testdata/people

fuzz: ## each parser of foreign bytes, a minute a target
	@.ci/fuzz 60s

check: ## quick: format, vet, the developer's tests; silent when all is well
	@files=$$($(GO) run $(GOFUMPT) -l app capture cmd keystore); [ -z "$$files" ] || { echo "not formatted (make fmt): $$files"; exit 1; }
	@$(GO) vet ./... && $(GO) vet -tags demo,nodynamic ./...
	@log=$$(mktemp); $(GO) test -tags demo,nodynamic ./... >$$log 2>&1 || { cat $$log; exit 1; }; rm -f $$log

lint: ## the linters of .golangci.yml
	$(GO) run $(LINT) run ./...

fmt: ## gofumpt
	$(GO) run $(GOFUMPT) -w app capture cmd keystore

bench: ## benchmarks; figures are compared with what runs beside them
	$(GO) test -tags demo,nodynamic -run '^$$' -bench . -benchmem $$($(GO) list -tags demo,nodynamic ./... | grep -Ev '$(DRAWING)')

bench-face: ## how fast faces are seen and matched; time of the processor, on one core
	GOMAXPROCS=1 $(GO) test -run '^$$' -bench . -benchtime 3s ./capture/face
	GOMAXPROCS=1 $(GO) test -tags demo,nodynamic -run '^$$' -bench Judge -benchtime 3x ./capture/liveness

bench-authority: ## issuance beside step-ca in turn, and the shares of signature and lint; time of the processor
	$(GO) test -run '^$$' -bench Issue -benchtime 100x -cpu 1 ./app/backend/nca
	CGO_ENABLED=0 GOBIN=$(CURDIR)/bin $(GO) install github.com/smallstep/certificates/cmd/step-ca@v0.30.2
	$(GO) test -count=1 -v -timeout 40m ./app/backend/nca -run TestBesideStepCA -step-ca $(CURDIR)/bin/step-ca

FACES ?=
VIDEOS ?=
eval-face: ## how well faces are told apart (FACES=folder of person/picture.jpg, or packages of npm) and followed (VIDEOS=folder)
	$(GO) run ./cmd/release faces -gallery "$(FACES)" -videos "$(VIDEOS)"
	@$(MAKE) --no-print-directory eval-people eval-attacks

SPECIMENS ?= 1200
CARDS     ?= 260
PICTURES  ?=
eval-document: ## how well cards are found and read: SPECIMENS drawn ones, print and fused zone of CARDS, or PICTURES=folder with a truth.json
	nice -n 19 $(GO) test -count=1 -v -timeout 0 -tags demo,nodynamic ./capture/document -run 'TestEvaluate' $(if $(PICTURES),-pictures "$(abspath $(PICTURES))",-specimens $(SPECIMENS) -read $(CARDS) -fused $(CARDS))

bench-companion: ## signatures over wss beside the bare key, on one core, and a file of 100 MB beside OpenSSL; time of the processor
	GOMAXPROCS=1 $(GO) test -run '^$$' -bench BesideRaw -benchtime 5s ./app/companion
	CGO_ENABLED=0 $(GO) test -tags ci,nodynamic -run '^$$' -bench LargeFile -benchtime 5x ./cmd/qoltanba

bench-window: ## the window's start, memory and pictures a second, beside an empty window
	@cmd/qoltanba/testdata/bench-window

golden: ## write the golden pictures anew, after looking at them
	CGO_ENABLED=0 $(GO) test -tags ci ./app/desktop/frame -run Golden -update

clean:
	rm -rf bin demo-out run-data
