package desktop

import (
	"bytes"
	"html/template"
	"os"
	"path/filepath"

	"qoltanba/app/desktop/screen"
)

// page is what the citizen may print and keep: where the keys are and until when, and never a password.
var page = template.Must(template.New("page").Parse(`<!doctype html><html lang="{{.Language}}"><meta charset="utf-8"><title>Qoltanba</title>
<style>body{font:16px/1.5 "Noto Sans",sans-serif;max-width:42em;margin:3em auto;padding:0 1em}dt{color:#555}dd{margin:0 0 1em;font-weight:600;overflow-wrap:anywhere}</style>
<h1>{{.Title}}</h1><dl><dt>{{call .T "success.folder"}}</dt><dd>{{.Model.Folder}}</dd>
{{range .Model.Files}}<dt>{{.Purpose}}</dt><dd>{{.Name}}</dd>{{end}}</dl>
<p>{{.Until}}</p><p>{{call .T "success.copy.text"}}</p><p>1414</p></html>`))

// printPage writes the page beside the keys and opens it in the browser, which prints. A page that is there already is written anew: it
// holds nothing else.
func (w *Window) printPage(m screen.SuccessModel) {
	words := w.frame.Words()
	var text bytes.Buffer
	err := page.Execute(&text, map[string]any{
		"Language": string(words.Language()), "Title": words.T("success.title"), "Model": m,
		"Until": words.T("success.until", "Date", words.Date(m.Until)), "T": func(key string) string { return words.T(key) },
	})
	path := filepath.Join(m.Folder, "Qoltanba.html")
	if err == nil {
		err = os.WriteFile(path, text.Bytes(), 0o600)
	}
	if err == nil {
		err = openPath(w.app, path)
	}
	if err != nil {
		w.frame.Toast(path)
	}
}
