package console

import (
	"strconv"

	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/identity"
	"qoltanba/capture/liveness"
)

// shownFindings is what the machine found, for an operator to look at beside the
// evidence and never to believe blindly.
type shownFindings struct {
	Said  string // of the recording
	Doubt string
	Drawn bool
	Pairs []shownPair
	Rows  []shownFinding
}

// shownPair is the selfie beside a portrait.
type shownPair struct {
	Against, Answer  string
	Cosine, Distance string
	Good, Bad        bool
}

// shownFinding is one measurement.
type shownFinding struct {
	Check, Movement, Value, Limit string
	OK, Soft                      bool
}

// findings words what the machine found; nil where it found nothing.
func (w words) findings(seen enrolment.Case) *shownFindings {
	if seen.Verdict == nil && seen.Match == nil {
		return nil
	}
	shown := &shownFindings{Drawn: seen.Drawn}
	if v := seen.Verdict; v != nil {
		shown.Said = w.T("machine." + string(v.Outcome))
		switch {
		case v.Doubt != "":
			shown.Doubt = w.known("doubt."+string(v.Doubt), string(v.Doubt))
		case v.Reason != "":
			shown.Doubt = w.failure(v.Reason)
		}
		for _, f := range v.Findings {
			shown.Rows = append(shown.Rows, w.finding(f, seen.Recording.Prompts))
		}
	}
	if seen.Match != nil {
		for _, p := range seen.Match.Pairs {
			shown.Pairs = append(shown.Pairs, w.pair(p))
		}
	}
	return shown
}

func (w words) finding(f liveness.Finding, prompts []enrolment.Prompt) shownFinding {
	row := shownFinding{
		Check: w.known("check."+string(f.Check), string(f.Check)), Value: digits(f.Value), Limit: digits(f.Limit),
		OK: f.OK, Soft: f.Soft,
	}
	if f.Prompt >= 0 && f.Prompt < len(prompts) {
		row.Movement = w.T("prompt." + string(prompts[f.Prompt].Kind))
	}
	return row
}

func (w words) pair(p identity.Pair) shownPair {
	shown := shownPair{
		Against: w.T("against." + string(p.Against)), Answer: w.T("answer." + string(p.Answer)),
		Good: p.Answer == identity.Same, Bad: p.Answer == identity.Different,
	}
	if p.Cosine != 0 || p.Distance != 0 {
		shown.Cosine, shown.Distance = digits(p.Cosine), digits(p.Distance)
	}
	return shown
}

// digits is a measurement with as many digits as mean something.
func digits(v float64) string { return strconv.FormatFloat(v, 'g', 3, 64) }
