package enrolment

import (
	"encoding/json"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"qoltanba/app/api"
	"qoltanba/app/backend/nca"
	"qoltanba/capture/liveness"
)

// The step follows from what the state has, in the order of the way.
func TestNext(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	s := &State{}
	got := []api.Step{s.Next()}
	for _, take := range []func(){
		func() { s.Confirmed, s.TakeOver = true, &takeOver{Recovers: "X"} },
		func() { s.TakeOver = nil },
		func() { s.SignIn = &signIn{} },
		func() { s.SignIn.Done = true },
		func() { s.Biometrics = &consent{} },
		func() { s.Selfie, s.TakeOver = &piece{}, &takeOver{} },
		func() { s.TakeOver = nil },
		func() { s.Recording, s.Verdict = &challenge{}, &verdict{State: api.IdentificationJudging} },
		func() { s.Verdict.State = api.IdentificationPassed },
		func() { s.PIN = "hash" },
		func() { s.Card = map[api.Side]piece{api.Front: {}, api.Back: {}} },
		func() { s.Sure = true },
		func() { s.Decision = &api.Decision{State: api.DecisionApproved, At: &now} },
		func() { s.Grant = &grant{} },
		func() { s.Agreement = &consent{} },
		func() { s.Application = &application{} },
		func() { s.Application.Application.Status = api.ApplicationAwaiting },
		func() { s.Application.Application.Status = api.ApplicationIssued },
		func() { s.Cancelled = true },
	} {
		take()
		got = append(got, s.Next())
	}
	if want := api.Steps(); !slices.Equal(got, want) {
		t.Errorf("steps\n%v\nwant\n%v", got, want)
	}
}

// A state comes back from the store as it went in.
func TestStateSurvivesTheStore(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 123_000, time.UTC)
	in := State{
		IIN: "900417409104", Language: api.Kazakh, Token: []byte{1}, Phone: "+77000000001", Confirmed: true,
		SignIn: &signIn{Phone: "+77000000001", Done: true}, CodeLock: now,
		Selfie: &piece{Name: "selfie.jpg", At: now}, Card: map[api.Side]piece{api.Front: {Name: "a"}},
		Recording: &challenge{ID: "X", Seed: []byte{2}, Prompts: []shown{{Kind: liveness.LookUp, From: now}}, Heads: []heard{{1, "h", now}}},
		Passed:    &api.PassedData{IIN: "900417409104"},
	}
	text, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	var out State
	if err := json.Unmarshal(text, &out); err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(in, out) {
		t.Errorf("in  %s\nout %+v", text, out)
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	card := api.CardFields{Surname: "Соловьёв", Name: "  АННА   МАРИЯ", BirthPlace: "Усть-Каменогорск", DocumentNumber: "099999001"}
	register := api.CardFields{Surname: "СОЛОВЬЕВ", Name: "Анна Мария", BirthPlace: "УСТЬ–КАМЕНОГОРСК", DocumentNumber: "099999001"}
	if names := Differences(api.IdentityCard, card, register); len(names) != 0 {
		t.Errorf("manners of writing are told as differences: %v", names)
	}
	register.Surname, register.ExpiryDate = "ИВАНОВА", "2030-01-01"
	if names := Differences(api.IdentityCard, card, register); !slices.Equal(names, []string{"surname", "expiry_date"}) {
		t.Errorf("differs in %v", names)
	}
	// Ә and А, Қ and К are different letters, and different names.
	if names := Differences(api.IdentityCard, api.CardFields{Name: "ҚАНАТ"}, api.CardFields{Name: "КАНАТ"}); len(names) != 1 {
		t.Errorf("Қ passes for К: %v", names)
	}
}

// Every field of the card is compared.
func TestDifferencesMissNothing(t *testing.T) {
	t.Parallel()
	fields := reflect.TypeFor[api.CardFields]()
	for i := range fields.NumField() {
		var card api.CardFields
		reflect.ValueOf(&card).Elem().Field(i).SetString("X")
		if names := Differences(api.IdentityCard, card, api.CardFields{}); len(names) != 1 {
			t.Errorf("a difference in %s is told as %v", fields.Field(i).Name, names)
		}
	}
}

// A passport's number, dates and issuer are not those of the register, which has
// the identity card's, and are no differences; whatever else differs is.
func TestPassportIsComparedInPart(t *testing.T) {
	t.Parallel()
	register := api.CardFields{Surname: "АХМЕТОВА", DocumentNumber: "099999013", Issuer: "ІІМ", IssueDate: "2020-01-01", ExpiryDate: "2029-12-31"}
	passport := api.CardFields{Surname: "АХМЕТОВА", DocumentNumber: "N99999013", Issuer: "ҚР ІІМ", IssueDate: "2024-01-01", ExpiryDate: "2033-12-31"}
	if names := Differences(api.Passport, passport, register); len(names) != 0 {
		t.Errorf("differs in %v", names)
	}
	passport.Surname = "ОСПАНОВА"
	if names := Differences(api.Passport, passport, register); !slices.Equal(names, []string{"surname"}) {
		t.Errorf("another surname differs in %v", names)
	}
	fields := map[string]bool{}
	for _, f := range passport.List() {
		fields[f.Name] = true
	}
	for _, name := range uncompared(api.Passport) {
		if !fields[name] {
			t.Errorf("%q is no field", name)
		}
	}
}

// A state that was kept before there were passports is of an identity card.
func TestStatesWithoutAKindAreOfIdentityCards(t *testing.T) {
	t.Parallel()
	var s State
	if err := json.Unmarshal([]byte(`{"Card":{"front":{"Name":"card-front-0.jpg"}}}`), &s); err != nil {
		t.Fatal(err)
	}
	if s.document() != api.IdentityCard || !slices.Equal(s.sides(), []api.Side{api.Front}) {
		t.Errorf("%s with %v", s.document(), s.sides())
	}
}

// However the heads come, each prompt is shown once, in order, for its time at
// least, and the next is never told before.
func TestPromptsAreShownWhenDue(t *testing.T) {
	t.Parallel()
	const each = 3 * time.Second
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
		c := &challenge{Prompts: make([]shown, rapid.IntRange(4, 6).Draw(t, "prompts")), Heads: []heard{{At: now}}}
		began := now
		for range rapid.IntRange(1, 60).Draw(t, "heads") {
			before := c.revealed()
			now = now.Add(time.Duration(rapid.IntRange(0, 10_000).Draw(t, "ms")) * time.Millisecond)
			c.reveal(now, each)
			after := c.revealed()
			if after > before+1 || (after == 0) != now.Before(began.Add(straight)) {
				t.Fatalf("%d prompts after %d", after, before)
			}
			if before > 0 && after > before && now.Before(c.Prompts[before-1].Until) {
				t.Fatal("a prompt is told before the one ahead of it has had its time")
			}
			if c.Over && (after < len(c.Prompts) || now.Before(c.Prompts[after-1].Until)) {
				t.Fatal("over too early")
			}
		}
	})
}

func TestHear(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	c := &challenge{}
	head := func(frames int, text string, after time.Duration) error {
		now = now.Add(after)
		return c.hear(api.HeadRequest{Frames: frames, Head: text}, now, 500*time.Millisecond)
	}
	for _, step := range []struct {
		frames int
		head   string
		after  time.Duration
		kept   int
		broken bool
	}{
		{5, "a", 0, 1, false},
		{6, "b", 10 * time.Millisecond, 1, false},  // too soon
		{4, "c", time.Second, 1, false},            // turned around on the line
		{5, "x", 0, 1, true},                       // two films
		{9, "d", 500 * time.Millisecond, 2, false}, // as asked for
	} {
		err := head(step.frames, step.head, step.after)
		if (err != nil) != step.broken || len(c.Heads) != step.kept {
			t.Errorf("head %q: %v, %d kept", step.head, err, len(c.Heads))
		}
	}
}

// The two parties' statuses have the same names.
func TestStatusesAgree(t *testing.T) {
	t.Parallel()
	for mine, theirs := range map[api.ApplicationStatus]nca.Status{
		api.ApplicationCreated: nca.Created, api.ApplicationChecking: nca.Checking, api.ApplicationApproved: nca.Approved,
		api.ApplicationRejected: nca.Rejected, api.ApplicationAwaiting: nca.AwaitingImport, api.ApplicationIssued: nca.Issued,
	} {
		if string(mine) != string(theirs) {
			t.Errorf("%q here is %q there", mine, theirs)
		}
	}
	if string(api.StoragePC) != nca.StoragePC || string(api.StorageToken) != nca.StorageToken {
		t.Error("the storages differ")
	}
	for _, c := range liveness.NewColours(func(int) int { return 0 }) {
		if !slices.Contains(api.Colours(), api.Colour(c)) {
			t.Errorf("colour %q is not of the contract", c)
		}
	}
	for _, k := range []liveness.Prompt{liveness.ScreenLight, liveness.TurnLeft, liveness.TurnRight, liveness.LookUp, liveness.LookDown, liveness.Blink, liveness.ComeCloser} {
		if !slices.Contains([]api.PromptKind{api.TurnLeft, api.TurnRight, api.LookUp, api.LookDown, api.Blink, api.ComeCloser, api.Light}, api.PromptKind(k)) {
			t.Errorf("prompt %q is not of the contract", k)
		}
	}
}

func TestRules(t *testing.T) {
	t.Parallel()
	if err := DefaultRules().Validate(); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*Rules){
		"three prompts":  func(r *Rules) { r.Prompts = 3 },
		"no code tries":  func(r *Rules) { r.Code.Tries = 0 },
		"endless grant":  func(r *Rules) { r.Grant = 48 * time.Hour },
		"no limit":       func(r *Rules) { r.StartsPerIIN.Max = 0 },
		"hectic prompts": func(r *Rules) { r.PromptTime = time.Millisecond },
	} {
		r := DefaultRules()
		change(&r)
		if r.Validate() == nil {
			t.Errorf("%s pass", name)
		}
	}
}
