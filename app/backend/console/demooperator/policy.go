//go:build demo

package demooperator

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/html"

	"qoltanba/app/api"
	"qoltanba/assets/citizens"
)

// robot is the policy over a browser.
type robot struct {
	Config
	browser

	rejected map[string]bool // citizens whose first case was rejected, by IIN
	pictured map[string]bool
}

// round takes what waits at the moment: each case of the queue and each call.
func (r *robot) round(ctx context.Context) error {
	page, err := r.visit(ctx, "/console/")
	if err != nil {
		return err
	}
	cases := links(page, "/console/case/")
	if err := r.keep(ctx, "queue", len(cases) > 0); err != nil {
		return err
	}
	for _, path := range cases {
		if err := r.decide(ctx, path); err != nil {
			return err
		}
	}
	if page, err = r.visit(ctx, "/console/calls"); err != nil {
		return err
	}
	calls := all(page, func(n *html.Node) bool { return attr(n, "data-phone") != "" })
	if err := r.keep(ctx, "calls", len(calls) > 0); err != nil {
		return err
	}
	for _, call := range calls {
		if err := r.answer(ctx, call); err != nil {
			return err
		}
		if _, err := r.visit(ctx, "/console/calls"); err != nil {
			return err
		}
	}
	return nil
}

const loginForm = "/console/login"

// visit opens a page, and logs in where that is asked first.
func (r *robot) visit(ctx context.Context, path string) (*html.Node, error) {
	page, err := r.open(ctx, path)
	if err != nil || form(page, loginForm) == nil {
		return page, err
	}
	if err := r.keep(ctx, "login", true); err != nil {
		return nil, err
	}
	page, err = r.press(ctx, press{action: loginForm, fields: map[string]string{"login": r.Login, "password": string(r.Password)}})
	if err != nil {
		return nil, err
	}
	if form(page, loginForm) != nil {
		return nil, errLogin
	}
	return r.open(ctx, path)
}

// keep leaves one picture of a kind of page: the first that has something on it.
func (r *robot) keep(ctx context.Context, name string, full bool) error {
	if !full {
		name += "-empty"
	}
	if r.pictured[name] {
		return nil
	}
	r.pictured[name] = true
	return r.picture(ctx, name)
}

// decide opens a case, looks at its evidence and gives a verdict. A case whose register has not answered waits for another round.
func (r *robot) decide(ctx context.Context, path string) error {
	page, err := r.visit(ctx, path)
	if err != nil {
		return err
	}
	verdict, reason := r.verdict(page)
	_, iin, _ := readCase(page)
	if verdict == "" {
		return nil
	}
	if err := r.watch(ctx, page); err != nil {
		return fmt.Errorf("look at the evidence: %w", err)
	}
	if err := r.pictures(ctx); err != nil {
		return err
	}
	p := press{action: path, value: verdict}
	if reason != "" {
		p.fields = map[string]string{"reason": string(reason)}
	}
	if page, err = r.press(ctx, p); err != nil {
		return err
	}
	if refused := all(page, func(n *html.Node) bool { return attr(n, "role") == "alert" }); len(refused) > 0 {
		return fmt.Errorf("the verdict was refused: %s", text(refused[0]))
	}
	if reason == r.First { // only now: a case that changed meanwhile is looked at again
		r.rejected[iin] = true
	}
	r.Log.InfoContext(ctx, "demo operator decided", "verdict", verdict, "reason", reason)
	return nil
}

// pictures leaves the first case in each language, and ends in the one it began with.
func (r *robot) pictures(ctx context.Context) error {
	if r.pictured["case"] {
		return nil
	}
	r.pictured["case"] = true
	for _, language := range []api.Language{api.English, api.Kazakh, api.Russian} {
		page, err := r.press(ctx, press{action: "/console/language", value: string(language)})
		if err != nil {
			return err
		}
		if err := r.watch(ctx, page); err != nil {
			return err
		}
		if err := r.picture(ctx, "case-"+string(language)); err != nil {
			return err
		}
	}
	return nil
}

// The differences which make somebody another person, and not a citizen who mistyped.
var personal = []string{"surname", "name", "patronymic", "sex", "birth_date", "document_number"}

// verdict is the button to press, "" for none yet, and the reason of a rejection.
func (r *robot) verdict(page *html.Node) (string, api.RejectReason) {
	const approve, reject = "approve", "reject"
	if len(all(page, func(n *html.Node) bool { return attr(n, "value") == reject })) == 0 {
		return "", "" // decided by somebody else meanwhile
	}
	register, iin, differs := readCase(page)
	switch {
	case register == "waiting" || register == "":
		return "", ""
	case register == "nobody":
		return reject, api.RejectPerson
	case r.First != "" && !r.rejected[iin]:
		return reject, r.First
	case slices.ContainsFunc(differs, func(name string) bool { return slices.Contains(personal, name) }):
		return reject, api.RejectPerson
	case len(differs) > 0:
		return reject, api.RejectFields
	default:
		return approve, ""
	}
}

// readCase reads the table of fields: whether the register answered, the IIN, and the names of the fields that differ.
func readCase(page *html.Node) (register, iin string, differs []string) {
	for _, table := range all(page, func(n *html.Node) bool { return attr(n, "data-register") != "" }) {
		register = attr(table, "data-register")
		for _, row := range all(table, func(n *html.Node) bool { return attr(n, "data-field") != "" }) {
			name := attr(row, "data-field")
			if cells := all(row, func(n *html.Node) bool { return n.Data == "td" }); name == "iin" && len(cells) > 0 {
				iin = text(cells[0])
			}
			if slices.Contains(strings.Fields(attr(row, "class")), "differs") {
				differs = append(differs, name)
			}
		}
	}
	return register, iin, differs
}

// answer ends a call. The sample citizen tells the IIN by voice, which here is read from the sample population by the phone; a phone that is
// nobody's is refused.
func (r *robot) answer(ctx context.Context, call *html.Node) error {
	forms := all(call, func(n *html.Node) bool { return n.Data == "form" })
	if len(forms) == 0 {
		return nil
	}
	p := press{action: attr(forms[0], "action"), value: string(api.CallAnswered)}
	if len(all(call, func(n *html.Node) bool { return attr(n, "name") == "iin" })) > 0 {
		phone, err := api.ParsePhone(attr(call, "data-phone"))
		if err != nil {
			return err
		}
		p.value = string(api.CallRefused)
		for _, c := range citizens.All() {
			if c.Phone == phone {
				p.value, p.fields = string(api.CallRegistered), map[string]string{"iin": string(c.IIN)}
			}
		}
	}
	page, err := r.press(ctx, p)
	if err != nil {
		return err
	}
	if refused := all(page, func(n *html.Node) bool { return attr(n, "role") == "alert" }); len(refused) > 0 {
		return fmt.Errorf("the answer to a call was refused: %s", text(refused[0]))
	}
	r.Log.InfoContext(ctx, "demo operator answered a call", "outcome", p.value)
	return nil
}
