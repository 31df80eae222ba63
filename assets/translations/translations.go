// Package translations embeds every word of the interface in Kazakh, Russian and English.
//
// kk.json, ru.json and en.json are the application's own texts: a flat object from key to text, or to plural forms (one, few, many, other)
// as CLDR names them. toolkit.kk.json and its sisters hold the words that the Fyne toolkit itself shows, in its own keys.
package translations

import "embed"

// FS holds the six files.
//
//go:embed *.json
var FS embed.FS
