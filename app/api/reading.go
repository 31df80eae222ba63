package api

import (
	"fmt"
	"time"
)

// ReadingState is how far the reading of a document by the machine is.
type ReadingState string

// The states of a reading.
const (
	ReadingUnderWay ReadingState = "reading" // the citizen may wait a moment, or type
	ReadingDone     ReadingState = "read"    // [ReadRecognised] has the fields
	ReadingAgain    ReadingState = "again"   // Side has to be photographed again, for Reason
	ReadingFailed   ReadingState = "failed"  // nothing was made out: the citizen types, an operator compares
)

// ReadingStates lists them.
func ReadingStates() []ReadingState {
	return []ReadingState{ReadingUnderWay, ReadingDone, ReadingAgain, ReadingFailed}
}

// Reading is how far the machine is with the pictures of the document.
type Reading struct {
	State  ReadingState `json:"state" enum:"reading,read,again,failed"`
	Side   Side         `json:"side,omitempty" enum:"front,back,page" doc:"The side that has to be sent again"`
	Reason Code         `json:"reason,omitempty" doc:"Why: a code of the table of failures"`
	Since  time.Time    `json:"since" doc:"When it came into this state"`
}

// FieldSource is where the value of a field was read.
type FieldSource string

// The sources of fields.
const (
	FromZone  FieldSource = "mrz"   // the machine-readable zone
	FromPrint FieldSource = "print" // the printed text
)

// RecognisedField is a field as the machine made it out. It prints as its name.
type RecognisedField struct {
	Name      string      `json:"name" doc:"As in the fields of the document"`
	Value     string      `json:"value" doc:"Empty where it was not made out"`
	Source    FieldSource `json:"source" enum:"mrz,print"`
	Uncertain bool        `json:"uncertain" doc:"The citizen should look at it closely"`
	Crop      []byte      `json:"crop,omitempty" doc:"JPEG of the place where it stands, at most 480 pixels wide"`
}

// Recognised are the fields that were made out, in the order of the document.
type Recognised struct {
	Fields []RecognisedField `json:"fields"`
}

// String tells nothing of the value.
func (f RecognisedField) String() string { return f.Name }

// GoString is String.
func (f RecognisedField) GoString() string { return f.Name }

// Format is String for every verb.
func (f RecognisedField) Format(s fmt.State, _ rune) { _, _ = fmt.Fprint(s, f.Name) }

// Field finds one by its name; false where it was not made out.
func (r *Recognised) Field(name string) (RecognisedField, bool) {
	if r == nil {
		return RecognisedField{}, false
	}
	for _, f := range r.Fields {
		if f.Name == name {
			return f, true
		}
	}
	return RecognisedField{}, false
}

// DocumentReasons are the failures for which a citizen is asked to photograph a side again.
func DocumentReasons() []Code {
	return []Code{DocumentUnseen, DocumentSameSide, DocumentCut, DocumentFar, DocumentBlurred, DocumentGlare}
}
