package server

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/envelope"
	"qoltanba/app/backend/limit"
	"qoltanba/app/backend/pepper"
	"qoltanba/app/backend/store"
)

// Config is what a server needs. All but Now and Ready must be given.
type Config struct {
	// Public is the address under which clients know the server, without a
	// path: proofs of possession name it.
	Public  *url.URL
	Service *enrolment.Service
	Store   store.Store
	Pepper  pepper.Pepper
	Log     *slog.Logger
	Version string
	Notes   []string // what works otherwise than it should, told by /readyz
	// PerAddress bounds the calls from one network address.
	PerAddress limit.Policy
	// Proxies are the networks whose X-Forwarded-For is believed.
	Proxies []*net.IPNet
	Now     func() time.Time                // nil: the system's clock
	Ready   func(ctx context.Context) error // nil: always
}

// Server is the HTTP side of the service.
type Server struct {
	Config
	mux     *http.ServeMux
	api     huma.API
	adapter huma.Adapter
	answers *envelope.Box
	crowd   *crowd

	schemas    []*huma.Schema
	operations []served // in the order of the way
}

// served is an operation as documented, with the failures of its own.
type served struct {
	*huma.Operation
	failures []api.Code
}

// New makes a server of all operations of the contract.
func New(c Config) (*Server, error) {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Public == nil || c.Public.Host == "" {
		return nil, errors.New("the server needs the address under which clients know it")
	}
	if err := c.PerAddress.Validate(); err != nil {
		return nil, err
	}
	answers, err := envelope.New(c.Pepper, "answers")
	if err != nil {
		return nil, err
	}
	s := &Server{Config: c, mux: http.NewServeMux(), answers: answers, crowd: newCrowd(c.PerAddress)}
	s.adapter = humago.NewAdapter(s.mux, "")
	s.api = huma.NewAPI(document(c.Version, c.Public), s.adapter)
	s.registerAll()
	s.schemas = slices.Collect(maps.Values(s.api.OpenAPI().Components.Schemas.Map()))
	if err := s.serveDocument(); err != nil {
		return nil, err
	}
	s.mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("ok\n")) })
	s.mux.HandleFunc("GET /readyz", s.serveReady)
	return s, nil
}

// Mount serves a handler beneath a path such as "/console/", behind the same
// headers and limits as everything else.
func (s *Server) Mount(path string, h http.Handler) { s.mux.Handle(path, h) }

// OpenAPI is the document of the contract.
func (s *Server) OpenAPI() *huma.OpenAPI { return s.api.OpenAPI() }

// ServeHTTP implements [http.Handler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.guard(w, r) }

func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
	defer cancel()
	// A store with a full disk under it is still read from.
	err := s.Store.Update(ctx, func(tx store.Tx) error { return tx.UseOnce("ready", rand.Text(), s.Now().Add(time.Minute)) })
	if err == nil && s.Ready != nil {
		err = s.Ready(ctx)
	}
	if err != nil {
		s.Log.WarnContext(ctx, "not ready", "error", err)
		http.Error(w, "not ready", http.StatusServiceUnavailable)
		return
	}
	_, _ = io.WriteString(w, strings.Join(append([]string{"ready"}, s.Notes...), "\n")+"\n")
}

// Listener gives the HTTP server with the bounds that keep a slow or hostile
// client from holding it.
func (s *Server) Listener() *http.Server {
	return &http.Server{
		Handler:           s,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       uploadTime,
		WriteTimeout:      uploadTime + 30*time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    32 << 10,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelDebug),
	}
}

// uploadTime is what a picture or a batch of frames may take on a slow line.
const uploadTime = 3 * time.Minute

// address is the caller's network address: of the connection, or as a trusted
// proxy says.
func (s *Server) address(r *http.Request) string {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	// A proxy may add a line of its own behind one that the caller sent.
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && s.trusted(host); i-- {
		if ip := net.ParseIP(strings.TrimSpace(hops[i])); ip != nil {
			host = ip.String()
		}
	}
	return network(host)
}

func (s *Server) trusted(host string) bool {
	ip := net.ParseIP(host)
	for _, n := range s.Proxies {
		if ip != nil && n.Contains(ip) {
			return true
		}
	}
	return false
}

// network is the part of an address that one subscriber holds: all of an IPv4
// address, the first 64 bits of an IPv6 one.
func network(host string) string {
	ip := net.ParseIP(host)
	if ip == nil || ip.To4() != nil {
		return host
	}
	return ip.Mask(net.CIDRMask(64, 128)).String()
}

// registerAll names every operation of the contract with the method behind it.
func (s *Server) registerAll() {
	sv := s.Service
	register(s, api.ReadText, func(ctx context.Context, c *call, _ api.None) (api.Text, error) {
		return sv.Text(ctx, api.TextKind(c.param("kind")), api.Language(c.param("language")))
	})
	register(s, api.StartEnrolment, plain(sv.Start))
	register(s, api.RecoverEnrolment, plain(sv.Recover))
	register(s, api.RebindDevice, plain(sv.RebindDevice))
	register(s, api.ReadEnrolment, bare(sv.Read))
	register(s, api.CancelEnrolment, bare(sv.Cancel))
	register(s, api.SendCode, bare(sv.SendCode))
	register(s, api.CheckCode, plain(sv.CheckCode))
	register(s, api.AskCall, plain(sv.AskCall))
	register(s, api.SignIn, plain(sv.SignIn))
	register(s, api.ConsentBiometrics, plain(sv.ConsentBiometrics))
	register(s, api.SendSelfie, plain(sv.SendSelfie))
	register(s, api.TakeOver, plain(sv.TakeOver))
	register(s, api.StartChallenge, plain(sv.StartChallenge))
	register(s, api.AskOperator, bare(sv.AskOperator))
	register(s, api.SendHead, plain(sv.SendHead))
	register(s, api.SendFrames, plain(sv.SendFrames))
	register(s, api.FinishRecording, bare(sv.FinishRecording))
	register(s, api.SetPIN, plain(sv.SetPIN))
	register(s, api.CheckPIN, plain(sv.CheckPIN))
	register(s, api.SendCard, func(ctx context.Context, c *call, in api.Picture) (api.Enrolment, error) {
		return sv.SendCard(ctx, c.caller, api.Side(c.param("side")), in)
	})
	register(s, api.ReadRecognised, bare(sv.Recognised))
	register(s, api.ConfirmFields, plain(sv.ConfirmFields))
	register(s, api.RepeatRejected, bare(sv.RepeatRejected))
	register(s, api.ReadDocuments, bare(sv.Documents))
	register(s, api.GrantData, plain(sv.GrantData))
	register(s, api.AcceptAgreement, plain(sv.AcceptAgreement))
	register(s, api.SendEmailCode, plain(sv.SendEmailCode))
	register(s, api.ConfirmEmail, plain(sv.ConfirmEmail))
	register(s, api.Apply, plain(sv.Apply))
	register(s, api.WithdrawApplication, plain(sv.WithdrawApplication))
	register(s, api.ReadCertificates, bare(sv.Certificates))
	register(s, api.ConfirmImport, plain(sv.ConfirmImport))
	register(s, api.ListHeld, bare(sv.ListHeld))
	register(s, api.AskSignature, plain(sv.AskSignature))
	register(s, api.RevokeCertificate, plain(sv.RevokeCertificate))
	register(s, api.RenewCertificates, plain(sv.RenewCertificates))
}

// plain is the usual shape of a method: the caller and the body.
func plain[In, Out any](do func(context.Context, enrolment.Call, In) (Out, error)) handler[In, Out] {
	return func(ctx context.Context, c *call, in In) (Out, error) { return do(ctx, c.caller, in) }
}

// bare is that of a method without a body.
func bare[Out any](do func(context.Context, enrolment.Call) (Out, error)) handler[api.None, Out] {
	return func(ctx context.Context, c *call, _ api.None) (Out, error) { return do(ctx, c.caller) }
}
