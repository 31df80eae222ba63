package api

import "net/http"

// The codes. The first group is answered by the backend, the second arises on
// the citizen's computer.
const (
	BadRequest        Code = "bad-request"
	TooLarge          Code = "too-large"
	Unauthorised      Code = "unauthorised"
	ProofRefused      Code = "proof-refused"
	ClockWrong        Code = "clock-wrong"
	NonceUsed         Code = "nonce-used"
	OutOfOrder        Code = "out-of-order"
	NotFound          Code = "not-found"
	KeyReused         Code = "idempotency-key-reused"
	TooMany           Code = "too-many-requests"
	Overloaded        Code = "overloaded"
	ServiceFull       Code = "service-full"
	Internal          Code = "internal"
	EnrolmentEnded    Code = "enrolment-ended"
	TakenOver         Code = "continued-elsewhere"
	IINInvalid        Code = "iin-invalid"
	PhoneInvalid      Code = "phone-invalid"
	CodeWrong         Code = "code-wrong"
	CodeExpired       Code = "code-expired"
	CodeExhausted     Code = "code-exhausted"
	CodeTooSoon       Code = "code-too-soon"
	TextOutdated      Code = "text-outdated"
	PictureTooLarge   Code = "picture-too-large"
	PictureTooSmall   Code = "picture-too-small"
	PictureWrongType  Code = "picture-wrong-type"
	PictureDamaged    Code = "picture-damaged"
	PDFLocked         Code = "pdf-locked"
	PDFPages          Code = "pdf-pages"
	PDFUnserved       Code = "pdf-unserved"
	ChallengeExpired  Code = "challenge-expired"
	RecordingBroken   Code = "recording-broken"
	RecordingLocked   Code = "recording-locked"
	FaceMissing       Code = "face-missing"
	FaceSeveral       Code = "face-several"
	FaceFar           Code = "face-far"
	FaceDark          Code = "face-dark"
	FaceGlare         Code = "face-glare"
	FaceTurned        Code = "face-turned"
	MovementMissing   Code = "movement-missing"
	MovementOther     Code = "movement-other"
	MovementHeld      Code = "movement-held"
	MovementFast      Code = "movement-fast"
	LightUnclear      Code = "light-unclear"
	RecordingCut      Code = "recording-cut"
	RecordingJumped   Code = "recording-jumped"
	SelfieUnclear     Code = "selfie-unclear"
	DocumentUnseen    Code = "document-unseen"
	DocumentSameSide  Code = "document-same-side"
	DocumentCut       Code = "document-cut"
	DocumentFar       Code = "document-far"
	DocumentBlurred   Code = "document-blurred"
	DocumentGlare     Code = "document-glare"
	PINWeak           Code = "pin-weak"
	PINWrong          Code = "pin-wrong"
	PINLocked         Code = "pin-locked"
	FieldsInvalid     Code = "fields-invalid"
	CardExpired       Code = "card-expired"
	GrantExpired      Code = "grant-expired"
	EmailInvalid      Code = "email-invalid"
	RequestInvalid    Code = "request-invalid"
	KeysUnserved      Code = "keys-unserved"
	ApplicationOther  Code = "application-other-keys"
	NotIssued         Code = "not-issued"
	FingerprintsWrong Code = "fingerprints-wrong"
	RecoveryRefused   Code = "recovery-refused"

	EmailUnserved      Code = "email-unserved"
	CertificateUnknown Code = "certificate-unknown"
	CertificateEnded   Code = "certificate-ended"
	SignatureWrong     Code = "signature-wrong"
	SignatureExpired   Code = "signature-expired"
	RenewalEarly       Code = "renewal-early"
	IdentificationOld  Code = "identification-old"

	Offline           Code = "offline"
	TimedOut          Code = "timed-out"
	Intercepted       Code = "connection-intercepted"
	CaptivePortal     Code = "captive-portal"
	NameUnknown       Code = "name-unknown"
	NetworkRefuses    Code = "network-refuses"
	ServerCertificate Code = "server-certificate"
	CameraNone        Code = "camera-none"
	CameraBusy        Code = "camera-busy"
	CameraDenied      Code = "camera-denied"
	CameraUnplugged   Code = "camera-unplugged"
	CameraStalled     Code = "camera-stalled"
	CameraBadFrame    Code = "camera-bad-frame"
	FolderGone        Code = "folder-gone"
	FolderReadOnly    Code = "folder-read-only"
	FolderDenied      Code = "folder-denied"
	FolderUnfit       Code = "folder-unfit"
	FolderPathLong    Code = "folder-path-long"
	FolderFull        Code = "folder-full"
	FileExists        Code = "file-exists"
	FileUnverified    Code = "file-unverified"
	PasswordWeak      Code = "password-weak"
	KeyringMissing    Code = "keyring-missing"
	KeysLost          Code = "keys-lost"
	KeysDamaged       Code = "keys-damaged"
	JournalDamaged    Code = "journal-damaged"
	DeviceKeyLost     Code = "device-key-lost"
	KeyringLocked     Code = "keyring-locked"
	DataFull          Code = "data-full"
	DataUnusable      Code = "data-folder"
	ServiceUnknown    Code = "service-address"
	GraphicsMissing   Code = "graphics"
	PasswordWrong     Code = "password-wrong"
	KeyFileGone       Code = "key-file-gone"
	CopySamePlace     Code = "copy-same-place"
	KeyFileDamaged    Code = "key-file-damaged"
	TokenGone         Code = "token-gone"
	TokenPINWrong     Code = "token-pin-wrong"
	TokenLocked       Code = "token-locked"
	TokenUnusable     Code = "token-unusable"
)

// row keeps the table below readable: sentence and remedy, each kk, ru, en.
func row(code Code, status int, again bool, sentence, remedy Wording) Failure {
	return Failure{Code: code, Status: status, Again: again, Sentence: sentence, Remedy: remedy}
}

var failures = table(
	row(BadRequest, http.StatusUnprocessableEntity, false,
		Wording{"Сервер жіберілген деректерді қабылдамады.", "Сервер не принял отправленные данные.", "The server did not accept the data."},
		Wording{"Енгізгеніңізді тексеріп, қайта жіберіңіз.", "Проверьте введённое и отправьте ещё раз.", "Check what you entered and send it again."}),
	row(TooLarge, http.StatusRequestEntityTooLarge, false,
		Wording{"Жіберілген деректер тым көп.", "Отправлено слишком много данных.", "Too much data was sent."},
		Wording{"Кішірек файл таңдаңыз.", "Выберите файл меньшего размера.", "Choose a smaller file."}),
	row(Unauthorised, http.StatusUnauthorized, false,
		Wording{"Бұл өтініш осы компьютерден ашылмаған.", "Эта заявка открыта не с этого компьютера.", "This application was not opened on this computer."},
		Wording{"Басынан бастаңыз: ЖСН-ді енгізіңіз.", "Начните сначала: введите ИИН.", "Begin again with your IIN."}),
	row(ProofRefused, http.StatusUnauthorized, false,
		Wording{"Компьютердің кілті расталмады.", "Ключ компьютера не подтверждён.", "The key of this computer was not confirmed."},
		Wording{"Қолданбаны жауып, қайта ашыңыз. Көмектеспесе, 1414-ке қоңырау шалыңыз.", "Закройте и снова откройте приложение. Если не поможет, позвоните 1414.", "Close the application and open it again. If that does not help, call 1414."}),
	row(ClockWrong, http.StatusUnauthorized, false,
		Wording{"Компьютердегі уақыт дұрыс емес.", "На компьютере неверное время.", "The clock of this computer is wrong."},
		Wording{"Компьютер параметрлерінде күн мен уақытты автоматты түрде орнатуды қосып, қайталаңыз.", "Включите в настройках компьютера автоматическую установку даты и времени и повторите.", "Turn on automatic date and time in the settings of the computer and try again."}),
	row(NonceUsed, http.StatusConflict, true,
		Wording{"Бұл қадам бұрын орындалған.", "Этот шаг уже выполнен.", "This step was already taken."},
		Wording{"Ештеңе істеудің қажеті жоқ: қолданба қай жерде тоқтағаныңызды тексереді.", "Ничего делать не нужно: приложение проверит, где вы остановились.", "There is nothing to do: the application checks where you are."}),
	row(OutOfOrder, http.StatusConflict, true,
		Wording{"Бұл қадамның кезегі әлі келген жоқ.", "Этот шаг сейчас выполнить нельзя.", "This step cannot be taken now."},
		Wording{"Қолданба сізді қажетті қадамға апарады.", "Приложение вернёт вас к нужному шагу.", "The application takes you to the right step."}),
	row(NotFound, http.StatusNotFound, false,
		Wording{"Мұндай өтініш табылмады.", "Такая заявка не найдена.", "There is no such application."},
		Wording{"Басынан бастаңыз: ЖСН-ді енгізіңіз.", "Начните сначала: введите ИИН.", "Begin again with your IIN."}),
	row(KeyReused, http.StatusConflict, false,
		Wording{"Қайталанған сұрау бастапқысынан өзгеше.", "Повторный запрос отличается от первого.", "The repeated request differs from the first."},
		Wording{"Қолданбаны жауып, қайта ашыңыз.", "Закройте и снова откройте приложение.", "Close the application and open it again."}),
	row(TooMany, http.StatusTooManyRequests, true,
		Wording{"Әрекет тым көп болды.", "Слишком много попыток.", "Too many attempts."},
		Wording{"Көрсетілген уақытқа дейін күтіңіз немесе 1414-ке қоңырау шалыңыз.", "Подождите до указанного времени или позвоните 1414.", "Wait until the time shown or call 1414."}),
	row(Overloaded, http.StatusServiceUnavailable, true,
		Wording{"Қазір қызметке жүгінушілер көп.", "Сейчас к сервису обращается много людей.", "Many people are using the service right now."},
		Wording{"Күте тұрыңыз: қолданба өзі қайталайды.", "Подождите: приложение повторит само.", "Please wait: the application tries again by itself."}),
	row(ServiceFull, http.StatusServiceUnavailable, true,
		Wording{"Сервис қазір деректерді сақтай алмай тұр.", "Сервис сейчас не может сохранять данные.", "The service cannot keep data right now."},
		Wording{"Күте тұрыңыз: қолданба өзі қайталайды. Бұрын енгізгеніңіз сақталған.", "Подождите: приложение повторит само. Введённое раньше сохранено.", "Please wait: the application tries again by itself. What you entered before is kept."}),
	row(Internal, http.StatusInternalServerError, true,
		Wording{"Сервисте қате болды.", "В сервисе произошла ошибка.", "Something went wrong in the service."},
		Wording{"Бірнеше минуттан кейін қайталаңыз. Енгізгеніңіз сақталды.", "Повторите через несколько минут. Всё введённое сохранено.", "Try again in a few minutes. What you entered is kept."}),
	row(EnrolmentEnded, http.StatusGone, false,
		Wording{"Бұл өтініштің мерзімі аяқталды.", "Срок этой заявки истёк.", "This application has ended."},
		Wording{"Басынан бастаңыз: ЖСН-ді енгізіңіз.", "Начните сначала: введите ИИН.", "Begin again with your IIN."}),
	row(TakenOver, http.StatusGone, false,
		Wording{"Бұл өтініш басқа компьютерде жалғасып жатыр.", "Эту заявку продолжили на другом компьютере.", "This application was continued on another computer."},
		Wording{"Сол компьютерде жалғастырыңыз. Ол Сіз болмасаңыз, 1414-ке қоңырау шалыңыз.", "Продолжите на том компьютере. Если это были не Вы, позвоните 1414.", "Go on at that computer. If it was not you, call 1414."}),
	row(IINInvalid, http.StatusUnprocessableEntity, false,
		Wording{"ЖСН-де қате бар.", "В ИИН есть ошибка.", "There is a mistake in the IIN."},
		Wording{"Жеке куәліктегі 12 цифрды тексеріңіз.", "Сверьте 12 цифр с удостоверением личности.", "Compare the 12 digits with your identity card."}),
	row(PhoneInvalid, http.StatusUnprocessableEntity, false,
		Wording{"Телефон нөмірінде қате бар.", "В номере телефона есть ошибка.", "There is a mistake in the phone number."},
		Wording{"Нөмірді +7-ден бастап, он цифрмен енгізіңіз.", "Введите номер: +7 и десять цифр.", "Enter +7 and ten digits."}),
	row(CodeWrong, http.StatusUnprocessableEntity, false,
		Wording{"Код дұрыс емес.", "Код неверный.", "The code is wrong."},
		Wording{"Соңғы хабарламадағы кодты тексеріп енгізіңіз.", "Введите код из последнего сообщения.", "Enter the code from the latest message."}),
	row(CodeExpired, http.StatusUnprocessableEntity, false,
		Wording{"Кодтың мерзімі өтіп кетті.", "Срок действия кода истёк.", "The code has expired."},
		Wording{"Соңғы хабарламадағы кодты енгізіңіз. Ол келмесе, «Кодты қайта жіберу» батырмасын басыңыз.", "Введите код из последнего сообщения. Если оно не пришло, нажмите «Отправить код ещё раз».", "Enter the code from the latest message. If none came, press “Send the code again”."}),
	row(CodeExhausted, http.StatusTooManyRequests, false,
		Wording{"Код үш рет қате енгізілді.", "Код введён неверно три раза.", "The code was wrong three times."},
		Wording{"Көрсетілген уақытта жаңа код сұраңыз немесе оператордың қоңырауына тапсырыс беріңіз.", "В указанное время запросите новый код или закажите звонок оператора.", "Ask for a new code at the time shown, or for a call by an operator."}),
	row(CodeTooSoon, http.StatusTooManyRequests, true,
		Wording{"Код жақында ғана жіберілді.", "Код отправлен совсем недавно.", "A code was sent just now."},
		Wording{"Код бірер минут кешігуі мүмкін. Күте тұрыңыз.", "Код может идти минуту. Подождите немного.", "A code may take a minute. Please wait a little."}),
	row(TextOutdated, http.StatusConflict, true,
		Wording{"Мәтін жаңартылды.", "Текст обновился.", "The text has been updated."},
		Wording{"Жаңа мәтінмен танысып, қайта растаңыз.", "Прочитайте новый текст и подтвердите ещё раз.", "Read the new text and confirm again."}),
	row(PictureTooLarge, http.StatusRequestEntityTooLarge, false,
		Wording{"Сурет тым үлкен.", "Изображение слишком большое.", "The picture is too large."},
		Wording{"10 МБ-тан аспайтын JPEG немесе PNG файлын таңдаңыз.", "Выберите файл JPEG или PNG до 10 МБ.", "Choose a JPEG or PNG file of at most 10 MB."}),
	row(PictureTooSmall, http.StatusUnprocessableEntity, false,
		Wording{"Сурет тым кішкентай, ештеңе оқылмайды.", "Изображение слишком маленькое, на нём ничего не прочитать.", "The picture is too small to be read."},
		Wording{"Жақынырақ түсіріңіз немесе сапасы жоғары файл таңдаңыз.", "Снимите ближе или выберите файл лучшего качества.", "Take it from nearer, or choose a file of better quality."}),
	row(PictureWrongType, http.StatusUnsupportedMediaType, false,
		Wording{"Бұл сурет файлының түрі келмейді.", "Файл такого вида не подходит.", "A file of this kind is not taken."},
		Wording{"Басқа файл таңдаңыз немесе камерамен түсіріңіз.", "Выберите другой файл или снимите камерой.", "Choose another file, or use the camera."}),
	row(PictureDamaged, http.StatusUnprocessableEntity, false,
		Wording{"Сурет файлы бүлінген.", "Файл изображения повреждён.", "The picture file is damaged."},
		Wording{"Суретті қайта түсіріңіз немесе басқа файл таңдаңыз.", "Снимите ещё раз или выберите другой файл.", "Take the picture again, or choose another file."}),
	row(PDFLocked, http.StatusUnprocessableEntity, false,
		Wording{"PDF файлы құпиясөзбен жабылған.", "Файл PDF защищён паролем.", "The PDF is protected by a password."},
		Wording{"Құпиясөзсіз сақтап, қайта беріңіз немесе құжатты суретке түсіріңіз.", "Сохраните его без пароля или снимите документ камерой.", "Save it without the password, or photograph the document."}),
	row(PDFPages, http.StatusUnprocessableEntity, false,
		Wording{"PDF файлында бет тым көп.", "В файле PDF слишком много страниц.", "The PDF has too many pages."},
		Wording{"Тек құжат тұрған беттерді беріңіз: төрт беттен аспасын.", "Оставьте только страницы с документом: не больше четырёх.", "Give only the pages with the document: four at most."}),
	row(PDFUnserved, http.StatusUnsupportedMediaType, false,
		Wording{"PDF файлдары қазір қабылданбайды.", "Файлы PDF сейчас не принимаются.", "PDF files are not taken at present."},
		Wording{"Құжатты суретке түсіріңіз немесе JPEG файлын беріңіз.", "Снимите документ камерой или дайте файл JPEG.", "Photograph the document, or give a JPEG file."}),
	row(ChallengeExpired, http.StatusConflict, true,
		Wording{"Бейне сәйкестендіру уақыты бітті.", "Время видеоидентификации вышло.", "The time for the video identification is over."},
		Wording{"Қайта бастаңыз. Асықпаңыз: әр қимылға уақыт жетеді.", "Начните ещё раз. Не спешите: на каждое движение хватит времени.", "Begin again. There is no hurry: each movement has its time."}),
	row(RecordingBroken, http.StatusUnprocessableEntity, true,
		Wording{"Бейнежазба толық жетпеді.", "Видеозапись пришла не целиком.", "The recording did not arrive whole."},
		Wording{"Бейне сәйкестендіруді қайта бастаңыз.", "Пройдите видеоидентификацию ещё раз.", "Please do the video identification again."}),
	row(RecordingLocked, http.StatusTooManyRequests, true,
		Wording{"Бейне сәйкестендіру бірнеше рет сәтсіз болды.", "Видеоидентификация не удалась несколько раз.", "The video identification failed several times."},
		Wording{"15 минуттан кейін қайталаңыз немесе оператордың қоңырауына тапсырыс беріңіз.", "Повторите через 15 минут или закажите звонок оператора.", "Try again in 15 minutes, or ask for a call by an operator."}),
	row(FaceMissing, http.StatusUnprocessableEntity, true,
		Wording{"Бетіңіз кадрда үнемі көрінбеді.", "Ваше лицо было видно не всё время.", "Your face was not in the picture all the time."},
		Wording{"Камераға қарсы отырып, бетіңізді сопақ шеңбердің ішінде ұстаңыз да, қайталаңыз.", "Сядьте прямо перед камерой, держите лицо внутри овала и повторите.", "Sit straight before the camera, keep your face within the oval, and do it again."}),
	row(FaceSeveral, http.StatusUnprocessableEntity, true,
		Wording{"Кадрда бірнеше адам көрінді.", "В кадре было больше одного человека.", "There was more than one person in the picture."},
		Wording{"Кадрда жалғыз қалып, қайталаңыз. Көмектесіп отырған адам камера көрмейтін жерде отырсын.", "Останьтесь в кадре одни и повторите. Тот, кто Вам помогает, пусть сядет сбоку от камеры.", "Be alone in the picture, and do it again. Whoever helps you may sit beside the camera."}),
	row(FaceFar, http.StatusUnprocessableEntity, true,
		Wording{"Бетіңіз тым кішкентай болып көрінді.", "Лицо на видео слишком маленькое.", "Your face was too small in the picture."},
		Wording{"Камераға жақынырақ отырып, қайталаңыз.", "Сядьте ближе к камере и повторите.", "Sit closer to the camera, and do it again."}),
	row(FaceDark, http.StatusUnprocessableEntity, true,
		Wording{"Бетіңізге жарық жеткіліксіз түсті.", "Лицо освещено слишком слабо или неровно.", "There was too little light on your face."},
		Wording{"Бетіңізді терезеге немесе шамға қаратып, қайталаңыз. Жарық арқаңыздан түспесін.", "Повернитесь лицом к окну или лампе и повторите. Свет не должен быть за спиной.", "Face a window or a lamp, and do it again. The light should not be behind you."}),
	row(FaceGlare, http.StatusUnprocessableEntity, true,
		Wording{"Бетіңізге жарық тым қатты түсті.", "Лицо освещено слишком ярко.", "The light on your face was too bright."},
		Wording{"Шамнан немесе терезеден сәл алыстап, күн тура түспейтін жерде қайталаңыз.", "Отодвиньтесь от лампы или окна, чтобы свет не бил в лицо, и повторите.", "Move a little away from the lamp or the window, and do it again."}),
	row(FaceTurned, http.StatusUnprocessableEntity, true,
		Wording{"Жазба басталғанда бетіңіз тік қарап тұрған жоқ.", "В начале записи Вы смотрели не прямо.", "You did not look straight ahead at the beginning."},
		Wording{"Қайталаңыз: басында бірінші нұсқау шыққанша камераға тік қарап, қозғалмаңыз.", "Повторите: в начале смотрите прямо в камеру и не двигайтесь, пока не появится первая подсказка.", "Do it again: at first look straight into the camera and keep still until the first prompt."}),
	row(MovementMissing, http.StatusUnprocessableEntity, true,
		Wording{"Бір қимыл көрінбеді немесе тым аз болды.", "Одно из движений не было видно или было слишком малым.", "One of the movements was not seen, or was too small."},
		Wording{"Қайталаңыз: әр нұсқауды баяу, белгі естілгенше орындаңыз.", "Повторите: выполняйте каждую подсказку медленно и до сигнала.", "Do it again: follow each prompt slowly, and until the sound."}),
	row(MovementOther, http.StatusUnprocessableEntity, true,
		Wording{"Сұралған қимылдың орнына басқасы жасалды.", "Вместо одного движения было сделано другое.", "Another movement was made than the one that was asked for."},
		Wording{"Қайталаңыз: көрсеткі қай жаққа қараса, басыңызды сол жаққа ғана бұрыңыз.", "Повторите: двигайте головой только туда, куда показывает стрелка.", "Do it again: move only where the arrow shows."}),
	row(MovementHeld, http.StatusUnprocessableEntity, true,
		Wording{"Қимылдан кейін басыңыз қайта тік тұрмады.", "После движения голова не вернулась в прямое положение.", "After a movement your head did not come back to the middle."},
		Wording{"Қайталаңыз: белгі естілген соң бірден қайта тік қараңыз.", "Повторите: после сигнала сразу снова посмотрите прямо.", "Do it again: after the sound look straight ahead at once."}),
	row(MovementFast, http.StatusUnprocessableEntity, true,
		Wording{"Басыңыз тым тез бұрылды, сурет анық шықпады.", "Голова поворачивалась слишком быстро, картинка смазалась.", "Your head turned too fast, and the picture was blurred."},
		Wording{"Жарық жерге отырып, басыңызды баяу бұрып, қайталаңыз.", "Сядьте там, где светлее, поворачивайте голову медленно и повторите.", "Sit where there is more light, turn your head slowly, and do it again."}),
	row(LightUnclear, http.StatusUnprocessableEntity, true,
		Wording{"Экранның жарығы бетіңізден көрінбеді.", "Свет экрана не был виден на лице.", "The light of the screen was not seen on your face."},
		Wording{"Экранға жақынырақ отырып, бөлмені көлеңкелеп, экранды жарығырақ етіп, қайталаңыз. Болмаса, «Түстерсіз» дегенді таңдаңыз.", "Сядьте ближе к экрану, приглушите свет в комнате, сделайте экран ярче и повторите. Если не выходит, выберите «Без смены цветов».", "Sit closer to the screen, dim the room, make the screen brighter, and do it again. If that does not help, choose “Without colours”."}),
	row(RecordingCut, http.StatusUnprocessableEntity, true,
		Wording{"Бейнежазба үзіліп қалды.", "Видеозапись прерывалась.", "The recording was interrupted."},
		Wording{"Камера пайдаланатын басқа бағдарламаларды жауып, қайталаңыз.", "Закройте другие программы, которые используют камеру, и повторите.", "Close other programs that use the camera, and do it again."}),
	row(RecordingJumped, http.StatusUnprocessableEntity, true,
		Wording{"Жазба кезінде сурет кенет өзгерді.", "Во время записи картинка резко изменилась.", "The picture changed suddenly while you were recorded."},
		Wording{"Камераны немесе компьютерді қозғамай, жарықты өзгертпей, қайталаңыз.", "Не двигайте камеру и компьютер, не включайте и не выключайте свет и повторите.", "Leave camera, computer and lights as they are, and do it again."}),
	row(DocumentUnseen, http.StatusUnprocessableEntity, true,
		Wording{"Суретте құжат көрінбейді.", "На снимке не видно документа.", "The picture shows no document."},
		Wording{"Құжатты толық түсіріңіз: төрт бұрышы да көрінсін.", "Снимите документ целиком: должны быть видны все четыре угла.", "Take a picture of the whole document, with all four corners."}),
	row(DocumentSameSide, http.StatusUnprocessableEntity, true,
		Wording{"Екі суретте де құжаттың бір беті.", "На обоих снимках одна и та же сторона.", "Both pictures show the same side."},
		Wording{"Құжатты аударып, екінші бетін түсіріңіз.", "Переверните документ и снимите другую сторону.", "Turn the document over and take a picture of the other side."}),
	row(DocumentCut, http.StatusUnprocessableEntity, true,
		Wording{"Құжаттың бұрышы суретке сыймаған.", "Угол документа не попал в снимок.", "A corner of the document is outside the picture."},
		Wording{"Құжатты сәл алыстатып, қайта түсіріңіз.", "Отодвиньте документ немного дальше и снимите ещё раз.", "Move the document a little away and take the picture again."}),
	row(DocumentFar, http.StatusUnprocessableEntity, true,
		Wording{"Құжат тым алыста: жазуы оқылмайды.", "Документ слишком далеко: текст не прочитать.", "The document is too far away to be read."},
		Wording{"Құжатты жақындатып, қайта түсіріңіз.", "Поднесите документ ближе и снимите ещё раз.", "Bring the document closer and take the picture again."}),
	row(DocumentBlurred, http.StatusUnprocessableEntity, true,
		Wording{"Құжаттағы жазу анық емес.", "Текст документа нечёткий.", "The text of the document is blurred."},
		Wording{"Құжатты қозғамай ұстап, қайта түсіріңіз.", "Держите документ неподвижно и снимите ещё раз.", "Hold the document still and take the picture again."}),
	row(DocumentGlare, http.StatusUnprocessableEntity, true,
		Wording{"Құжатта жарық шағылысады: жазуы көрінбейді.", "На документе блик: текст не виден.", "Light is reflected on the document and hides its text."},
		Wording{"Құжатты шамнан сәл бұрып, қайта түсіріңіз.", "Слегка отверните документ от лампы и снимите ещё раз.", "Turn the document a little away from the lamp and take the picture again."}),
	row(SelfieUnclear, http.StatusUnprocessableEntity, true,
		Wording{"Селфиде бет анық көрінбейді.", "На селфи лицо видно нечётко.", "Your face cannot be seen clearly on the selfie."},
		Wording{"Бетіңізді жарыққа қаратып, селфиді, содан кейін бейнежазбаны қайта түсіріңіз.", "Повернитесь лицом к свету, сделайте селфи, а затем видео ещё раз.", "Face the light, and take the selfie, and then the recording, once more."}),
	row(PINWeak, http.StatusUnprocessableEntity, false,
		Wording{"Бұл PIN-кодты табу оңай.", "Такой PIN-код легко угадать.", "This PIN is easy to guess."},
		Wording{"Туған күніңізге ұқсамайтын, қатар келмейтін 6 цифр таңдаңыз.", "Выберите 6 цифр: не подряд, не одинаковые и не дату рождения.", "Choose 6 digits that are not in a row, not all alike and not your birth date."}),
	row(PINWrong, http.StatusUnprocessableEntity, false,
		Wording{"PIN-код дұрыс емес.", "PIN-код неверный.", "The PIN is wrong."},
		Wording{"Осы жолда өзіңіз қойған 6 цифрды енгізіңіз.", "Введите 6 цифр, которые вы задали на этом пути.", "Enter the 6 digits you chose earlier on this way."}),
	row(PINLocked, http.StatusTooManyRequests, true,
		Wording{"PIN-код бес рет қате енгізілді.", "PIN-код введён неверно пять раз.", "The PIN was wrong five times."},
		Wording{"15 минуттан кейін қайталаңыз немесе 1414-ке қоңырау шалыңыз.", "Повторите через 15 минут или позвоните 1414.", "Try again in 15 minutes, or call 1414."}),
	row(FieldsInvalid, http.StatusUnprocessableEntity, false,
		Wording{"Кейбір өрістерде қате бар.", "В некоторых полях есть ошибки.", "Some of the fields have mistakes."},
		Wording{"Белгіленген өрістерді құжатпен салыстырыңыз.", "Сверьте отмеченные поля с документом.", "Compare the marked fields with your document."}),
	row(CardExpired, http.StatusUnprocessableEntity, false,
		Wording{"Құжаттың мерзімі өтіп кеткен.", "Срок действия документа истёк.", "The document has expired."},
		Wording{"Жарамды құжатпен қайта келіңіз. Мерзімін қате енгізсеңіз, түзетіңіз.", "Вернитесь с действующим документом. Если срок введён с ошибкой, исправьте его.", "Come back with a document that is valid. If you mistyped the date, correct it."}),
	row(GrantExpired, http.StatusConflict, true,
		Wording{"Берген келісіміңіздің уақыты өтті.", "Время действия вашего согласия истекло.", "Your consent has run out."},
		Wording{"PIN-кодты тағы бір рет енгізіңіз.", "Введите PIN-код ещё раз.", "Please enter your PIN once more."}),
	row(EmailInvalid, http.StatusUnprocessableEntity, false,
		Wording{"Электрондық поштада қате бар.", "В адресе электронной почты ошибка.", "There is a mistake in the e-mail address."},
		Wording{"Түзетіңіз немесе бос қалдырыңыз: пошта міндетті емес.", "Исправьте или оставьте пустым: почта не обязательна.", "Correct it or leave it empty: e-mail is optional."}),
	row(RequestInvalid, http.StatusUnprocessableEntity, false,
		Wording{"Куәландыру орталығы кілттерге сұрауды қабылдамады.", "Удостоверяющий центр не принял запрос на ключи.", "The certification authority did not accept the request."},
		Wording{"Өтінімді қайта беріңіз: жаңа кілттер жасалады.", "Подайте заявку ещё раз: будут созданы новые ключи.", "Submit again: new keys will be made."}),
	row(KeysUnserved, http.StatusUnprocessableEntity, false,
		Wording{"Куәландыру орталығы мұндай кілттерге сертификат бермейді.", "Удостоверяющий центр не выпускает сертификаты на такие ключи.", "The certification authority issues no certificates on keys of this kind."},
		Wording{"Бағдарламаны жаңартып, өтінімді қайта беріңіз. Көмектеспесе, 1414-ке қоңырау шалыңыз.", "Обновите программу и подайте заявку ещё раз. Если не поможет, позвоните 1414.", "Update the program and submit again. If that does not help, call 1414."}),
	row(ApplicationOther, http.StatusConflict, false,
		Wording{"Бұл өтінім басқа кілттермен берілген.", "Эта заявка уже подана с другими ключами.", "This application was already submitted with other keys."},
		Wording{"Өтінім берілген компьютерде жалғастырыңыз немесе басынан бастаңыз.", "Продолжите на том компьютере, где подавали заявку, или начните сначала.", "Go on at the computer where you submitted it, or begin again."}),
	row(NotIssued, http.StatusConflict, true,
		Wording{"Сертификаттар әлі дайын емес.", "Сертификаты ещё не готовы.", "The certificates are not ready yet."},
		Wording{"Сәл күтіп, «Жаңарту» батырмасын басыңыз.", "Немного подождите и нажмите «Обновить».", "Wait a little and press “Refresh”."}),
	row(FingerprintsWrong, http.StatusConflict, false,
		Wording{"Жазылған сертификаттар берілгендерге сәйкес емес.", "Записанные сертификаты не совпадают с выпущенными.", "The certificates on disk are not those that were issued."},
		Wording{"1414-ке қоңырау шалып, осы қате кодын айтыңыз.", "Позвоните 1414 и назовите код этой ошибки.", "Call 1414 and tell them the code of this failure."}),

	row(RecoveryRefused, http.StatusForbidden, false,
		Wording{"Бұрынғы өтінішті бұл жерде жалғастыру мүмкін емес: ол аяқталған немесе басқа компьютерде жалғасып жатыр.", "Прежнюю заявку здесь продолжить нельзя: она завершена или её продолжили на другом компьютере.", "The former application cannot be continued here: it is over, or it was continued on another computer."},
		Wording{"Кілт файлдары қалтаға жазылып қойған болса, оларды пайдалана беріңіз. Әйтпесе басынан бастаңыз: ЖСН-ді енгізіңіз.", "Если файлы ключей уже записаны в папку, пользуйтесь ими. Иначе начните сначала: введите ИИН.", "If key files were written to your folder already, go on using them. Otherwise begin again with your IIN."}),
	row(EmailUnserved, http.StatusConflict, false,
		Wording{"Қазір электрондық поштаға хат жіберілмейді.", "Письма на электронную почту сейчас не отправляются.", "No e-mail is sent at present."},
		Wording{"Поштаны бос қалдырып, жалғастыра беріңіз: ол міндетті емес.", "Оставьте почту пустой и продолжайте: она не обязательна.", "Leave the address empty and go on: it is optional."}),
	row(CertificateUnknown, http.StatusNotFound, false,
		Wording{"Сіздің сертификаттарыңыздың арасында мұндайы жоқ.", "Среди Ваших сертификатов такого нет.", "There is no such certificate among yours."},
		Wording{"Тізімді жаңартып, сертификатты қайта таңдаңыз.", "Обновите список и выберите сертификат ещё раз.", "Refresh the list and choose the certificate again."}),
	row(CertificateEnded, http.StatusConflict, false,
		Wording{"Бұл сертификат енді жарамсыз.", "Этот сертификат больше не действует.", "This certificate is no longer valid."},
		Wording{"ЭЦҚ-ны басынан бастап алыңыз: камера мен құжат қажет болады.", "Получите ЭЦП заново: понадобятся камера и документ.", "Obtain the signature anew: you will need the camera and your document."}),
	row(SignatureWrong, http.StatusUnprocessableEntity, false,
		Wording{"Қолтаңба бұл сертификатқа сәйкес келмейді.", "Подпись не подходит к этому сертификату.", "The signature does not fit this certificate."},
		Wording{"Дәл осы сертификаттың кілт файлын таңдап, қайталаңыз.", "Выберите файл ключа именно этого сертификата и повторите.", "Choose the key file of this very certificate and try again."}),
	row(SignatureExpired, http.StatusConflict, true,
		Wording{"Қол қоюға берілген уақыт өтті.", "Время для подписания вышло.", "The time for signing is over."},
		Wording{"Қайталап, тағы бір рет қол қойыңыз.", "Повторите и подпишите ещё раз.", "Try again and sign once more."}),
	row(RenewalEarly, http.StatusConflict, false,
		Wording{"Бұл сертификатты жаңартуға әлі ерте.", "Этот сертификат обновлять ещё рано.", "It is too early to renew this certificate."},
		Wording{"Көрсетілген күннен бастап жаңарта аласыз. Кілт қазір керек болса, ЭЦҚ-ны басынан бастап алыңыз.", "Обновить можно с указанного дня. Если ключ нужен сейчас, получите ЭЦП заново.", "You may renew it from the day shown on. If you need a key now, obtain the signature anew."}),
	row(IdentificationOld, http.StatusConflict, false,
		Wording{"Жеке басыңыз тексерілгеніне көп уақыт өтті.", "Ваша личность проверялась слишком давно.", "Your identity was checked too long ago."},
		Wording{"ЭЦҚ-ны басынан бастап алыңыз: камера мен құжат қажет болады.", "Получите ЭЦП заново: понадобятся камера и документ.", "Obtain the signature anew: you will need the camera and your document."}),
	row(Offline, 0, true,
		Wording{"Интернет байланысы жоқ.", "Нет связи с интернетом.", "There is no connection to the internet."},
		Wording{"Wi-Fi немесе кабель қосылғанын тексеріңіз. Енгізгеніңіз сақталды, қолданба өзі қайталайды.", "Проверьте, подключён ли Wi-Fi или кабель. Всё введённое сохранено, приложение повторит само.", "Check that Wi-Fi or the cable is connected. What you entered is kept; the application tries again by itself."}),
	row(TimedOut, 0, true,
		Wording{"Сервер дер кезінде жауап бермеді.", "Сервер не ответил вовремя.", "The server did not answer in time."},
		Wording{"Күте тұрыңыз: қолданба өзі қайталайды. Бір нәрсе екі рет жіберілмейді.", "Подождите: приложение повторит само. Дважды ничего не отправится.", "Please wait: the application tries again by itself. Nothing will be sent twice."}),
	row(NameUnknown, 0, true,
		Wording{"Желі қызметтің мекенжайын таппады.", "Сеть не нашла адрес сервиса.", "The network did not find the address of the service."},
		Wording{"Интернет бар-жоғын тексеріңіз. Бар болса, роутерді өшіріп қосыңыз немесе телефоныңыздың интернетін пайдаланыңыз.", "Проверьте, есть ли интернет. Если есть, выключите и включите роутер или возьмите интернет с телефона.", "Check that there is internet. If there is, switch the router off and on, or use the internet of your phone."}),
	row(Intercepted, 0, true,
		Wording{"Серверге қосылымды біреу ұстап тұр.", "Соединение с сервером кто-то перехватывает.", "Someone stands between this computer and the server."},
		Wording{"Деректер жіберілген жоқ. Антивирустің HTTPS тексеруін өшіріңіз немесе басқа желіге қосылыңыз.", "Данные не отправлены. Отключите проверку HTTPS в антивирусе или подключитесь к другой сети.", "Nothing was sent. Turn off HTTPS inspection in your antivirus, or use another network."}),
	row(ServerCertificate, 0, true,
		Wording{"Сервер сертификатының мерзімі өткен.", "Срок сертификата сервера истёк.", "The certificate of the server is out of date."},
		Wording{"Компьютердегі күн мен уақытты тексеріңіз. Дұрыс болса, кейінірек қайталаңыз немесе 1414-ке қоңырау шалыңыз.", "Проверьте дату и время на компьютере. Если они верны, повторите позже или позвоните 1414.", "Check the date and time of this computer. If they are right, try again later or call 1414."}),
	row(CaptivePortal, 0, true,
		Wording{"Бұл желі алдымен кіруді талап етеді.", "Эта сеть требует сначала войти.", "This network asks you to sign in first."},
		Wording{"Браузерді ашып, желінің бетінде кіріңіз. Содан кейін қолданба өзі жалғастырады.", "Откройте браузер и войдите на странице сети. После этого приложение продолжит само.", "Open a browser and sign in on the page of the network. After that the application goes on by itself."}),
	row(NetworkRefuses, 0, true,
		Wording{"Бұл желі қызметке жібермейді.", "Эта сеть не пропускает к сервису.", "This network does not let the application reach the service."},
		Wording{"Басқа желіге қосылыңыз, мысалы телефоныңыздың интернетіне, немесе желі әкімшісіне айтыңыз.", "Подключитесь к другой сети, например к интернету с телефона, или обратитесь к администратору сети.", "Use another network, such as the internet of your phone, or ask whoever runs this network."}),
	row(CameraNone, 0, true,
		Wording{"Камера табылмады.", "Камера не найдена.", "No camera was found."},
		Wording{"Веб-камераны қосыңыз. Ноутбукте камераның жабық емес екенін тексеріңіз.", "Подключите веб-камеру. На ноутбуке проверьте, не выключена ли камера.", "Plug in a webcam. On a laptop, check that the camera is not switched off."}),
	row(CameraBusy, 0, true,
		Wording{"Камераны басқа бағдарлама пайдаланып тұр.", "Камеру использует другая программа.", "Another program is using the camera."},
		Wording{"Бейнеқоңырау бағдарламалары мен браузер қойындыларын жабыңыз.", "Закройте программы видеосвязи и вкладки браузера с камерой.", "Close video call programs and browser tabs that use the camera."}),
	row(CameraDenied, 0, true,
		Wording{"Камераны пайдалануға рұқсат жоқ.", "Нет разрешения использовать камеру.", "There is no permission to use the camera."},
		Wording{"Жүйе параметрлерінде қолданбаға камераны пайдалануға рұқсат беріңіз.", "Разрешите приложению доступ к камере в настройках системы.", "Allow the application to use the camera in the system settings."}),
	row(CameraUnplugged, 0, true,
		Wording{"Камера ажыратылды.", "Камера отключилась.", "The camera was unplugged."},
		Wording{"Камераны қайта қосыңыз: сурет өзі жалғасады.", "Подключите камеру снова: изображение появится само.", "Plug it in again: the picture comes back by itself."}),
	row(CameraStalled, 0, true,
		Wording{"Камера сурет бермей тұр.", "Камера не передаёт изображение.", "The camera gives no picture."},
		Wording{"Камераны ажыратып, қайта қосыңыз немесе басқасын таңдаңыз.", "Отключите и снова подключите камеру или выберите другую.", "Unplug the camera and plug it in again, or choose another."}),
	row(CameraBadFrame, 0, true,
		Wording{"Камерадан бүлінген сурет келді.", "Камера передала испорченный кадр.", "The camera sent a damaged picture."},
		Wording{"Қайта түсіріңіз. Қайталанса, камераны басқа USB ұясына қосыңыз.", "Снимите ещё раз. Если повторится, подключите камеру к другому разъёму USB.", "Take it again. If it happens again, use another USB port."}),
	row(FolderGone, 0, true,
		Wording{"Таңдалған қалта жоқ.", "Выбранной папки нет.", "The chosen folder is not there."},
		Wording{"Флешка болса, қайта салыңыз немесе басқа қалта таңдаңыз. Кілттер сақтаулы.", "Если это флешка, вставьте её снова или выберите другую папку. Ключи сохранены.", "If it is a USB stick, plug it in again, or choose another folder. Your keys are safe."}),
	row(FolderReadOnly, 0, false,
		Wording{"Бұл дискіге жазуға болмайды: ол тек оқуға арналған.", "На этот диск нельзя записать: он только для чтения.", "This disk cannot be written to: it can only be read."},
		Wording{"Флешкада бөгеттеу тетігі болса, ажыратыңыз немесе басқа қалта таңдаңыз. Ештеңе жоғалған жоқ.", "Если на флешке есть переключатель защиты, снимите защиту или выберите другую папку. Ничего не потеряно.", "If the stick has a lock switch, release it, or choose another folder. Nothing is lost."}),
	row(FolderDenied, 0, false,
		Wording{"Бұл қалтаға жазуға рұқсатыңыз жоқ.", "У вас нет права записывать в эту папку.", "You are not allowed to write into this folder."},
		Wording{"Басқа қалта таңдаңыз, мысалы «Құжаттар». Ештеңе жоғалған жоқ.", "Выберите другую папку, например «Документы». Ничего не потеряно.", "Choose another folder, for example Documents. Nothing is lost."}),
	row(FolderUnfit, 0, false,
		Wording{"Таңдалған орын қалта емес.", "Выбранное место не является папкой.", "The chosen place is not a folder."},
		Wording{"Онда файл немесе басқа жерге сілтеме тұр. Басқа қалта таңдаңыз. Ештеңе жоғалған жоқ.", "Там находится файл или ссылка на другое место. Выберите другую папку. Ничего не потеряно.", "A file or a link to another place stands there. Choose another folder. Nothing is lost."}),
	row(FolderPathLong, 0, false,
		Wording{"Қалтаның жолы тым ұзын.", "Путь к папке слишком длинный.", "The path of the folder is too long."},
		Wording{"Аты қысқа басқа қалта таңдаңыз, мысалы «Құжаттар». Ештеңе жоғалған жоқ.", "Выберите другую папку с коротким именем, например «Документы». Ничего не потеряно.", "Choose another folder with a short name, for example Documents. Nothing is lost."}),
	row(FolderFull, 0, true,
		Wording{"Дискіде орын жоқ.", "На диске нет места.", "The disk is full."},
		Wording{"Орын босатыңыз немесе басқа қалта таңдаңыз. Кілттер сақтаулы.", "Освободите место или выберите другую папку. Ключи сохранены.", "Free some space or choose another folder. Your keys are safe."}),
	row(FileExists, 0, false,
		Wording{"Қалтада мұндай атпен басқа файл бар.", "В папке уже есть другой файл с таким именем.", "The folder already has another file of this name."},
		Wording{"Басқа қалта таңдаңыз: бұрынғы файл өзгермейді. Оны осында жаңа ғана өзіңіз жазған болсаңыз, сол кездегі құпиясөзді енгізіңіз.", "Выберите другую папку: прежний файл не изменится. Если Вы только что сами начали запись сюда, введите тот же пароль, что и тогда.", "Choose another folder: the old file will not be touched. If you began to write here just now, enter the same password as then."}),
	row(FileUnverified, 0, true,
		Wording{"Жазылған файл тексеруден өтпеді.", "Записанный файл не прошёл проверку.", "The file that was written did not pass its check."},
		Wording{"Басқа қалта немесе диск таңдаңыз. Кілттер сақтаулы.", "Выберите другую папку или диск. Ключи сохранены.", "Choose another folder or disk. Your keys are safe."}),
	row(PasswordWeak, 0, false,
		Wording{"Құпиясөз талаптарға сай емес.", "Пароль не соответствует требованиям.", "The password does not meet the rules."},
		Wording{"Тізімдегі барлық талап белгіленгенше толықтырыңыз.", "Дополните пароль, пока не отметятся все требования.", "Extend it until every rule on the list is ticked."}),
	row(KeyringMissing, 0, false,
		Wording{"Компьютердің құпия қоймасы жауап бермейді.", "Защищённое хранилище компьютера не отвечает.", "The secret store of this computer does not answer."},
		Wording{"Кілттерді уақытша қорғау үшін құпия сөйлем ойлап табыңыз.", "Придумайте фразу, которой ключи будут временно защищены.", "Choose a passphrase that protects your keys for the time being."}),
	row(KeysLost, 0, false,
		Wording{"Аяқталмаған кілттерді ашу мүмкін емес: жүйенің құпия қоймасы тазартылған.", "Незавершённые ключи нельзя открыть: хранилище системы было очищено.", "The unfinished keys cannot be opened: the system's secret store was reset."},
		Wording{"Өтінім тоқтатылады. Келісім қадамынан қайта бастаңыз: түсірген суреттеріңіз сақталған.", "Заявка будет отменена. Продолжите с шага согласия: ваши снимки сохранены.", "The application is cancelled. Go on from the consent: your pictures are kept."}),
	row(KeysDamaged, 0, false,
		Wording{"Аяқталмаған кілттердің файлы бүлінген.", "Файл незавершённых ключей повреждён.", "The file with the unfinished keys is damaged."},
		Wording{"1414-ке қоңырау шалып, осы қате кодын айтыңыз.", "Позвоните 1414 и назовите код этой ошибки.", "Call 1414 and tell them the code of this failure."}),
	row(JournalDamaged, 0, false,
		Wording{"Қай қадамда тоқтағаныңыз туралы жазба бүлінген.", "Запись о том, где вы остановились, повреждена.", "The note of where you stopped is damaged."},
		Wording{"Басынан бастаңыз. Бүлінген жазба сақталып қалды.", "Начните сначала. Повреждённая запись сохранена рядом.", "Begin again. The damaged note was kept beside it."}),
	row(DeviceKeyLost, 0, false,
		Wording{"Жүйенің құпия қоймасы тазартылған: бұл компьютердің кілті жоғалды.", "Хранилище системы было очищено: ключ этого компьютера потерян.", "The system's secret store was reset: the key of this computer is gone."},
		Wording{"Басынан бастаңыз. SMS-код, PIN-код және жаңа селфиден кейін бұрынғы өтінішіңіз тоқтатылады да, осы жерде жалғастырасыз. Бұрынғы файлдар сақталып қалды.", "Начните сначала. После кода из SMS, PIN-кода и нового селфи прежняя заявка будет отменена, и Вы продолжите здесь. Прежние файлы сохранены.", "Begin again. After the code, the PIN and a new selfie your former application is cancelled and you go on here. The former files were kept."}),
	row(KeyringLocked, 0, true,
		Wording{"Кілттеріңіз сақталған қойма ашылмады.", "Хранилище, где лежат Ваши ключи, не открылось.", "The store that holds your keys did not open."},
		Wording{"Жүйе сұраса, компьютердің құпиясөзін енгізіп, қайталаңыз. Кілттер сақтаулы.", "Если система спросит, введите пароль компьютера и повторите. Ключи сохранены.", "If the system asks, enter the password of the computer, and try again. Your keys are safe."}),
	row(DataFull, 0, true,
		Wording{"Компьютердің дискісінде орын қалмады.", "На диске компьютера не осталось места.", "The disk of this computer is full."},
		Wording{"Керексіз файлдарды өшіріп, қоқыс себетін тазалаңыз да, қайталаңыз. Жасағаныңыз сақтаулы.", "Удалите ненужные файлы, очистите корзину и повторите. Всё сделанное сохранено.", "Delete files you do not need, empty the bin, and try again. What you did is kept."}),
	row(DataUnusable, 0, true,
		Wording{"Қолданба өз файлдарын жаза алмайды.", "Приложение не может записать свои файлы.", "The application cannot write its own files."},
		Wording{"Компьютерді қайта қосып, қайталаңыз. Көмектеспесе, 1414-ке қоңырау шалып, осы қате кодын айтыңыз.", "Перезагрузите компьютер и повторите. Если не поможет, позвоните 1414 и назовите код этой ошибки.", "Restart the computer and try again. If that does not help, call 1414 and tell them the code of this failure."}),
	row(ServiceUnknown, 0, false,
		Wording{"Қолданба қызметтің мекенжайын білмейді.", "Приложение не знает адреса сервиса.", "The application does not know the address of the service."},
		Wording{"Қолданбаны ресми беттен қайта орнатыңыз немесе 1414-ке қоңырау шалып, осы қате кодын айтыңыз.", "Установите приложение заново с официальной страницы или позвоните 1414 и назовите код этой ошибки.", "Install the application again from its official page, or call 1414 and tell them the code of this failure."}),
	row(GraphicsMissing, 0, false,
		Wording{"Бұл компьютер қолданбаның терезесін сыза алмайды.", "Этот компьютер не может нарисовать окно приложения.", "This computer cannot draw the application's window."},
		Wording{"Бейнекартаның драйверін жаңартыңыз. Компьютерге қашықтан қосылып отырсаңыз, қолданбаны сол компьютердің өзінде ашыңыз. Көмектеспесе, 1414-ке қоңырау шалып, осы қате кодын айтыңыз.", "Обновите драйвер видеокарты. Если Вы подключены к компьютеру удалённо, откройте приложение за самим компьютером. Если не поможет, позвоните 1414 и назовите код этой ошибки.", "Update the driver of the graphics card. If you are connected to the computer remotely, open the application at the computer itself. If that does not help, call 1414 and tell them the code of this failure."}),
	row(PasswordWrong, 0, false,
		Wording{"Құпиясөз дұрыс емес.", "Пароль неверный.", "The password is wrong."},
		Wording{"Кілттерді алғанда өзіңіз ойлап тапқан құпиясөзді енгізіңіз.", "Введите пароль, который Вы придумали, когда получали ключи.", "Enter the password that you made up when you obtained the keys."}),
	row(TokenGone, 0, false,
		Wording{"Токен жауап бермейді немесе басқасы қосылған.", "Токен не отвечает, или подключён другой.", "The token does not answer, or another one is plugged in."},
		Wording{"Таңдаған токеніңізді компьютерге қосып, қайталаңыз. Ештеңе жоғалған жоқ.", "Подключите к компьютеру тот токен, который выбрали, и повторите. Ничего не потеряно.", "Plug in the token that you chose, and try again. Nothing is lost."}),
	row(TokenPINWrong, 0, false,
		Wording{"Токеннің PIN-коды дұрыс емес.", "PIN-код токена неверный.", "The token's PIN is wrong."},
		Wording{"Абайлап қайта енгізіңіз: бірнеше қатеден кейін токен құлыпталады. Бұл – Digital ID PIN-коды емес.", "Введите ещё раз, внимательно: после нескольких ошибок токен заблокируется. Это не PIN-код Digital ID.", "Enter it again with care: a few wrong ones lock the token. It is not the PIN of Digital ID."}),
	row(TokenLocked, 0, false,
		Wording{"Токен құлыпталған.", "Токен заблокирован.", "The token is locked."},
		Wording{"Токенді берген жерге апарып, құлпын ашқызыңыз, содан кейін осы жерден жалғастырыңыз.", "Обратитесь туда, где Вам выдали токен, чтобы его разблокировали. Потом продолжите отсюда.", "Have it unlocked by whoever issued it, and then go on from here."}),
	row(TokenUnusable, 0, false,
		Wording{"Бұл токенге кілт жазу мүмкін емес.", "На этот токен записать ключи нельзя.", "Keys cannot be kept in this token."},
		Wording{"Өндірушінің бағдарламасымен тексеріңіз: PIN-коды болуы, бос орны жетуі керек. Болмаса, артқа қайтып, басқа қойманы таңдаңыз.", "Проверьте его программой производителя: нужны PIN-код и свободное место. Или вернитесь назад и выберите другое хранилище.", "Check it with its vendor's program: it needs a PIN and free space. Or go back and choose another storage."}),
	row(KeyFileGone, 0, false,
		Wording{"Кілт файлы жазылған жерінен табылмады.", "Файл ключа не найден там, куда был записан.", "The key file is not where it was written."},
		Wording{"Флешкада сақтасаңыз, оны қосыңыз. Файлды көшірген болсаңыз, бұрынғы қалтасына қайтарып, қайталаңыз.", "Если храните его на флешке, подключите её. Если переложили файл, верните его в прежнюю папку и повторите.", "If you keep it on a stick, plug it in. If you moved the file, put it back into its folder, and try again."}),
	row(CopySamePlace, 0, false,
		Wording{"Көшірме түпнұсқаның қалтасына түсер еді.", "Копия оказалась бы в той же папке, что и сам файл.", "The copy would lie in the same folder as the file itself."},
		Wording{"Флешканы не басқа қалтаны таңдаңыз: екінші көшірме бөлек жерде жатуы керек.", "Выберите флешку или другую папку: вторая копия должна лежать отдельно.", "Choose a memory stick or another folder: a second copy belongs in another place."}),
	row(KeyFileDamaged, 0, false,
		Wording{"Кілт файлы бүлінген: оны оқу мүмкін емес.", "Файл ключа повреждён: прочитать его нельзя.", "The key file is damaged and cannot be read."},
		Wording{"Сақтап қойған көшірмеңіз болса, сонымен ауыстырыңыз. Көшірме болмаса, 1414-ке қоңырау шалыңыз.", "Замените его сохранённой копией. Если копии нет, позвоните 1414.", "Replace it with the copy that you kept. If there is none, call 1414."}),
)

func table(rows ...Failure) map[Code]Failure {
	all := make(map[Code]Failure, len(rows))
	for _, f := range rows {
		if _, twice := all[f.Code]; twice {
			panic("failure listed twice: " + string(f.Code))
		}
		all[f.Code] = f
	}
	return all
}
