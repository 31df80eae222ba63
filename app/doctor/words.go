package doctor

import (
	"fmt"
	"strings"

	"qoltanba/app/api"
)

// Code names a finding. It stays the same from version to version.
type Code string

// The codes.
const (
	PortOurs           Code = "port-ours"
	PortFree           Code = "port-free"
	PortHeld           Code = "port-held"
	PortOtherUser      Code = "port-other-user"
	PortUnknown        Code = "port-unknown"
	AuthorityDamaged   Code = "authority-damaged"
	AuthorityEnds      Code = "authority-ends"
	TrustStands        Code = "trust-stands"
	TrustAbsent        Code = "trust-absent"
	TrustMissing       Code = "trust-missing"
	TrustTool          Code = "trust-tool"
	TrustLocked        Code = "trust-locked"
	TrustFailed        Code = "trust-failed"
	TrustSystem        Code = "trust-system"
	TrustInstalled     Code = "trust-installed"
	TrustRemoved       Code = "trust-removed"
	TrustGone          Code = "trust-gone"
	TrustAdministrator Code = "trust-administrator"
	TrustDeclined      Code = "trust-declined"
	NetworkAsks        Code = "network-asks"
	NetworkAllowed     Code = "network-allowed"
	NetworkBlocked     Code = "network-blocked"
	ServiceUp          Code = "service-up"
	ServiceDown        Code = "service-down"
	ServiceOther       Code = "service-other"
	ServiceUnset       Code = "service-unset"
	ClockRight         Code = "clock-right"
	ClockWrong         Code = "clock-wrong"
	ClockOld           Code = "clock-old"
	ClockUnknown       Code = "clock-unknown"
	KeyringAnswers     Code = "keyring-answers"
	KeyringSilent      Code = "keyring-silent"
	CameraThere        Code = "camera-there"
	CameraMissing      Code = "camera-missing"
	LibraryThere       Code = "library-there"
	LibraryMissing     Code = "library-missing"
	KeysKept           Code = "keys-kept"
	KeysNone           Code = "keys-none"
	KeysOpen           Code = "keys-open"
	KeysUnfit          Code = "keys-unfit"
)

// text is what a finding is, and what can be done. %s stands for the subject.
type text struct{ cause, remedy string }

// words has kk, ru and en of each code.
var words = map[Code][3]text{
	PortOurs: {
		{"Қол қою қызметі жұмыс істеп тұр: %s.", ""},
		{"Служба подписи работает: %s.", ""},
		{"The signing service is running: %s.", ""},
	},
	PortFree: {
		{"Қол қою қызметі іске қосылмаған (%s). Сайттар одан қолтаңба сұрай алмайды.", "«Қолтаңба» бағдарламасын ашыңыз."},
		{"Служба подписи не запущена (%s). Сайты не могут попросить о подписи.", "Откройте программу «Қолтаңба»."},
		{"The signing service is not running (%s). Sites cannot ask for a signature.", "Open the program Qoltanba."},
	},
	PortHeld: {
		{"Сайттарға басқа бағдарлама жауап береді: %s.", "Сол бағдарламаны жабыңыз (бұл NCALayer немесе KAZTOKEN болуы мүмкін), содан кейін «Қолтаңбаны» қайта ашыңыз."},
		{"Сайтам отвечает другая программа: %s.", "Закройте её (это может быть NCALayer или KAZTOKEN), затем снова откройте «Қолтаңба»."},
		{"Another program answers the sites: %s.", "Close it (it may be NCALayer or KAZTOKEN), then open Qoltanba again."},
	},
	PortOtherUser: {
		{"Осы компьютердің басқа пайдаланушысының бағдарламасы орынды алып тұр: %s.", "Сол пайдаланушыдан бағдарламасын жабуды сұраңыз."},
		{"Место занято программой другого пользователя этого компьютера: %s.", "Попросите этого пользователя закрыть программу."},
		{"A program of another user of this computer has the place: %s.", "Ask that user to close it."},
	},
	PortUnknown: {
		{"Біреу жауап береді, бірақ оның кім екенін жүйе айтпайды: %s.", "Қолтаңба жұмыс істемесе, NCALayer бағдарламасын жабыңыз."},
		{"Кто-то отвечает, но система не говорит, кто: %s.", "Если подпись не работает, закройте NCALayer."},
		{"Somebody answers, and the system does not tell who: %s.", "If signing does not work, close NCALayer."},
	},
	AuthorityDamaged: {
		{"Осы компьютердің қауіпсіздік куәлігі бүлінген.", "Жаңасын жасап, браузерлерге қайта орнату керек."},
		{"Сертификат безопасности этого компьютера повреждён.", "Нужно создать новый и снова установить его в браузеры."},
		{"The security certificate of this computer is damaged.", "A new one has to be made and installed into the browsers."},
	},
	AuthorityEnds: {
		{"Осы компьютердің қауіпсіздік куәлігінің мерзімі %s күні бітеді.", "Жаңасын жасап, браузерлерге қайта орнату керек."},
		{"Срок сертификата безопасности этого компьютера кончается %s.", "Нужно создать новый и снова установить его в браузеры."},
		{"The security certificate of this computer ends on %s.", "A new one has to be made and installed into the browsers."},
	},
	TrustStands: {
		{"%s: браузер қол қою қызметіне сенеді.", ""},
		{"%s: службе подписи доверяют.", ""},
		{"%s: the signing service is trusted.", ""},
	},
	TrustAbsent: {
		{"%s: қол қою қызметіне әлі сенбейді. Сайттар оған қосыла алмайды.", "Куәлікті орнату керек, содан кейін браузерді жауып, қайта ашыңыз."},
		{"%s: службе подписи ещё не доверяют. Сайты не смогут с ней связаться.", "Нужно установить сертификат, а затем закрыть и снова открыть браузер."},
		{"%s: the signing service is not trusted yet. Sites cannot reach it.", "Its certificate has to be installed; then close the browser and open it again."},
	},
	TrustMissing: {
		{"%s: бұл компьютерде жоқ.", ""},
		{"%s: на этом компьютере нет.", ""},
		{"%s: not on this computer.", ""},
	},
	TrustTool: {
		{"%s: куәлікті орнататын certutil бағдарламасы жоқ.", "Әкімшіден libnss3-tools бумасын орнатуды сұраңыз (Fedora жүйесінде nss-tools)."},
		{"%s: нет программы certutil, которая устанавливает сертификат.", "Попросите администратора установить пакет libnss3-tools (в Fedora — nss-tools)."},
		{"%s: the program certutil, which installs certificates, is missing.", "Ask the administrator for the package libnss3-tools (nss-tools on Fedora)."},
	},
	TrustLocked: {
		{"%s: браузер негізгі құпиясөзбен қорғалған.", "Куәлікті браузер баптауларында өзіңіз импорттаңыз."},
		{"%s: браузер защищён основным паролем.", "Импортируйте сертификат сами, в настройках браузера."},
		{"%s: the browser is under a primary password.", "Import the certificate yourself, in the browser's settings."},
	},
	TrustFailed: {
		{"%s: браузер сенетін куәліктерді қарау мүмкін болмады.", "Браузерді жауып, қайта көріңіз."},
		{"%s: не удалось посмотреть, каким сертификатам доверяет браузер.", "Закройте браузер и попробуйте ещё раз."},
		{"%s: the certificates that the browser trusts could not be looked at.", "Close the browser and try again."},
	},
	TrustSystem: {
		{"%s: куәлік жүйеде орнатылмаған. Браузерлерге ол қажет емес.", ""},
		{"%s: в системе сертификат не установлен. Браузерам это не нужно.", ""},
		{"%s: the certificate is not in the system's store. Browsers do not need it there.", ""},
	},
	TrustInstalled: {
		{"%s: куәлік орнатылды.", "Браузерді жауып, қайта ашыңыз."},
		{"%s: сертификат установлен.", "Закройте браузер и откройте его снова."},
		{"%s: the certificate was installed.", "Close the browser and open it again."},
	},
	TrustRemoved: {
		{"%s: куәлік алынып тасталды.", ""},
		{"%s: сертификат удалён.", ""},
		{"%s: the certificate was removed.", ""},
	},
	TrustGone: {
		{"%s: куәлік жоқ.", ""},
		{"%s: сертификата нет.", ""},
		{"%s: the certificate is not there.", ""},
	},
	TrustAdministrator: {
		{"%s: бұл жерді тек әкімші өзгерте алады. Браузерлерге ол қажет емес.", ""},
		{"%s: это место может менять только администратор. Браузерам оно не нужно.", ""},
		{"%s: only an administrator may change this place. Browsers do not need it.", ""},
	},
	TrustDeclined: {
		{"%s: жүйенің сұрағына «Жоқ» деп жауап берілді.", "Қайта көріп, «Иә» түймесін басыңыз."},
		{"%s: на вопрос системы ответили «Нет».", "Попробуйте ещё раз и нажмите «Да»."},
		{"%s: the system's question was answered with “No”.", "Try again, and press “Yes”."},
	},
	NetworkAsks: {
		{"%s: сайт бірінші рет қолтаңба сұрағанда, браузер оған осы құрылғыдағы бағдарламаларға қосылуға рұқсат беру-бермеуді сұрайды.", "Сенімді сайтқа «Рұқсат беру» түймесін басыңыз."},
		{"%s: когда сайт впервые попросит о подписи, браузер спросит, можно ли ему связаться с программами на этом устройстве.", "Если сайту доверяете, нажмите «Разрешить»."},
		{"%s: when a site asks for a signature for the first time, the browser asks whether it may reach programs on this device.", "If you trust the site, press “Allow”."},
	},
	NetworkAllowed: {
		{"%s: браузер бұл сайттарға осы компьютердегі қызметке қосылуға рұқсат береді.", ""},
		{"%s: этим сайтам браузер разрешает связаться со службой на этом компьютере.", ""},
		{"%s: the browser lets these sites reach the service on this computer.", ""},
	},
	NetworkBlocked: {
		{"%s: браузер бұл сайттарды осы компьютердегі қызметке жібермейді, өйткені бір кезде «Тыйым салу» басылған.", "Сайтты ашыңыз, мекенжайдың сол жағындағы белгішені басып, «Құрылғыдағы қолданбалар» (Apps on device) қосқышын қосыңыз. Содан кейін бетті жаңартыңыз."},
		{"%s: этим сайтам браузер не даёт связаться со службой на этом компьютере: когда-то было нажато «Блокировать».", "Откройте сайт, нажмите значок слева от адреса и включите «Приложения на устройстве» (Apps on device). Затем обновите страницу."},
		{"%s: the browser keeps these sites from the service on this computer, as “Block” was pressed once.", "Open the site, press the icon left of the address, and turn “Apps on device” on. Then load the page again."},
	},
	ServiceUp: {
		{"Агенттіктің қызметі жауап береді: %s.", ""},
		{"Служба агентства отвечает: %s.", ""},
		{"The agency's service answers: %s.", ""},
	},
	ServiceDown: {
		{"Агенттіктің қызметі жауап бермейді: %s.", "Интернетке қосылуды тексеріп, кейінірек қайта көріңіз."},
		{"Служба агентства не отвечает: %s.", "Проверьте подключение к интернету и попробуйте позже."},
		{"The agency's service does not answer: %s.", "Check the connection to the internet, and try again later."},
	},
	ServiceOther: {
		{"%s мекенжайында агенттік қызметінен басқа біреу жауап береді.", "Қонақүй немесе кафе желісінде болсаңыз, алдымен браузерде кіріңіз."},
		{"По адресу %s отвечает не служба агентства.", "Если Вы в сети гостиницы или кафе, сначала войдите в неё через браузер."},
		{"Something else than the agency's service answers at %s.", "In the network of a hotel or a café, sign in with the browser first."},
	},
	ServiceUnset: {
		{"Агенттік қызметінің мекенжайы берілмеген, ол тексерілмеді.", ""},
		{"Адрес службы агентства не задан, она не проверялась.", ""},
		{"The address of the agency's service is not set; it was not asked.", ""},
	},
	ClockRight: {
		{"Компьютердің сағаты дұрыс.", ""},
		{"Часы компьютера идут верно.", ""},
		{"The computer's clock is right.", ""},
	},
	ClockWrong: {
		{"Компьютердің сағаты дұрыс емес: айырмасы %s.", "Жүйе баптауларында күн мен уақытты автоматты түрде орнатуды қосыңыз."},
		{"Часы компьютера идут неверно: разница %s.", "Включите в настройках системы автоматическую установку даты и времени."},
		{"The computer's clock is wrong by %s.", "Turn on the automatic setting of date and time in the system's settings."},
	},
	ClockOld: {
		{"Компьютердің сағаты өткен уақытты көрсетеді: %s.", "Жүйе баптауларында күн мен уақытты автоматты түрде орнатуды қосыңыз."},
		{"Часы компьютера показывают прошлое: %s.", "Включите в настройках системы автоматическую установку даты и времени."},
		{"The computer's clock shows the past: %s.", "Turn on the automatic setting of date and time in the system's settings."},
	},
	ClockUnknown: {
		{"Компьютердің сағатын салыстыратын ештеңе жоқ.", ""},
		{"Часы компьютера не с чем сравнить.", ""},
		{"There is nothing to compare the computer's clock with.", ""},
	},
	KeyringAnswers: {
		{"Жүйенің кілттер сақтағышы жауап береді.", ""},
		{"Хранилище ключей системы отвечает.", ""},
		{"The system's keyring answers.", ""},
	},
	KeyringSilent: {
		{"Жүйенің кілттер сақтағышы жауап бермейді.", "Жүйеге қайта кіріңіз. Көмектеспесе, бағдарлама құпия сөз тіркесін сұрайды."},
		{"Хранилище ключей системы не отвечает.", "Выйдите из системы и войдите снова. Если не поможет, программа попросит секретную фразу."},
		{"The system's keyring does not answer.", "Sign out of the system and in again. If that does not help, the program asks for a passphrase."},
	},
	CameraThere: {
		{"Камера табылды: %s.", ""},
		{"Камера найдена: %s.", ""},
		{"A camera is there: %s.", ""},
	},
	CameraMissing: {
		{"Камера табылмады. Ол тек жаңа кілт алу үшін қажет.", "Камераны қосыңыз немесе оған жүйе баптауларында рұқсат беріңіз."},
		{"Камера не найдена. Она нужна только для получения новых ключей.", "Подключите камеру или разрешите её в настройках системы."},
		{"No camera was found. It is needed only to obtain new keys.", "Connect one, or allow it in the system's settings."},
	},
	LibraryThere: {
		{"Бетті тануға арналған кітапхана орнатылған.", ""},
		{"Библиотека для распознавания лица установлена.", ""},
		{"The library that sees faces is installed.", ""},
	},
	LibraryMissing: {
		{"Бетті тануға арналған кітапхана (ONNX Runtime) жоқ. Онсыз бейнені оператор қарайды.", ""},
		{"Библиотеки для распознавания лица (ONNX Runtime) нет. Без неё запись смотрит оператор.", ""},
		{"The library that sees faces (ONNX Runtime) is missing. Without it an operator looks at the recording.", ""},
	},
	KeysKept: {
		{"Кілттер қалтасы дұрыс: %s.", ""},
		{"Папка с ключами в порядке: %s.", ""},
		{"The key folder is in order: %s.", ""},
	},
	KeysNone: {
		{"Кілттер қалтасы әлі жоқ: %s.", ""},
		{"Папки с ключами ещё нет: %s.", ""},
		{"There is no key folder yet: %s.", ""},
	},
	KeysOpen: {
		{"%s қалтасындағы кілт файлдарын осы компьютердің басқа пайдаланушылары оқи алады.", "Оларды тек Сізге ашық ету керек."},
		{"Файлы ключей в папке %s могут прочитать другие пользователи этого компьютера.", "Нужно оставить доступ только Вам."},
		{"Other users of this computer can read the key files in %s.", "They should be for you alone."},
	},
	KeysUnfit: {
		{"%s қалтасына кілт файлдарын жазу мүмкін емес.", "Басқа қалта таңдаңыз немесе орын босатыңыз."},
		{"В папку %s нельзя записать файлы ключей.", "Выберите другую папку или освободите место."},
		{"Key files cannot be written into %s.", "Choose another folder, or make room."},
	},
}

func column(l api.Language) int {
	switch l {
	case api.Russian:
		return 1
	case api.English:
		return 2
	default:
		return 0
	}
}

// Cause says what was found, in a language.
func (f Finding) Cause(l api.Language) string {
	return filled(words[f.Code][column(l)].cause, f.Subject)
}

// Remedy says what can be done; "" where nothing is to be done.
func (f Finding) Remedy(l api.Language) string { return words[f.Code][column(l)].remedy }

func filled(pattern, subject string) string {
	if strings.Contains(pattern, "%s") {
		return fmt.Sprintf(pattern, subject)
	}
	return pattern
}
