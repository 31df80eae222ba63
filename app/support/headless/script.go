//go:build demo

package headless

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/journey"
	"qoltanba/assets/citizens"
)

// Script is who walks the way and what happens to them. It prints as the name
// of the sample citizen.
type Script struct {
	Citizen  citizens.Citizen
	Language api.Language
	PIN      api.Secret
	Password api.Secret
	Email    string

	WrongCodes int  // codes mistyped at the first code, before the right one
	WrongPINs  int  // PINs mistyped when the PIN is first asked for
	CallBack   bool // ask for a call-back where no code comes
	Unable     bool // cannot do what the video identification asks
	Repeats    int  // rejections that are answered by doing it again
	// RevokeFormer answers the question what becomes of former keys; they are kept otherwise.
	RevokeFormer bool
	TokenPIN     api.Secret       // of the first token, which takes the keys; "": they go to a folder
	Keys         api.KeyAlgorithm // kind of keys that is chosen on the form; "": the program's own choice
	Renews       int              // renewals of the key that was obtained, once the way is done

	Limit  time.Duration   // for the whole way
	End    journey.Stage   // where the script ends; done as a rule
	Expect []journey.Stage // to be passed in this order, others between them

	Halts   bool            // at the first stage that is none of HaltBut
	HaltBut []journey.Stage // stages that are walked through all the same
}

// Format shows the sample citizen's short name, whatever the verb.
func (s Script) Format(f fmt.State, _ rune) { _, _ = fmt.Fprintf(f, "[script of %s]", s.Citizen.ID) }

const (
	maxScript    = 16 << 10
	maxMistyped  = 20
	defaultLimit = 5 * time.Minute
	maxLimit     = time.Hour
)

// Parse reads a script: one directive a line, words separated by blanks, # to
// the end of a line is a comment.
//
//	citizen ID            of the sample population; needed
//	language kk|ru|en     the citizen's own without it
//	pin DIGITS            that is set and given
//	password TEXT         of the key files
//	email ADDRESS
//	wrong-codes N         mistyped at the first code, before the right one
//	wrong-pins N          mistyped when the PIN is first asked for
//	call-back             asked for where no code comes
//	unable                cannot do what the video identification asks
//	repeat N              rejections answered by doing it again
//	renew N               renewals once the way is done, each with the key before it
//	keys gost|rsa         chosen on the form; as --keys says without it
//	token PIN             keys go to the first token, in place of a folder
//	revoke-former         of keys from before, once new ones are written; kept without it
//	limit DURATION        for the whole way, such as 90s
//	end STAGE             where the script ends, done without it
//	expect STAGE…         stages to be passed in this order
//	halt-but STAGE…       halts for good at the first stage that is none of these
//
// An error names the line and never what stands on it.
func Parse(text []byte) (Script, error) {
	if len(text) > maxScript {
		return Script{}, fmt.Errorf("a script has at most %d bytes", maxScript)
	}
	s := Script{PIN: "482913", Password: "Qoltanba2026", Limit: defaultLimit, End: journey.StageDone} //nolint:gosec // G101: a sample citizen's
	lines := bufio.NewScanner(bytes.NewReader(text))
	for number := 1; lines.Scan(); number++ {
		line, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		if err := s.take(words[0], words[1:]); err != nil {
			return Script{}, fmt.Errorf("line %d: %w", number, err)
		}
	}
	if err := lines.Err(); err != nil {
		return Script{}, err
	}
	if s.Citizen.ID == "" {
		return Script{}, errors.New("a script names a citizen: citizen ID")
	}
	if s.Language == "" {
		s.Language = s.Citizen.Language
	}
	return s, nil
}

func (s *Script) take(directive string, values []string) error {
	switch directive {
	case "expect":
		return each(values, func(v string) error { return stage(v, func(at journey.Stage) { s.Expect = append(s.Expect, at) }) })
	case "halt-but":
		s.Halts = true
		return each(values, func(v string) error { return stage(v, func(at journey.Stage) { s.HaltBut = append(s.HaltBut, at) }) })
	case "call-back":
		s.CallBack = true
		return want(values, 0)
	case "revoke-former":
		s.RevokeFormer = true
		return want(values, 0)
	case "unable":
		s.Unable = true
		return want(values, 0)
	}
	read, known := directives[directive]
	if !known {
		return errors.New("unknown directive: see the documentation of the script")
	}
	if err := want(values, 1); err != nil {
		return err
	}
	return read(s, values[0])
}

// directives are those of one value.
var directives = map[string]func(*Script, string) error{
	"citizen": func(s *Script, v string) (err error) {
		if s.Citizen, err = citizens.Find(v); err != nil {
			err = errors.New("no sample citizen is called this: see citizens.json")
		}
		return err
	},
	"language": func(s *Script, v string) error {
		if !slices.Contains(api.Languages(), api.Language(v)) {
			return errors.New("a language is kk, ru or en")
		}
		s.Language = api.Language(v)
		return nil
	},
	"pin": func(s *Script, v string) error {
		if len(v) != 6 || strings.Trim(v, "0123456789") != "" {
			return errors.New("a PIN is six digits")
		}
		s.PIN = api.Secret(v)
		return nil
	},
	"password":    func(s *Script, v string) error { s.Password = api.Secret(v); return nil },
	"email":       func(s *Script, v string) error { s.Email = v; return api.ValidateEmail(v) },
	"wrong-codes": func(s *Script, v string) error { return count(v, &s.WrongCodes) },
	"wrong-pins":  func(s *Script, v string) error { return count(v, &s.WrongPINs) },
	"token":       func(s *Script, v string) error { s.TokenPIN = api.Secret(v); return nil },
	"keys": func(s *Script, v string) error {
		kinds := map[string]api.KeyAlgorithm{"gost": api.KeysGOST512, "rsa": api.KeysRSA2048}
		if s.Keys = kinds[v]; s.Keys == "" {
			return errors.New("keys are gost or rsa")
		}
		return nil
	},
	"renew":  func(s *Script, v string) error { return count(v, &s.Renews) },
	"repeat": func(s *Script, v string) error { return count(v, &s.Repeats) },
	"end":    func(s *Script, v string) error { return stage(v, func(at journey.Stage) { s.End = at }) },
	"limit": func(s *Script, v string) error {
		d, err := time.ParseDuration(v)
		if err != nil || d <= 0 || d > maxLimit {
			return fmt.Errorf("a limit is a duration of at most %v", maxLimit)
		}
		s.Limit = d
		return nil
	},
}

func want(values []string, n int) error {
	if len(values) != n {
		return fmt.Errorf("%d values are wanted, %d are given", n, len(values))
	}
	return nil
}

func each(values []string, do func(string) error) error {
	for _, v := range values {
		if err := do(v); err != nil {
			return err
		}
	}
	return nil
}

func count(v string, into *int) error {
	n, err := strconv.Atoi(v)
	if err != nil || n < 0 || n > maxMistyped {
		return fmt.Errorf("a number from 0 to %d is wanted", maxMistyped)
	}
	*into = n
	return nil
}

func stage(v string, take func(journey.Stage)) error {
	if !slices.Contains(journey.Stages(), journey.Stage(v)) {
		return errors.New("unknown stage")
	}
	take(journey.Stage(v))
	return nil
}
