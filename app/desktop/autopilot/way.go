//go:build demo

package autopilot

import (
	"context"
	"fmt"
	"strings"

	"qoltanba/app/api"
	"qoltanba/app/desktop/wording"
	"qoltanba/app/journey"
	"qoltanba/app/support/sample"
)

// take does at a stage what a citizen does, and looks around on the way. Done is the end.
func (p *Pilot) take(ctx context.Context, at journey.State) (done bool, err error) {
	switch at.Stage {
	case journey.StageDone:
		if err := p.look(ctx, "success"); err != nil {
			return false, err
		}
		return true, p.trySignature(ctx)
	case journey.StageJudging, journey.StageChecking, journey.StageStatus, journey.StageLocked:
		return false, p.look(ctx, string(at.Stage))
	case journey.StageRecording:
		return false, p.perform(ctx)
	}
	steps := map[journey.Stage]func(context.Context, journey.State) error{
		journey.StageWelcome:        p.welcome,
		journey.StageResume:         p.givePIN("resume"),
		journey.StageCamera:         p.camera,
		journey.StageIIN:            p.iin,
		journey.StageCode:           p.firstCode,
		journey.StageCompanion:      p.simply("companion"),
		journey.StageSummary:        p.simply("summary"),
		journey.StageSignIn:         p.signIn,
		journey.StageSignInCode:     p.secondCode,
		journey.StageBiometrics:     p.consent,
		journey.StageSelfie:         p.selfie,
		journey.StageTakeOver:       p.givePIN("takeover"),
		journey.StageRecover:        p.simply("recover"),
		journey.StageRebind:         p.givePIN("rebind"),
		journey.StageKeysLost:       p.givePIN("keyslost"),
		journey.StageRecordingIntro: p.videoIntro,
		journey.StagePIN:            p.pin,
		journey.StageCardChoice:     p.cardChoice,
		journey.StageCardFront:      p.card,
		journey.StageCardBack:       p.card,
		journey.StagePassport:       p.card,
		journey.StageFields:         p.fields,
		journey.StageRejected:       p.simply("rejected"),
		journey.StageCabinet:        p.cabinet,
		journey.StageGrant:          p.givePIN("grant"),
		journey.StageAgreement:      p.agreement,
		journey.StageForm:           p.form,
		journey.StageEmailCode:      func(ctx context.Context, _ journey.State) error { return p.giveCode(ctx, &p.mail, "emailcode") },
		journey.StageSubmit:         func(ctx context.Context, _ journey.State) error { return p.look(ctx, "submit") },
		journey.StagePassword:       p.password,
		journey.StageFormer:         p.simply("former"),
	}
	step, ok := steps[at.Stage]
	if !ok {
		return false, nil // nothing to press: the stage leads on by itself
	}
	return false, step(ctx, at)
}

// simply looks at a screen and presses its main button, or what else is named.
func (p *Pilot) simply(name string, presses ...string) func(context.Context, journey.State) error {
	if len(presses) == 0 {
		presses = []string{name + ".main"}
	}
	return func(ctx context.Context, _ journey.State) error {
		if err := p.look(ctx, name); err != nil {
			return err
		}
		return p.press(ctx, presses...)
	}
}

// givePIN gives the PIN on one of the screens that ask for it.
func (p *Pilot) givePIN(screen string) func(context.Context, journey.State) error {
	return func(ctx context.Context, s journey.State) error {
		if err := p.write(ctx, screen+".pin", p.PIN); err != nil {
			return err
		}
		return p.simply(screen)(ctx, s)
	}
}

func (p *Pilot) welcome(ctx context.Context, s journey.State) error {
	if s.Unfinished {
		return p.simply("welcome-unfinished", "welcome.main")(ctx, s)
	}
	if err := p.look(ctx, "welcome"); err != nil {
		return err
	}
	if err := p.press(ctx, "help"); err != nil {
		return err
	}
	if err := p.look(ctx, "help"); err != nil {
		return err
	}
	return p.press(ctx, "help.close", "welcome.main")
}

// visit goes to a screen that lies beside the way, once, looks at it and comes back.
func (p *Pilot) visit(ctx context.Context, from journey.State, name string, presses ...string) error {
	if p.seen[name] {
		return nil
	}
	if err := p.press(ctx, presses...); err != nil {
		return err
	}
	if err := p.leave(ctx, from); err != nil {
		return err
	}
	if err := p.look(ctx, name); err != nil {
		return err
	}
	here := p.state()
	if err := p.press(ctx, "back"); err != nil {
		return err
	}
	return p.leave(ctx, here)
}

func (p *Pilot) camera(ctx context.Context, _ journey.State) error {
	p.Sitter.Face(nil)
	if _, err := p.find(ctx, "camera.main"); err != nil {
		return err
	}
	return p.simply("camera")(ctx, journey.State{})
}

func (p *Pilot) iin(ctx context.Context, s journey.State) error {
	if err := p.write(ctx, "iin.number", string(p.Citizen.IIN)); err != nil {
		return err
	}
	return p.simply("iin")(ctx, s)
}

// firstCode looks at the call-back too, which stands beside the code.
func (p *Pilot) firstCode(ctx context.Context, s journey.State) error {
	if err := p.visit(ctx, s, "callback", "code.nocode"); err != nil {
		return err
	}
	if p.WrongCodes > 0 {
		p.exhausted = true
		return p.mistype(ctx)
	}
	if p.exhausted { // the lock is over, and so is the code
		p.exhausted = false
		if err := p.press(ctx, "code.resend"); err != nil {
			return err
		}
	}
	return p.giveCode(ctx, &p.phone, "code")
}

// mistype gives a wrong code as often as Config.WrongCodes says; the last of three locks for a while.
func (p *Pilot) mistype(ctx context.Context) error {
	code, err := p.code(ctx, &p.phone)
	if err != nil {
		return err
	}
	wrong := []byte(code)
	for p.WrongCodes > 0 {
		p.WrongCodes--
		wrong[0] = '0' + (wrong[0]-'0'+1)%10
		before := p.state()
		if err := p.write(ctx, "code.code", string(wrong)); err != nil {
			return err
		}
		if err := p.press(ctx, "code.main"); err != nil {
			return err
		}
		if err := p.until(ctx, func() (bool, error) {
			now := p.window.State()
			return !now.Busy && now.Problem != nil && now.Problem != before.Problem, nil
		}); err != nil {
			return err
		}
		if p.state().Stage != journey.StageCode {
			return nil
		}
		if err := p.look(ctx, "code-wrong"); err != nil {
			return err
		}
	}
	return nil
}

func (p *Pilot) secondCode(ctx context.Context, _ journey.State) error {
	return p.giveCode(ctx, &p.phone, "signincode")
}

func (p *Pilot) giveCode(ctx context.Context, from *sample.Phone, name string) error {
	code, err := p.code(ctx, from)
	if err != nil {
		return err
	}
	if err := p.write(ctx, name+".code", code); err != nil {
		return err
	}
	return p.simply(name)(ctx, journey.State{})
}

func (p *Pilot) signIn(ctx context.Context, s journey.State) error {
	if err := p.write(ctx, "signin.phone", strings.TrimPrefix(string(p.Citizen.Phone), "+7")); err != nil {
		return err
	}
	return p.simply("signin")(ctx, s)
}

// consent looks at the other road first: what happens to those who refuse.
func (p *Pilot) consent(ctx context.Context, s journey.State) error {
	if err := p.visit(ctx, s, "refused", "consent.refuse"); err != nil {
		return err
	}
	if err := p.press(ctx, "consent.agree"); err != nil {
		return err
	}
	return p.simply("consent")(ctx, s)
}

func (p *Pilot) selfie(ctx context.Context, _ journey.State) error {
	p.Sitter.Face(nil)
	return p.shoot(ctx, "selfie")
}

// shoot takes a picture, looks at it, and sends it.
func (p *Pilot) shoot(ctx context.Context, name string) error {
	shot := "selfie"
	if name != "selfie" {
		shot = "cardshot"
	}
	if err := p.look(ctx, name); err != nil {
		return err
	}
	if err := p.pressUnless(ctx, shot+".again", shot+".main"); err != nil { // the picture may have taken itself
		return err
	}
	if _, err := p.find(ctx, shot+".again"); err != nil {
		return err
	}
	if err := p.look(ctx, name+"-taken"); err != nil {
		return err
	}
	return p.press(ctx, shot+".main")
}

// videoIntro begins the recording, or says that the citizen cannot do it.
func (p *Pilot) videoIntro(ctx context.Context, s journey.State) error {
	if !p.Unable {
		return p.simply("videointro")(ctx, s)
	}
	if err := p.simply("videointro", "videointro.cannot")(ctx, s); err != nil {
		return err
	}
	return p.simply("cannot")(ctx, s)
}

// perform does what the prompts ask until the recording is over, with a picture in another language at each of the first movements.
func (p *Pilot) perform(ctx context.Context) error {
	pictures := 0
	if !p.seen["video"] {
		p.seen["video"], pictures = true, len(wording.Languages())
		p.count++
	}
	for i := range pictures {
		if err := p.follow(ctx, func(s journey.State) bool { return s.Recording.Prompt != nil && s.Recording.Prompt.Index >= i }); err != nil {
			return err
		}
		if p.state().Stage != journey.StageRecording {
			break
		}
		l := wording.Languages()[i]
		if err := p.press(ctx, "language."+string(l)); err != nil {
			return err
		}
		if err := pause(ctx, settle); err != nil {
			return err
		}
		if err := p.picture(ctx, fmt.Sprintf("%02d-video-%s", p.count, l)); err != nil {
			return err
		}
	}
	if pictures > 0 {
		if err := p.inTheLight(ctx); err != nil {
			return err
		}
	}
	if err := p.follow(ctx, func(journey.State) bool { return false }); err != nil {
		return err
	}
	return p.press(ctx, "language."+string(p.Citizen.Language))
}

// inTheLight takes a picture while the window shines, if it does.
func (p *Pilot) inTheLight(ctx context.Context) error {
	if err := p.press(ctx, "language."+string(wording.Kazakh)); err != nil {
		return err
	}
	shines := func(s journey.State) bool { return s.Recording.Prompt != nil && s.Recording.Prompt.Kind == api.Light }
	if err := p.follow(ctx, shines); err != nil || !shines(p.state()) {
		return err
	}
	if err := pause(ctx, 3*settle); err != nil { // of white comes first
		return err
	}
	p.count++
	return p.picture(ctx, fmt.Sprintf("%02d-light-%s", p.count, wording.Kazakh))
}

// follow does what the prompts ask until the recording is over, or as far as the state is as wanted.
func (p *Pilot) follow(ctx context.Context, wanted func(journey.State) bool) error {
	return p.until(ctx, func() (bool, error) {
		s := p.window.State()
		p.Sitter.Face(s.Recording.Prompt)
		return s.Stage != journey.StageRecording || wanted(s), nil
	})
}

func (p *Pilot) pin(ctx context.Context, s journey.State) error {
	for _, id := range []string{"pin.first", "pin.second"} {
		if err := p.write(ctx, id, p.PIN); err != nil {
			return err
		}
	}
	return p.simply("pin")(ctx, s)
}

func (p *Pilot) cardChoice(ctx context.Context, s journey.State) error {
	kind := p.Citizen.Document
	if kind == "" {
		kind = api.IdentityCard
	}
	if err := p.visit(ctx, s, "cardfile", "cardway."+string(kind), "cardway.file", "cardway.main"); err != nil {
		return err
	}
	if err := p.press(ctx, "cardway.camera"); err != nil {
		return err
	}
	return p.simply("cardway")(ctx, s)
}

func (p *Pilot) card(ctx context.Context, s journey.State) error {
	held := side(s.Stage)
	p.Sitter.Card(held)
	if err := pause(ctx, 2*settle); err != nil { // until the card is in the picture
		return err
	}
	return p.shoot(ctx, "card-"+string(held))
}

// awaitReading waits until the machine has made of the card what it can.
func (p *Pilot) awaitReading(ctx context.Context) error {
	return p.until(ctx, func() (bool, error) {
		now := p.window.State()
		r := now.Enrolment.Reading
		return now.Stage != journey.StageFields || r == nil || r.State == api.ReadingFailed || r.State == api.ReadingDone && now.Recognised != nil, nil
	})
}

func (p *Pilot) fields(ctx context.Context, s journey.State) error {
	if p.filled { // after a rejection the form is only looked through
		return p.simply("fields")(ctx, s)
	}
	if err := p.awaitReading(ctx); err != nil {
		return err
	}
	if p.state().Stage != journey.StageFields {
		return nil // a side is asked for again
	}
	made := p.state().Recognised
	if made != nil {
		if err := p.look(ctx, "fields-read"); err != nil {
			return err
		}
	}
	for _, f := range p.Citizen.Card.List() {
		if read, ok := made.Field(f.Name); ok && read.Value == f.Value {
			continue // it has arrived filled in
		}
		var err error
		switch f.Kind {
		case api.FieldSex:
			err = p.press(ctx, "fields.sex."+f.Value)
		case api.FieldDate:
			err = p.write(ctx, "fields."+f.Name, api.Date(f.Value).Written())
		default:
			err = p.write(ctx, "fields."+f.Name, f.Value)
		}
		if err != nil {
			return err
		}
	}
	if err := p.press(ctx, "fields.confirm"); err != nil {
		return err
	}
	p.filled = true
	return p.simply("fields")(ctx, s)
}

func (p *Pilot) cabinet(ctx context.Context, s journey.State) error {
	if err := p.look(ctx, "cabinet"); err != nil {
		return err
	}
	if !p.seen["documents"] {
		if err := p.documents(ctx, s); err != nil {
			return err
		}
	}
	return p.press(ctx, "cabinet.main")
}

func (p *Pilot) documents(ctx context.Context, s journey.State) error {
	if err := p.press(ctx, "cabinet.documents"); err != nil {
		return err
	}
	if err := p.leave(ctx, s); err != nil {
		return err
	}
	if err := p.look(ctx, "documents"); err != nil {
		return err
	}
	here := p.state()
	if len(here.Documents) > 0 {
		if err := p.press(ctx, "documents.view."+here.Documents[0].ID); err != nil {
			return err
		}
		if err := p.look(ctx, "document"); err != nil {
			return err
		}
		if err := p.press(ctx, "back"); err != nil {
			return err
		}
	}
	if err := p.press(ctx, "back"); err != nil {
		return err
	}
	return p.leave(ctx, here)
}

func (p *Pilot) agreement(ctx context.Context, s journey.State) error {
	if err := p.press(ctx, "agreement.agree"); err != nil {
		return err
	}
	return p.simply("agreement")(ctx, s)
}

// address is where the sample citizens get their letters.
const address = "sample@example.kz"

func (p *Pilot) form(ctx context.Context, s journey.State) error {
	if err := p.write(ctx, "application.email", address); err != nil {
		return err
	}
	return p.simply("application")(ctx, s)
}

func (p *Pilot) password(ctx context.Context, s journey.State) error {
	for _, id := range []string{"password.first", "password.second"} {
		if err := p.write(ctx, id, p.Password); err != nil {
			return err
		}
	}
	return p.simply("password")(ctx, s)
}
