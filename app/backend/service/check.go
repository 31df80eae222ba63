package service

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"qoltanba/app/backend/config"
	"qoltanba/app/backend/nca/checker"
)

// checkAuthority reads again all that the authority issued and prints what it
// saw. Any finding is an error. The service may run meanwhile.
func checkAuthority(ctx context.Context, args []string, out io.Writer) (err error) {
	flags := flag.NewFlagSet("authority check", flag.ContinueOnError)
	ask := flags.String("ask", "", "`URL` of the service's lists and OCSP answers, such as https://example.kz/pki/; absent: they are not looked at")
	every := flags.Int("every", 1, "ask about one in `N` certificates that hold; about revoked ones always")
	where := folders(flags)
	if err := flags.Parse(args); err != nil {
		return err
	}
	if where.data == "" {
		return errors.New("say where the data lie: --data DIR")
	}
	if _, err := os.Stat(where.data); err != nil {
		return err
	}
	c, err := where.open()
	if err != nil {
		return err
	}
	trust, err := checker.ReadTrust(authorityFolder(where.data))
	if err != nil {
		return err
	}
	book, err := openBook(c, where.data)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, book.Close()) }()
	var published *checker.Published
	if *ask != "" {
		published = &checker.Published{URL: *ask, Client: &http.Client{}, Every: *every}
	}
	report, err := checker.Check(ctx, book, trust, published, time.Now())
	if err != nil {
		return err
	}
	if err := report.Print(out); err != nil {
		return err
	}
	if n := len(report.Findings); n > 0 {
		return fmt.Errorf("%d findings: restore the ledger from a copy, and find out who changed it", n)
	}
	return nil
}

func openBook(c config.Config, data string) (*checker.Book, error) {
	if c.Ledger != "" {
		return checker.Postgres(c.Ledger)
	}
	return checker.SQLite(filepath.Join(data, "ledger.db"))
}
