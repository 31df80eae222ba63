package console

import (
	"errors"
	"net/http"

	"qoltanba/app/api"
	"qoltanba/app/backend/enrolment"
)

var errWrongIIN = errors.New("no IIN")

// shownCertificates is what a citizen on the phone holds.
type shownCertificates struct {
	IIN   string // an api.IIN would hide itself on the page
	Asked bool   // an IIN was given
	Lines []shownCertificate
}

type shownCertificate struct {
	Serial, Kind, State, From, Until string
	Good, Suspended                  bool
}

func (c *Console) showCertificates(v *visit) error {
	c.show(v, http.StatusOK, "certificates", page{Title: v.words.T("certificates"), Data: shownCertificates{}})
	return nil
}

// takeCertificates lists what the citizen holds whose IIN was told, after doing what the operator decided about one of them. The IIN travels in
// the form and stands in no address, which logs would keep.
func (c *Console) takeCertificates(v *visit) error {
	form := v.r.PostForm
	iin, err := api.ParseIIN(form.Get("iin"))
	if err != nil {
		return errWrongIIN
	}
	p := page{Title: v.words.T("certificates")}
	ctx, login, serial, sure := v.r.Context(), v.operator.Login, form.Get("serial"), form.Get("sure") == "yes"
	switch act := form.Get("act"); {
	case act == "": // only a look
	case act == "release" && sure:
		p.Note, err = v.words.T("certificates.released"), c.service.ReleaseCertificate(ctx, login, iin, serial)
	case act == "end" && sure:
		p.Note, err = v.words.T("certificates.ended"), c.service.EndCertificate(ctx, login, iin, serial)
	default:
		err = errForm
	}
	if err != nil {
		return err
	}
	held, err := c.service.Holdings(ctx, login, iin)
	if err != nil {
		return err
	}
	shown := shownCertificates{IIN: string(iin), Asked: true}
	for _, h := range held {
		shown.Lines = append(shown.Lines, v.words.certificate(h))
	}
	p.Data = shown
	c.show(v, http.StatusOK, "certificates", p)
	return nil
}

func (w words) certificate(h enrolment.Holding) shownCertificate {
	return shownCertificate{
		Serial: h.Serial, Kind: w.T("kind." + string(h.Kind)), State: w.T("held." + string(h.State)), From: moment(h.NotBefore), Until: moment(h.NotAfter),
		Good: h.State == api.HeldGood, Suspended: h.State == api.HeldSuspended,
	}
}
