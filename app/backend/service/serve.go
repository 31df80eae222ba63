package service

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"qoltanba/app/backend/config"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/identity"
	"qoltanba/app/backend/recognition"
	"qoltanba/capture/document/tesseract"
	"qoltanba/capture/face"
	"qoltanba/capture/picture/pdf"
)

// stampFile marks a data folder of the demo build.
const stampFile = "DEMO"

// grace is how long running calls and jobs get at the end.
const grace = 20 * time.Second

// serve is the command that runs the backend until ctx ends.
func serve(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	listen := flags.String("listen", "127.0.0.1:8080", "`address` to listen on")
	where := folders(flags)
	extra := demoFlags(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	c, err := where.open()
	if err != nil {
		return err
	}
	plan := Plan{
		Data: where.data, Config: c, Rules: c.Rules.Apply(enrolment.DefaultRules()), Version: version(),
		Log: slog.New(slog.NewTextHandler(os.Stderr, nil)),
	}
	pair, err := prepare(&plan, *listen, extra)
	if err != nil {
		return err
	}
	if err := errors.Join(plan.openJudge(ctx), plan.openDocuments(ctx)); err != nil {
		return err
	}
	if err := plan.openPDF(ctx); err != nil {
		return err
	}
	var listening net.ListenConfig
	listener, err := listening.Listen(ctx, "tcp", *listen)
	if err != nil {
		return err
	}
	base := &url.URL{Scheme: "http", Host: listener.Addr().String()}
	if pair != nil {
		base.Scheme = "https"
	}
	if plan.Public == nil {
		plan.Public = base
	}
	if err := run(ctx, plan, secured(listener, pair), base.String(), extra, out); err != nil {
		return errors.Join(err, closed(listener))
	}
	return nil
}

// openJudge loads what looks at faces. Where the library is missing, operators
// do, and the log says how to mend it.
func (p *Plan) openJudge(ctx context.Context) error {
	faces, err := identity.Open(p.Config.Identity.Library)
	switch {
	case errors.Is(err, face.ErrNoRuntime):
		p.Log.WarnContext(ctx, "faces are looked at by operators alone", "error", err)
	case err != nil:
		return fmt.Errorf("open the networks that look at faces: %w", err)
	default:
		p.Judge = faces
		p.Log.InfoContext(ctx, "faces are looked at by the machine", "pass", p.Pass.String())
	}
	return nil
}

// openPDF looks for what reads PDF files. Where it is missing they are refused
// with a way out, and the log says how to mend it.
func (p *Plan) openPDF(ctx context.Context) error {
	reader, err := pdf.Find(ctx)
	switch {
	case errors.Is(err, pdf.ErrNoPoppler):
		p.Log.WarnContext(ctx, "no PDF is taken", "error", err)
		return nil
	case err != nil:
		return err
	case !reader.Isolated():
		p.Log.WarnContext(ctx, "PDF files are read by a program that has a network: the system forbids to take it away")
	}
	p.PDF = reader
	return nil
}

// openDocuments looks for what reads documents. Where Tesseract is missing, operators
// read their print, and the log says how to mend it.
func (p *Plan) openDocuments(ctx context.Context) error {
	desk, err := recognition.Open(ctx)
	switch {
	case errors.Is(err, tesseract.ErrNoTesseract):
		p.Log.WarnContext(ctx, "documents are read by operators alone", "error", err)
	case err != nil:
		return fmt.Errorf("open what reads documents: %w", err)
	default:
		p.Log.InfoContext(ctx, "documents are read by the machine")
	}
	p.Recogniser = desk
	return nil
}

// secured ends TLS at the listener if there is a certificate.
func secured(listener net.Listener, pair *tls.Certificate) net.Listener {
	if pair == nil {
		return listener
	}
	return tls.NewListener(listener, &tls.Config{
		Certificates: []tls.Certificate{*pair}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"},
	})
}

// closed closes a listener that the server may have closed already.
func closed(listener net.Listener) error {
	if err := listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// run opens the backend, says where it listens, and serves until ctx ends.
func run(ctx context.Context, plan Plan, listener net.Listener, base string, extra extras, out io.Writer) (err error) {
	b, err := Open(ctx, plan)
	if err != nil {
		return err
	}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
		defer cancel()
		err = errors.Join(err, b.Close(ending))
	}()
	stop, err := begin(ctx, b, base, extra)
	if err != nil {
		return err
	}
	defer stop()
	if _, err := fmt.Fprintf(out, "listening on %s\n", base); err != nil {
		return err
	}
	return answer(ctx, b.Server.Listener(), listener)
}

// answer serves until ctx ends, and then lets running calls end.
func answer(ctx context.Context, srv *http.Server, listener net.Listener) error {
	failed := make(chan error, 1)
	go func() { failed <- srv.Serve(listener) }()
	select {
	case err := <-failed:
		return err
	case <-ctx.Done():
	}
	ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := srv.Shutdown(ending)
	if err != nil {
		err = errors.Join(err, srv.Close())
	}
	if stopped := <-failed; !errors.Is(stopped, http.ErrServerClosed) {
		err = errors.Join(err, stopped)
	}
	return err
}

// place is where data and configuration lie.
type place struct{ data, config string }

func folders(flags *flag.FlagSet) *place {
	p := &place{}
	flags.StringVar(&p.data, "data", "", "`folder` of the service's data (needed)")
	flags.StringVar(&p.config, "config", "", "configuration `file` (JSON)")
	return p
}

// open reads the configuration and makes the data folder, which must be of
// this build's kind.
func (p *place) open() (config.Config, error) {
	c, err := config.Load(p.config)
	if err != nil {
		return c, err
	}
	if p.data == "" {
		return c, errors.New("say where the data lie: --data DIR")
	}
	if p.data, err = filepath.Abs(p.data); err != nil {
		return c, err
	}
	if err := os.MkdirAll(p.data, 0o700); err != nil {
		return c, fmt.Errorf("make the data folder: %w", err)
	}
	return c, checkStamp(p.data)
}

// stamped says whether the folder was made by the demo build.
func stamped(data string) (bool, error) {
	_, err := os.Stat(filepath.Join(data, stampFile))
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}
