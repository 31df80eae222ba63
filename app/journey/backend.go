package journey

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"

	"qoltanba/app/api"
)

// session is what calls on the present enrolment prove.
func (j *Journey) session() api.Session {
	j.mu.Lock()
	defer j.mu.Unlock()
	return api.Session{Enrolment: j.record.Enrolment, Token: j.record.secret.Token, Key: j.cfg.Key}
}

// ask makes a call that changes nothing at the backend.
func ask[Out any](ctx context.Context, j *Journey, op api.Operation[api.None, Out]) (Out, error) {
	return api.Call(ctx, j.cfg.Client, op, api.Request[api.None]{Session: j.session()})
}

// step makes a call that takes the step, or changes something beside it, and
// arrives where its answer leads. The same act gets the same idempotency key.
func step[In any](ctx context.Context, j *Journey, op api.Operation[In, api.Enrolment], body In, params map[string]string) error {
	request := api.Request[In]{Session: j.session(), Params: params, Body: body}
	if op.Access == api.AccessStep {
		request.Nonce = j.State().Enrolment.Nonce
		request.Key = j.keyFor(op.ID, request.Nonce, body)
	}
	e, err := api.Call(ctx, j.cfg.Client, op, request)
	if err != nil {
		return err
	}
	if op.ID != api.AskCall.ID { // asking leads nowhere else
		j.closeOverlay()
	}
	return j.arrive(e)
}

// keyFor is the idempotency key of an act under the journal's seed.
func (j *Journey) keyFor(operation, nonce string, body any) string {
	var content []byte
	switch b := body.(type) {
	case api.Picture:
		content = b.Data
	default:
		content, _ = json.Marshal(body) // bodies of the contract always encode
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	return idempotencyKey(j.record.secret.Seed, operation, nonce, strconv.Itoa(j.record.Refusals), string(content))
}

// reread asks the backend where the enrolment is and moves there. One that is
// over for the backend is over here.
func (j *Journey) reread(ctx context.Context) error {
	e, err := ask(ctx, j, api.ReadEnrolment)
	switch api.CodeOf(err) {
	case "":
		return j.arrive(e)
	case api.EnrolmentEnded, api.NotFound:
		e = j.State().Enrolment
		e.ID, e.Step, e.Lock = j.session().Enrolment, api.StepCancelled, nil
		return j.arrive(e)
	case api.TakenOver:
		e = j.State().Enrolment
		e.ID, e.Step, e.Lock = j.session().Enrolment, api.StepCancelled, nil
		return errors.Join(err, j.arrive(e))
	default:
		return err
	}
}
