// Package wording is the language of the window: Kazakh, Russian or English, changed at any moment.
//
// A Words value speaks one language. Screens take one when they are built; a change of language builds the screen anew with another.
// The texts lie in assets/translations, with plural forms chosen by CLDR's rules through go-i18n. Tests hold the three languages
// together: the same keys, the same places to fill, nothing unused.
package wording

import (
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/lang"
	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"

	"qoltanba/assets/translations"
)

// Language is a BCP 47 primary tag.
type Language string

// The three languages, in the order in which they are offered.
const (
	Kazakh  Language = "kk"
	Russian Language = "ru"
	English Language = "en"
)

// Languages lists all languages in the order in which they are offered.
func Languages() []Language { return []Language{Kazakh, Russian, English} }

// Parse returns the language that tag (such as "ru-KZ") asks for; Kazakh, the state language, when it asks for none of ours.
func Parse(tag string) Language {
	t, err := language.Parse(tag)
	if err != nil {
		return Kazakh
	}
	base, _ := t.Base()
	for _, l := range Languages() {
		if string(l) == base.String() {
			return l
		}
	}
	return Kazakh
}

// Own is the language's name in itself, and Short the three letters of the switch in the header.
func (l Language) Own() string {
	return map[Language]string{Kazakh: "Қазақша", Russian: "Русский", English: "English"}[l]
}

// Short returns the three letters of the switch in the header.
func (l Language) Short() string {
	return map[Language]string{Kazakh: "ҚАЗ", Russian: "РУС", English: "ENG"}[l]
}

var bundle = sync.OnceValue(func() *i18n.Bundle {
	b := i18n.NewBundle(language.Kazakh)
	b.RegisterUnmarshalFunc("json", json.Unmarshal)
	for _, l := range Languages() {
		if _, err := b.LoadMessageFileFS(translations.FS, string(l)+".json"); err != nil {
			panic(fmt.Sprintf("wording: the embedded %s.json is broken: %v", l, err))
		}
	}
	return b
})

// Words speaks one language. The zero value is not usable; call New. It is safe for concurrent use.
type Words struct {
	lang      Language
	localizer *i18n.Localizer
}

// New returns the words of l.
func New(l Language) *Words {
	return &Words{lang: l, localizer: i18n.NewLocalizer(bundle(), string(l))}
}

// Language tells which language w speaks.
func (w *Words) Language() Language { return w.lang }

// T returns the text of key with its places filled from pairs of name and value: T("code.sent", "Phone", "+7 701 …").
// A key that is missing comes back as itself; a test keeps that from happening.
func (w *Words) T(key string, pairs ...any) string {
	return w.localize(&i18n.LocalizeConfig{MessageID: key, TemplateData: places(pairs)})
}

// N returns the plural form of key for count, which fills the place Count.
func (w *Words) N(key string, count int, pairs ...any) string {
	data := places(pairs)
	data["Count"] = count
	return w.localize(&i18n.LocalizeConfig{MessageID: key, PluralCount: count, TemplateData: data})
}

func (w *Words) localize(c *i18n.LocalizeConfig) string {
	text, err := w.localizer.Localize(c)
	if err != nil && text == "" {
		return c.MessageID
	}
	return text
}

func places(pairs []any) map[string]any {
	data := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		if name, ok := pairs[i].(string); ok {
			data[name] = pairs[i+1]
		}
	}
	return data
}

// Date writes a day the way it stands in documents: 02.01.2006.
func (w *Words) Date(t time.Time) string { return t.Format("02.01.2006") }

// Moment writes day and time: 02.01.2006 15:04.
func (w *Words) Moment(t time.Time) string { return t.Format("02.01.2006 15:04") }

// Clock writes a span as minutes and seconds, 4:05; never below 0:00.
func (w *Words) Clock(d time.Duration) string {
	s := max(0, int(d.Round(time.Second)/time.Second))
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}

// Teach gives the toolkit's own dialogs the words of l. Fyne follows the system's locale and has no Kazakh, so the chosen words are
// laid under whatever locale it follows. Call it on the interface's goroutine, then rebuild what is shown.
func Teach(l Language) error {
	data, err := translations.FS.ReadFile("toolkit." + string(l) + ".json")
	if err != nil {
		return fmt.Errorf("read the toolkit's words: %w", err)
	}
	if err := lang.AddTranslationsForLocale(data, fyne.Locale(lang.SystemLocale().LanguageString())); err != nil {
		return fmt.Errorf("give the toolkit its words: %w", err)
	}
	return nil
}
