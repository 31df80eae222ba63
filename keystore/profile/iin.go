package profile

import (
	"errors"
	"time"
)

// Reasons for which a string is no individual identification number.
var (
	ErrIINLength    = errors.New("the IIN has 12 digits: check that none is missing or doubled")
	ErrIINDigits    = errors.New("the IIN has only digits: remove everything else")
	ErrIINChecksum  = errors.New("the IIN has a mistyped digit: compare it with the card")
	ErrIINNotIssued = errors.New("no IIN begins with these 11 digits: compare it with the card")
	// ErrIINNoBirth says that a well-formed IIN tells no birth date.
	ErrIINNoBirth = errors.New("the IIN tells no birth date")
)

const iinLength = 12

// The second row of weights is used when the first gives 10; if that gives 10
// as well, numbers with these eleven digits are not issued.
var iinWeights = [2][iinLength - 1]int{
	{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11},
	{3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2},
}

// CheckIIN checks the form of an IIN: 12 ASCII digits and the check digit. The
// birth date and sex in it are no part of the form, since they may differ from
// the person's after a correction (possible since 26 August 2013); see
// [IINBirth]. The errors are ErrIINLength, ErrIINDigits, ErrIINChecksum and
// ErrIINNotIssued.
func CheckIIN(iin string) error {
	for _, r := range iin {
		if r < '0' || r > '9' {
			return ErrIINDigits
		}
	}
	if len(iin) != iinLength {
		return ErrIINLength
	}
	for _, weights := range iinWeights {
		sum := 0
		for i, w := range weights {
			sum += w * int(iin[i]-'0')
		}
		switch check := sum % 11; {
		case check == 10:
			continue
		case check != int(iin[iinLength-1]-'0'):
			return ErrIINChecksum
		default:
			return nil
		}
	}
	return ErrIINNotIssued
}

// Sex as the seventh digit of an IIN tells it.
type Sex uint8

// The two values of the register.
const (
	Male Sex = iota + 1
	Female
)

// Birth is what an IIN says about its owner; it may differ from the documents.
type Birth struct {
	Date time.Time // midnight UTC
	Sex  Sex
}

// IINBirth reads birth date and sex out of a well-formed IIN. It returns
// ErrIINNoBirth where the digits tell none, as with the seventh digit 0 that
// some foreigners have. A difference from the documents is worth a remark and
// never a refusal.
func IINBirth(iin string) (Birth, error) {
	if err := CheckIIN(iin); err != nil {
		return Birth{}, err
	}
	century := int(iin[6] - '0')
	if century < 1 || century > 6 {
		return Birth{}, ErrIINNoBirth
	}
	two := func(i int) int { return int(iin[i]-'0')*10 + int(iin[i+1]-'0') }
	year, month, day := 1800+(century-1)/2*100+two(0), time.Month(two(2)), two(4)
	date := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	if date.Month() != month || date.Day() != day {
		return Birth{}, ErrIINNoBirth
	}
	sex := Male
	if century%2 == 0 {
		sex = Female
	}
	return Birth{Date: date, Sex: sex}, nil
}
