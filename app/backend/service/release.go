//go:build !demo

package service

import (
	"context"
	"crypto/tls"
	"errors"
	"flag"
	"fmt"
	"strings"

	"qoltanba/app/backend/identity"
)

// extras are the flags of the demo build; this build has none.
type extras struct{}

func demoFlags(*flag.FlagSet) extras { return extras{} }

func checkStamp(data string) error {
	demo, err := stamped(data)
	if demo {
		return fmt.Errorf("%s holds the data of a demonstration: give another folder", data)
	}
	return err
}

// prepare connects the world as the configuration says.
func prepare(plan *Plan, _ string, _ extras) (*tls.Certificate, error) {
	c := plan.Config
	if missing := c.Missing(); len(missing) > 0 {
		return nil, errors.New("the configuration lacks:\n  " + strings.Join(missing, "\n  "))
	}
	if err := c.Check(); err != nil {
		return nil, err
	}
	var errs [7]error
	var pair *tls.Certificate
	plan.Public, errs[0] = c.Public()
	pair, errs[1] = c.TLS.Load()
	sms, err := c.SMS.Gateway()
	plan.World.SMS, errs[2] = sms, err
	mail, err := c.Mail.Server()
	plan.World.Mail, errs[3] = mail, err
	mobile, err := c.MobileBase.Open()
	plan.World.MobileBase, errs[4] = mobile, err
	register, err := c.Register.Open()
	plan.World.Register, errs[5] = register, err
	plan.Pass, errs[6] = identity.ParsePolicy(c.Identity.MachinePass)
	return pair, errors.Join(errs[:]...)
}

func begin(context.Context, *Backend, string, extras) (stop func(), err error) {
	return func() {}, nil
}
