package notme

import "qoltanba/app/api"

// Words are those of the page in one language.
type Words struct {
	Title, Issued, Question, Button, After, Done, Gone string

	Kinds map[api.CertificateKind]string
}

var words = map[api.Language]Words{
	api.Kazakh: {
		Title:    "Сіздің атыңызға ЭЦҚ берілді",
		Issued:   "Берілген уақыты:",
		Question: "Оны өзіңіз алсаңыз, ештеңе істемеңіз. Бұл бетті жаба салыңыз.",
		Button:   "Бұл мен емес: тоқтату",
		After:    "Түймені басқан соң қолтаңба бірден жұмыс істемей қалады. Содан кейін 1414 нөміріне қоңырау шалыңыз.",
		Done:     "Қолтаңба тоқтатылды: онымен ешкім қол қоя алмайды. 1414 нөміріне қоңырау шалыңыз. Қателесіп бассаңыз да, оператор көмектеседі.",
		Gone:     "Бұл сілтеме енді жұмыс істемейді. ЭЦҚ-ны Сіз алмасаңыз, 1414 нөміріне қоңырау шалыңыз.",
		Kinds: map[api.CertificateKind]string{
			api.CertificateGOST: "Кіру және қол қою кілті", api.CertificateSign: "Қол қою кілті", api.CertificateAuth: "Жүйелерге кіру кілті",
		},
	},
	api.Russian: {
		Title:    "На Ваше имя выдана ЭЦП",
		Issued:   "Когда выдана:",
		Question: "Если её получали Вы, ничего не делайте. Просто закройте эту страницу.",
		Button:   "Это не я: остановить",
		After:    "После нажатия подпись сразу перестанет действовать. Затем позвоните 1414.",
		Done:     "Подпись остановлена: подписать ею ничего нельзя. Позвоните 1414. Если Вы нажали по ошибке, оператор тоже поможет.",
		Gone:     "Эта ссылка больше не действует. Если ЭЦП получали не Вы, позвоните 1414.",
		Kinds: map[api.CertificateKind]string{
			api.CertificateGOST: "Ключ для входа и подписи", api.CertificateSign: "Ключ для подписи", api.CertificateAuth: "Ключ для входа в системы",
		},
	},
	api.English: {
		Title:    "A signature was issued in your name",
		Issued:   "Issued:",
		Question: "If you obtained it yourself, do nothing. Just close this page.",
		Button:   "It was not me: stop it",
		After:    "The signature stops working as soon as you press the button. Then call 1414.",
		Done:     "The signature is stopped: nobody can sign with it. Call 1414. If you pressed by mistake, the operator will help as well.",
		Gone:     "This link does not work any more. If it was not you who obtained the signature, call 1414.",
		Kinds: map[api.CertificateKind]string{
			api.CertificateGOST: "Key for signing in and signing", api.CertificateSign: "Key for signing", api.CertificateAuth: "Key for signing in",
		},
	},
}
