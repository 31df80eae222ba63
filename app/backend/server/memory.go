package server

import (
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/store"
)

// memory is the enrolment.Memory of one call: its answers lie sealed, since
// they may hold a token and the citizen's data.
type memory struct {
	server  *Server
	owner   string // thumbprint of the device's key
	key     string
	request string // of method, path and body: a MAC, for a body may hold a PIN
	until   time.Time
}

// Call names the call by its key and content.
func (m *memory) Call() string { return m.label() + "/" + m.request }

func (m *memory) label() string { return m.owner + "/" + m.key }

// Recall ends the transaction with the first answer, if there was one.
func (m *memory) Recall(tx store.Tx) error {
	a, err := tx.Answer(m.owner, m.key)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if a.Request != m.request {
		return api.Fail(api.KeyReused, "the key was used for another call")
	}
	body, err := m.server.answers.Open(m.label(), a.Body)
	if err != nil {
		return err
	}
	return &answered{status: a.Status, body: body}
}

// Keep stores the answer in the transaction of the change.
func (m *memory) Keep(tx store.Tx, answer any, failure *api.Problem) error {
	status := http.StatusOK
	if failure != nil {
		status, answer = failure.GetStatus(), failure
	}
	body, err := json.Marshal(answer)
	if err != nil {
		return err
	}
	sealed, err := m.server.answers.Seal(m.label(), body)
	if err != nil {
		return err
	}
	return tx.PutAnswer(store.Answer{
		Owner: m.owner, Key: m.key, Request: m.request, Status: status, Body: sealed, Until: m.until,
	})
}

// answered is the first answer, on its way out of a transaction.
type answered struct {
	status int
	body   []byte
}

func (*answered) Error() string { return "the call was answered before" }

func (a *answered) write(w http.ResponseWriter) {
	kind := "application/json"
	if a.status/100 != 2 {
		kind = api.ProblemType
	}
	writeBody(w, a.status, kind, a.body)
}
