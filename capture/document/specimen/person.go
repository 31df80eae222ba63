//go:build demo

// Package specimen draws identity cards of invented people and photographs them: the truth with which package document is
// measured, and what a demonstration holds before its camera.
//
// A [Person] is drawn from a seed. [Draw] lays out a side of the card plainly, in the places where Kazakh cards carry things, with the
// word SPECIMEN across it and no arms, patterns or signs of the state. A [Shot] puts it before a background in perspective and
// spoils the picture as cameras do, and tells where the corners are. The same seeds give the same pictures.
//
// The zone is printed in a cut of OCR-B that the network of package glyph was not trained on.
package specimen

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"qoltanba/capture/document/mrz"
)

// Person is the holder of a card, as printed on it.
type Person struct {
	Surname, Name, Patronymic string // in Kazakh or Russian, capitals
	Female                    bool
	Birth, Issue, Expiry      time.Time
	IIN, Number               string
	BirthPlace, Nationality   string
	ZoneExpiry                time.Time // of the zone; zero: Expiry, as it should be
	Code                      string    // of the document in the zone: ID, or I
}

var (
	surnames = []string{
		"ЖҰМАБАЕВ", "ҚАСЫМБЕКОВ", "ӘБДІРАХМАНОВ", "НҰРПЕЙІСОВ", "ТӨЛЕГЕНОВ", "СҮЛЕЙМЕНОВ", "ЫБЫРАЕВ", "ШӘКІРОВ", "ИВАНОВ", "КУЗНЕЦОВ",
		"ЖАҚСЫЛЫҚОВ", "БӨКЕЙХАНОВ", "СЕЙІТҚАЛИЕВ", "ОМАРОВ", "ХАСЕНОВ", "ҒАБДУЛЛИН", "ЩЕРБАКОВ", "ФЁДОРОВ", "ВЯЗЕМСКОВ", "ПОПОВ",
	}
	names = map[bool][]string{
		false: {"ЕРЛАН", "НҰРЛАН", "ӘЛІШЕР", "ҚАНАТ", "БАУЫРЖАН", "СЕРГЕЙ", "ДМИТРИЙ", "ӨМІР", "ҮСЕН", "ТІЛЕК", "ҒАЛЫМ", "ВИКТОР"},
		true:  {"АЙГҮЛ", "ӘСЕЛ", "ГҮЛНАР", "ЖАННА", "МАРИЯ", "ЕЛЕНА", "ҚАРЛЫҒАШ", "САУЛЕ", "ТОҒЖАН", "ІҢКӘР", "АНАСТАСИЯ", "ДИНАРА"},
	}
	fathers     = []string{"СЕРІК", "НҰРЛАН", "ҚАЙРАТ", "БОЛАТ", "МАРАТ", "ӘБІШ"}
	places      = []string{"АЛМАТЫ", "АСТАНА", "ШЫМКЕНТ", "ҚАРАҒАНДЫ ОБЛЫСЫ", "ТҮРКІСТАН ОБЛЫСЫ", "АҚТӨБЕ ОБЛЫСЫ", "ПАВЛОДАР ОБЛЫСЫ", "ЖАМБЫЛ ОБЛЫСЫ"}
	nationality = []string{"ҚАЗАҚ", "ОРЫС", "ӨЗБЕК", "ҰЙҒЫР", "ТАТАР", "КӘРІС"}
)

// NewPerson invents one.
func NewPerson(r *rand.Rand) Person {
	p := Person{Female: r.IntN(2) == 0, Code: []string{"ID", "I"}[r.IntN(2)]}
	p.Surname, p.Name = pick(r, surnames), pick(r, names[p.Female])
	if p.Female {
		p.Surname += "А"
	}
	if r.IntN(8) > 0 {
		p.Patronymic = pick(r, fathers) + map[bool]string{true: "ҚЫЗЫ", false: "ҰЛЫ"}[p.Female]
	}
	p.Birth = time.Date(1950+r.IntN(58), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	p.Issue = time.Date(2017+r.IntN(9), time.Month(1+r.IntN(12)), 1+r.IntN(28), 0, 0, 0, 0, time.UTC)
	p.Expiry = p.Issue.AddDate(10, 0, -1)
	p.Number = fmt.Sprintf("0%08d", r.IntN(1e8))
	p.BirthPlace, p.Nationality = pick(r, places), pick(r, nationality)
	for p.IIN == "" {
		p.IIN = identification(p, r.IntN(10_000))
	}
	return p
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

// identification makes an IIN with the serial number, or "" where the first row of its weights gives none.
func identification(p Person, serial int) string {
	century := 3
	if p.Birth.Year() >= 2000 {
		century = 5
	}
	if p.Female {
		century++
	}
	iin := fmt.Sprintf("%s%d%04d", p.Birth.Format("060102"), century, serial)
	sum := 0
	for i := range iin {
		sum += (i + 1) * int(iin[i]-'0')
	}
	if sum%11 == 10 {
		return ""
	}
	return iin + string(rune('0'+sum%11))
}

// Since2024 says that the card has the layout that was introduced then.
func (p Person) Since2024() bool {
	return !p.Issue.Before(time.Date(2024, 6, 1, 0, 0, 0, 0, time.UTC))
}

// Zone are the three lines of the machine-readable zone.
func (p Person) Zone() [3]string {
	until := p.Expiry
	if !p.ZoneExpiry.IsZero() {
		until = p.ZoneExpiry
	}
	birth, expiry, sex := p.Birth.Format("060102"), until.Format("060102"), "M"
	if p.Female {
		sex = "F"
	}
	one := fill(p.Code, 2) + "KAZ" + p.Number + string(mrz.Digit(p.Number)) + fill(p.IIN, 15)
	two := birth + string(mrz.Digit(birth)) + sex + expiry + string(mrz.Digit(expiry)) + "KAZ" + fill("", 11)
	two += string(mrz.Digit(one[5:], two[:7], two[8:15], two[18:29]))
	return [3]string{one, two, fill(latin(p.Surname)+"<<"+latin(p.Name), 30)}
}

// fill cuts or fills a text to n characters.
func fill(text string, n int) string { return (text + strings.Repeat("<", n))[:n] }

var latinOf = strings.NewReplacer(
	"А", "A", "Б", "B", "В", "V", "Г", "G", "Д", "D", "Е", "E", "Ё", "E", "Ж", "ZH", "З", "Z", "И", "I", "Й", "I", "К", "K", "Л", "L",
	"М", "M", "Н", "N", "О", "O", "П", "P", "Р", "R", "С", "S", "Т", "T", "У", "U", "Ф", "F", "Х", "KH", "Ц", "TS", "Ч", "CH", "Ш", "SH",
	"Щ", "SHCH", "Ъ", "", "Ы", "Y", "Ь", "", "Э", "E", "Ю", "YU", "Я", "YA", "Ә", "A", "Ғ", "G", "Қ", "K", "Ң", "N", "Ө", "O", "Ұ", "U",
	"Ү", "U", "Һ", "H", "І", "I",
)

func latin(name string) string { return latinOf.Replace(name) }
