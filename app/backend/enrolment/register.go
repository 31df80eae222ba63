package enrolment

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/registry"
)

// register is what the state register said about the citizen, for the operator.
type register struct {
	At      time.Time
	Fields  *api.CardFields // nil: it knows nobody of this IIN
	Differs []string        // names of fields, as in JSON
}

// lookUp asks the mobile base for the phone; "" when it has none.
func (s *Service) lookUp(ctx context.Context, iin api.IIN) (api.Phone, error) {
	phone, err := s.MobileBase.Phone(ctx, iin)
	if errors.Is(err, registry.ErrUnknown) {
		return "", nil
	}
	return phone, err
}

// askRegister is the job that fetches the person for the operator to compare.
func (s *Service) askRegister(ctx context.Context, args caseArgs) error {
	r, err := s.caseOf(ctx, args.Enrolment)
	if err != nil {
		return err
	}
	person, err := s.Register.Person(ctx, r.State.IIN)
	if err != nil && !errors.Is(err, registry.ErrUnknown) {
		return err
	}
	return s.update(ctx, args.Enrolment, func(w *work) error {
		st := &w.State
		if st.Next() != api.StepDecision || st.Fields == nil {
			return nil
		}
		answer := &register{At: w.now}
		if err == nil {
			answer.Fields = &person.Fields
			answer.Differs = Differences(st.document(), *st.Fields, person.Fields)
		}
		st.Register = answer
		if err := s.askMatch(w); err != nil {
			return err
		}
		return w.audit("register", strings.Join(answer.Differs, ","))
	})
}

// uncompared names the fields, as in JSON, to which the register has nothing to
// say: it knows the citizen's identity card, and no passport.
func uncompared(of api.DocumentKind) []string {
	if of == api.Passport {
		return []string{"document_number", "issue_date", "expiry_date", "issuer"}
	}
	return nil
}

// Differences names the fields, as in JSON, in which a document and the register
// differ, among those that can be compared. Capitals, Ё for Е, kinds of hyphen and doubled blanks make no
// difference: registers and cards write them as they please.
func Differences(of api.DocumentKind, document, register api.CardFields) []string {
	var names []string
	there := register.List()
	for i, f := range document.List() {
		if plain(f.Value) != plain(there[i].Value) && !slices.Contains(uncompared(of), f.Name) {
			names = append(names, f.Name)
		}
	}
	return names
}

var plainly = strings.NewReplacer("Ё", "Е", "–", "-", "—", "-", "‑", "-", "’", "'")

func plain(s string) string {
	return plainly.Replace(strings.ToUpper(strings.Join(strings.Fields(s), " ")))
}
