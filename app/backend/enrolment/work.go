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
	jobMail     = "enrolment.mail"     // hand a letter to the mail server
	jobRegister = "enrolment.register" // ask the state register
	jobJudge    = "enrolment.judge"    // judge selfie and recording
	jobRead     = "enrolment.read"     // read the pictures of the document
	jobMatch    = "enrolment.match"    // hold the selfie against the portraits
	jobIssue    = "enrolment.issue"    // have the certificates issued
	jobEnd      = "enrolment.end"      // end one certificate
	jobRemind   = "enrolment.remind"   // remind of certificates that end soon
	jobWithdraw = "enrolment.withdraw" // end an application, revoke its certificates
	jobErase    = "enrolment.erase"    // at the end of the term, or of a cancelled one
	jobLapse    = "enrolment.lapse"    // erase it if it ended undecided
)

type codeArgs struct{ Enrolment, Sending string }

type caseArgs struct{ Enrolment string }

// letter is a message to be sent, by SMS or e-mail. In the queue it lies sealed.
type letter struct {
	To       string // phone or address
	Language api.Language
	Notice   notify.Notice   // or a code:
	Purpose  api.CodePurpose `json:",omitempty"`
	Code     string          `json:",omitempty"`
	Link     string          `json:",omitempty"`
	Date     time.Time       `json:",omitzero"`
	Until    time.Time       `json:",omitzero"` // of no use to anybody after
}

// letterArgs names the case outside, so that an operator of the queue can tell
// whose message is stuck; Sealed is bound to it and to the kind of job.
type letterArgs struct {
	Enrolment string
	Sealed    []byte
}

// enqueueSMS leaves a message in the citizen's language to a job.
func (s *Service) enqueueSMS(w *work, to api.Phone, m letter) error {
	return s.enqueueLetter(w, jobSMS, string(to), m)
}

// enqueueMail is enqueueSMS for an e-mail address. Without a mail server
// nothing is sent.
func (s *Service) enqueueMail(w *work, to string, m letter) error {
	if s.Mail == nil {
		return nil
	}
	return s.enqueueLetter(w, jobMail, to, m)
}

func (s *Service) enqueueLetter(w *work, kind, to string, m letter) error {
	m.To, m.Language = to, w.State.Language
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	sealed, err := s.letter.Seal(kind+w.ID, text)
	if err != nil {
		return err
	}
	return w.enqueue(kind, letterArgs{Enrolment: w.ID, Sealed: sealed})
}

// sendSMS is the job that hands a message to the gateway.
func (s *Service) sendSMS(ctx context.Context, args letterArgs) error {
	return s.deliver(jobSMS, args, func(to string, m notify.Message) error { return s.SMS.Send(ctx, api.Phone(to), m) })
}

// sendMail is the job that hands a letter to the mail server.
func (s *Service) sendMail(ctx context.Context, args letterArgs) error {
	if s.Mail == nil {
		return nil
	}
	return s.deliver(jobMail, args, func(to string, m notify.Message) error { return s.Mail.Send(ctx, to, m) })
}

// deliver opens a letter and sends it, unless it is of no use any more.
func (s *Service) deliver(kind string, args letterArgs, send func(to string, m notify.Message) error) error {
	text, err := s.letter.Open(kind+args.Enrolment, args.Sealed)
	if err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	var m letter
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("%w: read the message", jobs.ErrGiveUp)
	}
	if !m.Until.IsZero() && !s.now().Before(m.Until) {
		return fmt.Errorf("%w: the code ran out before it was taken over", jobs.ErrGiveUp)
	}
	message, err := m.message()
	if err != nil {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	err = send(m.To, message)
	if errors.Is(err, notify.ErrRefused) {
		return fmt.Errorf("%w: %w", jobs.ErrGiveUp, err)
	}
	return err
}

func (m letter) message() (notify.Message, error) {
	if m.Notice != "" {
		return notify.NoticeMessage(m.Language, m.Notice, notify.Details{Link: m.Link, Date: m.Date})
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
	q.Register(jobRead, job(s.readDocument))
	q.Register(jobMatch, job(s.match))
	q.Register(jobIssue, job(s.issue))
	q.Register(jobWithdraw, job(s.revoke))
	q.Register(jobEnd, job(s.endCertificate))
	q.Register(jobErase, job(s.erase))
	q.Register(jobLapse, job(s.lapse))
	q.Every(remindEvery, jobRemind, func(ctx context.Context, _ json.RawMessage) error { return s.Remind(ctx) })
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
