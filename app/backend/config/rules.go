package config

import (
	"encoding/json"
	"fmt"
	"time"

	"qoltanba/app/backend/enrolment"
	"qoltanba/app/backend/limit"
)

// Duration is a time.Duration written as in "90s" or "24h".
type Duration time.Duration

// UnmarshalJSON implements [json.Unmarshaler].
func (d *Duration) UnmarshalJSON(text []byte) error {
	var s string
	if err := json.Unmarshal(text, &s); err != nil {
		return fmt.Errorf("a duration is a string such as \"90s\" or \"24h\"")
	}
	parsed, err := time.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("%q is no duration such as \"90s\" or \"24h\"", s)
	}
	*d = Duration(parsed)
	return nil
}

// Limit is so many events in a time.
type Limit struct {
	Max int      `json:"max"`
	Per Duration `json:"per"`
}

// Rules changes some of the service's rules; what is absent stays as it is.
type Rules struct {
	CodeLifetime     *Duration `json:"code_lifetime"`
	CodeResend       *Duration `json:"code_resend"`
	CodeTries        *int      `json:"code_tries"`
	CodeLock         *Duration `json:"code_lock"`
	PINTries         *int      `json:"pin_tries"`
	PINLock          *Duration `json:"pin_lock"`
	RecordingTries   *int      `json:"recording_tries"`
	RecordingLock    *Duration `json:"recording_lock"`
	Identifications  *int      `json:"identification_tries"`
	Unfinished       *Duration `json:"unfinished"`
	Identified       *Duration `json:"identified"`
	Prompts          *int      `json:"prompts"`
	PromptTime       *Duration `json:"prompt_time"`
	HeadEvery        *Duration `json:"head_every"`
	FramesIn         *Duration `json:"frames_in"`
	Grant            *Duration `json:"grant"`
	StartsPerIIN     *Limit    `json:"starts_per_iin"`
	StartsPerAddress *Limit    `json:"starts_per_address"`
	CodesPerPhone    *Limit    `json:"codes_per_phone"`
	WrongCodesPerIIN *Limit    `json:"wrong_codes_per_iin"`
	CallsPerAddress  *Limit    `json:"calls_per_address"`

	RenewWithin       *Duration `json:"renew_within"`
	IdentificationAge *Duration `json:"identification_age"`
	RenewalsPerIIN    *Limit    `json:"renewals_per_iin"`
}

// Apply changes the rules it has.
func (r Rules) Apply(to enrolment.Rules) enrolment.Rules {
	times := map[*time.Duration]*Duration{
		&to.Code.Lifetime: r.CodeLifetime, &to.Code.Resend: r.CodeResend, &to.CodeLock: r.CodeLock,
		&to.PIN.Lock: r.PINLock, &to.Recordings.Lock: r.RecordingLock,
		&to.Unfinished: r.Unfinished, &to.Identified: r.Identified, &to.PromptTime: r.PromptTime,
		&to.HeadEvery: r.HeadEvery, &to.FramesIn: r.FramesIn, &to.Grant: r.Grant,
		&to.RenewWithin: r.RenewWithin, &to.IdentificationAge: r.IdentificationAge,
	}
	for rule, value := range times {
		if value != nil {
			*rule = time.Duration(*value)
		}
	}
	numbers := map[*int]*int{
		&to.Code.Tries: r.CodeTries, &to.PIN.Tries: r.PINTries, &to.Recordings.Tries: r.RecordingTries, &to.Prompts: r.Prompts,
		&to.Identifications: r.Identifications,
	}
	for rule, value := range numbers {
		if value != nil {
			*rule = *value
		}
	}
	to.StartsPerIIN = r.StartsPerIIN.or(to.StartsPerIIN)
	to.StartsPerAddress = r.StartsPerAddress.or(to.StartsPerAddress)
	to.CodesPerPhone = r.CodesPerPhone.or(to.CodesPerPhone)
	to.RenewalsPerIIN = r.RenewalsPerIIN.or(to.RenewalsPerIIN)
	to.WrongCodesPerIIN = r.WrongCodesPerIIN.or(to.WrongCodesPerIIN)
	return to
}

// PerAddress bounds the calls of one network address to the whole service.
func (r Rules) PerAddress() limit.Policy {
	return r.CallsPerAddress.or(limit.Policy{Max: 3000, Per: time.Minute})
}

func (l *Limit) or(preset limit.Policy) limit.Policy {
	if l == nil {
		return preset
	}
	return limit.Policy{Max: l.Max, Per: time.Duration(l.Per)}
}
