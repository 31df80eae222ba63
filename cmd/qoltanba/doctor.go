package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/companion"
	"qoltanba/app/desktop"
	"qoltanba/app/doctor"
	"qoltanba/capture/camera"
	"qoltanba/capture/face"
	"qoltanba/keystore"
)

func init() { commands["doctor"] = examine }

var errUnwell = errors.New("something stands between you and a signature: see above")

// examine prints what stands between the person and a signature, and does what
// can be done about it where it is told to.
func examine(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("qoltanba doctor", flag.ContinueOnError)
	o := &options{}
	var keys folders
	flags.StringVar(&o.backend, "backend", os.Getenv("QOLTANBA_BACKEND"), "address of the `URL` of the service")
	flags.StringVar(&o.data, "data", "", "`folder` of the program's files")
	flags.StringVar(&o.language, "language", "kk", "kk, ru or en")
	flags.Var(&keys, "keys", "`folder` of key files; may be given again and again")
	port := flags.Uint("port", companion.Port, "`port` that sites ask")
	asJSON := flags.Bool("json", false, "print one JSON value")
	fix := flags.Bool("fix", false, "do what can be done, and look again")
	bundle := flags.String("bundle", "", "write what was found into a new ZIP `file` for support staff")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if *port > 65535 {
		return errors.New("a port is a number up to 65535")
	}
	config, err := o.examination(keys, uint16(*port))
	if err != nil {
		return err
	}
	found := doctor.Examine(ctx, config)
	var failed error
	if *fix {
		failed = errors.Join(doctor.Fix(ctx, found)...)
		found = doctor.Examine(ctx, config)
	}
	report := doctor.NewReport(found, version(), config.Stores.Home, api.Language(o.language), time.Now())
	if err := emit(out, *asJSON, report, report.Text); err != nil {
		return err
	}
	if *bundle != "" {
		if err := writeBundle(*bundle, report); err != nil {
			return err
		}
	}
	if doctor.Worst(found) == doctor.Failure {
		return errors.Join(errUnwell, failed)
	}
	return failed
}

// examination says what is looked at on this computer.
func (o *options) examination(keys []string, port uint16) (doctor.Config, error) {
	dir, err := o.companionFolder()
	if err != nil {
		return doctor.Config{}, err
	}
	stores, err := userStores()
	if err != nil {
		return doctor.Config{}, err
	}
	if len(keys) == 0 {
		if folder := keyFolder(); folder != "" {
			keys = []string{folder}
		}
	}
	program, err := os.Executable()
	if err != nil {
		return doctor.Config{}, err
	}
	if resolved, err := filepath.EvalSymlinks(program); err == nil {
		program = resolved
	}
	c := doctor.Config{
		Program: program, Port: port, Stores: stores, Folder: dir,
		Authority: func(ctx context.Context) (*x509.Certificate, error) {
			t, err := openAuthority(ctx, dir)
			if err != nil {
				return nil, err
			}
			return t.Authority.Certificate, nil
		},
		Forget: func(ctx context.Context) error { return forgetAuthority(ctx, dir) },
		Source: keystore.KeyringSource(desktop.AppID), HTTP: &http.Client{Timeout: 15 * time.Second},
		Cameras: camera.Default(), Library: tryEyes, Keys: keys, Now: time.Now, Built: committed(),
	}
	if o.backend != "" {
		if c.Backend, err = parseBackend(o.backend); err != nil {
			return doctor.Config{}, err
		}
	}
	return c, nil
}

// tryEyes tells whether faces can be seen.
func tryEyes() error {
	engine, err := face.Open("")
	if err != nil {
		return err
	}
	return engine.Close()
}

// committed is when the sources of this program were committed; zero where it does
// not know.
func committed() time.Time {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return time.Time{}
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			at, err := time.Parse(time.RFC3339, s.Value)
			if err == nil {
				return at
			}
		}
	}
	return time.Time{}
}

// writeBundle makes a new file, which only its owner reads.
func writeBundle(path string, report doctor.Report) error {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write the file for support staff: %w", err)
	}
	return errors.Join(doctor.WriteBundle(file, report), file.Close())
}
