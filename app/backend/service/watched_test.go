//go:build demo

package service

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/store"
)

// watched notes what each call does with the store.
type watched struct {
	store.Store
	mu   sync.Mutex
	seen []string
}

func (w *watched) Update(ctx context.Context, work func(store.Tx) error) error {
	if ctx.Value(http.ServerContextKey) == nil {
		return w.Store.Update(ctx, work) // a job, after the answer
	}
	return w.Store.Update(ctx, func(tx store.Tx) error { return work(w.begin("update", tx)) })
}

func (w *watched) View(ctx context.Context, work func(store.Tx) error) error {
	if ctx.Value(http.ServerContextKey) == nil {
		return w.Store.View(ctx, work)
	}
	return w.Store.View(ctx, func(tx store.Tx) error { return work(w.begin("view", tx)) })
}

func (w *watched) begin(what string, tx store.Tx) store.Tx {
	w.note(what)
	return &watchedTx{tx, w}
}

func (w *watched) note(what ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.seen = append(w.seen, strings.TrimSpace(fmt.Sprintln(what...)))
}

// taken are the notes since it was called last.
func (w *watched) taken() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	seen := w.seen
	w.seen = nil
	return seen
}

// names leaves out on how many bytes an operation was done.
func names(notes []string) []string {
	var list []string
	for _, note := range notes {
		name, _, _ := strings.Cut(note, " ")
		list = append(list, name)
	}
	return list
}

// watchedTx notes each operation with the sizes of what it is given.
type watchedTx struct {
	store.Tx
	*watched
}

func (t *watchedTx) Enrolment(id string) (store.Enrolment, error) {
	t.note("Enrolment", len(id))
	return t.Tx.Enrolment(id)
}

func (t *watchedTx) EnrolmentsAt(step api.Step, limit int) ([]store.Enrolment, error) {
	t.note("EnrolmentsAt", len(step))
	return t.Tx.EnrolmentsAt(step, limit)
}

func (t *watchedTx) EnrolmentsOf(subject string, limit int) ([]store.Enrolment, error) {
	t.note("EnrolmentsOf", len(subject))
	return t.Tx.EnrolmentsOf(subject, limit)
}

func (t *watchedTx) Answer(owner, key string) (store.Answer, error) {
	t.note("Answer", len(owner), len(key))
	return t.Tx.Answer(owner, key)
}

func (t *watchedTx) Window(key string) (limit.Window, error) {
	t.note("Window", len(key))
	return t.Tx.Window(key)
}

func (t *watchedTx) CallBack(id string) (store.CallBack, error) {
	t.note("CallBack", len(id))
	return t.Tx.CallBack(id)
}

func (t *watchedTx) CallBacks(state api.CallState, limit int) ([]store.CallBack, error) {
	t.note("CallBacks", len(state))
	return t.Tx.CallBacks(state, limit)
}

func (t *watchedTx) Operator(login string) (store.Operator, error) {
	t.note("Operator", len(login))
	return t.Tx.Operator(login)
}

func (t *watchedTx) Operators() ([]store.Operator, error) {
	t.note("Operators")
	return t.Tx.Operators()
}

func (t *watchedTx) Session(hash string) (store.Session, error) {
	t.note("Session", len(hash))
	return t.Tx.Session(hash)
}

func (t *watchedTx) Trail(enrolment string) ([]store.AuditEntry, error) {
	t.note("Trail", len(enrolment))
	return t.Tx.Trail(enrolment)
}

func (t *watchedTx) CaseKey(enrolment string) (store.CaseKey, error) {
	t.note("CaseKey", len(enrolment))
	return t.Tx.CaseKey(enrolment)
}

func (t *watchedTx) PutEnrolment(e store.Enrolment) (int64, error) {
	t.note("PutEnrolment", len(e.ID), len(e.State), e.Step)
	return t.Tx.PutEnrolment(e)
}

func (t *watchedTx) UseOnce(space, value string, until time.Time) error {
	t.note("UseOnce", len(space), len(value))
	return t.Tx.UseOnce(space, value, until)
}

func (t *watchedTx) PutAnswer(a store.Answer) error {
	t.note("PutAnswer", a.Status, len(a.Body))
	return t.Tx.PutAnswer(a)
}

func (t *watchedTx) PutWindow(key string, w limit.Window, until time.Time) error {
	t.note("PutWindow", len(key))
	return t.Tx.PutWindow(key, w, until)
}

func (t *watchedTx) PutCallBack(c store.CallBack) error {
	t.note("PutCallBack", c.State)
	return t.Tx.PutCallBack(c)
}

func (t *watchedTx) PutOperator(o store.Operator) error {
	t.note("PutOperator", len(o.Login))
	return t.Tx.PutOperator(o)
}

func (t *watchedTx) PutSession(s store.Session) error {
	t.note("PutSession", len(s.Hash))
	return t.Tx.PutSession(s)
}

func (t *watchedTx) DeleteSession(hash string) error {
	t.note("DeleteSession", len(hash))
	return t.Tx.DeleteSession(hash)
}

func (t *watchedTx) Record(e store.AuditEntry) error {
	t.note("Record", e.Action, len(e.Detail))
	return t.Tx.Record(e)
}

func (t *watchedTx) AddCaseKey(k store.CaseKey) error {
	t.note("AddCaseKey", len(k.Wrapped))
	return t.Tx.AddCaseKey(k)
}

func (t *watchedTx) DestroyCaseKey(enrolment string) error {
	t.note("DestroyCaseKey", len(enrolment))
	return t.Tx.DestroyCaseKey(enrolment)
}

func (t *watchedTx) Claim(name, value string) (string, error) {
	t.note("Claim", name)
	return t.Tx.Claim(name, value)
}

func (t *watchedTx) Enqueue(job store.Job) error {
	t.note("Enqueue", job.Kind, len(job.Args), job.At.IsZero())
	return t.Tx.Enqueue(job)
}

func (t *watchedTx) Purge(before time.Time) (int64, error) {
	t.note("Purge", before)
	return t.Tx.Purge(before)
}

// Whose IIN is known, unknown, without a phone, of a phone that has had its
// codes, locked by wrong codes or begun a second time: giving it costs the same
// operations on the store, on as many bytes, in the same order.
func TestStepThreeDoesTheSameWork(t *testing.T) {
	t.Parallel()
	onBoth(t, func(t *testing.T, on func(*Plan)) {
		var w *watched
		a := open(t, func(p *Plan) {
			on(p)
			p.Rules.CodesPerPhone = limit.Policy{Max: 2, Per: time.Hour}
			p.Rules.StartsPerIIN = limit.Policy{Max: 100, Per: time.Hour}
			p.faulty = func(s store.Store) store.Store {
				w = &watched{Store: s}
				return w
			}
		})
		full, locked := a.citizen(t, "aigul"), a.citizen(t, "sergey")
		for n := range 2 {
			c := a.citizen(t, "aigul")
			c.start()
			c.code(n)
		}
		locked.start()
		locked.code(0)
		for range 3 {
			_, _ = ask(locked, api.CheckCode, api.CodeRequest{Code: "271828"})
		}
		nobody := a.citizen(t, "aigul")
		nobody.who.IIN = "061211600012"
		people := map[string]*citizen{
			"known": a.citizen(t, "timur"), "nobody's": nobody, "without a phone": a.citizen(t, "zhanna"),
			"of a phone that had its codes": full, "locked by wrong codes": locked, "begun before": a.citizen(t, "sergey"),
		}
		work := map[string][]string{}
		for name, c := range people {
			c.who.Language = api.Kazakh
			c.session = api.Session{Key: newKey(t)}
			a.quiet(t)
			w.taken()
			c.start()
			work[name] = w.taken()
			a.quiet(t)
			c.read()
			work[name] = append(work[name], w.taken()...)
			for range 4 {
				_, _ = ask(c, api.CheckCode, api.CodeRequest{Code: "271828"})
			}
			work[name] = append(work[name], names(w.taken())...)
		}
		if len(work["known"]) < 20 {
			t.Fatalf("only %q was seen", work["known"])
		}
		for name, done := range work {
			if !slices.Equal(done, work["known"]) {
				t.Errorf("an IIN %s costs\n%s\na known one\n%s", name, strings.Join(done, "\n"), strings.Join(work["known"], "\n"))
			}
		}
	})
}
