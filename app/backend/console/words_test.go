package console

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/identity"
	"qoltanba/capture/document/check"
	"qoltanba/capture/document/field"
	"qoltanba/capture/liveness"
)

// spoken lists the keys that pages and code ask for: those written out, and those put together of a prefix and a word of the contract.
func spoken(t *testing.T) map[string]string {
	t.Helper()
	used := map[string]string{}
	note := func(where string, keys ...string) {
		for _, key := range keys {
			used[key] = where
		}
	}
	names, err := fs.Glob(pageFiles, "pages/*.html")
	if err != nil || len(names) == 0 {
		t.Fatal("no pages", err)
	}
	inPages := regexp.MustCompile(`\.T "([^"]+)"`)
	for _, name := range names {
		text, err := fs.ReadFile(pageFiles, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inPages.FindAllStringSubmatch(string(text), -1) {
			note(name, m[1])
		}
	}
	sources, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	inCode := regexp.MustCompile(`\.T\("([^"]+[^".])"\)|"(error\.[a-z]+)"`)
	for _, name := range sources {
		if name == "words.go" || strings.HasSuffix(name, "_test.go") {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range inCode.FindAllStringSubmatch(string(text), -1) {
			note(name, m[1]+m[2])
		}
	}
	for _, l := range api.Languages() {
		note("languages", "language."+string(l))
	}
	for _, r := range api.RejectReasons() {
		note("reasons", "reason."+string(r))
	}
	for _, k := range []api.PromptKind{api.TurnLeft, api.TurnRight, api.LookUp, api.LookDown, api.Blink, api.ComeCloser, api.Light} {
		note("prompts", "prompt."+string(k))
	}
	for _, o := range []identity.Outcome{identity.Pass, identity.Again, identity.Unsure} {
		note("outcomes", "machine."+string(o))
	}
	for _, a := range []identity.Against{identity.Register, identity.Card} {
		note("portraits", "against."+string(a))
	}
	for _, a := range []identity.Answer{identity.Same, identity.Different, identity.Doubtful, identity.NoFace, identity.Absent} {
		note("answers", "answer."+string(a))
	}
	for _, v := range []check.Verdict{check.Match, check.Again, check.Operator} {
		note("readings", "reading."+string(v))
	}
	for _, s := range []field.Source{field.Zone, field.Print} {
		note("sources", "source."+string(s))
	}
	note("doubts", declared(t, "Reason", "doubt.", func(r string) bool { return liveness.Reason(r).Verdict() == liveness.Operator })...)
	note("checks", declared(t, "Check", "check.", func(string) bool { return true })...)
	for _, f := range (api.CardFields{}).List() {
		note("fields", "field."+f.Name)
	}
	for _, kind := range api.DocumentKinds() {
		note("documents", "document."+string(kind))
		for _, side := range kind.Sides() {
			note("sides", "case."+string(side))
		}
	}
	note("words of the contract", "sex.", "sex.male", "sex.female", "call."+string(api.CallToRegister), "call.help",
		"done."+string(api.DecisionApproved), "done."+string(api.DecisionRejected), "actor.citizen", "actor.service")
	for _, s := range []api.HeldState{api.HeldGood, api.HeldSuspended, api.HeldRevoked, api.HeldExpired} {
		note("states", "held."+string(s))
	}
	for _, k := range []api.CertificateKind{api.CertificateGOST, api.CertificateAuth, api.CertificateSign} {
		note("kinds", "kind."+string(k))
	}
	note("trail", audited(t)...)
	return used
}

// declared lists the constants of a type of package liveness, as keys.
func declared(t *testing.T, kind, prefix string, of func(string) bool) []string {
	t.Helper()
	text, err := os.ReadFile("../../../capture/liveness/judgement.go")
	if err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, m := range regexp.MustCompile(kind+` += "([a-z-]+)"`).FindAllStringSubmatch(string(text), -1) {
		if of(m[1]) {
			keys = append(keys, prefix+m[1])
		}
	}
	if len(keys) < 5 {
		t.Errorf("%s: only %v", kind, keys)
	}
	return keys
}

// audited reads out of package enrolment which actions its trail has.
func audited(t *testing.T) []string {
	t.Helper()
	sources, err := filepath.Glob("../enrolment/*.go")
	if err != nil || len(sources) == 0 {
		t.Fatal("no sources", err)
	}
	entry := regexp.MustCompile(`audit\("([a-z-]+[a-z])"|Action: "([a-z-]+)"`)
	found := []string{
		"action.accept-biometrics", "action.accept-agreement", "action.card-front", "action.card-back", "action.card-page",
		"action.call-registered", "action.call-answered", "action.call-refused", "action.release-certificate", "action.end-certificate",
	}
	for _, name := range sources {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		for _, m := range entry.FindAllStringSubmatch(string(text), -1) {
			found = append(found, "action."+m[1]+m[2])
		}
	}
	return found
}

func TestWordsAreComplete(t *testing.T) {
	t.Parallel()
	used := spoken(t)
	for key, where := range used {
		w, ok := wordings[key]
		if !ok {
			t.Errorf("%s asks for %q, which has no words", where, key)
			continue
		}
		for _, l := range api.Languages() {
			if strings.TrimSpace(w.In(l)) == "" {
				t.Errorf("%q is not said in %s", key, l)
			}
		}
	}
	for key := range wordings {
		if _, ok := used[key]; !ok {
			t.Errorf("nobody says %q", key)
		}
	}
}

// A text with a place for a value has it in each language.
func TestWordsAgreeOnPlaces(t *testing.T) {
	t.Parallel()
	place := regexp.MustCompile(`%[a-z]`)
	for key, w := range wordings {
		for _, l := range api.Languages() {
			if got, want := place.FindAllString(w.In(l), -1), place.FindAllString(w.EN, -1); !slices.Equal(got, want) {
				t.Errorf("%q in %s has %v, in English %v", key, l, got, want)
			}
		}
	}
}

func TestLasting(t *testing.T) {
	t.Parallel()
	w := words{api.English}
	for d, want := range map[time.Duration]string{
		-time.Minute: "less than a minute", 59 * time.Second: "less than a minute", 12 * time.Minute: "12 min",
		125 * time.Minute: "2 h 5 min", 50 * time.Hour: "2 d 2 h",
	} {
		if got := w.lasting(d); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

// A change of language leads to a page of the console and nowhere else.
func TestWithin(t *testing.T) {
	t.Parallel()
	for here, want := range map[string]string{
		"/console/case/ABC": "/console/case/ABC", "/console/calls": "/console/calls", "/console/": Path, "": Path, "/console/login": "/console/login",
		"//evil.example/console/": Path, "https://evil.example/console/": Path, "/console/../demo/phone": Path, `/console/\\evil.example`: Path,
		"/console/%2e%2e/%2e%2e/x": Path, "javascript:alert(1)": Path, "/console//evil.example": "/console/evil.example",
		"/console/calls?x=https://evil.example": "/console/calls", "/consolex": Path,
	} {
		if got := within(here); got != want {
			t.Errorf("%s leads to %s, want %s", here, got, want)
		}
	}
}

func FuzzWithin(f *testing.F) {
	f.Add("/console/case/ABC")
	f.Add("//evil.example/%2fconsole")
	f.Fuzz(func(t *testing.T, here string) {
		got := within(here)
		if !strings.HasPrefix(got, Path) || strings.Contains(got, "//") || strings.ContainsAny(got, "\\\r\n") {
			t.Errorf("%q leads to %q", here, got)
		}
	})
}

func TestTrailIsWorded(t *testing.T) {
	t.Parallel()
	if got := fmt.Sprint(words{api.Russian}.actor("operator:dana"), words{api.Russian}.action("what-else")); got != "danawhat-else" {
		t.Errorf("%q", got)
	}
}
