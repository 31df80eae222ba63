// Package service puts the backend together: it opens what the configuration
// names, in the order in which the parts need each other, and closes it in the
// opposite one.
//
// [Open] makes a [Backend] out of a [Plan]; what reaches into the world outside
// (SMS, mail, the registers) comes in through the plan, so that the demo build
// and tests differ from production there and nowhere else. [Run] is the command
// line.
package service

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"path/filepath"
	"runtime"
	"time"

	"gocloud.dev/blob"

	"qoltanba/app/backend/config"
	"qoltanba/app/backend/console"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/evidence"
	"qoltanba/app/backend/identity"
	"qoltanba/app/backend/jobs"
	"qoltanba/app/backend/notify"
	"qoltanba/app/backend/notme"
	"qoltanba/app/backend/pin"
	"qoltanba/app/backend/registry"
	"qoltanba/app/backend/server"
	"qoltanba/app/backend/space"
	"qoltanba/app/backend/store"
	"qoltanba/app/backend/store/sqlstore"
	"qoltanba/assets/texts"
	"qoltanba/capture/picture/pdf"
)

// World is what the backend reaches outside of itself.
type World struct {
	SMS        notify.SMS
	Mail       enrolment.Mail // nil: no e-mail is sent
	MobileBase registry.MobileBase
	Register   registry.PopulationRegister
	// Pages are further handlers by the path they are mounted at.
	Pages map[string]http.Handler
}

// Plan is what a backend is made of.
type Plan struct {
	Data   string // folder
	Config config.Config
	Public *url.URL // the address under which clients know the service
	World  World
	Rules  enrolment.Rules
	Stamp  string     // of the authority's certificates: "", DEMO, TEST
	PIN    pin.Params // zero: the default
	// KeyBits is the size of the authority's keys; 0 is the default.
	KeyBits int
	// Room is how many bytes must be left beneath Data for the service to call
	// itself ready; 0 is the default.
	Room    uint64
	Version string
	Judge   enrolment.Judge // nil: operators look at everything; closed with the backend if it can be
	// Recogniser reads documents; nil: operators do.
	Recogniser enrolment.Recogniser
	Pass       identity.Policy // what is done with the judge's pass
	PDF        *pdf.Renderer   // nil: no PDF is taken
	Log        *slog.Logger
	Now        func() time.Time // nil: the system's clock

	faulty func(store.Store) store.Store // of tests: breaks what the rules rest on
}

// defaultRoom lasts, when nobody but this service writes, for some twenty
// citizens: enough to be called before the first one is kept waiting.
const defaultRoom = 256 << 20

// ready says whether there is room for what citizens will send.
func (p Plan) ready(context.Context) error {
	room := p.Room
	if room == 0 {
		room = defaultRoom
	}
	left, err := space.Left(p.Data)
	if err == nil && left < room {
		err = fmt.Errorf("%d MiB are left beneath the data folder: make room", left>>20)
	}
	return err
}

// Backend is a running service without its listener.
type Backend struct {
	Enrolments *enrolment.Service
	Server     *server.Server
	Store      *sqlstore.DB
	Passwords  *pin.Hasher // of operators; a flood of logins shall not keep citizens' PINs waiting

	queue   *jobs.Queue
	closing []func() error // in the order of opening
}

// Open opens the parts and starts the queue. What it opened is closed again if
// it fails.
func Open(ctx context.Context, plan Plan) (_ *Backend, err error) {
	if plan.Now == nil {
		plan.Now = time.Now
	}
	b := &Backend{}
	defer func() {
		if err != nil {
			err = errors.Join(err, b.Close(context.WithoutCancel(ctx)))
		}
	}()
	if judge, ok := plan.Judge.(io.Closer); ok {
		b.closes(judge)
	}
	own, err := readSecrets(plan.Data, plan.Config.Secrets)
	if err != nil {
		return nil, err
	}
	if b.Store, err = b.openStore(ctx, plan.Config.Store, plan.Data, "qoltanba.db"); err != nil {
		return nil, err
	}
	if err := own.belonging.claim(ctx, b.Store); err != nil {
		return nil, err
	}
	if err := b.openEnrolments(ctx, plan, own); err != nil {
		return nil, err
	}
	if err := b.startQueue(ctx, plan); err != nil {
		return nil, err
	}
	return b, b.openServer(ctx, plan, own)
}

// openEnrolments opens what the rules of the service rest on.
func (b *Backend) openEnrolments(ctx context.Context, plan Plan, own secrets) error {
	kept, err := b.openEvidence(ctx, plan, own)
	if err != nil {
		return err
	}
	word, authority, err := b.openParties(ctx, plan, own)
	if err != nil {
		return err
	}
	if plan.PIN == (pin.Params{}) {
		plan.PIN = pin.DefaultParams()
	}
	pins, err := pin.NewHasher(plan.PIN, max(2, runtime.NumCPU()), own.pepper, nil)
	if err != nil {
		return err
	}
	if b.Passwords, err = pin.NewHasher(plan.PIN, 1, own.pepper, nil); err != nil {
		return err
	}
	var memory store.Store = b.Store
	if plan.faulty != nil {
		memory = plan.faulty(memory)
	}
	b.Enrolments, err = enrolment.New(plan.Rules, enrolment.Parts{
		Store: memory, Pepper: own.pepper, PINs: pins, MobileBase: plan.World.MobileBase, Register: plan.World.Register,
		SMS: plan.World.SMS, Mail: plan.World.Mail, AlarmPage: plan.alarmPage(), Evidence: kept, DigitalID: word, NCA: authority,
		Judge: plan.Judge, Recogniser: plan.Recogniser, Pass: plan.Pass, PDF: plan.PDF, Now: plan.Now,
	})
	return err
}

// openServer makes the HTTP side, the console and further pages.
func (b *Backend) openServer(ctx context.Context, plan Plan, own secrets) error {
	proxies, err := plan.Config.Proxies()
	if err != nil {
		return err
	}
	b.Server, err = server.New(server.Config{
		Public: plan.Public, Service: b.Enrolments, Store: b.Store, Pepper: own.pepper, Log: plan.Log, Version: plan.Version,
		PerAddress: plan.Config.Rules.PerAddress(), Proxies: proxies, Now: plan.Now, Ready: plan.ready, Notes: plan.notes(),
	})
	if err != nil {
		return err
	}
	operators, err := console.New(ctx, console.Config{
		Service: b.Enrolments, Store: b.Store, Passwords: b.Passwords, Log: plan.Log, Now: plan.Now, Secure: plan.Public.Scheme == "https",
	})
	if err != nil {
		return err
	}
	b.Server.Mount(console.Path, operators)
	b.Server.Mount(notme.Path, notme.New(b.Enrolments, plan.Log))
	b.publish(ctx, plan)
	for path, handler := range plan.World.Pages {
		b.Server.Mount(path, handler)
	}
	return nil
}

// alarmPage is where citizens disown what was issued in their name.
func (p Plan) alarmPage() string {
	if p.Public == nil {
		return ""
	}
	return p.Public.JoinPath(notme.Path).String()
}

// notes is what works otherwise than it should.
func (p Plan) notes() (all []string) {
	if p.Judge == nil {
		all = append(all, "faces are looked at by operators alone")
	}
	if p.PDF == nil {
		all = append(all, "no PDF is taken")
	}
	if p.Recogniser == nil || !p.Recogniser.Prints() {
		all = append(all, "documents are read by operators alone")
	}
	return all
}

// closes remembers to close a part.
func (b *Backend) closes(part io.Closer) { b.closing = append(b.closing, part.Close) }

func (b *Backend) openStore(ctx context.Context, address, data, file string) (*sqlstore.DB, error) {
	if address == "" {
		address = (&url.URL{Scheme: "sqlite", Path: filepath.ToSlash(filepath.Join(data, file))}).String()
	}
	db, err := sqlstore.Open(ctx, address)
	if err != nil {
		return nil, err
	}
	b.closes(db)
	return db, nil
}

func (b *Backend) openEvidence(ctx context.Context, plan Plan, own secrets) (*evidence.Store, error) {
	keys, err := b.openStore(ctx, plan.Config.Keys, plan.Data, "keys.db")
	if err != nil {
		return nil, err
	}
	address := plan.Config.Evidence
	if address == "" {
		address = (&url.URL{Scheme: "file", Path: filepath.ToSlash(filepath.Join(plan.Data, "evidence"))}).String()
	}
	var bucket *blob.Bucket
	if bucket, err = evidence.OpenBucket(ctx, address); err != nil {
		return nil, err
	}
	b.closes(bucket)
	return evidence.NewStore(bucket, own.evidence, caseKeys{keys}, texts.Retention, plan.Now)
}

func (b *Backend) startQueue(ctx context.Context, plan Plan) error {
	b.queue = jobs.New(b.Store.Jobs(), jobs.Config{Log: plan.Log})
	b.Enrolments.Handle(b.queue)
	b.queue.PurgeHourly(b.Store, plan.Now)
	return b.queue.Start(ctx)
}

// Close stops the queue and closes the parts, within the context's time.
func (b *Backend) Close(ctx context.Context) error {
	var errs []error
	if b.queue != nil {
		errs = append(errs, b.queue.Stop(ctx))
	}
	for i := len(b.closing) - 1; i >= 0; i-- {
		errs = append(errs, b.closing[i]())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close the backend: %w", err)
	}
	return nil
}
