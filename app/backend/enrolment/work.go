package enrolment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/jobs"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/otp"
	"qoltanba/app/backend/store"
)

// The kinds of job.
const (
	jobCode     = "enrolment.code"     // find the phone, send the code
	jobSMS      = "enrolment.sms"      // hand a message to the gateway
	jobMail     = "enrolment.mail"     // tell by e-mail that certificates were issued
	jobRegister = "enrolment.register" // ask the state register
	jobJudge    = "enrolment.judge"    // judge selfie and recording
	jobMatch    = "enrolment.match"    // hold the selfie against the portraits
	jobIssue    = "enrolment.issue"    // have the certificates issued
	jobWithdraw = "enrolment.withdraw" // end an application, revoke its certificates
	jobErase    = "enrolment.erase"    // at the end of the term, or of a cancelled one
	jobLapse    = "enrolment.lapse"    // erase it if it ended undecided
)

type codeArgs struct{ Enrolment, Sending string }

type caseArgs struct{ Enrolment string }

// sms is a message to be sent. In the queue it lies sealed.
type sms struct {
	To       api.Phone
	Language api.Language
	Notice   notify.Notice   // or a code:
	Purpose  api.CodePurpose `json:",omitempty"`
	Code     string          `json:",omitempty"`
	Until    time.Time       `json:",omitzero"` // of no use to anybody after
}

// smsArgs names the case outside, so that an operator of the queue can tell
// whose message is stuck; Sealed is bound to it.
type smsArgs struct {
	Enrolment string
	Sealed    []byte
}

// enqueueSMS leaves a message in the citizen's language to a job.
func (s *Service) enqueueSMS(w *work, to api.Phone, m sms) error {
	m.To, m.Language = to, w.State.Language
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	sealed, err := s.letter.Seal(jobSMS+w.ID, text)
	if err != nil {
		return err
	}
	return w.enqueue(jobSMS, smsArgs{Enrolment: w.ID, Sealed: sealed})
}

// sendSMS is the job that hands a message to the gateway.
func (s *Service) sendSMS(ctx context.Context, args smsArgs) error {
	text, err := s.letter.Open(jobSMS+args.Enrolment, args.Sealed)
	if err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	var m sms
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("%w: read the message", jobs.ErrGiveUp)
	}
	if !m.Until.IsZero() && !s.now().Before(m.Until) {
		return fmt.Errorf("%w: the code ran out before the gateway took it", jobs.ErrGiveUp)
	}
	message, err := m.message()
	if err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	err = s.SMS.Send(ctx, m.To, message)
	if errors.Is(err, notify.ErrRefused) {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	return err
}

// sendMail is the job that tells by e-mail that certificates were issued.
func (s *Service) sendMail(ctx context.Context, args caseArgs) error {
	r, err := s.caseOf(ctx, args.Enrolment)
	if err != nil || s.Mail == nil || r.State.Application == nil {
		return err
	}
	message, err := notify.NoticeMessage(r.State.Language, notify.Issued)
	if err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	err = s.Mail.Send(ctx, r.State.Application.Application.Email, message)
	if errors.Is(err, notify.ErrRefused) {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	return err
}

func (m sms) message() (notify.Message, error) {
	if m.Notice != "" {
		return notify.NoticeMessage(m.Language, m.Notice)
	}
	code, err := otp.ParseCode(m.Code)
	if err != nil {
		return notify.Message{}, err
	}
	return notify.CodeMessage(m.Language, m.Purpose, code)
}

// Handle names the service's jobs to a queue.
func (s *Service) Handle(q *jobs.Queue) {
	q.Register(jobCode, job(s.findPhone))
	q.Register(jobSMS, job(s.sendSMS))
	q.Register(jobMail, job(s.sendMail))
	q.Register(jobRegister, job(s.askRegister))
	q.Register(jobJudge, job(s.judge))
	q.Register(jobMatch, job(s.match))
	q.Register(jobIssue, job(s.issue))
	q.Register(jobWithdraw, job(s.revoke))
	q.Register(jobErase, job(s.erase))
	q.Register(jobLapse, job(s.lapse))
}

// job reads a handler's arguments. One whose enrolment is gone can never
// succeed.
func job[Args any](handle func(context.Context, Args) error) jobs.Handler {
	return func(ctx context.Context, text json.RawMessage) error {
		var args Args
		if err := json.Unmarshal(text, &args); err != nil {
			return fmt.Errorf("%w: read the arguments: %w", jobs.ErrGiveUp, err)
		}
		err := handle(ctx, args)
		if errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
		}
		return err
	}
}
