package document

import (
	"slices"
	"time"

	"qoltanba/capture/document/mrz"
)

// Finding is something about a picture of a document that a person should know. The values are stable.
type Finding string

// Findings about the picture: photograph it again.
const (
	TooSmall     Finding = "too_small"     // the document has too few pixels for its zone
	SmallPrint   Finding = "small_print"   // it has too few for its Cyrillic print
	Blurred      Finding = "blurred"       // the zone is out of focus
	PrintBlurred Finding = "print_blurred" // the small print is
	Shines       Finding = "glare"         // light is reflected on the document
	CutOff       Finding = "cut_off"       // a corner is beyond the picture
)

// Findings about the zone: what it says does not hold, or was not made out.
const (
	ZoneUnread    Finding = "zone_unread"    // a check digit does not hold
	ZoneUncertain Finding = "zone_uncertain" // all hold, but a character that none covers is doubtful
	ZoneRepaired  Finding = "zone_repaired"  // a check digit proved a character
	NoIIN         Finding = "no_iin"         // a Kazakh document without an individual identification number, or a wrong one
	Foreign       Finding = "foreign"        // not issued by Kazakhstan
	Expired       Finding = "expired"
	NoDate        Finding = "no_date" // a date is none of the calendar
)

// Findings that are worth a remark and never a refusal: since 2013 they may differ.
const (
	IINBirth Finding = "iin_birth" // the IIN tells another date of birth
	IINSex   Finding = "iin_sex"   // the IIN tells another sex
)

// Knowledge is what the checks rest on and this package does not know.
type Knowledge struct {
	Now time.Time
	// Bearer reads birth and sex out of an IIN; false where it tells none. May be nil.
	Bearer func(iin string) (birth time.Time, sex mrz.Sex, ok bool)
}

// Findings lists what is to be said, the gravest of each kind first; nothing when all is well. What another side or a register would tell
// is not among them.
func (x Examination) Findings(k Knowledge) []Finding {
	var all []Finding
	note := func(ok bool, f Finding) {
		if ok {
			all = append(all, f)
		}
	}
	m := x.Measures
	note(slices.Contains(m.Cropped[:], true), CutOff)
	note(m.Density < LeastDensity, TooSmall)
	note(m.Density >= LeastDensity && m.Density < LeastPrintDensity, SmallPrint)
	note(x.Side == Back && m.Zone < LeastZone, Blurred)
	note(x.Side != Page && m.Print < LeastPrint, PrintBlurred)
	note(m.Shining > MostShining, Shines)
	if x.Zone != nil {
		all = append(all, zoneFindings(*x.Zone, k)...)
	}
	return all
}

func zoneFindings(z mrz.Reading, k Knowledge) []Finding {
	var all []Finding
	note := func(ok bool, f Finding) {
		if ok {
			all = append(all, f)
		}
	}
	failed := z.Failed()
	note(slices.ContainsFunc(failed, func(c mrz.Check) bool { return c != mrz.IINCheck }), ZoneUnread)
	note(slices.Contains(failed, mrz.IINCheck), NoIIN)
	note(len(failed) == 0 && !z.Certain(), ZoneUncertain)
	note(len(z.Repaired) > 0, ZoneRepaired)
	note(!z.Kazakh(), Foreign)
	if len(failed) > 0 {
		return all // what it says is not known well enough to be held against anything
	}
	birth, birthErr := z.BirthDate(k.Now)
	expiry, expiryErr := z.ExpiryDate(k.Now)
	note(birthErr != nil || expiryErr != nil, NoDate)
	note(expiryErr == nil && k.Now.After(expiry.AddDate(0, 0, 1)), Expired)
	if k.Bearer != nil && z.IIN() != "" {
		if day, sex, ok := k.Bearer(z.IIN()); ok {
			note(birthErr == nil && !day.Equal(birth), IINBirth)
			note(sex != z.Sex, IINSex)
		}
	}
	return all
}
