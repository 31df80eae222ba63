package tesseract

import (
	"errors"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// errAnswer says that the program's answer has not the form of its TSV.
var errAnswer = errors.New("tesseract answered something else than a table of words")

// Columns of Tesseract's TSV.
const (
	columnLevel, columnPage = 0, 1
	columnBlock, columnLine = 2, 4
	columnConfidence        = 10
	columnText              = 11
	columns                 = 12
	levelWord               = "5"
)

// parse takes the words of each page out of the table.
func parse(table []byte, pages int) ([]Line, error) {
	if !utf8.Valid(table) {
		return nil, errAnswer
	}
	lines := make([]Line, pages)
	places := make([]string, pages) // of the last word: block, paragraph and line
	first := true
	for row := range strings.Lines(string(table)) {
		if first {
			first = false
			continue
		}
		cells := strings.Split(strings.TrimRight(row, "\r\n"), "\t")
		if len(cells) != columns {
			return nil, errAnswer
		}
		word := strings.TrimSpace(cells[columnText])
		if cells[columnLevel] != levelWord || word == "" {
			continue
		}
		page, err := strconv.Atoi(cells[columnPage])
		sure, failed := strconv.ParseFloat(cells[columnConfidence], 64)
		if err != nil || failed != nil || page < 1 || page > pages || !(sure >= 0 && sure <= 100) {
			return nil, errAnswer
		}
		l, place := &lines[page-1], strings.Join(cells[columnBlock:columnLine+1], "/")
		switch {
		case l.Text == "":
			l.Confidence = 1
		case place != places[page-1]:
			l.Text += "\n"
		default:
			l.Text += " "
		}
		l.Text += word
		places[page-1] = place
		if strings.ContainsFunc(word, meaning) {
			l.Confidence = min(l.Confidence, sure/100)
		}
	}
	for i := range lines {
		if !strings.ContainsFunc(lines[i].Text, meaning) {
			lines[i] = Line{}
		}
	}
	return lines, nil
}

// meaning says that a character is not a dash or a speck, of which the program is never sure.
func meaning(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }
