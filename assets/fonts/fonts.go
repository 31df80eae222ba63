// Package fonts embeds the typeface of the product: Noto Sans in the four styles that the interface uses.
//
// The edition matters: it draws every Kazakh letter, the dot of і (U+0456) included. PROVENANCE.md names the
// origin and digest of each file, OFL.txt is the licence.
package fonts

import _ "embed" // the font files

// The four styles as TrueType files.
var (
	//go:embed NotoSans-Regular.ttf
	Regular []byte
	//go:embed NotoSans-Bold.ttf
	Bold []byte
	//go:embed NotoSans-Italic.ttf
	Italic []byte
	//go:embed NotoSans-BoldItalic.ttf
	BoldItalic []byte
)
