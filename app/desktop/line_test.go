package desktop

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/journey"
)

// unplugged is a line that is down.
type unplugged struct{}

func (unplugged) RoundTrip(*http.Request) (*http.Response, error) {
	return nil, errors.New("the network is unreachable")
}

// signInFirst is a network that answers everything with its own page.
type signInFirst struct{}

func (signInFirst) RoundTrip(*http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	w.WriteHeader(http.StatusNetworkAuthenticationRequired)
	return w.Result(), nil
}

func (s *service) between(line http.RoundTripper) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.line = line
}

// patientAtCode takes a window, whose journey waits for the line, to the code,
// and cuts the line while the code is given.
func patientAtCode(t *testing.T, line http.RoundTripper) (*desk, *computer) {
	t.Helper()
	c := newComputer(t)
	c.patient = true
	d, _ := atIINOf(t, c)
	d.write("iin.number", sampleIIN)
	d.press("iin.main")
	d.untilScreen("code")
	d.write("code.code", sampleCode)
	c.service.between(line)
	d.press("code.main")
	d.until("the wait for the line", func() bool { return d.frame.Find("line.try") != nil && d.frame.Covered() })
	return d, c
}

func TestTheWindowWaitsForTheLineHonestly(t *testing.T) {
	d, c := patientAtCode(t, unplugged{})
	f := api.FailureOf(api.Offline)
	if !d.says(f.Sentence.KK) || !d.says(f.Remedy.KK) || !d.says(d.frame.Words().T("line.kept")) || d.frame.Find("line.browser") != nil {
		t.Errorf("the window says %v", d.words())
	}
	d.until("the countdown", func() bool {
		d.tick()
		return d.says(strings.SplitN(d.frame.Words().T("line.next", "Time", "0"), "0", 2)[0]) || d.says(d.frame.Words().T("line.trying"))
	})
	d.press("language.ru")
	d.until("the same in Russian", func() bool { return d.says(f.Sentence.RU) && d.says(d.frame.Words().T("line.kept")) })
	d.askClose()
	if !d.closed && d.closing != nil {
		t.Error("the window asks before it closes")
	}
	c.service.between(nil)
	if !d.closed {
		d.untilScreen("companion")
	}
}

func TestTheLineComesBackByItself(t *testing.T) {
	d, c := patientAtCode(t, unplugged{})
	c.service.between(nil)
	d.press("line.try")
	d.untilScreen("companion")
	if d.frame.Covered() || d.frame.Find("failure.close") != nil {
		t.Error("something of the wait is left")
	}
}

func TestTheStepIsGivenBack(t *testing.T) {
	d, c := patientAtCode(t, unplugged{})
	d.press("line.return")
	d.until("the step", func() bool { return d.screen() == "code" && !d.state.Busy && !d.frame.Covered() })
	if d.written("code.code") != sampleCode || !d.says(api.FailureOf(api.Offline).Sentence.KK) {
		t.Errorf("the window says %v", d.words())
	}
	c.service.between(nil)
	d.press("code.main")
	d.untilScreen("companion")
}

func TestASignInPageIsOneButtonAway(t *testing.T) {
	d, c := patientAtCode(t, signInFirst{})
	if f := api.FailureOf(api.CaptivePortal); !d.says(f.Sentence.KK) || !d.says(f.Remedy.KK) {
		t.Errorf("the window says %v", d.words())
	}
	d.press("line.browser")
	c.service.between(nil)
	d.press("line.try")
	d.untilScreen("companion")
}

func TestWhoStandsBetweenIsNamed(t *testing.T) {
	d, _ := atIIN(t)
	p := api.Fail(api.Intercepted, "")
	p.Party = "Dr.Web SpIDer Gate"
	d.apply(journey.State{Stage: journey.StageIIN, Busy: true, Line: &journey.Line{Problem: p, Since: time.Now(), Next: time.Now().Add(time.Hour)}})
	d.until("the name", func() bool { return d.says(p.Party) })
	clock := api.Fail(api.ClockWrong, "")
	d.apply(journey.State{Stage: journey.StageIIN, Problem: clock})
	d.until("the date of the computer", func() bool { return d.says(time.Now().Format("02.01.2006")) })
	if d.frame.Covered() {
		t.Error("the page is covered by what is over")
	}
}

func TestWhatRefreshesByItselfTellsAboveTheScreen(t *testing.T) {
	d, _ := atIIN(t)
	line := &journey.Line{Problem: api.Fail(api.Offline, ""), Since: time.Now(), Next: time.Now().Add(time.Second)}
	d.apply(journey.State{Stage: journey.StageChecking, Line: line})
	if !d.says(api.FailureOf(api.Offline).Sentence.KK) || d.frame.Covered() || d.frame.Find("failure.retry") == nil {
		t.Errorf("the window says %v", d.words())
	}
	d.press("failure.retry")
	d.apply(journey.State{Stage: journey.StageChecking})
	if d.says(api.FailureOf(api.Offline).Sentence.KK) {
		t.Error("the line is back and told down")
	}
}

func TestALongWaitIsExplainedAndAPictureShowsItsProgress(t *testing.T) {
	d, _ := atIIN(t)
	d.state = journey.State{Stage: journey.StageSelfie, Busy: true, Upload: journey.Upload{Sent: 1, Of: 2}}
	d.waiting.since = time.Now()
	d.cover()
	if !d.says(d.frame.Words().T("wait.sending")) || !strings.HasSuffix(d.waiting.shown, "0.5") {
		t.Errorf("%q: %v", d.waiting.shown, d.words())
	}
	d.state.Upload = journey.Upload{}
	d.waiting.since = time.Now().Add(-2 * patienceOfPeople)
	d.tick()
	if !d.says(d.frame.Words().T("wait.slow")) {
		t.Errorf("the window says %v", d.words())
	}
}
