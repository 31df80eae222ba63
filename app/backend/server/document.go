package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"qoltanba/app/api"
	"qoltanba/app/api/dpop"
)

// The names of the schemes of security in the document.
const (
	proofScheme = "dpopProof"
	tokenScheme = "dpopToken"
)

// document is the frame of the OpenAPI document; operations come in by
// [describe].
func document(version string, public *url.URL) huma.Config {
	return huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{
				Title:   "Qoltanba",
				Version: version,
				Description: "The way of a citizen from the IIN to the certificates of an electronic signature. " +
					"Every failure is problem+json (RFC 9457) with a stable code; every call that changes something carries an idempotency key.",
			},
			Servers: []*huma.Server{{URL: strings.TrimSuffix(public.String(), "/")}},
			Components: &huma.Components{
				Schemas: huma.NewMapRegistry("#/components/schemas/", huma.DefaultSchemaNamer),
				SecuritySchemes: map[string]*huma.SecurityScheme{
					proofScheme: {
						Type: "apiKey", In: "header", Name: dpop.Header,
						Description: "Proof of possession of the device's key (RFC 9449, ES256), with the SHA-256 of the body in the claim body_sha256 " +
							"and, for calls that take a step, the step's nonce in the claim nonce.",
					},
					tokenScheme: {
						Type: "apiKey", In: "header", Name: "Authorization",
						Description: "The scheme DPoP and the token that starting the enrolment gave, bound to the device's key.",
					},
				},
			},
		},
		Formats:       map[string]huma.Format{"application/json": huma.DefaultJSONFormat},
		DefaultFormat: "application/json",
	}
}

// describe puts an operation into the document and returns what the router
// needs of it.
func describe[In, Out any](a huma.API, op api.Operation[In, Out]) *huma.Operation {
	schemas := a.OpenAPI().Components.Schemas
	d := &huma.Operation{
		OperationID: op.ID, Method: op.Method, Path: op.Path, Summary: op.Summary,
		Parameters: parameters(op.Path, op.Method),
		Security:   security(op.Access),
		Responses: map[string]*huma.Response{"200": {
			Description: "Done",
			Content:     map[string]*huma.MediaType{"application/json": {Schema: schemas.Schema(reflect.TypeFor[Out](), true, "")}},
		}},
	}
	d.RequestBody = requestBody[In](a)
	describeFailures(schemas, d, op.Failures)
	a.OpenAPI().AddOperation(d)
	return d
}

var inPath = regexp.MustCompile(`\{(\w+)\}`)

func parameters(path, method string) []*huma.Param {
	var list []*huma.Param
	enums := map[string][]any{
		"side": {string(api.Front), string(api.Back), string(api.DataPage)}, "kind": {string(api.TextBiometrics), string(api.TextAgreement)},
		"language": {string(api.Kazakh), string(api.Russian), string(api.English)},
	}
	for _, found := range inPath.FindAllStringSubmatch(path, -1) {
		list = append(list, &huma.Param{
			Name: found[1], In: "path", Required: true, Schema: &huma.Schema{Type: huma.TypeString, Enum: enums[found[1]]},
		})
	}
	if method != http.MethodGet {
		list = append(list, &huma.Param{
			Name: api.HeaderIdempotency, In: "header", Required: true,
			Description: "Unique for the call. The same key with the same content is answered with the first answer.",
			Schema:      &huma.Schema{Type: huma.TypeString, Pattern: "^[A-Za-z0-9_-]{16,128}$"},
		})
	}
	return list
}

func security(access api.Access) []map[string][]string {
	switch access {
	case api.AccessOpen:
		return nil
	case api.AccessKey:
		return []map[string][]string{{proofScheme: {}}}
	default:
		return []map[string][]string{{proofScheme: {}, tokenScheme: {}}}
	}
}

// bodySchema is the schema by which a JSON body is checked; nil for others.
func bodySchema[In any](a huma.API) *huma.Schema {
	if body := requestBody[In](a); body != nil && body.Content["application/json"] != nil {
		return body.Content["application/json"].Schema
	}
	return nil
}

func requestBody[In any](a huma.API) *huma.RequestBody {
	bytes := &huma.MediaType{Schema: &huma.Schema{Type: huma.TypeString, Format: "binary"}}
	var in In
	body := &huma.RequestBody{Required: true}
	switch any(in).(type) {
	case api.None:
		return nil
	case api.Picture:
		body.Content = map[string]*huma.MediaType{}
		for _, kind := range api.DocumentTypes() {
			body.Content[kind] = bytes
		}
		body.Description = fmt.Sprintf("The picture as it is, at most %d bytes; a selfie is JPEG or PNG", api.MaxPicture)
	case api.Frames:
		body.Content = map[string]*huma.MediaType{"application/octet-stream": bytes}
		body.Description = fmt.Sprintf("A batch of the recording's frames, at most %d bytes", api.MaxFrames)
	default:
		schema := a.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[In](), true, "")
		body.Content = map[string]*huma.MediaType{"application/json": {Schema: schema}}
	}
	return body
}

// describeFailures lists, for each status, the codes that may come with it.
func describeFailures(schemas huma.Registry, d *huma.Operation, own []api.Code) {
	codes := map[int][]string{}
	for _, code := range slices.Concat(own, api.CommonFailures()) {
		status := api.FailureOf(code).Status
		if !slices.Contains(codes[status], string(code)) {
			codes[status] = append(codes[status], string(code))
		}
	}
	problem := schemas.Schema(reflect.TypeFor[api.Problem](), true, "")
	for status, names := range codes {
		slices.Sort(names)
		enum := make([]any, len(names))
		for i, n := range names {
			enum[i] = n
		}
		d.Responses[strconv.Itoa(status)] = &huma.Response{
			Description: "Codes: " + strings.Join(names, ", "),
			Content: map[string]*huma.MediaType{api.ProblemType: {Schema: &huma.Schema{
				AllOf: []*huma.Schema{problem, {Properties: map[string]*huma.Schema{"code": {Enum: enum}}}},
			}}},
		}
	}
}

// A name counts in its own letters only. Else {"phone": …, "Phone": …} would be
// checked by one of the two and read from the other.
func init() { huma.ValidateStrictCasing = true }

// validate checks a JSON body by the schema that the document shows. The
// problem names the fields and never what was in them.
func (s *Server) validate(form *huma.Schema, body []byte) error {
	var value any
	if err := json.Unmarshal(body, &value); err != nil {
		return api.Fail(api.BadRequest, "the body is no JSON")
	}
	var result huma.ValidateResult
	huma.Validate(s.api.OpenAPI().Components.Schemas, form, huma.NewPathBuffer(nil, 0), huma.ModeWriteToServer, value, &result)
	var fields []string
	for _, err := range result.Errors {
		field := "body"
		if detail := (*huma.ErrorDetail)(nil); errors.As(err, &detail) && s.known(detail.Location) {
			field = detail.Location
		}
		if !slices.Contains(fields, field) {
			fields = append(fields, field)
		}
	}
	if len(fields) > 0 {
		return api.Fail(api.BadRequest, "%s", strings.Join(fields[:min(len(fields), 20)], ", "))
	}
	if again, err := namesTwice(json.NewDecoder(bytes.NewReader(body))); again || err != nil {
		return api.Fail(api.BadRequest, "an object has a name twice")
	}
	return nil
}

// namesTwice says whether an object, at any depth, has two members of one name:
// which of them counts is left open (RFC 8259, 4), and a filter on the way might
// see the other. The JSON is known to be valid and, by its schema, shallow.
func namesTwice(d *json.Decoder) (bool, error) {
	token, err := d.Token()
	kind, nested := token.(json.Delim)
	if err != nil || !nested {
		return false, err
	}
	seen := map[json.Token]bool{}
	for d.More() {
		if kind == '{' {
			name, err := d.Token()
			if err != nil || seen[name] {
				return true, err
			}
			seen[name] = true
		}
		if again, err := namesTwice(d); again || err != nil {
			return again, err
		}
	}
	_, err = d.Token()
	return false, err
}

// known says whether every part of a path such as fields.surname is a name of
// the contract: what a stranger made up stays out of our answer.
func (s *Server) known(path string) bool {
	for _, part := range strings.Split(path, ".") {
		name, _, _ := strings.Cut(part, "[")
		if !slices.ContainsFunc(s.schemas, func(schema *huma.Schema) bool { return schema.Properties[name] != nil }) {
			return false
		}
	}
	return true
}
