package transliteration

import "testing"

func TestDistance(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cyrillic, latin string
		want            int
	}{
		{"ҚАСЫМБЕКОВ", "KASSYMBEKOV", 0},
		{"ҚАСЫМБЕКОВ", "QASYMBEKOV", 0},
		{"ЖАҚСЫЛЫҚОВ", "ZHAKSYLYKOV", 0},
		{"ЖҰМАБАЕВ", "JUMABAYEV", 0},
		{"НҰРСҰЛТАН", "NURSULTAN", 0},
		{"НҰРПЕЙІСОВ", "NURPEISOV", 0},
		{"ЩЕРБАКОВ", "SHCHERBAKOV", 0},
		{"ФЁДОРОВ", "FYODOROV", 0},
		{"ФЕДОРОВ", "FEDOROV", 0},
		{"СЕМЁНОВА-ШАПИРО", "SEMENOVA SHAPIRO", 0},
		{"ӘБІШ", "ABISH", 0},
		{"ЮЛИЯ", "IULIIA", 0},
		{"ИВАНОВ", "PETROV", 4},
		{"ИВАНОВ", "IVANOVA", 1},
		{"", "AB", 2},
		{"АБ", "", 2},
	} {
		if got := Distance(c.cyrillic, c.latin); got != c.want {
			t.Errorf("%s, %s: %d and not %d", c.cyrillic, c.latin, got, c.want)
		}
	}
	if got := Begins("АНАСТАСИЯ", "ANAST"); got != 0 {
		t.Errorf("a name that is cut: %d", got)
	}
	if got := Begins("АНАСТАСИЯ", "MARIA"); got < 2 {
		t.Errorf("another name that is cut: %d", got)
	}
}

func TestStarts(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		cyrillic, latin string
		want            bool
	}{
		{"ЕРЛАН", "ERLAN SERIKULY", true}, {"АННА МАРИЯ", "ANNA MARIYA", true}, {"ЕРЛАН", "ERLANBEK", false}, {"ЕРЛАН", "", false},
	} {
		if got := Starts(c.cyrillic, c.latin); got != c.want {
			t.Errorf("%s, %s: %v", c.cyrillic, c.latin, got)
		}
	}
}

func TestLatin(t *testing.T) {
	t.Parallel()
	for cyrillic, want := range map[string]string{"ҒАБДУЛЛИН": "GABDULLIN", "ІҢКӘР": "INKAR", "АНАСТАСИЯ": "ANASTASIYA", "Щапов": "SHCHAPOV", "КИМ-ЛИ": "KIM LI", "": ""} {
		if got := Latin(cyrillic); got != want || Distance(cyrillic, got) != 0 {
			t.Errorf("%s: %s", cyrillic, got)
		}
	}
}

func TestNames(t *testing.T) {
	t.Parallel()
	if !SameName("ФЁДОРОВ", "ФЕДОРОВ") || !SameName("КИМ-ЛИ", "КИМ ЛИ") || SameName("ІҢКӘР", "ИНКАР") {
		t.Error("names alike")
	}
	for text, want := range map[string]bool{"ОМАРОВ": true, "СЕМЁНОВА-ШАПИРО": true, "OMAROV": false, "ОМАР0В": false, "": false, "-": false} {
		if Name(text) != want {
			t.Errorf("%q is a name: %v", text, !want)
		}
	}
}

func FuzzDistance(f *testing.F) {
	f.Add("ЩЕРБАКОВ", "SHCHERBAKOV")
	f.Add("Ъ\xff", "\x00")
	f.Fuzz(func(t *testing.T, a, b string) {
		d, cut := Distance(a, b), Begins(a, b)
		if d < -1 || cut > d || (d == -1) != (cut == -1) {
			t.Errorf("%q, %q: %d, %d", a, b, d, cut)
		}
		if own := Distance(a, Latin(a)); own > 0 && Name(a) {
			t.Errorf("%q is not spelled as itself: %d", a, own)
		}
	})
}
