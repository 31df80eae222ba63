package console

import (
	"net/http"

	"qoltanba/app/api"
	"qoltanba/app/backend/store"
)

// shownCall is a call-back as the page shows it.
type shownCall struct {
	ID, Phone, Reason, Language, Since, Waits string
	Register                                  bool
}

func (c *Console) showCalls(v *visit) error {
	calls, err := c.service.CallBacks(v.r.Context())
	if err != nil {
		return err
	}
	var shown []shownCall
	for _, call := range calls {
		shown = append(shown, shownCall{
			ID: call.ID, Phone: spaced(call.Phone), Since: moment(call.AskedAt), Waits: v.words.lasting(c.now().Sub(call.AskedAt)),
			Language: v.words.T("language." + string(call.Language)),
			Reason:   v.words.T("call." + string(call.Reason)), Register: call.Reason == api.CallToRegister,
		})
	}
	p := page{Title: v.words.T("calls"), Data: shown}
	if len(shown) == 0 {
		p.Refresh = 15 // otherwise an IIN that is being typed would be lost
	}
	c.show(v, http.StatusOK, "calls", p)
	return nil
}

// spaced is a number as people dial and say it: +7 701 234 56 78.
func spaced(p api.Phone) string {
	s := string(p)
	if len(s) != 12 {
		return s
	}
	return s[:2] + " " + s[2:5] + " " + s[5:8] + " " + s[8:10] + " " + s[10:]
}

// takeCall ends a call. A phone is registered only when the IIN that the citizen told by voice is that of the enrolment.
func (c *Console) takeCall(v *visit) error {
	id, outcome := v.r.PathValue("id"), api.CallState(v.r.PostForm.Get("outcome"))
	if outcome == api.CallRegistered {
		if err := c.sameCitizen(v, id, v.r.PostForm.Get("iin")); err != nil {
			return err
		}
	}
	if err := c.service.AnswerCallBack(v.r.Context(), v.operator.Login, id, outcome); err != nil {
		return err
	}
	http.Redirect(v.w, v.r, "/console/calls", http.StatusSeeOther)
	return nil
}

func (c *Console) sameCitizen(v *visit, id, told string) error {
	iin, err := api.ParseIIN(told)
	if err != nil {
		return errOtherIIN
	}
	var call store.CallBack
	err = c.store.View(v.r.Context(), func(tx store.Tx) (err error) {
		call, err = tx.CallBack(id)
		return err
	})
	if err != nil {
		return err
	}
	seen, err := c.service.Case(v.r.Context(), v.operator.Login, call.Enrolment)
	if err != nil {
		return err
	}
	if seen.IIN != iin {
		return errOtherIIN
	}
	return nil
}
