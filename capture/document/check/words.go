package check

import (
	"fmt"

	"qoltanba/capture/document"
	"qoltanba/capture/document/field"
)

// Language is one that findings are told in: kk, ru or en.
type Language string

// The languages.
const (
	Kazakh  Language = "kk"
	Russian Language = "ru"
	English Language = "en"
)

// wording is a text in the languages.
type wording struct{ kk, ru, en string }

func (w wording) in(l Language) string {
	switch l {
	case Kazakh:
		return w.kk
	case Russian:
		return w.ru
	}
	return w.en
}

// Sentence says the finding to a person.
func (f Finding) Sentence(l Language) string {
	w, ok := sentences[f.What]
	if !ok {
		return string(f.What)
	}
	if name, ok := fieldNames[f.Field]; ok && about[f.What] {
		return fmt.Sprintf(w.in(l), name.in(l))
	}
	return w.in(l)
}

// SideName is a side as a person calls it.
func SideName(s document.Side, l Language) string { return sideNames[s].in(l) }

// FieldName is a field as the card names it.
func FieldName(n field.Name, l Language) string { return fieldNames[n].in(l) }

var sideNames = map[document.Side]wording{
	document.Front: {"алдыңғы беті", "лицевая сторона", "front"},
	document.Back:  {"артқы беті", "обратная сторона", "back"},
	document.Page:  {"паспорт беті", "страница паспорта", "data page"},
}

var fieldNames = map[field.Name]wording{
	field.Surname:      {"Тегі", "Фамилия", "Surname"},
	field.Given:        {"Аты", "Имя", "Given name"},
	field.Patronymic:   {"Әкесінің аты", "Отчество", "Patronymic"},
	field.SurnameLatin: {"Тегі, латын әріптерімен", "Фамилия латинскими буквами", "Surname in Latin letters"},
	field.GivenLatin:   {"Аты, латын әріптерімен", "Имя латинскими буквами", "Given name in Latin letters"},
	field.Birth:        {"Туған күні", "Дата рождения", "Date of birth"},
	field.Sex:          {"Жынысы", "Пол", "Sex"},
	field.IIN:          {"ЖСН", "ИИН", "IIN"},
	field.Number:       {"Құжат нөмірі", "Номер документа", "Document number"},
	field.BirthPlace:   {"Туған жері", "Место рождения", "Place of birth"},
	field.Nationality:  {"Ұлты", "Национальность", "Nationality"},
	field.Citizenship:  {"Азаматтығы", "Гражданство", "Citizenship"},
	field.Issuer:       {"Берген орган", "Орган выдачи", "Issued by"},
	field.Issued:       {"Берілген күні", "Дата выдачи", "Date of issue"},
	field.Expires:      {"Қолданылу мерзімі", "Срок действия", "Date of expiry"},
}

// about are the findings that name a field.
var about = map[document.Finding]bool{Differs: true, Unclear: true, Corrected: true}

var sentences = map[document.Finding]wording{
	document.TooSmall: {
		"Куәлік тым алыстан түсірілген. Жақынырақ түсіріңіз.", "Удостоверение снято слишком издалека. Снимите ближе.",
		"The card is too far away. Please come closer.",
	},
	document.SmallPrint: {
		"Ұсақ мәтін алыстан түсірілген.", "Мелкий текст снят издалека.", "The small print is far away.",
	},
	document.Blurred: {
		"Артқы беттің төменгі жолдары анық емес. Куәлікті қозғамай, қайта түсіріңіз.",
		"Строки внизу обратной стороны нечёткие. Снимите ещё раз и не двигайте удостоверение.",
		"The lines at the bottom of the back are blurred. Please take the picture again and hold the card still.",
	},
	document.PrintBlurred: {"Ұсақ мәтін анық емес.", "Мелкий текст нечёткий.", "The small print is blurred."},
	document.Shines:       {"Куәлікте жарық шағылысады.", "На удостоверении блик от света.", "Light is reflected on the card."},
	document.CutOff: {
		"Куәліктің бұрышы суретке сыймаған. Куәлікті толық түсіріңіз.", "Угол удостоверения не попал в снимок. Снимите его целиком.",
		"A corner of the card is outside the picture. Please show the whole card.",
	},
	document.ZoneUnread: {
		"Артқы беттің төменгі жолдары оқылмады. Артқы бетті қайта түсіріңіз.",
		"Строки внизу обратной стороны не читаются. Снимите обратную сторону ещё раз.",
		"The lines at the bottom of the back cannot be read. Please take the picture of the back again.",
	},
	document.ZoneUncertain: {
		"Артқы беттің төменгі жолдары толық анық оқылмады.", "Строки внизу обратной стороны прочитаны не вполне уверенно.",
		"The lines at the bottom of the back were read with some doubt.",
	},
	document.ZoneRepaired: {
		"Төменгі жолдардағы бір таңба бақылау саны бойынша түзетілді.", "Знак в строках внизу исправлен по контрольной цифре.",
		"A character of the lines at the bottom was put right by a check digit.",
	},
	document.NoIIN: {
		"Артқы беттің төменгі жолдарында дұрыс ЖСН жоқ.", "В строках внизу обратной стороны нет верного ИИН.",
		"The lines at the bottom of the back have no valid IIN.",
	},
	document.Foreign: {"Құжатты Қазақстан бермеген.", "Документ выдан не Казахстаном.", "The document was not issued by Kazakhstan."},
	document.Expired: {"Құжаттың мерзімі өтіп кеткен.", "Срок действия документа истёк.", "The document has expired."},
	document.NoDate: {
		"Төменгі жолдарда күнтізбеде жоқ күн тұр.", "В строках внизу стоит дата, которой нет в календаре.", "The lines at the bottom have a date that does not exist.",
	},
	document.IINBirth: {
		"Туған күні ЖСН-дегіден өзге. Дұрыс құжаттарда да осылай болады.", "Дата рождения не та, что в ИИН. Так бывает и в верных документах.",
		"The date of birth is not that of the IIN. This happens with valid documents too.",
	},
	document.IINSex: {
		"Жынысы ЖСН-дегіден өзге. Дұрыс құжаттарда да осылай болады.", "Пол не тот, что в ИИН. Так бывает и в верных документах.",
		"The sex is not that of the IIN. This happens with valid documents too.",
	},
	NoCard: {
		"Суретте жеке куәлік көрінбейді. Қайта түсіріңіз.", "На снимке не видно удостоверения. Снимите ещё раз.", "The picture shows no identity card. Please take it again.",
	},
	SameSide: {
		"Екі суретте де куәліктің бір беті. Екінші бетін түсіріңіз.", "На обоих снимках одна и та же сторона. Снимите другую сторону.",
		"Both pictures show the same side. Please take a picture of the other side.",
	},
	Swapped:  {"Алдыңғы және артқы беттің суреттері ауысып кеткен.", "Снимки двух сторон были переставлены.", "The pictures of the two sides were exchanged."},
	Passport: {"Бұл — паспорт.", "Это паспорт.", "This is a passport."},
	Differs: {
		"«%s»: куәліктің екі жерінде әртүрлі жазылған.", "«%s»: в двух местах удостоверения написано разное.", "“%s” differs between two places of the card.",
	},
	Unclear:  {"«%s»: анық оқылмады.", "«%s»: прочитано неуверенно.", "“%s” could not be read for certain."},
	WrongIIN: {"Алдыңғы беттегі ЖСН дұрыс емес.", "ИИН на лицевой стороне неверен.", "The IIN on the front is not valid."},
	OddTerm:  {"Қолданылу мерзімі он жыл емес.", "Срок действия — не десять лет.", "The card is not valid for ten years."},
	BarcodeDiffers: {
		"Артқы беттегі штрих-кодтың ЖСН-і куәліктегі ЖСН-мен бірдей емес.", "ИИН в штрих-коде на обороте не тот, что на удостоверении.",
		"The IIN of the barcode on the back is not that of the card.",
	},
	OtherBearer: {
		"Куәліктегі ЖСН азаматтың ЖСН-інен өзге.", "ИИН в удостоверении — не тот, что у гражданина.", "The IIN on the card is not that of the citizen.",
	},
	PrintUnread: {
		"Мәтінді оқитын бағдарлама орнатылмаған.", "Программа, которая читает текст, не установлена.", "The program that reads print is not installed.",
	},
	Corrected: {
		"«%s»: азамат анық оқылған мәнді өзгерткен.", "«%s»: гражданин исправил то, что прочитано уверенно.",
		"“%s”: the citizen changed what had been read for certain.",
	},
}
