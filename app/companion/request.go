package companion

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
)

// heartbeat is echoed at once, even while a dialog stands.
const heartbeat = "--heartbeat--"

// greeting is the first frame of a connection. Clients look for it by this very
// text: no blanks, a version of digits and dots.
const greeting = `{"result":{"version":"1.4"}}`

var errRequest = errors.New("the request is no JSON object within the bounds")

// request is one of a page's.
type request struct {
	module, method string
	args           json.RawMessage // nil where there are none
	uuid           json.RawMessage // nil where there is none, or it is empty
}

// parseRequest reads a frame. Names count in their own letters, as they do for
// Java; of what is named twice the last counts.
func parseRequest(frame []byte) (request, error) {
	if !shallow(frame) {
		return request{}, errRequest
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(frame, &fields); err != nil || fields == nil {
		return request{}, errRequest
	}
	r := request{module: text(fields["module"]), method: text(fields["method"]), args: present(fields["args"]), uuid: present(fields["uuid"])}
	if string(r.uuid) == `""` {
		r.uuid = nil
	}
	return r, nil
}

// present returns a value, nil for null.
func present(value json.RawMessage) json.RawMessage {
	if bytes.Equal(value, []byte("null")) {
		return nil
	}
	return value
}

// text reads a string; anything else is none.
func text(value json.RawMessage) string {
	var s string
	if json.Unmarshal(value, &s) != nil {
		return ""
	}
	return s
}

// shallow tells whether JSON nests no deeper than maxDepth, before anything is
// made of it.
func shallow(frame []byte) bool {
	depth, quoted, escaped := 0, false, false
	for _, c := range frame {
		switch {
		case escaped:
			escaped = false
		case quoted:
			escaped, quoted = c == '\\', c != '"'
		case c == '"':
			quoted = true
		case c == '{' || c == '[':
			if depth++; depth > maxDepth {
				return false
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return true
}

// truth reads a boolean, which portals send as a string too; an empty one is
// otherwise.
func truth(value json.RawMessage, otherwise bool) (is, ok bool) {
	if present(value) == nil {
		return otherwise, true
	}
	var b bool
	if json.Unmarshal(value, &b) == nil {
		return b, true
	}
	switch strings.ToLower(text(value)) {
	case "true":
		return true, true
	case "false":
		return false, true
	case "":
		return otherwise, string(value) == `""`
	}
	return false, false
}
