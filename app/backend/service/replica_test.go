//go:build demo

package service

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/store/pgtest"
)

// Any replica serves any request: a citizen walks the way with each call at the
// other of two processes over one database and one folder.
func TestAnyReplicaServes(t *testing.T) {
	t.Parallel()
	data, db, keys, book := t.TempDir(), pgtest.DSN(t), pgtest.DSN(t), pgtest.DSN(t)
	public := &url.URL{Scheme: "http", Host: "service.test"}
	shared := func(p *Plan) {
		p.Data, p.Public = data, public
		p.Config.Store, p.Config.Keys, p.Config.Ledger = db, keys, book
	}
	one := open(t, shared)
	two := open(t, func(p *Plan) {
		shared(p)
		p.World = World{SMS: one.phone, MobileBase: one.people, Register: one.people}
		p.Now = one.clock.now
	})
	two.phone, two.people, two.clock = one.phone, one.people, one.clock
	client := &api.Client{Base: public, Now: one.clock.now, HTTP: inTurn(t, one, two), Attempts: 1}
	one.client, two.client = client, client

	c := one.citizen(t, "aigul")
	c.confirm()
	c.identify()
	c.a = two
	c.decide(enrolment.Verdict{Approve: true})
	c.grant()
	c.accept(api.TextAgreement, api.AcceptAgreement)
	c.a = one
	checkCertificates(c, c.obtain())
	for _, a := range []*agency{one, two} {
		if n := strings.Count(a.log.String(), "msg=call"); n < 15 {
			t.Errorf("a replica served %d calls", n)
		}
	}
}

// inTurn is a client whose every call goes to the next agency.
func inTurn(t *testing.T, agencies ...*agency) *http.Client {
	t.Helper()
	var calls atomic.Int64
	var dialer net.Dialer
	client := api.NewHTTPClient()
	client.Transport = &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
			a := agencies[int(calls.Add(1))%len(agencies)]
			return dialer.DialContext(ctx, network, strings.TrimPrefix(a.base, "http://"))
		},
	}
	return client
}

// A process with secrets or keys of its own is no replica, and one that lost
// them does not make itself new ones: it does not start.
func TestStrangerToTheStore(t *testing.T) {
	t.Parallel()
	for _, lost := range []string{"secrets/pepper", "secrets/evidence", "digitalid", "authority"} {
		t.Run(lost, func(t *testing.T) {
			t.Parallel()
			data := t.TempDir()
			var plan Plan
			t.Run("first start", func(t *testing.T) {
				open(t, func(p *Plan) {
					p.Data = data
					plan = *p
				})
			})
			if err := os.RemoveAll(filepath.Join(data, lost)); err != nil {
				t.Fatal(err)
			}
			b, err := Open(t.Context(), plan)
			if err == nil {
				t.Error("started as another service", b.Close(t.Context()))
			} else if !strings.Contains(err.Error(), "belongs to a service with another") {
				t.Error(err)
			}
		})
	}
}
