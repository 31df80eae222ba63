package companion

import (
	"encoding/json"
)

// encode writes an answer. Characters of HTML stay as they are: portals compare
// text.
func encode(answer any) []byte {
	var out jsonBuffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil {
		return []byte(`{"code":"500","message":"general.error"}`)
	}
	return out[:len(out)-1] // without the line's end
}

type jsonBuffer []byte

func (b *jsonBuffer) Write(p []byte) (int, error) {
	*b = append(*b, p...)
	return len(p), nil
}

// result is an answer of commonUtils. Message is left out of a success: some
// clients take any for a failure.
type result struct {
	Code    string          `json:"code"`
	Object  any             `json:"responseObject,omitempty"`
	Message string          `json:"message,omitempty"`
	UUID    json.RawMessage `json:"uuid,omitempty"`
}

// outcome is an answer of basics. A success has a body, even an empty one,
// without which clients wait for ever.
type outcome struct {
	Status  bool            `json:"status"`
	Body    *body           `json:"body,omitempty"`
	Code    string          `json:"code,omitempty"`
	Message string          `json:"message,omitempty"`
	Details string          `json:"details,omitempty"`
	UUID    json.RawMessage `json:"uuid,omitempty"`
}

type body struct {
	Result any `json:"result,omitempty"` // left out where the person cancelled
}

// refusal is the answer to what is of no module.
type refusal struct {
	Success bool            `json:"success"`
	Code    string          `json:"errorCode"`
	Message string          `json:"message,omitempty"`
	UUID    json.RawMessage `json:"uuid,omitempty"`
}

// legacy is the answer to the applet's calls, in which pages had the password.
type legacy struct {
	Code    string `json:"errorCode"`
	Message string `json:"message"`
}
