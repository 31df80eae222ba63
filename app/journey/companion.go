package journey

import (
	"bufio"
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
)

// CompanionKind is who answers on the companion's port.
type CompanionKind string

// Who may answer. [CompanionUnknown] is before the probe.
const (
	CompanionUnknown CompanionKind = ""
	CompanionOurs    CompanionKind = "ours"
	CompanionNCA     CompanionKind = "ncalayer" // NCALayer, or another that speaks its protocol
	CompanionOther   CompanionKind = "stranger" // something else has the port
	CompanionNobody  CompanionKind = "nobody"
)

// Companion is what a probe found out. It is told to the citizen and believed
// by nobody: whoever has the port may call itself anything. It never stops the
// way.
type Companion struct {
	Kind    CompanionKind
	Name    string // of its certificate, as it calls itself; may be ""
	Version string // that it greeted with, such as "1.4"; may be ""
}

const (
	companionAddress = "127.0.0.1:13579"
	companionOurName = "Qoltanba" // organisation in our companion's certificate
	probeTime        = 3 * time.Second
	maxGreeting      = 125 // bytes of a WebSocket frame with a short length
)

// ProbeCompanion asks who has the port 13579 of this computer. It takes at most
// three seconds.
func ProbeCompanion(ctx context.Context) Companion { return probe(ctx, companionAddress) }

func probe(ctx context.Context, address string) Companion {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
	if errors.Is(err, connectionRefused) {
		return Companion{Kind: CompanionNobody}
	}
	if err != nil {
		return Companion{Kind: CompanionOther} // the port takes nothing and refuses nothing
	}
	defer func() { _ = conn.Close() }()
	secure := tls.Client(conn, &tls.Config{
		InsecureSkipVerify: true, //nolint:gosec // it is only asked what it calls itself; nothing is told to it
		ServerName:         "127.0.0.1",
	})
	if err := secure.HandshakeContext(ctx); err != nil {
		return Companion{Kind: CompanionOther}
	}
	if deadline, ok := ctx.Deadline(); ok {
		_ = secure.SetDeadline(deadline)
	}
	found := Companion{Kind: CompanionOther, Name: nameOf(secure.ConnectionState().PeerCertificates)}
	if version, err := greeting(secure); err == nil {
		found.Version, found.Kind = version, CompanionNCA
		if strings.HasPrefix(found.Name, companionOurName) {
			found.Kind = CompanionOurs
		}
	}
	return found
}

// nameOf is the organisation of the first certificate, or else its name,
// without what could not be shown in a line.
func nameOf(chain []*x509.Certificate) string {
	if len(chain) == 0 {
		return ""
	}
	name := strings.Join(append(chain[0].Subject.Organization, chain[0].Subject.CommonName), " ")
	name = strings.Join(strings.Fields(strings.ToValidUTF8(name, "")), " ")
	if r := []rune(name); len(r) > 60 {
		name = string(r[:60])
	}
	return name
}

// greeting opens a WebSocket (RFC 6455) and reads the version in the first
// frame, which NCALayer sends unasked: {"result":{"version":"1.4"}}.
func greeting(conn io.ReadWriter) (string, error) {
	var nonce [16]byte
	_, _ = rand.Read(nonce[:]) // never fails, see crypto/rand
	_, err := fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"+
		"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n",
		companionAddress, base64.StdEncoding.EncodeToString(nonce[:]))
	if err != nil {
		return "", err
	}
	in := bufio.NewReader(io.LimitReader(conn, 16<<10))
	response, err := http.ReadResponse(in, nil)
	if err != nil {
		return "", err
	}
	_ = response.Body.Close()
	if response.StatusCode != http.StatusSwitchingProtocols {
		return "", errors.New("no WebSocket")
	}
	return parseGreeting(in)
}

// parseGreeting reads one unmasked, unfragmented text frame.
func parseGreeting(in io.Reader) (string, error) {
	var head [2]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return "", err
	}
	if head[0] != 0x81 || head[1] > maxGreeting {
		return "", errors.New("no short text frame")
	}
	text := make([]byte, head[1])
	if _, err := io.ReadFull(in, text); err != nil {
		return "", err
	}
	var said struct {
		Result struct {
			Version string `json:"version"`
		} `json:"result"`
	}
	if err := json.Unmarshal(text, &said); err != nil {
		return "", err
	}
	if v := said.Result.Version; v == "" || strings.Trim(v, "0123456789.") != "" {
		return "", errors.New("no version")
	}
	return said.Result.Version, nil
}
