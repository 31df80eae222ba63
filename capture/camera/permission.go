package camera

import (
	"context"
	"errors"
	"time"
)

// authorization is what the system lets this program do with cameras; the values are those of AVAuthorizationStatus.
type authorization int

const (
	notDetermined authorization = iota // nobody was asked yet
	restricted                         // nobody here may allow it: parental control, the rules of a company
	refused
	authorized
)

// permission is a system's way of asking the citizen.
type permission struct {
	status func() authorization
	ask    func() // returns at once, while the citizen reads; does nothing where the question was answered
}

// permissionTime is how soon an answer is noticed.
const permissionTime = 200 * time.Millisecond

// await asks the citizen, where nobody did before, and waits for the answer; ctx ends the waiting, not the question. Fault: [Denied].
func (p permission) await(ctx context.Context) error {
	look := time.NewTicker(permissionTime)
	defer look.Stop()
	for asked := false; ; {
		switch p.status() {
		case authorized:
			return nil
		case restricted:
			return &Error{Denied, errors.New("the rules of this computer forbid cameras")}
		case refused:
			return &Error{Denied, errors.New("allow the camera in the system's settings")}
		}
		if !asked {
			p.ask()
			asked = true
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-look.C:
		}
	}
}
