package screen

import (
	"fyne.io/fyne/v2"

	"qoltanba/app/desktop/look"
	"qoltanba/app/desktop/part"
	"qoltanba/app/desktop/wording"
)

// ChoicesModel is what few citizens have to choose: the kind of keys, by its code in the contract.
type ChoicesModel struct {
	Keys    string
	Offered []string
}

// ChoicesActions are what can be done there. Keys is told at once; Back leads to the form with what was chosen.
type ChoicesActions struct {
	Keys func(kind string)
	Back func()
}

// NewChoices builds the further choices of the application form.
func NewChoices(w *wording.Words, m ChoicesModel, on ChoicesActions) *View {
	v := newView(w, "choices", KeysStage)
	v.Body = part.Column(look.SpaceM, v.pick("choices.keys", m.Keys, m.Offered, on.Keys))
	v.setMain("choices.done", on.Back)
	v.setBack(on.Back)
	return v
}

// pick is a column of cards of which one is chosen, under a heading; each is named by the key and its code, and explained by the same and ".text".
func (v *View) pick(key, chosen string, codes []string, choose func(code string)) fyne.CanvasObject {
	column := part.Column(look.SpaceS, part.Strong(v.text(key)))
	var options []*part.Choice
	for i, code := range codes {
		id := key + "." + code
		o := register(v, id, part.NewOption("", v.text(id), v.text(id+".text"), code == chosen, func() {
			for j, other := range options {
				other.SetChosen(i == j)
			}
			choose(code)
		}))
		if v.First == nil {
			v.First = o
		}
		options = append(options, o)
		column.Add(o)
	}
	return column
}
