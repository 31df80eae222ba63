package frame_test

import (
	"image"
	"image/color"
	"image/draw"
	"math"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"

	"qoltanba/app/api"
	"qoltanba/app/desktop/frame"
	"qoltanba/app/desktop/screen"
	"qoltanba/app/desktop/wording"
)

// exhibit is a screen in one of its states, with sample data of a citizen who does not exist.
type exhibit struct {
	name  string
	build frame.Builder
	after func(f *frame.Frame) // what is done once the screen stands
}

var noon = time.Date(2026, 11, 20, 12, 5, 0, 0, time.UTC)

// portrait is a soft picture of a head and shoulders, in the proportions of a camera.
func portrait(w, h int) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	cx, cy, r := float64(w)*0.5, float64(h)*0.46, float64(h)*0.24
	for y := range h {
		for x := range w {
			shade := uint8(150 + 60*y/h)
			c := color.RGBA{R: shade - 20, G: shade, B: shade + 6, A: 255}
			dx, dy := (float64(x)-cx)/(r*0.8), (float64(y)-cy)/r
			bx, by := (float64(x)-cx)/(r*1.9), (float64(y)-float64(h))/(r*1.25)
			switch {
			case dx*dx+dy*dy < 1:
				c = color.RGBA{R: 214, G: 178, B: 152, A: 255}
				if dy < -0.45 {
					c = color.RGBA{R: 60, G: 48, B: 44, A: 255}
				}
			case bx*bx+by*by < 1:
				c = color.RGBA{R: 40, G: 92, B: 108, A: 255}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

// traced are the corners of what card draws.
func traced() []fyne.Position {
	return []fyne.Position{{X: 35.0 / 640, Y: 60.0 / 480}, {X: 605.0 / 640, Y: 60.0 / 480}, {X: 605.0 / 640, Y: 420.0 / 480}, {X: 35.0 / 640, Y: 420.0 / 480}}
}

// card is a picture of a document with a face and lines.
func card() *image.RGBA {
	const w, h = 640, 480
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{R: 96, G: 84, B: 74, A: 255}
			if math.Abs(float64(x)-w/2) < 285 && math.Abs(float64(y)-h/2) < 180 {
				c = color.RGBA{R: 214, G: 232, B: 236, A: 255}
				if x > 70 && x < 200 && y > 130 && y < 310 {
					c = color.RGBA{R: 170, G: 190, B: 198, A: 255}
				}
				if x > 240 && x < 540-(y/36%3)*50 && y%36 < 9 && y > 100 && y < 380 {
					c = color.RGBA{R: 90, G: 110, B: 120, A: 255}
				}
			}
			img.SetRGBA(x, y, c)
		}
	}
	return img
}

const sampleAgreement = `1. Осы мәтін үлгі болып табылады. Настоящий текст является образцом и служит для проверки вида экрана.

2. Кілттер азаматтың өз компьютерінде жасалады. Ключи создаются на компьютере гражданина и не покидают его.

3. Азамат құпиясөзді ешкімге бермейді. Гражданин никому не передаёт пароль.

4. Бет-әлпет туралы деректер тек жеке басын растау үшін өңделеді. Сведения о лице обрабатываются только для подтверждения личности.

5. Келісім кез келген уақытта қайтарып алынуы мүмкін. Согласие можно отозвать в любое время.`

func sampleFields() map[screen.FieldName]string {
	return map[screen.FieldName]string{
		screen.FieldSurname: "ӘБДІҒАЛИЕВА", screen.FieldGivenName: "ҚЫЗҒАЛДАҚ", screen.FieldPatronymic: "НҰРЛАНҚЫЗЫ",
		screen.FieldSex: screen.SexFemale, screen.FieldBirthDate: "14.03.1957", screen.FieldBirthPlace: "АЛМАТЫ ОБЛЫСЫ",
		screen.FieldNationality: "ҚАЗАҚ", screen.FieldCitizenship: "ҚАЗАҚСТАН", screen.FieldNumber: "041234567",
		screen.FieldIssued: "20.05.2018", screen.FieldExpires: "20.05.2028", screen.FieldIssuer: "ҚР ІШКІ ІСТЕР МИНИСТРЛІГІ",
	}
}

func show(f func(w *wording.Words) screen.Screen) frame.Builder { return f }

func feed(get func(screen.Screen) interface{ Still(image.Image) }, img image.Image, build frame.Builder) frame.Builder {
	return func(w *wording.Words) screen.Screen {
		s := build(w)
		get(s).Still(img)
		return s
	}
}

func shotPreview(s screen.Screen) interface{ Still(image.Image) } {
	switch v := s.(type) {
	case *screen.Shot:
		return v.Preview
	case *screen.Video:
		return v.Preview
	case *screen.Camera:
		return v.Preview
	case *screen.Light:
		return v.Preview
	}
	return nil
}

// outline goes round the head of portrait.
func outline() (points []fyne.Position) {
	for i := range 36 {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / 36)
		x, y := 0.5+0.155*sin, 0.465-0.25*cos
		if cos < 0 {
			x, y = 0.5+0.145*sin, 0.465-0.255*cos
		}
		points = append(points, fyne.NewPos(float32(x), float32(y)))
	}
	return points
}

func nothing()            {}
func noText(string)       {}
func noDigits(string)     {}
func noBool(bool)         {}
func goodIIN(string) bool { return true }
func badIIN(string) bool  { return false }

func enter(id, value string) func(f *frame.Frame) {
	return func(f *frame.Frame) {
		if v, ok := f.Find(id).(interface{ SetValue(string) }); ok {
			v.SetValue(value)
		}
	}
}

// focus gives the keyboard to a piece, as pressing Tab does.
func focus(id string) func(f *frame.Frame) {
	return func(f *frame.Frame) {
		if o, ok := f.Find(id).(fyne.Focusable); ok {
			fyne.CurrentApp().Driver().CanvasForObject(f.Content()).Focus(o)
		}
	}
}

// gallery lists every screen, the important ones in more than one state.
func gallery() []exhibit {
	return slices.Concat(startScreens(), phoneScreens(), faceScreens(), cardScreens(), keyScreens(), heldScreens(), askScreens(), lineScreens())
}

func startScreens() []exhibit {
	retry := screen.RetryActions{Retry: nothing, Close: nothing}
	starting := func(slow bool) frame.Builder {
		return func(w *wording.Words) screen.Screen { return screen.NewStarting(w, slow) }
	}
	passphrase := show(func(w *wording.Words) screen.Screen {
		return screen.NewPassphrase(w, screen.PassphraseActions{Next: noText, Keyring: nothing})
	})
	unlock := func(refused string) frame.Builder {
		return func(w *wording.Words) screen.Screen { return screen.NewUnlock(w, refused, noText) }
	}
	help := func(m screen.HelpCallModel) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewHelpCall(w, m, screen.HelpCallActions{Phone: noDigits, Language: func(wording.Language) {}, Request: nothing, Return: nothing})
		}
	}
	failure := func(code api.Code, anew func()) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			f, l := api.FailureOf(code), api.Language(w.Language())
			return screen.NewStartFailure(w, screen.StartFailureModel{Sentence: f.Sentence.In(l), Remedy: f.Remedy.In(l), Code: string(code)},
				screen.RetryActions{Retry: nothing, Close: nothing, Anew: anew})
		}
	}
	return []exhibit{
		{name: "start", build: starting(false)},
		{name: "start-slow", build: starting(true)},
		{name: "passphrase", build: passphrase},
		{name: "passphrase-good", build: passphrase, after: func(f *frame.Frame) {
			enter("passphrase.first", "ақ боз ат")(f)
			enter("passphrase.second", "ақ боз ат")(f)
		}},
		{name: "unlock", build: unlock("")},
		{name: "unlock-wrong", build: unlock("кер боз ат"), after: enter("unlock.phrase", "кер боз ат")},
		{name: "already", build: show(func(w *wording.Words) screen.Screen { return screen.NewAlreadyOpen(w, retry) })},
		{name: "startfailure", build: failure(api.DataUnusable, nil)},
		{name: "startfailure-full", build: failure(api.DataFull, nil)},
		{name: "startfailure-keyring", build: failure(api.KeyringLocked, nothing)},
		{name: "helpcall", build: help(screen.HelpCallModel{Phone: "70112", Language: wording.Kazakh})},
		{name: "helpcall-awaited", build: help(screen.HelpCallModel{Phone: "7011234567", Awaited: true})},
	}
}

func phoneScreens() []exhibit {
	camera := func(state screen.CameraState, names ...string) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewCamera(w, screen.CameraModel{State: state, Cameras: names},
				screen.CameraActions{Choose: func(int) {}, Retry: nothing, Next: nothing, Back: nothing})
		}
	}
	iin := func(check func(string) bool) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewIIN(w, screen.IINModel{}, screen.IINActions{Check: check, Next: nothing, Back: nothing})
		}
	}
	code := func(m screen.CodeModel) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewCode(w, m, screen.CodeActions{Next: nothing, Resend: nothing, NoCode: nothing, Back: nothing})
		}
	}
	call := func(state screen.CallBackState) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewCallBack(w, screen.CallBackModel{State: state, Phone: "7011234567", Language: wording.Kazakh},
				screen.CallBackActions{Phone: noDigits, Language: func(wording.Language) {}, Request: nothing, Again: nothing, Refresh: nothing, Back: nothing})
		}
	}
	companion := func(state screen.CompanionState) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewCompanion(w, screen.CompanionModel{State: state, Owner: "KAZTOKEN", Version: "1.4"},
				screen.CompanionActions{Retry: nothing, Guide: nothing, Next: nothing, Back: nothing})
		}
	}
	return []exhibit{
		{name: "welcome", build: welcome(false)},
		{name: "welcome-unfinished", build: welcome(true)},
		{name: "camera-live", build: feed(shotPreview, portrait(640, 480), camera(screen.CameraLive, "Integrated Camera", "USB 2.0 Camera"))},
		{name: "camera-none", build: camera(screen.CameraNone)},
		{name: "camera-denied", build: camera(screen.CameraDenied, "Integrated Camera")},
		{name: "iin-empty", build: iin(goodIIN)},
		{name: "iin-good", build: iin(goodIIN), after: enter("iin.number", "570314450127")},
		{name: "iin-bad", build: iin(badIIN), after: enter("iin.number", "570314450128")},
		{name: "code", build: code(screen.CodeModel{ResendIn: 47 * time.Second, Tries: -1}), after: enter("code.code", "481")},
		{name: "code-wrong", build: code(screen.CodeModel{Tries: 2, Wrong: true}), after: nil},
		{name: "callback-ask", build: call(screen.CallBackAsk)},
		{name: "callback-waiting", build: call(screen.CallBackWaiting)},
		{name: "callback-registered", build: call(screen.CallBackRegistered)},
		{name: "companion-ours", build: companion(screen.CompanionOurs)},
		{name: "companion-stranger", build: companion(screen.CompanionStranger)},
		{name: "summary", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewSummary(w, screen.SummaryModel{Phone: "+7 701 ••• •• 67", Companion: true}, screen.SummaryActions{Next: nothing, Back: nothing})
		})},
		{name: "locked", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewLocked(w, screen.LockedModel{Reason: w.T("code.wrong"), Until: noon.Add(15 * time.Minute), Left: 12*time.Minute + 31*time.Second},
				screen.LockedActions{CallBack: nothing, Next: nothing})
		})},
		{name: "resume", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewResume(w, screen.PINModel{Tries: 4, Wrong: true, Reached: w.T("step.checking")}, screen.PINActions{Next: noText, Forgotten: nothing})
		})},
		{name: "takeover", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewTakeOver(w, screen.PINModel{Tries: -1}, screen.PINActions{Next: noText})
		})},
		{name: "recover", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewRecover(w, screen.RecoverActions{Next: nothing, Anew: nothing})
		})},
		{name: "rebind", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewRebind(w, screen.PINModel{Tries: 4, Wrong: true}, screen.PINActions{Next: noText})
		})},
		{name: "keyslost", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewKeysLost(w, screen.KeysLostModel{Number: "406512873194", PIN: screen.PINModel{Tries: -1}}, screen.PINActions{Next: noText})
		})},
		{name: "help", build: iin(goodIIN), after: func(f *frame.Frame) { f.Help() }},
		{name: "wait", build: iin(goodIIN), after: func(f *frame.Frame) { f.Wait(f.Words().T("video.wait"), 0.4, nothing) }},
		{name: "failure", build: iin(goodIIN), after: func(f *frame.Frame) {
			f.Fail(frame.Failure{Sentence: f.Words().T("camera.none"), Remedy: f.Words().T("camera.none.remedy"), Code: "camera.none", Retry: nothing})
		}},
	}
}

func welcome(unfinished bool) frame.Builder {
	return func(w *wording.Words) screen.Screen {
		return screen.NewWelcome(w, screen.WelcomeModel{Unfinished: unfinished, Reached: w.T("step.video")},
			screen.WelcomeActions{Begin: nothing, Resume: nothing, Language: func(wording.Language) {}})
	}
}

func faceScreens() []exhibit {
	selfie := func(m screen.ShotModel) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewSelfie(w, m, screen.ShotActions{Shoot: nothing, Again: nothing, Send: nothing, Back: nothing, Sound: noBool})
		}
	}
	video := func(m screen.VideoModel) frame.Builder {
		m.Live.Outline, m.Total = outline(), 5
		return feed(shotPreview, portrait(640, 480), func(w *wording.Words) screen.Screen {
			return screen.NewVideo(w, m, screen.VideoActions{Stop: nothing, Sound: noBool})
		})
	}
	intro := func(m screen.VideoIntroModel, reason api.Code) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			if reason != "" {
				f, l := api.FailureOf(reason), api.Language(w.Language())
				m.Reason, m.Remedy = f.Sentence.In(l), f.Remedy.In(l)
			}
			return screen.NewVideoIntro(w, m, screen.VideoIntroActions{MovementOnly: noBool, Sound: noBool, Cannot: nothing, Start: nothing, Back: nothing})
		}
	}
	return []exhibit{
		{name: "signin", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewSignIn(w, screen.SignInModel{Phone: "701123"}, screen.SignInActions{Phone: noDigits, Next: nothing, Back: nothing})
		})},
		{name: "signincode", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewSignInCode(w, screen.CodeModel{Tries: -1}, screen.CodeActions{Next: nothing, Resend: nothing, Back: nothing})
		})},
		{name: "consent", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewConsent(w, screen.AgreementModel{Text: sampleAgreement, Version: "2026-1"},
				screen.ConsentActions{Changed: noBool, Accept: nothing, Refuse: nothing, Back: nothing})
		})},
		{name: "refused", build: show(func(w *wording.Words) screen.Screen { return screen.NewRefused(w, nothing) })},
		{name: "selfie-live", build: feed(shotPreview, portrait(640, 480), selfie(screen.ShotModel{Hint: screen.HintGood}))},
		{name: "selfie-hint", build: feed(shotPreview, portrait(640, 480), selfie(screen.ShotModel{Hint: screen.HintLight, Live: screen.Live{Outline: outline()}, Auto: true, Muted: true}))},
		{name: "selfie-covered", build: feed(shotPreview, portrait(640, 480), selfie(screen.ShotModel{Hint: screen.HintCovered, Auto: true}))}, // the longest hint
		{name: "selfie-count", build: feed(shotPreview, portrait(640, 480), selfie(screen.ShotModel{Hint: screen.HintGood, Live: screen.Live{Outline: outline(), Share: 0.6, Count: 2}, Auto: true}))},
		{name: "selfie-taken", build: selfie(screen.ShotModel{Taken: portrait(640, 480)})},
		{name: "videointro", build: intro(screen.VideoIntroModel{}, "")},
		{name: "videointro-again", build: intro(screen.VideoIntroModel{MovementOnly: true, Muted: true}, api.RecordingBroken)},
		{name: "cannot", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewCannot(w, screen.CannotActions{Next: nothing, Back: nothing})
		})},
		{name: "video-ahead", build: video(screen.VideoModel{Prompt: screen.PromptAhead, Hint: screen.HintOneFace, Upload: -1})},
		{name: "video-left", build: video(screen.VideoModel{Prompt: screen.PromptLeft, Done: 1, Upload: -1, Live: screen.Live{Share: 0.55}})},
		{name: "video-up", build: video(screen.VideoModel{Prompt: screen.PromptUp, Done: 2, Upload: -1})},
		{name: "video-back", build: video(screen.VideoModel{Prompt: screen.PromptUp, Reached: true, Done: 2, Upload: -1, Live: screen.Live{Share: 1}})},
		{name: "video-closer", build: video(screen.VideoModel{Prompt: screen.PromptCloser, Done: 3, Upload: -1, Live: screen.Live{Share: 0.4}})},
		{name: "video-sending", build: video(screen.VideoModel{Done: 5, Upload: 0.6})},
		{name: "light", build: feed(shotPreview, portrait(640, 480), func(w *wording.Words) screen.Screen {
			return screen.NewLight(w, color.NRGBA{G: 255, B: 255, A: 255}, nothing)
		})},
		{name: "judging", build: show(func(w *wording.Words) screen.Screen { return screen.NewJudging(w, screen.JudgingModel{Share: 0.4}) })},
		{name: "pin", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewPIN(w, screen.NewPINActions{Set: noText, Back: nothing})
		}), after: func(f *frame.Frame) {
			enter("pin.first", "275081")(f)
			enter("pin.second", "275081")(f)
		}},
	}
}

func cardScreens() []exhibit {
	shot := func(side screen.CardSide, m screen.ShotModel) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewCardShot(w, side, m, screen.ShotActions{Shoot: nothing, Again: nothing, Send: nothing, Back: nothing, File: nothing, Sound: noBool})
		}
	}
	files := screen.CardFileActions{Choose: func(screen.CardSide) {}, Remove: func(screen.CardSide) {}, Send: nothing, Back: nothing}
	form := screen.FieldsActions{Changed: func(screen.FieldName, string) {}, Confirmed: noBool, Send: nothing, Back: nothing}
	document := screen.Document{ID: "1", Number: "041•••567", At: noon, State: screen.DocumentConfirmed}
	return []exhibit{
		{name: "cardway", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewCardWay(w, screen.CardChoice{Kind: screen.IdentityCard, Way: screen.CardByCamera}, screen.CardWayActions{Choose: func(screen.CardChoice) {}, Next: nothing, Back: nothing})
		})},
		{name: "cardshot-front", build: feed(shotPreview, card(), shot(screen.CardFront, screen.ShotModel{Hint: screen.HintGlare, Auto: true, Live: screen.Live{
			Outline: traced(), Spots: [][]fyne.Position{{{X: 0.62, Y: 0.4}, {X: 0.78, Y: 0.4}, {X: 0.78, Y: 0.52}, {X: 0.62, Y: 0.52}}},
		}}))},
		{name: "cardshot-tilting", build: feed(shotPreview, card(), shot(screen.CardBack, screen.ShotModel{Hint: screen.HintTilting, Auto: true, Live: screen.Live{Outline: traced(), Share: 0.4}}))},
		{name: "cardshot-byfile", build: feed(shotPreview, card(), shot(screen.CardFront, screen.ShotModel{Hint: screen.HintByFile, Auto: true, Live: screen.Live{Outline: traced()}}))},
		{name: "cardshot-back-taken", build: shot(screen.CardBack, screen.ShotModel{Taken: card()})},
		{name: "cardfile", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewCardFile(w, []screen.CardFile{{Side: screen.CardFront, Name: "kuelik-aldy.jpg", Picture: card(), Given: true}, {Side: screen.CardBack}}, files)
		})},
		{name: "cardfile-pdf", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewCardFile(w, []screen.CardFile{
				{Side: screen.CardFront, Name: "kuelik.pdf", Given: true, Whole: true},
				{Side: screen.CardBack, Name: "mysyq.heic", Picture: portrait(640, 480), Given: true, Note: w.T("cardfile.nocard")},
			}, files)
		})},
		{name: "cardfile-passport", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewCardFile(w, []screen.CardFile{{Side: screen.CardPage}}, files)
		})},
		{name: "cardshot-passport", build: feed(shotPreview, card(), shot(screen.CardPage, screen.ShotModel{}))},
		{name: "fields", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewFields(w, screen.FieldsModel{Kind: screen.IdentityCard, Values: sampleFields(), Pictures: []image.Image{card(), card()}}, form)
		})},
		{name: "fields-reading", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewFields(w, screen.FieldsModel{Kind: screen.IdentityCard, Reading: true, Pictures: []image.Image{card(), card()}}, form)
		})},
		{name: "fields-read", build: show(func(w *wording.Words) screen.Screen {
			m := screen.FieldsModel{Kind: screen.IdentityCard, Values: sampleFields(), Pictures: []image.Image{card(), card()}}
			for i, name := range screen.FieldNames() {
				m.Crops = append(m.Crops, screen.Crop{Field: name, Picture: printed(60 + 12*i), Uncertain: name == screen.FieldGivenName})
			}
			return screen.NewFields(w, m, form)
		})},
		{name: "fields-below", build: show(func(w *wording.Words) screen.Screen {
			m := screen.FieldsModel{Kind: screen.IdentityCard, Values: sampleFields(), Pictures: []image.Image{card(), card()}, Confirmed: true}
			m.Problems = map[screen.FieldName]string{screen.FieldExpires: w.T("fields.wrong")}
			return screen.NewFields(w, m, form)
		}), after: focus("fields.expiry_date")},
		{name: "fields-passport", build: show(func(w *wording.Words) screen.Screen {
			values := sampleFields()
			values[screen.FieldNumber] = "N12345678"
			return screen.NewFields(w, screen.FieldsModel{Kind: screen.Passport, Values: values, Pictures: []image.Image{card()}}, form)
		})},
		{name: "checking", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewChecking(w, screen.CheckingModel{}, screen.CheckingActions{})
		})},
		{name: "checking-moderation", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewChecking(w, screen.CheckingModel{Moderation: true, Phone: "+7 701 ••• •• 67", Since: noon},
				screen.CheckingActions{Refresh: nothing, Close: nothing})
		})},
		{name: "rejected", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewRejected(w, screen.RejectedModel{Reason: w.T("hint.glare"), Redo: w.T("cardshot.help")}, screen.RejectedActions{Redo: nothing})
		})},
		{name: "cabinet", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewCabinet(w, screen.CabinetModel{Name: "ӘБДІҒАЛИЕВА ҚЫЗҒАЛДАҚ НҰРЛАНҚЫЗЫ", Confirmed: true, Documents: 1, KeysAllowed: true},
				screen.CabinetActions{Documents: nothing, Keys: nothing})
		})},
		{name: "documents", build: show(func(w *wording.Words) screen.Screen {
			d := document
			d.Kind = w.T("stage.card")
			old := screen.Document{ID: "2", Kind: w.T("document.identity_card"), Number: "N1•••678", At: noon, State: screen.DocumentRejected}
			return screen.NewDocuments(w, []screen.Document{d, old}, screen.DocumentsActions{View: noText, Back: nothing})
		})},
		{name: "document", build: show(func(w *wording.Words) screen.Screen {
			d := document
			d.Kind = w.T("stage.card")
			var rows [][2]string
			for _, name := range screen.FieldNames() {
				if name != screen.FieldSex {
					rows = append(rows, [2]string{w.T("fields." + string(name)), sampleFields()[name]})
				}
			}
			return screen.NewDocument(w, screen.DocumentModel{Document: d, Fields: rows, Pictures: []image.Image{card(), card()}}, screen.DocumentActions{Keys: nothing, Back: nothing})
		})},
	}
}

func keyScreens() []exhibit {
	application := func(caution screen.FolderCaution) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewApplication(w, screen.ApplicationModel{Name: "ӘБДІҒАЛИЕВА Қ. Н.", IIN: "570314••••••", Folder: strings.Join([]string{"", "home", "aje", "Documents", "ЭЦҚ"}, "/"), Caution: caution},
				screen.ApplicationActions{Email: noText, Folder: nothing, Submit: nothing, Back: nothing})
		}
	}
	submit := func(ready bool, states ...screen.ApplicationState) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			m := screen.SubmitModel{Number: "KZ-2026-000417", Ready: ready}
			for i, s := range states {
				m.Steps = append(m.Steps, screen.ApplicationStep{State: s, At: noon.Add(time.Duration(i) * time.Minute)})
			}
			return screen.NewSubmit(w, m, screen.SubmitActions{Refresh: nothing, Anew: nothing, Next: nothing})
		}
	}
	password := show(func(w *wording.Words) screen.Screen {
		return screen.NewPassword(w, screen.PasswordActions{Download: noText, Folder: nothing, Back: nothing})
	})
	refused := func(code api.Code) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			f, l := api.FailureOf(code), api.Language(w.Language())
			return screen.NewApplication(w, screen.ApplicationModel{Name: "ӘБДІҒАЛИЕВА Қ. Н.", IIN: "570314••••••", Folder: strings.Join([]string{"", "media", "aje", "ҚҰЖАТТАР"}, "/"), FolderProblem: f.Sentence.In(l), FolderRemedy: f.Remedy.In(l)},
				screen.ApplicationActions{Email: noText, Folder: nothing, Submit: nothing, Back: nothing})
		}
	}
	notWritten := func(code api.Code) func(*frame.Frame) {
		return func(f *frame.Frame) {
			enter("password.first", "Steppe2026")(f)
			enter("password.second", "Steppe2026")(f)
			row, l := api.FailureOf(code), api.Language(f.Words().Language())
			f.Fail(frame.Failure{Sentence: row.Sentence.In(l), Remedy: row.Remedy.In(l), Code: string(code), Folder: nothing})
		}
	}
	letter := func(m screen.CodeModel) frame.Builder {
		m.To = "kyzgaldak.abdigalieva@example.kz"
		return func(w *wording.Words) screen.Screen {
			return screen.NewEmailCode(w, m, screen.CodeActions{Next: nothing, Resend: nothing, NoCode: nothing, Back: nothing})
		}
	}
	trial := func(refused string) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			text := w.T("trial.sample", "Name", "ӘБДІҒАЛИЕВА ҚЫЗҒАЛДАҚ НҰРЛАНҚЫЗЫ", "Date", w.Date(noon))
			return screen.NewTrial(w, screen.TrialModel{Text: text, Refused: refused}, screen.TrialActions{Sign: noText, Back: nothing})
		}
	}
	trialResult := func(verdict screen.TrialVerdict, saved string) frame.Builder {
		return func(w *wording.Words) screen.Screen {
			return screen.NewTrialResult(w, screen.TrialResultModel{
				Verdict: verdict, Text: w.T("trial.sample", "Name", "ӘБДІҒАЛИЕВА ҚЫЗҒАЛДАҚ НҰРЛАНҚЫЗЫ", "Date", w.Date(noon)),
				Name: "ӘБДІҒАЛИЕВА ҚЫЗҒАЛДАҚ НҰРЛАНҚЫЗЫ", IIN: "••• 127", At: noon, Issuer: "ҰЛТТЫҚ КУӘЛАНДЫРУШЫ ОРТАЛЫҚ (RSA)",
				Until: noon.AddDate(1, 0, 0), Saved: saved,
			}, screen.TrialResultActions{Save: nothing, Return: nothing})
		}
	}
	return []exhibit{
		{name: "grant", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewGrant(w, screen.GrantModel{Name: "ӘБДІҒАЛИЕВА ҚЫЗҒАЛДАҚ", IIN: "570314••••••", PIN: screen.PINModel{Tries: -1}},
				screen.PINActions{Next: noText, Forgotten: nothing, Back: nothing})
		})},
		{name: "agreement", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewAgreement(w, screen.AgreementModel{Text: sampleAgreement, Version: "2026-2", Agreed: true},
				screen.AgreementActions{Confirm: nothing, Back: nothing})
		})},
		{name: "application", build: application(screen.FolderFine)},
		{name: "application-synced", build: application(screen.FolderSynced)},
		{name: "application-refused", build: refused(api.FolderReadOnly)},
		{name: "emailcode", build: letter(screen.CodeModel{ResendIn: 47 * time.Second, Tries: -1}), after: enter("emailcode.code", "481")},
		{name: "emailcode-wrong", build: letter(screen.CodeModel{Tries: 2, Wrong: true})},
		{name: "emailcode-locked", build: letter(screen.CodeModel{ResendIn: 14*time.Minute + 3*time.Second, Tries: -1, Locked: true})},
		{name: "submit-checking", build: submit(false, screen.ApplicationMaking, screen.ApplicationCreated, screen.ApplicationChecking)},
		{name: "submit-rejected", build: submit(false, screen.ApplicationMaking, screen.ApplicationCreated, screen.ApplicationChecking, screen.ApplicationRejected)},
		{name: "submit-ready", build: submit(true, screen.ApplicationMaking, screen.ApplicationCreated, screen.ApplicationChecking, screen.ApplicationApproved, screen.ApplicationAwaiting)},
		{name: "password-empty", build: password},
		{name: "password-layout", build: password, after: enter("password.first", "Құпия1")},
		{name: "password-good", build: password, after: func(f *frame.Frame) {
			enter("password.first", "Steppe2026")(f)
			enter("password.second", "Steppe2026")(f)
		}},
		{name: "password-gone", build: password, after: notWritten(api.FolderGone)},
		{name: "password-taken", build: password, after: notWritten(api.FileExists)},
		{name: "success", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewSuccess(w, screen.SuccessModel{Folder: "/home/aje/Documents/ЭЦҚ", Until: noon.AddDate(1, 0, 0), Files: []screen.KeyFile{
				{Name: "GOST512_7b2e4c6d8f0a1b3c5d7e9f1a2b4c6d8e0f1a3b5c.p12", Purpose: w.T("purpose.gost512")},
			}}, screen.SuccessActions{Open: nothing, Print: nothing, Try: nothing, Keys: nothing, Finish: nothing})
		})},
		{name: "trial", build: trial("")},
		{name: "trial-wrong", build: trial("Steppe2027"), after: enter("trial.password", "Steppe2027")},
		{name: "trialresult", build: trialResult(screen.TrialGood, "")},
		{name: "trialresult-expired", build: trialResult(screen.TrialExpired, "")},
		{name: "trialresult-saved", build: trialResult(screen.TrialGood, "/home/aje/Documents/ЭЦҚ/qoltanba-2026-11-20-120500.cms")},
	}
}

// lineScreens are waits for the line, over the screen of the code.
func lineScreens() []exhibit {
	code := show(func(w *wording.Words) screen.Screen {
		return screen.NewCode(w, screen.CodeModel{ResendIn: 47 * time.Second, Tries: -1}, screen.CodeActions{Next: nothing, Resend: nothing, NoCode: nothing, Back: nothing})
	})
	words := func(f *frame.Frame, code api.Code, fact string, pairs ...any) frame.Failure {
		row, l := api.FailureOf(code), api.Language(f.Words().Language())
		failure := frame.Failure{Sentence: row.Sentence.In(l), Remedy: row.Remedy.In(l), Code: string(code)}
		if fact != "" {
			failure.Facts = []string{f.Words().T(fact, pairs...)}
		}
		return failure
	}
	held := func(code api.Code, browser func(), fact string, pairs ...any) func(*frame.Frame) {
		return func(f *frame.Frame) {
			x := words(f, code, fact, pairs...)
			f.Hold(frame.Hold{
				Sentence: x.Sentence, Remedy: x.Remedy, Facts: x.Facts, Code: x.Code, Try: nothing, Return: nothing, Browser: browser,
				Next: f.Words().T("line.next", "Time", f.Words().Clock(12*time.Second)),
			})
		}
	}
	return []exhibit{
		{name: "line-offline", build: code, after: held(api.Offline, nil, "")},
		{name: "line-portal", build: code, after: held(api.CaptivePortal, nothing, "")},
		{name: "line-intercepted", build: code, after: held(api.Intercepted, nil, "line.party", "Name", "Kaspersky Anti-Virus Personal Root Certificate")},
		{name: "line-clock", build: code, after: held(api.ClockWrong, nil, "line.clock", "Time", "03.01.2019, 14:20")},
		{name: "line-refreshing", build: show(func(w *wording.Words) screen.Screen {
			return screen.NewChecking(w, screen.CheckingModel{Moderation: true, Phone: "+7 701 ••• •• 67", Since: noon},
				screen.CheckingActions{Refresh: nothing, Close: nothing})
		}), after: func(f *frame.Frame) {
			x := words(f, api.CaptivePortal, "")
			x.Retry, x.Browser = nothing, nothing
			f.Fail(x)
		}},
	}
}

// printed is the picture of a line of letters.
func printed(width int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, width+20, 28))
	draw.Draw(img, img.Rect, image.NewUniform(color.RGBA{214, 230, 234, 255}), image.Point{}, draw.Src)
	for x := 10; x < width; x += 12 {
		draw.Draw(img, image.Rect(x, 8, x+8, 21), image.NewUniform(color.RGBA{52, 62, 70, 255}), image.Point{}, draw.Src)
	}
	return img
}
