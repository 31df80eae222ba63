package desktop

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"path/filepath"

	"qoltanba/app/desktop/screen"
	"qoltanba/app/journey"
	"qoltanba/keystore"
)

// page is what the citizen may print and keep: where the keys are and until when, and never a password.
var page = template.Must(template.New("page").Parse(`<!doctype html><html lang="{{.Language}}"><meta charset="utf-8"><title>Qoltanba</title>
<style>body{font:16px/1.5 "Noto Sans",sans-serif;max-width:42em;margin:3em auto;padding:0 1em}dt{color:#555}dd{margin:0 0 1em;font-weight:600;overflow-wrap:anywhere}</style>
<h1>{{.Title}}</h1><dl><dt>{{call .T "success.folder"}}</dt><dd>{{.Model.Folder}}</dd>
{{range .Model.Files}}<dt>{{.Purpose}}</dt><dd>{{.Name}}</dd>{{end}}</dl>
<p>{{.Until}}</p><p>{{call .T "success.copy.text"}}</p><p>1414</p></html>`))

// printPage writes the page beside the keys and opens it in the browser, which prints.
func (w *Window) printPage(m screen.SuccessModel) {
	words := w.frame.Words()
	var text bytes.Buffer
	err := page.Execute(&text, map[string]any{
		"Language": string(words.Language()), "Title": words.T("success.title"), "Model": m,
		"Until": words.T("success.until", "Date", words.Date(m.Until)), "T": func(key string) string { return words.T(key) },
	})
	var path string
	if err == nil {
		path, err = writePage(m.Folder, text.Bytes())
	}
	if err != nil {
		w.fail(journey.Problem(err))
		return
	}
	if err := openPath(w.app, path); err != nil {
		w.frame.Toast(path)
	}
}

// maxPages is how many different pages a folder may hold: one for each language and application.
const maxPages = 50

// writePage gives the page a name that is free in the folder. One that is there with the same text is taken as it is.
func writePage(folder string, text []byte) (string, error) {
	var err error
	for n := 1; n <= maxPages; n++ {
		path := filepath.Join(folder, "Qoltanba.html")
		if n > 1 {
			path = filepath.Join(folder, fmt.Sprintf("Qoltanba-%d.html", n))
		}
		if err = keystore.WriteFile(path, text); !errors.Is(err, keystore.ErrExists) {
			return path, err
		}
	}
	return "", err
}
