package notify

import (
	"fmt"
	"strings"
	"time"

	"qoltanba/app/api"
	"qoltanba/app/backend/otp"
)

// Notice is something to tell that carries no code.
type Notice string

// The notices.
const (
	PhoneRegistered Notice = "phone-registered" // an operator bound the phone to the citizen
	Approved        Notice = "approved"         // the operator accepted the evidence
	Rejected        Notice = "rejected"         // something has to be done again
	TakenOver       Notice = "taken-over"       // an unfinished way ended in favour of another computer
	Recovered       Notice = "recovered"        // an unfinished way goes on under a new key of its computer
	Issued          Notice = "issued"           // certificates were issued
	Announced       Notice = "announced"        // the same, with a {link} to the page that suspends them
	Refused         Notice = "refused"          // the authority rejected the application
	Ending          Notice = "ending"           // a certificate ends on {date}
)

// Notices lists every notice.
func Notices() []Notice {
	return []Notice{PhoneRegistered, Approved, Rejected, TakenOver, Recovered, Issued, Announced, Refused, Ending}
}

// Purposes lists every purpose a code is sent for.
func Purposes() []api.CodePurpose {
	return []api.CodePurpose{api.CodeForEnrolment, api.CodeForSignIn, api.CodeForCall, api.CodeForEmail}
}

type text map[api.Language]string

// codeMark stands for the code in the texts.
const codeMark = "{code}"

// codeTexts say what the code does before anything else. The code for an
// operator is the only one that is told to somebody.
var codeTexts = map[api.CodePurpose]text{
	api.CodeForEnrolment: {
		api.Kazakh:  "Qoltanba: {code} – ЭЦҚ алу үшін телефоныңызды растау коды. Оны ешкімге айтпаңыз.",
		api.Russian: "Qoltanba: {code} – код подтверждения телефона для получения ЭЦП. Никому его не говорите.",
		api.English: "Qoltanba: code {code} to confirm your phone and obtain a signature. Do not tell it to anyone.",
	},
	api.CodeForSignIn: {
		api.Kazakh:  "Qoltanba: {code} – Digital ID жүйесіне кіру коды. Оны ешкімге айтпаңыз.",
		api.Russian: "Qoltanba: {code} – код для входа в Digital ID. Никому его не говорите.",
		api.English: "Qoltanba: code {code} to sign in to Digital ID. Do not tell it to anyone.",
	},
	api.CodeForCall: {
		api.Kazakh:  "Qoltanba: {code} – телефонды тіркеу коды. Оны тек Сіз өтінген қоңыраудағы операторға айтыңыз.",
		api.Russian: "Qoltanba: {code} – код регистрации телефона. Назовите его только оператору, звонок которого Вы заказали.",
		api.English: "Qoltanba: code {code} to register your phone. Tell it only to the operator whose call you asked for.",
	},
	api.CodeForEmail: {
		api.Kazakh:  "Qoltanba: {code} – электрондық поштаңызды растау коды. Оны ешкімге айтпаңыз.",
		api.Russian: "Qoltanba: {code} – код подтверждения Вашей электронной почты. Никому его не говорите.",
		api.English: "Qoltanba: code {code} to confirm your e-mail address. Do not tell it to anyone.",
	},
}

var noticeTexts = map[Notice]text{
	PhoneRegistered: {
		api.Kazakh:  "Qoltanba: телефоныңыз тіркелді. Қолданбаға оралып, ЖСН-ді қайта енгізіңіз.",
		api.Russian: "Qoltanba: Ваш телефон зарегистрирован. Вернитесь в приложение и снова введите ИИН.",
		api.English: "Qoltanba: your phone is registered. Go back to the application and enter your IIN again.",
	},
	Approved: {
		api.Kazakh:  "Qoltanba: құжаттарыңыз тексеріліп, қабылданды. Қолданбада «Құжаттар» бөлімін ашыңыз.",
		api.Russian: "Qoltanba: Ваши документы проверены и приняты. Откройте в приложении раздел «Документы».",
		api.English: "Qoltanba: your documents were checked and accepted. Open Documents in the application.",
	},
	Rejected: {
		api.Kazakh:  "Qoltanba: құжаттарыңыз қабылданбады. Не істеу керегін білу үшін қолданбада «Құжаттар» бөлімін ашыңыз.",
		api.Russian: "Qoltanba: Ваши документы не приняты. Откройте в приложении раздел «Документы»: там сказано, что делать.",
		api.English: "Qoltanba: your documents were not accepted. Open Documents in the application: it says what to do.",
	},
	TakenOver: {
		api.Kazakh:  "Qoltanba: аяқталмаған өтінішіңіз тоқтатылды: ЭЦҚ алу басқа компьютерде жалғасуда. Ол Сіз болмасаңыз, 1414-ке хабарласыңыз.",
		api.Russian: "Qoltanba: Ваша незавершённая заявка отменена: ЭЦП получают на новом компьютере. Если это не Вы, позвоните 1414.",
		api.English: "Qoltanba: your unfinished application was cancelled by a new computer. If it was not you, call 1414.",
	},
	Recovered: {
		api.Kazakh:  "Qoltanba: ЭЦҚ алу өтінішіңіз жаңа компьютер кілтімен жалғасуда. Ол Сіз болмасаңыз, 1414-ке хабарласыңыз.",
		api.Russian: "Qoltanba: Ваша заявка на ЭЦП продолжена с новым ключом компьютера. Если это не Вы, позвоните 1414.",
		api.English: "Qoltanba: your application goes on under a new key of your computer. If it was not you, call 1414.",
	},
	Issued: {
		api.Kazakh:  "Qoltanba: Сізге ЭЦҚ сертификаттары берілді. Егер оны Сіз алмасаңыз, 1414 нөміріне қоңырау шалыңыз.",
		api.Russian: "Qoltanba: Вам выданы сертификаты ЭЦП. Если их получали не Вы, позвоните по номеру 1414.",
		api.English: "Qoltanba: signature certificates were issued to you. If you did not ask for them, call 1414.",
	},
	Announced: {
		api.Kazakh:  "Qoltanba: Сізге ЭЦҚ берілді. Ол Сіз болмасаңыз, тоқтатыңыз: {link}",
		api.Russian: "Qoltanba: Вам выдана ЭЦП. Если это не Вы, остановите её: {link}",
		api.English: "Qoltanba: a signature was issued to you. Not you? Stop it: {link}",
	},
	Ending: {
		api.Kazakh:  "Qoltanba: ЭЦҚ-ңыздың мерзімі {date} бітеді. Qoltanba қолданбасын ашып, оны алдын ала жаңартыңыз.",
		api.Russian: "Qoltanba: срок Вашей ЭЦП истекает {date}. Откройте приложение Qoltanba и обновите её заранее.",
		api.English: "Qoltanba: your signature expires on {date}. Open the Qoltanba application and renew it in time.",
	},
	Refused: {
		api.Kazakh:  "Qoltanba: ЭЦҚ алуға өтініміңіз қабылданбады. Себебін 1414 нөмірінен біле аласыз. Өтінімді жаңадан беруге болады.",
		api.Russian: "Qoltanba: Ваша заявка на ЭЦП отклонена. Причину можно узнать по номеру 1414. Заявку можно подать заново.",
		api.English: "Qoltanba: your request for a signature was rejected. Call 1414 to learn why. You may apply anew.",
	},
}

var subjects = text{
	api.Kazakh:  "Электрондық цифрлық қолтаңба",
	api.Russian: "Электронная цифровая подпись",
	api.English: "Electronic digital signature",
}

// CodeMessage is the message that brings a one-time code. It fails on a
// purpose or language the table does not have.
func CodeMessage(lang api.Language, purpose api.CodePurpose, code otp.Code) (Message, error) {
	t, ok := codeTexts[purpose][lang]
	if !ok {
		return Message{}, fmt.Errorf("no text for a code for %q in %q", purpose, lang)
	}
	return Message{subject: subjects[lang], text: strings.Replace(t, codeMark, code.Reveal(), 1)}, nil
}

// Details fill the gaps of a notice's text.
type Details struct {
	Link string
	Date time.Time // a day in the time of Kazakhstan
}

// almaty is the time of the whole country since 1 March 2024: UTC+5.
var almaty = time.FixedZone("UTC+5", 5*60*60)

// NoticeMessage is the message for a notice. It fails like [CodeMessage].
func NoticeMessage(lang api.Language, n Notice, d Details) (Message, error) {
	t, ok := noticeTexts[n][lang]
	if !ok {
		return Message{}, fmt.Errorf("no text for the notice %q in %q", n, lang)
	}
	t = strings.NewReplacer("{link}", d.Link, "{date}", d.Date.In(almaty).Format("02.01.2006")).Replace(t)
	return Message{subject: subjects[lang], text: t}, nil
}
