package companion

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// session is one connection of a caller. Its fields are of the goroutine that
// answers.
type session struct {
	*Server
	caller   Caller
	language Language
	allowed  bool // for the time of this session
	refused  bool
}

// frame is a request that waits, with its place among the large ones.
type frame struct {
	text  []byte
	large bool
}

var errFlood = errors.New("too many requests at once")

// serve reads requests and answers them in order, until either side ends. Two
// goroutines do that, so that heartbeats are echoed, and a page that goes away
// is noticed, while a dialog stands.
func (s *Server) serve(w http.ResponseWriter, r *http.Request, caller Caller) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{
		InsecureSkipVerify: true, // the origin is judged by its consent
		CompressionMode:    websocket.CompressionDisabled,
	})
	if err != nil {
		return
	}
	defer conn.CloseNow() //nolint:errcheck // it may be closed already
	conn.SetReadLimit(MaxFrame)
	ctx, cancel := context.WithCancel(r.Context())
	defer cancel()
	if send(ctx, conn, []byte(greeting)) != nil {
		return
	}
	queue := make(chan frame, maxWaiting)
	var answering sync.WaitGroup
	answering.Go(func() {
		defer cancel()
		ss := &session{Server: s, caller: caller, language: Kazakh}
		for f := range queue {
			ss.reply(ctx, conn, f)
		}
	})
	err = s.read(ctx, conn, queue)
	close(queue)
	cancel()
	switch {
	case errors.Is(err, errFlood):
		_ = conn.Close(websocket.StatusPolicyViolation, "too many requests at once")
	case errors.Is(err, errNotText):
		_ = conn.Close(websocket.StatusUnsupportedData, "only text is understood")
	}
	answering.Wait()
}

func (ss *session) reply(ctx context.Context, conn *websocket.Conn, f frame) {
	if f.large {
		defer func() { <-ss.large }()
	}
	if ctx.Err() == nil {
		_ = send(ctx, conn, ss.answer(ctx, f.text))
	}
}

func send(ctx context.Context, conn *websocket.Conn, text []byte) error {
	ctx, cancel := context.WithTimeout(ctx, writeTime)
	defer cancel()
	return conn.Write(ctx, websocket.MessageText, text)
}

// read puts requests into the queue until the caller goes away or misbehaves.
func (s *Server) read(ctx context.Context, conn *websocket.Conn, queue chan<- frame) error {
	for {
		f, err := s.next(ctx, conn)
		if err != nil {
			return err
		}
		if string(f.text) == heartbeat {
			if err := send(ctx, conn, f.text); err != nil {
				return err
			}
			continue
		}
		select {
		case queue <- f:
		default:
			if f.large {
				<-s.large
			}
			return errFlood
		}
	}
}

var errNotText = errors.New("a frame that is no text")

// next reads a frame. One that is large needs a place among few; without one
// the caller is sent away before more of it is read.
func (s *Server) next(ctx context.Context, conn *websocket.Conn) (frame, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	kind, reader, err := conn.Reader(ctx)
	if err != nil {
		return frame{}, err
	}
	if kind != websocket.MessageText {
		return frame{}, errNotText
	}
	defer time.AfterFunc(frameTime, cancel).Stop()
	text, err := io.ReadAll(io.LimitReader(reader, smallFrame))
	if err != nil || len(text) < smallFrame {
		return frame{text: text}, err
	}
	select {
	case s.large <- struct{}{}:
	default:
		return frame{}, errFlood
	}
	rest, err := io.ReadAll(reader)
	if err != nil {
		<-s.large
		return frame{}, err
	}
	return frame{append(text, rest...), true}, nil
}

// answer makes the one answer to a request.
func (ss *session) answer(ctx context.Context, text []byte) []byte {
	r, err := parseRequest(text)
	if err != nil {
		return encode(refusal{Code: "INVALID_REQUEST", Message: err.Error()})
	}
	switch r.module {
	case "kz.gov.pki.knca.commonUtils":
		return encode(ss.commonUtils(ctx, r))
	case "kz.gov.pki.knca.basics":
		return encode(ss.basics(ctx, r))
	case "kz.gov.pki.ncalayerservices.accessory":
		return encode(accessory(r))
	case "", "kz.gov.pki.knca.applet.Applet":
		return encode(legacy{"NOT_SUPPORTED", "calls in which a page has the password are not served: use kz.gov.pki.knca.basics"})
	}
	return encode(refusal{Code: "MODULE_NOT_FOUND", UUID: r.uuid})
}

// accessory answers what is asked about the service itself.
func accessory(r request) any {
	switch r.method {
	case "getBundles":
		return map[string]string{
			"kz.gov.pki.osgi.layer.websocket": "0.3.8", "kz.gov.pki.osgi.layer.common": "0.3.4",
			"kz.gov.pki.knca.commonUtils": "1.4", "kz.gov.pki.knca.basics": "1.4", "kz.qoltanba.companion": "1.0",
		}
	case "getServices":
		return map[string][]string{"services": {"kz.gov.pki.knca.basics", "kz.gov.pki.knca.commonUtils", "kz.gov.pki.ncalayerservices.accessory"}}
	}
	return refusal{Code: "METHOD_NOT_FOUND", UUID: r.uuid}
}
