// Package transliteration holds a name in Cyrillic print against the same name in the Latin letters of a machine-readable zone.
//
// There is no one spelling. Doc 9303-3, section 6, recommends one for Cyrillic; Kazakhstan's rules for identity documents have their own,
// changed over the years; and citizens may ask for the spelling that they are known by. So each letter has several accepted [forms], and
// [Distance] is how many letters are wrong in the best of all spellings: 0 is the same name. [Latin] takes the first form of each.
//
// Two Cyrillic names are the same to [SameName] where they differ by Ё and Е, hyphens or spaces only.
package transliteration

import (
	"strings"
	"unicode/utf8"
)

// forms of each letter, the usual one first.
var forms = map[rune][]string{
	'А': {"A"}, 'Ә': {"A", "AE", "E"}, 'Б': {"B"}, 'В': {"V", "W"}, 'Г': {"G"}, 'Ғ': {"G", "GH"}, 'Д': {"D"},
	'Е': {"E", "YE", "JE", "YO", "IO"}, 'Ё': {"E", "YO", "IO", "JO"}, 'Ж': {"ZH", "J"}, 'З': {"Z"}, 'И': {"I", "Y"}, 'Й': {"I", "Y", "J", ""},
	'К': {"K", "C"}, 'Қ': {"K", "Q"}, 'Л': {"L"}, 'М': {"M"}, 'Н': {"N"}, 'Ң': {"N", "NG"}, 'О': {"O"}, 'Ө': {"O", "OE", "U"},
	'П': {"P"}, 'Р': {"R"}, 'С': {"S", "SS"}, 'Т': {"T"}, 'У': {"U", "W", "OU"}, 'Ұ': {"U", "Y"}, 'Ү': {"U", "UE", "Y"}, 'Ф': {"F", "PH"},
	'Х': {"KH", "H", "X"}, 'Һ': {"H", "KH"}, 'Ц': {"TS", "C", "TC"}, 'Ч': {"CH", "TCH"}, 'Ш': {"SH", "CH"}, 'Щ': {"SHCH", "SCH", "SH"},
	'Ъ': {"", "IE"}, 'Ы': {"Y", "I"}, 'І': {"I", "Y"}, 'Ь': {""}, 'Э': {"E"}, 'Ю': {"YU", "IU", "JU", "U"}, 'Я': {"YA", "IA", "JA"},
}

// Latin is the usual spelling, in capitals, of a name; what is no letter of it becomes a space.
func Latin(cyrillic string) string {
	var b strings.Builder
	for _, r := range strings.ToUpper(cyrillic) {
		if f, ok := forms[r]; ok {
			b.WriteString(f[0])
		} else {
			b.WriteByte(' ')
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

// mostLetters bounds the work of a comparison; names on documents are shorter.
const mostLetters = 120

// Distance is how many Latin letters have to be put in, left out or changed in the accepted spelling of the Cyrillic name that is nearest;
// -1 where one of the names is too long. Everything but letters is left aside.
func Distance(cyrillic, latin string) int {
	name, _ := letters(cyrillic)
	return distance(name, plain(latin), false)
}

// Begins is Distance for a name of which a zone had only room for the beginning.
func Begins(cyrillic, latin string) int {
	name, _ := letters(cyrillic)
	return distance(name, plain(latin), true)
}

// Starts says whether the first words of a Latin text are a spelling of the name: zones may have a patronymic behind the given name.
func Starts(cyrillic, latin string) bool {
	words := strings.Fields(latin)
	for n := range words {
		if Distance(cyrillic, strings.Join(words[:n+1], "")) == 0 {
			return true
		}
	}
	return false
}

func distance(name []rune, latin string, cut bool) int {
	if len(name) > mostLetters || len(latin) > 4*mostLetters {
		return -1
	}
	rows := make([][]int, len(name)+1)
	for i := range rows {
		rows[i] = make([]int, len(latin)+1)
		for k := range rows[i] {
			rows[i][k] = step(rows, name, latin, i, k)
		}
	}
	best := rows[len(name)][len(latin)]
	if cut {
		for i := range rows {
			best = min(best, rows[i][len(latin)])
		}
	}
	return best
}

// step is the distance of the first i letters of the name and the first k of the Latin one, from the shorter ones.
func step(rows [][]int, name []rune, latin string, i, k int) int {
	if i == 0 {
		return k
	}
	best := rows[i-1][k] + 1
	if k > 0 {
		best = min(best, rows[i][k-1]+1, rows[i-1][k-1]+1)
	}
	for _, f := range forms[name[i-1]] {
		if strings.HasSuffix(latin[:k], f) {
			best = min(best, rows[i-1][k-len(f)])
		}
	}
	return best
}

// letters are the Cyrillic letters of a name in capitals, Ё as Е, which may be printed for it, and whether nothing but hyphens, spaces and the like was left out.
func letters(name string) (all []rune, clean bool) {
	clean = true
	for _, r := range strings.ToUpper(name) {
		if r == 'Ё' {
			r = 'Е'
		}
		if _, ok := forms[r]; ok {
			all = append(all, r)
		} else if !strings.ContainsRune(" -'’.", r) {
			clean = false
		}
	}
	return all, clean
}

// plain are the letters of a Latin name.
func plain(latin string) string {
	return strings.Map(func(r rune) rune {
		if r < 'A' || r > 'Z' {
			return -1
		}
		return r
	}, strings.ToUpper(latin))
}

// Name says whether a text is a name in Cyrillic letters and nothing else.
func Name(text string) bool {
	all, clean := letters(text)
	return clean && len(all) > 0 && utf8.ValidString(text)
}

// SameName says whether two Cyrillic names are the same, up to Ё and Е and what stands between letters.
func SameName(a, b string) bool {
	x, _ := letters(a)
	y, _ := letters(b)
	return string(x) == string(y)
}
