package server

import (
	"bytes"
	"crypto/sha256"
	_ "embed" // for the page
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"qoltanba/app/api"
)

var (
	//go:embed docs.html
	docsText string
	//go:embed docs.css
	docsStyle string

	docsPage = template.Must(template.New("docs").Parse(docsText))
)

// serveDocument serves the OpenAPI document and a page to read it, which is
// written from the document and needs no script.
func (s *Server) serveDocument() error {
	text, err := json.MarshalIndent(s.api.OpenAPI(), "", " ")
	if err != nil {
		return fmt.Errorf("write the OpenAPI document: %w", err)
	}
	var page bytes.Buffer
	if err := docsPage.Execute(&page, readable(s.api.OpenAPI(), s.operations)); err != nil {
		return fmt.Errorf("write the page of the contract: %w", err)
	}
	sum := sha256.Sum256([]byte(docsStyle))
	policy := "default-src 'none'; frame-ancestors 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
	s.mux.HandleFunc("GET /openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		writeBody(w, http.StatusOK, "application/openapi+json", text)
	})
	s.mux.HandleFunc("GET /docs", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Security-Policy", policy)
		writeBody(w, http.StatusOK, "text/html; charset=utf-8", page.Bytes())
	})
	return nil
}

type docsView struct {
	Style      template.CSS
	Info       *huma.Info
	Proofs     map[string]*huma.SecurityScheme
	Operations []docsOperation
	Failures   []docsFailure
	Schemas    []docsSchema
}

type docsOperation struct {
	ID, Method, Path, Summary string
	Access                    []string
	Parameters                []*huma.Param
	Bodies                    []docsBody
	Answer                    string // its schema
	Codes                     []api.Code
}

type docsBody struct{ Type, Schema string }

type docsFailure struct {
	api.Failure
	Common bool // may be answered by any call
}

type docsSchema struct {
	Name   string
	Fields []docsField
}

type docsField struct{ Name, Type, Schema, Note string }

// readable is the document in the order of the way. Failures that every call
// may answer are told once.
func readable(doc *huma.OpenAPI, operations []served) docsView {
	v := docsView{
		Style: template.CSS(docsStyle), // #nosec G203 -- embedded in the program
		Info:  doc.Info, Proofs: doc.Components.SecuritySchemes, Failures: readableFailures(),
	}
	for _, op := range operations {
		v.Operations = append(v.Operations, readableOperation(op))
	}
	schemas := doc.Components.Schemas.Map()
	for _, name := range slices.Sorted(maps.Keys(schemas)) {
		s := docsSchema{Name: name}
		for _, field := range slices.Sorted(maps.Keys(schemas[name].Properties)) {
			p := schemas[name].Properties[field]
			note := p.Description
			if !slices.Contains(schemas[name].Required, field) {
				note = strings.TrimSpace("optional. " + note)
			}
			s.Fields = append(s.Fields, docsField{Name: field, Type: typeName(p), Schema: refName(p), Note: note})
		}
		v.Schemas = append(v.Schemas, s)
	}
	return v
}

// readableFailures are those that the backend answers, common ones first.
func readableFailures() []docsFailure {
	var list []docsFailure
	for code, f := range api.Failures() {
		if f.Status != 0 {
			list = append(list, docsFailure{Failure: f, Common: slices.Contains(api.CommonFailures(), code)})
		}
	}
	slices.SortFunc(list, func(a, b docsFailure) int {
		if a.Common != b.Common {
			return map[bool]int{true: -1, false: 1}[a.Common]
		}
		return strings.Compare(string(a.Code), string(b.Code))
	})
	return list
}

func readableOperation(op served) docsOperation {
	o := docsOperation{ID: op.OperationID, Method: op.Method, Path: op.Path, Summary: op.Summary, Parameters: op.Parameters, Codes: op.failures}
	for _, needs := range op.Security {
		o.Access = append(o.Access, slices.Sorted(maps.Keys(needs))...)
	}
	if op.RequestBody != nil {
		for _, kind := range slices.Sorted(maps.Keys(op.RequestBody.Content)) {
			o.Bodies = append(o.Bodies, docsBody{Type: kind, Schema: typeName(op.RequestBody.Content[kind].Schema)})
		}
	}
	if ok := op.Responses["200"]; ok != nil {
		o.Answer = typeName(ok.Content["application/json"].Schema)
	}
	return o
}

// refName is the type of the contract behind a field, or behind each of a list.
func refName(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return typeName(s)
	default:
		return refName(s.Items)
	}
}

// typeName is a schema in a word or a few.
func typeName(s *huma.Schema) string {
	switch {
	case s == nil:
		return ""
	case s.Ref != "":
		return s.Ref[strings.LastIndex(s.Ref, "/")+1:]
	case s.Type == huma.TypeArray:
		return "list of " + typeName(s.Items)
	case len(s.Enum) > 0:
		words := make([]string, len(s.Enum))
		for i, e := range s.Enum {
			words[i] = fmt.Sprint(e)
		}
		return strings.Join(words, " | ")
	case s.Format != "":
		return s.Type + " (" + s.Format + ")"
	case s.Pattern != "":
		return s.Type + " " + s.Pattern
	default:
		return s.Type
	}
}
