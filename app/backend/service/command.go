package service

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/config"
	"qoltanba/app/backend/console"
	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/pin"
	"qoltanba/app/backend/store"
)

// version is that of the sources the program was built from.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "unknown"
}

const usage = `qoltanbad is the backend of Qoltanba.

  qoltanbad serve --data DIR [--listen ADDR] [--config FILE]
  qoltanbad operator add LOGIN --name NAME --data DIR [--config FILE] [--password-stdin]
  qoltanbad authority make --data DIR [--config FILE]
  qoltanbad authority complete --data DIR [--config FILE]
  qoltanbad authority show FILE | SERIAL --data DIR [--config FILE]
  qoltanbad authority check --data DIR [--config FILE] [--ask URL [--every N]]
  qoltanbad config check --config FILE
`

// Run is the command line. Answers go to out, a password may come from in.
func Run(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	two := strings.Join(args[:min(2, len(args))], " ")
	switch {
	case len(args) > 0 && args[0] == "serve":
		return serve(ctx, args[1:], out)
	case two == "operator add":
		return addOperator(ctx, args[2:], in, out)
	case two == "authority complete":
		return onAuthority(ctx, "complete", nca.Complete, args[2:], out)
	case two == "authority make":
		return onAuthority(ctx, "make", makeAuthority, args[2:], out)
	case two == "authority show":
		return showCertificate(ctx, args[2:], out)
	case two == "authority check":
		return checkAuthority(ctx, args[2:], out)
	case two == "config check":
		return checkConfig(args[2:], out)
	default:
		_, err := fmt.Fprint(out, usage)
		return errors.Join(flag.ErrHelp, err)
	}
}

// checkConfig reads the configuration and says what is wrong or missing.
func checkConfig(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("config check", flag.ContinueOnError)
	file := flags.String("config", "", "configuration `file` (JSON)")
	if err := flags.Parse(args); err != nil {
		return err
	}
	c, err := config.Load(*file)
	if err != nil {
		return err
	}
	if missing := c.Missing(); len(missing) > 0 {
		return errors.New("the configuration lacks:\n  " + strings.Join(missing, "\n  "))
	}
	if err := c.Check(); err != nil {
		return err
	}
	_, err = fmt.Fprintln(out, "the configuration is complete")
	return err
}

// addOperator adds an operator of the console. A password that is not given is
// drawn and shown once.
func addOperator(ctx context.Context, args []string, in io.Reader, out io.Writer) error {
	if len(args) == 0 || strings.HasPrefix(args[0], "-") {
		return errors.New("say whom: operator add LOGIN --name NAME --data DIR")
	}
	login := args[0]
	flags := flag.NewFlagSet("operator add", flag.ContinueOnError)
	name := flags.String("name", "", "the operator's `name`, as colleagues see it")
	given := flags.Bool("password-stdin", false, "read the password from standard input")
	where := folders(flags)
	if err := flags.Parse(args[1:]); err != nil {
		return err
	}
	if *name == "" {
		return errors.New("say who it is: --name NAME")
	}
	c, err := where.open()
	if err != nil {
		return err
	}
	password := pin.NewPassword()
	if *given {
		line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		password = api.Secret(strings.TrimRight(line, "\r\n"))
	}
	if err := putOperator(ctx, where.data, c, store.Operator{Login: login, Name: *name}, password); err != nil {
		return err
	}
	told := fmt.Sprintf("operator %s may log in\n", login)
	if !*given {
		told += fmt.Sprintf("password, shown this once: %s\n", string(password))
	}
	_, err = io.WriteString(out, told)
	return err
}

func putOperator(ctx context.Context, data string, c config.Config, o store.Operator, password api.Secret) (err error) {
	own, err := readSecrets(data, c.Secrets)
	if err != nil {
		return err
	}
	b := &Backend{}
	defer func() { err = errors.Join(err, b.Close(context.WithoutCancel(ctx))) }()
	db, err := b.openStore(ctx, c.Store, data, "qoltanba.db")
	if err != nil {
		return err
	}
	if err := own.belonging.claim(ctx, db); err != nil {
		return err
	}
	hasher, err := pin.NewHasher(pin.DefaultParams(), 1, own.pepper, nil)
	if err != nil {
		return err
	}
	if o.Password, err = hasher.HashPassword(ctx, password, o.Login); err != nil {
		return err
	}
	o.Roles, o.CreatedAt = []string{console.Moderator, console.Registrar}, time.Now().UTC()
	err = db.Update(ctx, func(tx store.Tx) error {
		_, err := tx.Operator(o.Login)
		if err == nil {
			return fmt.Errorf("there is an operator %s already", o.Login)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err := tx.PutOperator(o); err != nil {
			return err
		}
		return tx.Record(store.AuditEntry{At: o.CreatedAt, Actor: "service", Action: "operator-add", Detail: o.Login})
	})
	if err == nil {
		slog.InfoContext(ctx, "operator added", "login", o.Login)
	}
	return err
}
