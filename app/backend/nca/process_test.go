package nca_test

import (
	"bufio"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"qoltanba/app/backend/nca"
	"qoltanba/app/backend/nca/ledger"
)

// What lies in the folder of an authority's process. Its name in the
// environment makes the test program that process.
const (
	processFolder   = "QOLTANBA_TEST_AUTHORITY"
	authorityFolder = "authority"
	ledgerFile      = "ledger.db"
	digitalIDFile   = "digitalid.der" // the public key
	signedFile      = "signed"        // digests of what was signed
)

// application is what the process is asked for: all that Apply needs.
type application struct {
	Assertion string
	Requests  [][]byte
}

// process is an authority over HTTP, in a process of its own.
type process struct {
	url string
	cmd *exec.Cmd
	in  io.Closer
}

// launch waits until the process listens.
func launch(dir string) (*process, error) {
	cmd := exec.CommandContext(context.Background(), os.Args[0])
	cmd.Env = append(os.Environ(), processFolder+"="+dir)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, in: in}
	lines := bufio.NewScanner(out)
	if !lines.Scan() {
		p.kill()
		return nil, errors.New("the authority's process did not begin to listen")
	}
	p.url = lines.Text()
	return p, nil
}

// kill ends the process by SIGKILL.
func (p *process) kill() {
	if p.cmd == nil {
		return
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait() // it was killed
	_ = p.in.Close()
}

// serveAuthority is the process. It ends when whoever started it does.
func serveAuthority(dir string) int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		cancel()
	}()
	if err := serving(ctx, dir); err != nil {
		fmt.Fprintln(os.Stderr, "the authority's process:", err)
		return 1
	}
	return 0
}

func serving(ctx context.Context, dir string) error {
	der, err := os.ReadFile(filepath.Join(dir, digitalIDFile))
	if err != nil {
		return err
	}
	word, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return err
	}
	l, err := ledger.SQLite(ctx, filepath.Join(dir, ledgerFile))
	if err != nil {
		return err
	}
	a, err := nca.Open(filepath.Join(dir, authorityFolder), secret, huntedConfig(l, word.(*ecdsa.PublicKey)))
	if err != nil {
		return err
	}
	log, err := os.OpenFile(filepath.Join(dir, signedFile), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	a.Witness(func(key crypto.Signer) crypto.Signer { return witness{key, log} })
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("http://" + listener.Addr().String())
	server := &http.Server{Handler: authorityHandler(a), ReadHeaderTimeout: time.Minute}
	go func() {
		<-ctx.Done()
		_ = server.Close()
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return errors.Join(l.Close(), log.Close())
}

func authorityHandler(a *nca.Authority) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /apply", answering(func(ctx context.Context, in application) (string, error) {
		app, err := a.Apply(ctx, in.Assertion, in.Requests, email, nca.StoragePC)
		return app.Number, err
	}))
	mux.HandleFunc("POST /issue", answering(func(ctx context.Context, number string) ([][]byte, error) {
		if _, err := a.Issue(ctx, number); err != nil {
			return nil, err
		}
		issued, err := a.Certificates(ctx, number)
		ders := make([][]byte, len(issued))
		for i, c := range issued {
			ders[i] = c.DER
		}
		return ders, err
	}))
	mux.HandleFunc("POST /withdraw", answering(func(ctx context.Context, number string) (nca.Status, error) {
		app, err := a.Withdraw(ctx, number, nca.CessationOfOperation)
		return app.Status(), err
	}))
	return mux
}

func answering[In, Out any](do func(context.Context, In) (Out, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		var in In
		err := json.NewDecoder(r.Body).Decode(&in)
		var out Out
		if err == nil {
			out, err = do(r.Context(), in)
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		_ = json.NewEncoder(w).Encode(out)
	}
}
