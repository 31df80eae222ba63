package camera

import (
	"context"
	"errors"
	"testing"
)

func TestPermissionIsAskedOnceAndAwaited(t *testing.T) {
	for name, c := range map[string]struct {
		answers []authorization // one for each look; the last stays
		asked   int
		want    Fault
	}{
		"allowed before":      {[]authorization{authorized}, 0, ""},
		"refused before":      {[]authorization{refused}, 0, Denied},
		"forbidden by rules":  {[]authorization{restricted}, 0, Denied},
		"allowed when asked":  {[]authorization{notDetermined, notDetermined, authorized}, 1, ""},
		"refused when asked":  {[]authorization{notDetermined, refused}, 1, Denied},
		"of an unknown value": {[]authorization{7, authorized}, 1, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			p := permission{ask: func() { asked++ }, status: func() authorization {
				now := c.answers[0]
				if len(c.answers) > 1 {
					c.answers = c.answers[1:]
				}
				return now
			}}
			if err := p.await(t.Context()); Kind(err) != c.want || asked != c.asked {
				t.Errorf("%v, asked %d times", err, asked)
			}
		})
	}
}

func TestPermissionIsNotAwaitedForEver(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := permission{status: func() authorization { return notDetermined }, ask: cancel}
	if err := p.await(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
