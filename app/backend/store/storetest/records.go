package storetest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/store"
)

func testEnrolment(t *testing.T, s Store) {
	get := func(tx store.Tx) (store.Enrolment, error) { return tx.Enrolment("e1") }
	wants(t, store.ErrNotFound, s.View, func(tx store.Tx) error { _, err := get(tx); return err })

	e := Enrolment("e1")
	update(t, s, func(tx store.Tx) (err error) {
		e.Version = 0
		e.Version, err = tx.PutEnrolment(e)
		return err
	})
	same(t, "version", e.Version, 1)
	same(t, "inserted", read(t, s, get), e)

	stale := e
	e.Step, e.Subject, e.State = api.StepSelfie, "other", json.RawMessage(`[]`)
	e.Waiting, e.CreatedAt, e.ExpiresAt = kept.Add(1e6), kept.Add(2e6), kept.Add(3e6)
	put(t, s, e)
	e.Version = 2
	same(t, "replaced", read(t, s, get), e)

	for name, bad := range map[string]store.Enrolment{"stale": stale, "second insert": Enrolment("e1")} {
		t.Run(name, func(t *testing.T) {
			wants(t, store.ErrConflict, s.Update, func(tx store.Tx) error { _, err := tx.PutEnrolment(bad); return err })
		})
	}
	missing := Enrolment("none")
	missing.Version = 1
	wants(t, store.ErrNotFound, s.Update, func(tx store.Tx) error { _, err := tx.PutEnrolment(missing); return err })
	same(t, "after the conflicts", read(t, s, get), e)

	// A conflict that the function survives leaves the transaction whole.
	update(t, s, func(tx store.Tx) error {
		_, _ = tx.PutEnrolment(stale)
		_, err := tx.PutEnrolment(Enrolment("e2"))
		return err
	})
	read(t, s, func(tx store.Tx) (store.Enrolment, error) { return tx.Enrolment("e2") })
}

func testEnrolmentLists(t *testing.T, s Store) {
	for i := range 5 {
		e := Enrolment(fmt.Sprint("e", i))
		e.Waiting, e.CreatedAt = kept.Add(-time.Duration(i)*time.Minute), kept.Add(time.Duration(i)*time.Minute)
		if i == 4 {
			e.Step, e.Subject = api.StepDecision, "other"
		}
		put(t, s, e)
	}
	names := func(list []store.Enrolment, err error) (string, error) {
		var ids []string
		for _, e := range list {
			ids = append(ids, e.ID)
		}
		return strings.Join(ids, " "), err
	}
	same(t, "at a step", read(t, s, func(tx store.Tx) (string, error) { return names(tx.EnrolmentsAt(api.StepCode, 3)) }), "e3 e2 e1")
	same(t, "at another", read(t, s, func(tx store.Tx) (string, error) { return names(tx.EnrolmentsAt(api.StepDecision, 9)) }), "e4")
	same(t, "at none", read(t, s, func(tx store.Tx) (string, error) { return names(tx.EnrolmentsAt(api.StepPIN, 9)) }), "")
	same(t, "of a citizen", read(t, s, func(tx store.Tx) (string, error) { return names(tx.EnrolmentsOf("subject", 3)) }), "e3 e2 e1")
	same(t, "of nobody", read(t, s, func(tx store.Tx) (string, error) { return names(tx.EnrolmentsOf("nobody", 3)) }), "")
}

func testUseOnce(t *testing.T, s Store) {
	use := func(space, value string) func(store.Tx) error {
		return func(tx store.Tx) error { return tx.UseOnce(space, value, now) }
	}
	update(t, s, use("nonce", "1"))
	update(t, s, use("nonce", "2"))
	update(t, s, use("grant", "1"))
	wants(t, store.ErrUsed, s.Update, use("nonce", "1"))
	wants(t, store.ErrUsed, s.Update, func(tx store.Tx) error {
		if err := tx.UseOnce("x", "1", now); err != nil {
			return err
		}
		return tx.UseOnce("x", "1", now)
	})
	update(t, s, use("x", "1"))
}

func testAnswer(t *testing.T, s Store) {
	a := store.Answer{Owner: "o", Key: "k", Request: "h", Status: 201, Body: []byte{0, 1, 255}, Until: kept}
	get := func(tx store.Tx) (store.Answer, error) { return tx.Answer("o", "k") }
	wants(t, store.ErrNotFound, s.View, func(tx store.Tx) error { _, err := get(tx); return err })
	update(t, s, func(tx store.Tx) error { return tx.PutAnswer(a) })
	same(t, "answer", read(t, s, get), a)
	second := a
	second.Status = 500
	wants(t, store.ErrConflict, s.Update, func(tx store.Tx) error { return tx.PutAnswer(second) })
	same(t, "first answer", read(t, s, get), a)
	second.Owner, second.Body = "p", nil
	update(t, s, func(tx store.Tx) error { return tx.PutAnswer(second) })
	got := read(t, s, func(tx store.Tx) (store.Answer, error) { return tx.Answer("p", "k") })
	if len(got.Body) != 0 || got.Status != 500 {
		t.Errorf("empty answer: %+v", got)
	}
}

func testWindow(t *testing.T, s Store) {
	get := func(tx store.Tx) (limit.Window, error) { return tx.Window("w") }
	same(t, "missing", read(t, s, get), limit.Window{})
	for n := range 2 {
		w := limit.Window{Count: n + 3, Start: kept.Add(time.Duration(n))}
		w.Start = w.Start.Truncate(time.Microsecond)
		update(t, s, func(tx store.Tx) error { return tx.PutWindow("w", w, now) })
		same(t, "window", read(t, s, get), w)
	}
}

func testCallBack(t *testing.T, s Store) {
	get := func(tx store.Tx) (store.CallBack, error) { return tx.CallBack("c1") }
	wants(t, store.ErrNotFound, s.View, func(tx store.Tx) error { _, err := get(tx); return err })
	c := store.CallBack{
		ID: "c1", Enrolment: "e1", Phone: "+77010000001", Language: api.Kazakh,
		Reason: api.CallToRegister, State: api.CallWaiting, AskedAt: kept,
	}
	older := c
	older.ID, older.AskedAt = "c0", kept.Add(-time.Hour)
	update(t, s, func(tx store.Tx) error {
		if err := tx.PutCallBack(c); err != nil {
			return err
		}
		return tx.PutCallBack(older)
	})
	list := func(tx store.Tx) ([]store.CallBack, error) { return tx.CallBacks(api.CallWaiting, 9) }
	same(t, "waiting", read(t, s, list), []store.CallBack{older, c})
	c.State, c.AnsweredAt, c.Operator = api.CallAnswered, kept.Add(time.Minute), "op"
	update(t, s, func(tx store.Tx) error { return tx.PutCallBack(c) })
	same(t, "answered", read(t, s, get), c)
	same(t, "still waiting", read(t, s, list), []store.CallBack{older})
}

func testOperator(t *testing.T, s Store) {
	get := func(tx store.Tx) (store.Operator, error) { return tx.Operator("b") }
	wants(t, store.ErrNotFound, s.View, func(tx store.Tx) error { _, err := get(tx); return err })
	a := store.Operator{Login: "a", CreatedAt: kept}
	b := store.Operator{ //nolint:gosec // G101: nobody's password: the words "salt" and "hash"
		Login: "b", Name: Kazakh, Password: "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA",
		Roles: []string{"moderator", "admin"}, Disabled: true, Failures: 3, LockedTo: kept, CreatedAt: kept,
	}
	update(t, s, func(tx store.Tx) error {
		if err := tx.PutOperator(b); err != nil {
			return err
		}
		return tx.PutOperator(a)
	})
	same(t, "operators", read(t, s, store.Tx.Operators), []store.Operator{a, b})
	b.Disabled, b.Failures, b.LockedTo, b.Roles = false, 0, time.Time{}, []string{}
	update(t, s, func(tx store.Tx) error { return tx.PutOperator(b) })
	same(t, "changed", read(t, s, get), b)
}

func testSession(t *testing.T, s Store) {
	get := func(tx store.Tx) (store.Session, error) { return tx.Session("h") }
	missing := func(tx store.Tx) error { _, err := get(tx); return err }
	remove := func(tx store.Tx) error { return tx.DeleteSession("h") }
	wants(t, store.ErrNotFound, s.View, missing)
	wants(t, store.ErrNotFound, s.Update, remove)
	session := store.Session{Hash: "h", Operator: "op", CSRF: "c", Since: kept, Until: kept.Add(time.Hour)}
	update(t, s, func(tx store.Tx) error { return tx.PutSession(session) })
	session.Until = kept.Add(2 * time.Hour)
	update(t, s, func(tx store.Tx) error { return tx.PutSession(session) })
	same(t, "session", read(t, s, get), session)
	update(t, s, remove)
	wants(t, store.ErrNotFound, s.View, missing)
}

func testTrail(t *testing.T, s Store) {
	var want []store.AuditEntry
	for i := range 4 {
		e := store.AuditEntry{At: kept.Add(-time.Duration(i) * time.Hour), Actor: "citizen", Action: fmt.Sprint("act", i), Enrolment: "e1", Detail: Kazakh}
		other := e
		other.Enrolment = ""
		want = append(want, e)
		update(t, s, func(tx store.Tx) error {
			if err := tx.Record(other); err != nil {
				return err
			}
			return tx.Record(e)
		})
	}
	same(t, "trail", read(t, s, func(tx store.Tx) ([]store.AuditEntry, error) { return tx.Trail("e1") }), want)
	same(t, "of no case", len(read(t, s, func(tx store.Tx) ([]store.AuditEntry, error) { return tx.Trail("") })), 4)
	same(t, "of an unknown case", len(read(t, s, func(tx store.Tx) ([]store.AuditEntry, error) { return tx.Trail("none") })), 0)
}

func testCaseKey(t *testing.T, s Store) {
	get := func(tx store.Tx) (store.CaseKey, error) { return tx.CaseKey("e1") }
	k := store.CaseKey{Enrolment: "e1", Wrapped: []byte{0, 1, 2}, RetainUntil: kept}
	add := func(tx store.Tx) error { return tx.AddCaseKey(k) }
	destroy := func(tx store.Tx) error { return tx.DestroyCaseKey("e1") }
	wants(t, store.ErrNotFound, s.View, func(tx store.Tx) error { _, err := get(tx); return err })
	update(t, s, add)
	wants(t, store.ErrConflict, s.Update, func(tx store.Tx) error {
		return tx.AddCaseKey(store.CaseKey{Enrolment: "e1", Wrapped: []byte{9}, RetainUntil: kept.Add(time.Hour)})
	})
	same(t, "key", read(t, s, get), k)
	update(t, s, destroy)
	update(t, s, destroy)
	tombstone := read(t, s, get)
	if len(tombstone.Wrapped) != 0 || !tombstone.RetainUntil.Equal(kept) {
		t.Errorf("the tombstone is %v", tombstone)
	}
	wants(t, store.ErrConflict, s.Update, add)

	// A destruction that is replayed leaves a tombstone where there was no key.
	update(t, s, func(tx store.Tx) error { return tx.DestroyCaseKey("e2") })
	wants(t, store.ErrConflict, s.Update, func(tx store.Tx) error {
		return tx.AddCaseKey(store.CaseKey{Enrolment: "e2", Wrapped: []byte{1}})
	})
	if err := s.Update(t.Context(), func(tx store.Tx) error { return tx.AddCaseKey(store.CaseKey{Enrolment: "e3"}) }); err == nil {
		t.Error("a key without content is kept")
	}
}

func testClaim(t *testing.T, s Store) {
	claim := func(name, value string) (kept string) {
		update(t, s, func(tx store.Tx) (err error) {
			kept, err = tx.Claim(name, value)
			return err
		})
		return kept
	}
	same(t, "first", claim("pepper", "a"), "a")
	same(t, "second", claim("pepper", "b"), "a")
	same(t, "other", claim("authority", "b"), "b")
}

func testPurge(t *testing.T, s Store) {
	update(t, s, func(tx store.Tx) error {
		for i, until := range []time.Time{kept.Add(-time.Microsecond), kept} {
			name := fmt.Sprint(i)
			for _, err := range []error{
				tx.UseOnce("n", name, until),
				tx.PutAnswer(store.Answer{Owner: "o", Key: name, Until: until}),
				tx.PutWindow(name, limit.Window{Count: 1, Start: kept}, until),
				tx.PutSession(store.Session{Hash: name, Until: until}),
				tx.AddCaseKey(store.CaseKey{Enrolment: name, Wrapped: []byte{1}, RetainUntil: until}),
				tx.Record(store.AuditEntry{At: until, Enrolment: name}),
			} {
				if err != nil {
					return err
				}
			}
		}
		return nil
	})
	var forgotten int64
	update(t, s, func(tx store.Tx) (err error) {
		forgotten, err = tx.Purge(kept)
		return err
	})
	same(t, "forgotten", forgotten, 4)
	for i, want := range []error{store.ErrNotFound, nil} {
		name := fmt.Sprint(i)
		wants(t, want, s.View, func(tx store.Tx) error { _, err := tx.Answer("o", name); return err })
		wants(t, want, s.View, func(tx store.Tx) error { _, err := tx.Session(name); return err })
		wants(t, nil, s.View, func(tx store.Tx) error { _, err := tx.CaseKey(name); return err })
		same(t, "window", read(t, s, func(tx store.Tx) (limit.Window, error) { return tx.Window(name) }).Count, i)
	}
	update(t, s, func(tx store.Tx) error { return tx.UseOnce("n", "0", kept) })
	wants(t, store.ErrUsed, s.Update, func(tx store.Tx) error { return tx.UseOnce("n", "1", kept) })
}

func testTimes(t *testing.T, s Store) {
	for i, at := range []time.Time{
		{},
		time.Unix(0, 0), now, time.Date(1941, 6, 22, 4, 0, 0, 1000, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999999999, time.UTC),
	} {
		e := Enrolment(fmt.Sprint("e", i))
		e.Waiting = at
		put(t, s, e)
		got := read(t, s, func(tx store.Tx) (store.Enrolment, error) { return tx.Enrolment(e.ID) }).Waiting
		if want := at.UTC().Truncate(time.Microsecond); !got.Equal(want) || got.Location() != time.UTC || got.IsZero() != at.IsZero() {
			t.Errorf("%v came back as %v", at, got)
		}
	}
}

func testText(t *testing.T, s Store) {
	for _, text := range []string{"", Kazakh, "'; DROP TABLE operators; --", "$1 ?1 %s", "👵🏽\u200d", "\u0001\n\t\\", strings.Repeat("Ұ", 10000)} {
		update(t, s, func(tx store.Tx) error { return tx.PutOperator(store.Operator{Login: text, Name: text}) })
		same(t, "text", read(t, s, func(tx store.Tx) (store.Operator, error) { return tx.Operator(text) }).Name, text)
	}
	wants(t, store.ErrText, s.Update, func(tx store.Tx) error {
		return tx.Enqueue(store.Job{Kind: "text", Args: json.RawMessage(`"a\u0000b"`)})
	})
	for _, text := range []string{"a\x00b", "\xff", "\xed\xa0\x80"} {
		wants(t, store.ErrText, s.Update, func(tx store.Tx) error { return tx.PutOperator(store.Operator{Login: "bad", Name: text}) })
		wants(t, store.ErrText, s.View, func(tx store.Tx) error { _, err := tx.Operator(text); return err })
		wants(t, store.ErrText, s.View, func(tx store.Tx) error { _, err := tx.Trail(text); return err })
		wants(t, store.ErrText, s.Update, func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: "text", Args: json.RawMessage(text)}) })
	}
}

func testBigState(t *testing.T, s Store) {
	e := Enrolment("big")
	e.State = append(append([]byte(`"`), bytes.Repeat([]byte("Қ"), 1<<19)...), '"')
	put(t, s, e)
	got := read(t, s, func(tx store.Tx) (store.Enrolment, error) { return tx.Enrolment("big") })
	if !bytes.Equal(got.State, e.State) {
		t.Errorf("%d bytes came back as %d", len(e.State), len(got.State))
	}
}

func testBadInput(t *testing.T, s Store) {
	for name, work := range map[string]func(store.Tx) error{
		"state": func(tx store.Tx) error {
			e := Enrolment("x")
			e.State = []byte("{")
			_, err := tx.PutEnrolment(e)
			return err
		},
		"no state":  func(tx store.Tx) error { e := Enrolment("x"); e.State = nil; _, err := tx.PutEnrolment(e); return err },
		"at":        func(tx store.Tx) error { _, err := tx.EnrolmentsAt(api.StepCode, 0); return err },
		"of":        func(tx store.Tx) error { _, err := tx.EnrolmentsOf("s", -1); return err },
		"callbacks": func(tx store.Tx) error { _, err := tx.CallBacks(api.CallWaiting, 0); return err },
		"kind":      func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: "No Kind"}) },
		"args":      func(tx store.Tx) error { return tx.Enqueue(store.Job{Kind: "kind", Args: []byte("{")}) },
	} {
		if s.Update(t.Context(), work) == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}
