// Package texts holds the texts that a citizen accepts on the way: the consent
// to the processing of biometrics and the certification authority's user
// agreement, in three languages.
//
// What was accepted is kept as version and hash, so a text is never changed in
// place: a new wording gets a new [Version], and the old files stay in the
// history of this repository for whoever has to show what was agreed to.
//
// Norms: Law of the Republic of Kazakhstan of 21 May 2013 No. 94-V on personal
// data and their protection (articles 7, 8, 12, 14, 18 and 24); Law of 7 January 2003
// No. 370-II on electronic document and electronic digital signature.
package texts

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"time"

	"qoltanba/app/api"
)

// Version is that of all texts in this package.
const Version = "2026-11-22.3"

// Retention is how long evidence is kept, as the consent promises it: three
// years from the day it was taken.
const Retention = 3 * 365 * 24 * time.Hour

//go:embed *.txt
var files embed.FS

// Find gives a text; false when there is none of this kind or language.
func Find(kind api.TextKind, language api.Language) (api.Text, bool) {
	body, err := files.ReadFile(fmt.Sprintf("%s.%s.txt", kind, language))
	if err != nil {
		return api.Text{}, false
	}
	sum := sha256.Sum256(body)
	return api.Text{Kind: kind, Language: language, Version: Version, SHA256: hex.EncodeToString(sum[:]), Body: string(body)}, true
}

// Kinds lists the kinds of text.
func Kinds() []api.TextKind { return []api.TextKind{api.TextBiometrics, api.TextAgreement} }
