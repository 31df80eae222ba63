package console

import (
	"net/http"

	"qoltanba/app/api"
)

const languageCookie = "qoltanba-language"

// words speaks the operator's language.
type words struct{ language api.Language }

func wordsOf(r *http.Request) words {
	if cookie, err := r.Cookie(languageCookie); err == nil {
		if _, ok := texts[api.Language(cookie.Value)]; ok {
			return words{api.Language(cookie.Value)}
		}
	}
	return words{api.Russian}
}

// T is the text of a key; a key that is missing comes back as itself, and a test finds it.
func (w words) T(key string) string {
	if text, ok := texts[w.language][key]; ok {
		return text
	}
	return key
}

// known is the text of a key that may have none.
func (w words) known(key, otherwise string) string {
	if text, ok := texts[w.language][key]; ok {
		return text
	}
	return otherwise
}

// failure is the sentence of a failure.
func (w words) failure(code api.Code) string { return api.FailureOf(code).Sentence.In(w.language) }

// Lang is the page's language tag.
func (w words) Lang() string { return string(w.language) }

// choosable is a language as its speakers name it.
type choosable struct{ Tag, Name string }

// Languages are those that can be chosen.
func (words) Languages() []choosable {
	return []choosable{{string(api.Kazakh), "Қазақша"}, {string(api.Russian), "Русский"}, {string(api.English), "English"}}
}

// texts has the words of the console in the three languages.
var texts = func() map[api.Language]map[string]string {
	all := map[api.Language]map[string]string{api.Kazakh: {}, api.Russian: {}, api.English: {}}
	for key, w := range wordings {
		for l := range all {
			all[l][key] = w.In(l)
		}
	}
	return all
}()

var wordings = map[string]api.Wording{
	"queue":                  {KK: "Кезек", RU: "Очередь", EN: "Queue"},
	"queue.case":             {KK: "Іс", RU: "Дело", EN: "Case"},
	"queue.since":            {KK: "Түскен уақыты", RU: "Поступило", EN: "Since"},
	"queue.waits":            {KK: "Күтуде", RU: "Ждёт", EN: "Waits"},
	"queue.open":             {KK: "Ашу", RU: "Открыть", EN: "Open"},
	"queue.empty":            {KK: "Күтіп тұрған іс жоқ.", RU: "Никто не ждёт.", EN: "Nobody waits."},
	"queue.language":         {KK: "Тілі", RU: "Язык", EN: "Language"},
	"queue.register":         {KK: "Тіркеліммен салыстыру", RU: "Сверка с базой", EN: "Register"},
	"queue.document":         {KK: "Құжат", RU: "Документ", EN: "Document"},
	"document.identity_card": {KK: "жеке куәлік", RU: "удостоверение", EN: "identity card"},
	"document.passport":      {KK: "паспорт", RU: "паспорт", EN: "passport"},
	"queue.agrees":           {KK: "сәйкес", RU: "совпадает", EN: "agrees"},
	"queue.differs":          {KK: "өзгеше: %d", RU: "отличий: %d", EN: "differs: %d"},
	"queue.silent":           {KK: "жауап күтілуде", RU: "ждём ответа", EN: "no answer yet"},
	"queue.tells":            {KK: "Бет өзі жаңарады.", RU: "Страница обновляется сама.", EN: "This page reloads by itself."},
	"language.kk":            {KK: "қазақша", RU: "казахский", EN: "Kazakh"},
	"language.ru":            {KK: "орысша", RU: "русский", EN: "Russian"},
	"language.en":            {KK: "ағылшынша", RU: "английский", EN: "English"},
	"unit.day":               {KK: "тәул.", RU: "сут", EN: "d"},
	"unit.hour":              {KK: "сағ", RU: "ч", EN: "h"},
	"unit.minute":            {KK: "мин", RU: "мин", EN: "min"},
	"unit.now":               {KK: "1 минуттан аз", RU: "меньше минуты", EN: "less than a minute"},
	"done.approved":          {KK: "расталды", RU: "подтверждено", EN: "approved"},
	"done.rejected":          {KK: "қайтарылды", RU: "отклонено", EN: "rejected"},
	"nav.skip":               {KK: "Мазмұнға өту", RU: "К содержанию", EN: "Skip to the content"},
	"nav.language":           {KK: "Тіл", RU: "Язык", EN: "Language"},
	"logout":                 {KK: "Шығу", RU: "Выйти", EN: "Log out"},
	"login.title":            {KK: "Оператордың кіруі", RU: "Вход оператора", EN: "Operator's login"},
	"login.name":             {KK: "Логин", RU: "Логин", EN: "Login"},
	"login.password":         {KK: "Құпиясөз", RU: "Пароль", EN: "Password"},
	"login.enter":            {KK: "Кіру", RU: "Войти", EN: "Log in"},
	"login.wrong":            {KK: "Логин немесе құпиясөз қате, не кіру уақытша жабық.", RU: "Логин или пароль неверны, либо вход временно закрыт.", EN: "The login or the password is wrong, or the account is locked for a while."},

	"case.title":     {KK: "Іс", RU: "Дело", EN: "Case"},
	"case.selfie":    {KK: "Селфи", RU: "Селфи", EN: "Selfie"},
	"case.recording": {KK: "Бейнежазба", RU: "Видеозапись", EN: "Recording"},
	"case.front":     {KK: "Жеке куәлік: бет жағы", RU: "Удостоверение: лицевая сторона", EN: "Card: front"},
	"case.back":      {KK: "Жеке куәлік: артқы жағы", RU: "Удостоверение: оборотная сторона", EN: "Card: back"},
	"case.page":      {KK: "Паспорт: деректер беті", RU: "Паспорт: страница с данными", EN: "Passport: data page"},
	"case.passport": {
		KK: "Бұл — паспорт. Тіркелімде жеке куәліктің ғана нөмірі мен мерзімі бар. Паспорттың нөмірін, мерзімін және кім бергенін суретпен салыстырыңыз.",
		RU: "Это паспорт. В базе есть номер и сроки только удостоверения. Номер, сроки и орган выдачи паспорта сверьте со снимком.",
		EN: "This is a passport. The register has number and dates of the identity card only. Compare the passport's number, dates and issuer with the picture.",
	},
	"case.uncompared":             {KK: "салыстырылмайды", RU: "не сверяется", EN: "not compared"},
	"case.missing":                {KK: "Бейнежазба ашылмады.", RU: "Запись не открылась.", EN: "The recording did not open."},
	"case.play":                   {KK: "Ойнату немесе тоқтату", RU: "Пуск или пауза", EN: "Play or pause"},
	"case.seek":                   {KK: "Жазбадағы орын", RU: "Место в записи", EN: "Place in the recording"},
	"case.fields":                 {KK: "Мәліметтер", RU: "Данные", EN: "Data"},
	"case.typed":                  {KK: "Азамат растаған", RU: "Подтвердил гражданин", EN: "Confirmed by the citizen"},
	"case.read":                   {KK: "Машина оқығаны", RU: "Прочитала машина", EN: "Read by the machine"},
	"case.doubtful":               {KK: "Анық оқылмады", RU: "Прочитано неуверенно", EN: "Read with doubt"},
	"reading":                     {KK: "Құжаттың оқылуы", RU: "Чтение документа", EN: "Reading of the document"},
	"reading.match":               {KK: "Құжаттың барлық жазуы өзара сәйкес.", RU: "Всё, что написано в документе, согласуется.", EN: "All that stands on the document agrees."},
	"reading.again":               {KK: "Суреттерден толық оқылмады.", RU: "По снимкам прочитано не всё.", EN: "The pictures could not be read in full."},
	"reading.operator":            {KK: "Құжатты қарап шығу керек.", RU: "Документ нужно посмотреть.", EN: "The document has to be looked at."},
	"source.mrz":                  {KK: "Артқы беттің төменгі жолдары", RU: "Строки внизу обратной стороны", EN: "Lines at the bottom of the back"},
	"source.print":                {KK: "Мәтін", RU: "Текст", EN: "Print"},
	"case.register":               {KK: "ЖТ МДҚ", RU: "ГБД ФЛ", EN: "State register"},
	"case.differs":                {KK: "өзгеше", RU: "отличается", EN: "differs"},
	"case.waiting":                {KK: "Мемлекеттік тіркелім әлі жауап берген жоқ. Бет өзі жаңарады.", RU: "Государственная база ещё не ответила. Страница обновится сама.", EN: "The state register has not answered yet. This page reloads by itself."},
	"case.nobody":                 {KK: "Мемлекеттік тіркелімде мұндай ЖСН жоқ. Растауға болмайды.", RU: "В государственной базе такого ИИН нет. Подтвердить нельзя.", EN: "The state register has nobody of this IIN. The case cannot be approved."},
	"case.same":                   {KK: "сәйкес", RU: "совпадает", EN: "the same"},
	"case.count":                  {KK: "Айырмашылық саны: %d. Шешім алдында салыстырыңыз.", RU: "Отличий: %d. Сравните их до решения.", EN: "Differences: %d. Compare them before you decide."},
	"case.other":                  {KK: "Бұл істі %s те ашқан (%s бұрын).", RU: "Это дело открывал и %s (%s назад).", EN: "%s looked at this case, too (%s ago)."},
	"case.phone":                  {KK: "Телефон", RU: "Телефон", EN: "Phone"},
	"case.absent":                 {KK: "Жоқ", RU: "Нет", EN: "None"},
	"case.zoom":                   {KK: "үлкейту", RU: "увеличить", EN: "enlarge"},
	"case.close":                  {KK: "Жабу", RU: "Закрыть", EN: "Close"},
	"case.speed":                  {KK: "Екі есе жылдам", RU: "Вдвое быстрее", EN: "Twice as fast"},
	"case.partial":                {KK: "Жазбаның бір бөлігі ашылмады.", RU: "Часть записи не открылась.", EN: "A part of the recording did not open."},
	"case.script":                 {KK: "Жазбаны көру үшін JavaScript қажет.", RU: "Чтобы посмотреть запись, нужен JavaScript.", EN: "JavaScript is needed to play the recording."},
	"case.choose":                 {KK: "Себебін таңдаңыз", RU: "Выберите причину", EN: "Choose a reason"},
	"case.approvenote":            {KK: "Деректер мемлекеттік тіркелімнен алынады.", RU: "Данные берутся из государственной базы.", EN: "The data are taken from the state register."},
	"case.approvepassport":        {KK: "Деректер мемлекеттік тіркелімнен, құжат нөмірі паспорттан алынады.", RU: "Данные берутся из государственной базы, номер документа — из паспорта.", EN: "The data are taken from the state register, the document's number from the passport."},
	"case.again":                  {KK: "Істі қайта ашу", RU: "Открыть дело заново", EN: "Open the case again"},
	"case.decide":                 {KK: "Шешім", RU: "Решение", EN: "Decision"},
	"case.approve":                {KK: "Растау", RU: "Подтвердить", EN: "Approve"},
	"case.reject":                 {KK: "Қайтару", RU: "Отклонить", EN: "Reject"},
	"case.reason":                 {KK: "Қайтару себебі", RU: "Причина отказа", EN: "Reason for rejection"},
	"case.closed":                 {KK: "Бұл іс шешім күтіп тұрған жоқ.", RU: "Это дело не ждёт решения.", EN: "This case does not wait for a decision."},
	"case.unable":                 {KK: "Азамат бейнежазба қимылдарын жасай алмайды. Бейнеқоңырау шалып, адамды құжатымен салыстырыңыз.", RU: "Гражданин не может пройти видеоидентификацию. Свяжитесь с ним по видео и сверьте его с документом.", EN: "The citizen cannot do the video identification. Call by video and compare the person with the document."},
	"case.drawn":                  {KK: "Машина растар еді; бұл іс іріктеп тексеруге түсті.", RU: "Машина подтвердила бы; дело попало в выборочную проверку.", EN: "The machine would approve; the case was drawn for a check."},
	"machine":                     {KK: "Машина тапқаны", RU: "Что нашла машина", EN: "What the machine found"},
	"machine.pass":                {KK: "Жазба тексеруден өтті", RU: "Запись прошла проверку", EN: "The recording passes"},
	"machine.again":               {KK: "Жазбаны қайталау керек еді", RU: "Запись следовало бы повторить", EN: "The recording should be made again"},
	"machine.unsure":              {KK: "Машина шеше алмады: мұқият қараңыз", RU: "Машина не может решить: посмотрите внимательно", EN: "The machine cannot tell: look closely"},
	"machine.check":               {KK: "Өлшем", RU: "Измерение", EN: "Measurement"},
	"machine.cosine":              {KK: "Ұқсастық (көбі жақсы)", RU: "Сходство (больше — лучше)", EN: "Likeness (more is better)"},
	"machine.distance":            {KK: "Айырма (азы жақсы)", RU: "Различие (меньше — лучше)", EN: "Distance (less is better)"},
	"machine.value":               {KK: "Мәні", RU: "Значение", EN: "Value"},
	"machine.limit":               {KK: "Шегі", RU: "Порог", EN: "Threshold"},
	"machine.selfie":              {KK: "Селфи және", RU: "Селфи и", EN: "Selfie and"},
	"machine.good":                {KK: "жақсы", RU: "хорошо", EN: "good"},
	"machine.bad":                 {KK: "қараңыз", RU: "посмотрите", EN: "look"},
	"machine.soft":                {KK: "әлсіз белгі", RU: "слабый признак", EN: "weak sign"},
	"against.register":            {KK: "тіркелімдегі сурет", RU: "портрет из базы", EN: "the register's portrait"},
	"against.card":                {KK: "құжаттағы сурет", RU: "портрет на документе", EN: "the portrait on the document"},
	"answer.same":                 {KK: "бір адам", RU: "один человек", EN: "one person"},
	"answer.different":            {KK: "әртүрлі адам", RU: "разные люди", EN: "different people"},
	"answer.doubtful":             {KK: "белгісіз", RU: "неясно", EN: "unclear"},
	"answer.no-face":              {KK: "бет табылмады", RU: "лицо не найдено", EN: "no face found"},
	"answer.absent":               {KK: "сурет жоқ", RU: "портрета нет", EN: "there is none"},
	"doubt.other-person":          {KK: "жазбадағы адам селфидегі адам емес болуы мүмкін", RU: "на записи, возможно, не тот, кто на селфи", EN: "the recording may not show the person of the selfie"},
	"doubt.person-changed":        {KK: "жазба барысында адам ауысқан болуы мүмкін", RU: "по ходу записи человек, возможно, сменился", EN: "the person may have changed during the recording"},
	"doubt.not-solid":             {KK: "бас жазық сурет болуы мүмкін", RU: "голова, возможно, плоское изображение", EN: "the head may be a flat picture"},
	"doubt.light-differs":         {KK: "беттегі жарық экранның жарығынан өзгеше", RU: "свет на лице не тот, что был на экране", EN: "the light on the face is not that of the screen"},
	"doubt.clock-too-even":        {KK: "кадрлар тым бірқалыпты келді", RU: "кадры приходили слишком ровно", EN: "the frames came too evenly"},
	"doubt.frames-repeat":         {KK: "кадрлар қайталанады", RU: "кадры повторяются", EN: "frames repeat"},
	"doubt.blink-unseen":          {KK: "көздің жұмылғаны көрінбеді: көзілдірік не бетперде болуы мүмкін, көздерін қараңыз", RU: "не видно, чтобы глаза закрывались: так бывает и при очках, и при маске; посмотрите на глаза", EN: "the eyes were not seen to close: glasses do that, and so does a mask; look at the eyes"},
	"doubt.light-left-out":        {KK: "азамат экран түстерінсіз таңдады: қимыл мен бейне монтажын машина ажырата алмайды", RU: "гражданин выбрал без цветов экрана: смонтированное видео по одним движениям машина не отличит", EN: "the citizen chose to do without the screen’s colours: by movements alone the machine cannot tell a film cut to them"},
	"check.frames":                {KK: "секундына кадр", RU: "кадров в секунду", EN: "frames a second"},
	"check.gap":                   {KK: "кадрлар арасындағы ең ұзақ үзіліс, мс", RU: "самый долгий перерыв между кадрами, мс", EN: "longest gap between frames, ms"},
	"check.clock":                 {KK: "кадр аралықтарының ауытқуы, мс", RU: "отклонение промежутков между кадрами, мс", EN: "deviation of the intervals, ms"},
	"check.repeat":                {KK: "қайталанған кадрлар", RU: "повторяющиеся кадры", EN: "repeated frames"},
	"check.jump":                  {KK: "беттің ең үлкен секірісі, бет ені", RU: "самый большой скачок лица, ширин лица", EN: "largest jump of the face, face widths"},
	"check.face":                  {KK: "беті бар кадрлар үлесі", RU: "доля кадров с лицом", EN: "share of frames with a face"},
	"check.more-faces":            {KK: "бірнеше бет көрінген кадрлар", RU: "кадры с несколькими лицами", EN: "frames with several faces"},
	"check.width":                 {KK: "беттің ені, пиксель", RU: "ширина лица, пикселей", EN: "width of the face, pixels"},
	"check.dark":                  {KK: "беттің жарықтығы", RU: "яркость лица", EN: "brightness of the face"},
	"check.glare":                 {KK: "жарқылдан ағарған үлес", RU: "доля бликов", EN: "share of glare"},
	"check.neutral":               {KK: "тік қарағанға дейінгі уақыт, мс", RU: "время до прямого взгляда, мс", EN: "time until the straight look, ms"},
	"check.movement":              {KK: "қимылдың көлемі", RU: "величина движения", EN: "size of the movement"},
	"check.other":                 {KK: "басқа қимылдың көлемі", RU: "величина другого движения", EN: "size of another movement"},
	"check.back":                  {KK: "қайтпай қалған бөлігі", RU: "остаток движения в конце", EN: "rest of the movement at its end"},
	"check.blink":                 {KK: "көздің жұмылуы", RU: "закрытие глаз", EN: "closing of the eyes"},
	"check.eyes-closed":           {KK: "жұмылған көзде ашық көзден қалғаны", RU: "что осталось от открытых глаз, когда они закрывались", EN: "what was left of the open eyes as they closed"},
	"check.turn-frames":           {KK: "бұрылысты көруге жарайтын кадрлар", RU: "кадры, годные для проверки поворота", EN: "frames by which the turn can be seen"},
	"check.parallax":              {KK: "бұрылған бастың параллаксы", RU: "параллакс повёрнутой головы", EN: "parallax of the turned head"},
	"check.nod-parallax":          {KK: "жоғары не төмен қараған бастың параллаксы", RU: "параллакс головы, поднятой или опущенной", EN: "parallax of the head looking up or down"},
	"check.depth":                 {KK: "бет тереңдігімен байланысы", RU: "связь с глубиной лица", EN: "correlation with the depth of a face"},
	"check.selfie":                {KK: "селфиге ұқсастық", RU: "сходство с селфи", EN: "likeness to the selfie"},
	"check.same-person":           {KK: "тік кадрлардың өзара ұқсастығы", RU: "сходство прямых кадров между собой", EN: "likeness of the straight frames"},
	"check.continuity":            {KK: "барлық кадрлардың өзара ұқсастығы", RU: "сходство всех кадров между собой", EN: "likeness of all frames"},
	"check.light-signal":          {KK: "экран жарығының күші", RU: "сила света экрана", EN: "strength of the screen's light"},
	"check.light-order":           {KK: "түстер ретінің сәйкестігі", RU: "совпадение порядка цветов", EN: "agreement of the order of colours"},
	"case.trail":                  {KK: "Журнал", RU: "Журнал", EN: "Audit trail"},
	"actor.citizen":               {KK: "азамат", RU: "гражданин", EN: "citizen"},
	"actor.service":               {KK: "қызмет", RU: "сервис", EN: "service"},
	"action.start":                {KK: "Өтініш басталды", RU: "Заявка начата", EN: "Enrolment begun"},
	"action.send-code":            {KK: "Код сұралды", RU: "Запрошен код", EN: "Code asked for"},
	"action.code-sent":            {KK: "Код жіберілді", RU: "Код отправлен", EN: "Code sent"},
	"action.no-code":              {KK: "Код жіберілмеді", RU: "Код не отправлен", EN: "No code sent"},
	"action.code-right":           {KK: "Код дұрыс", RU: "Код верный", EN: "Code right"},
	"action.code-wrong":           {KK: "Код қате", RU: "Код неверный", EN: "Code wrong"},
	"action.code-locked":          {KK: "Код уақытша жабық", RU: "Ввод кода закрыт на время", EN: "Code locked"},
	"action.sign-in":              {KK: "Digital ID-ге кіру", RU: "Вход в Digital ID", EN: "Digital ID sign-in"},
	"action.selfie":               {KK: "Селфи", RU: "Селфи", EN: "Selfie"},
	"action.challenge":            {KK: "Қимылдар берілді", RU: "Выданы движения", EN: "Movements given"},
	"action.recording":            {KK: "Бейнежазба қабылданды", RU: "Запись принята", EN: "Recording accepted"},
	"action.ask-operator":         {KK: "Бейнежазба жасай алмайды, операторды сұрады", RU: "Не может пройти видеоидентификацию, просит оператора", EN: "Cannot do the video identification, asks for an operator"},
	"action.judged":               {KK: "Машина бейнежазбаны тексерді", RU: "Машина проверила запись", EN: "Recording judged by the machine"},
	"action.read":                 {KK: "Машина құжатты оқыды", RU: "Машина прочитала документ", EN: "Document read by the machine"},
	"action.matched":              {KK: "Машина суреттерді салыстырды", RU: "Машина сравнила портреты", EN: "Portraits compared by the machine"},
	"action.sampled":              {KK: "Іріктеп тексеруге түсті", RU: "Попало в выборочную проверку", EN: "Drawn for a check"},
	"action.recording-refused":    {KK: "Бейнежазба қабылданбады", RU: "Запись не принята", EN: "Recording refused"},
	"action.pin-set":              {KK: "PIN қойылды", RU: "PIN задан", EN: "PIN set"},
	"action.pin-right":            {KK: "PIN дұрыс", RU: "PIN верный", EN: "PIN right"},
	"action.pin-wrong":            {KK: "PIN қате", RU: "PIN неверный", EN: "PIN wrong"},
	"action.card-front":           {KK: "Куәліктің бет жағы", RU: "Лицевая сторона удостоверения", EN: "Card, front"},
	"action.card-back":            {KK: "Куәліктің артқы жағы", RU: "Оборот удостоверения", EN: "Card, back"},
	"action.card-page":            {KK: "Паспорттың деректер беті", RU: "Страница паспорта", EN: "Passport page"},
	"action.fields":               {KK: "Мәліметтер расталды", RU: "Данные подтверждены", EN: "Fields confirmed"},
	"action.register":             {KK: "Тіркелім жауап берді", RU: "База ответила", EN: "Register answered"},
	"action.look":                 {KK: "Істі қарады", RU: "Просмотр дела", EN: "Case looked at"},
	"action.approve":              {KK: "Расталды", RU: "Подтверждено", EN: "Approved"},
	"action.reject":               {KK: "Қайтарылды", RU: "Отклонено", EN: "Rejected"},
	"action.repeat":               {KK: "Қайта жасалуда", RU: "Повторяет", EN: "Done again"},
	"action.cancel":               {KK: "Тоқтатылды", RU: "Прекращено", EN: "Cancelled"},
	"action.ask-call":             {KK: "Қоңырау сұрады", RU: "Просит перезвонить", EN: "Call asked for"},
	"action.call-registered":      {KK: "Телефон тіркелді", RU: "Телефон зарегистрирован", EN: "Phone registered"},
	"action.call-answered":        {KK: "Көмек көрсетілді", RU: "Помощь оказана", EN: "Helped by phone"},
	"action.call-refused":         {KK: "Қоңырауда бас тартылды", RU: "Отказано по звонку", EN: "Refused by phone"},
	"action.accept-biometrics":    {KK: "Биометрияға келісім", RU: "Согласие на биометрию", EN: "Consent to biometrics"},
	"action.accept-agreement":     {KK: "Келісім қабылданды", RU: "Соглашение принято", EN: "Agreement accepted"},
	"action.grant":                {KK: "Деректерді беруге келісім", RU: "Согласие на передачу данных", EN: "Consent to pass data"},
	"action.grant-expired":        {KK: "Келісім мерзімі өтті", RU: "Согласие истекло", EN: "Consent expired"},
	"action.apply":                {KK: "Өтінім берілді", RU: "Заявка в НУЦ подана", EN: "Application sent"},
	"action.application-rejected": {KK: "ҰКО өтінімді қабылдамады", RU: "НУЦ отклонил заявку", EN: "Application rejected"},
	"action.take-over":            {KK: "Бұрынғы өтініш тоқтатылды", RU: "Прежняя заявка прекращена", EN: "Former enrolment ended"},
	"action.recover":              {KK: "Жоғалған кілт бойынша басталды", RU: "Начато после потери ключа", EN: "Begun after a lost key"},
	"action.rebind":               {KK: "Компьютер кілті ауыстырылды", RU: "Ключ компьютера заменён", EN: "Computer's key replaced"},
	"action.withdraw":             {KK: "Өтінім қайтарып алынды", RU: "Заявка в НУЦ отозвана", EN: "Application withdrawn"},
	"action.revoke":               {KK: "Сертификаттар қайтарып алынды", RU: "Сертификаты отозваны", EN: "Certificates revoked"},
	"action.superseded":           {KK: "Ескі сертификаттар кері қайтарылды", RU: "Прежние сертификаты отозваны", EN: "Former certificates revoked"},
	"action.renew":                {KK: "Қолтаңбамен ұзартылды", RU: "Продлено подписью", EN: "Renewed by a signature"},
	"action.renewed-by":           {KK: "Ұзартуға негіз болды", RU: "Послужила для продления", EN: "Renewed from here"},
	"action.ask-signature":        {KK: "Қол қоятын мәтін сұралды", RU: "Запрошен текст для подписи", EN: "Text to sign asked for"},
	"action.revoke-certificate":   {KK: "Азамат сертификатын қайтарып алды", RU: "Гражданин отозвал сертификат", EN: "Certificate revoked by the citizen"},
	"action.not-me":               {KK: "«Бұл мен емес»: сертификат тоқтатылды", RU: "«Это не я»: сертификат приостановлен", EN: "“Not me”: certificate suspended"},
	"action.release-certificate":  {KK: "Тоқтатылған сертификат қайтарылды", RU: "Приостановка снята", EN: "Suspension lifted"},
	"action.end-certificate":      {KK: "Оператор сертификатты қайтарып алды", RU: "Оператор отозвал сертификат", EN: "Certificate revoked by an operator"},
	"action.look-certificates":    {KK: "Сертификаттарын қарады", RU: "Просмотр сертификатов", EN: "Certificates looked at"},
	"action.remind":               {KK: "Мерзімі туралы ескертілді", RU: "Напомнено о сроке", EN: "Reminded of the end"},
	"action.erase":                {KK: "Деректер жойылды", RU: "Данные уничтожены", EN: "Data erased"},
	"action.issue":                {KK: "Сертификаттар шығарылды", RU: "Сертификаты выпущены", EN: "Certificates issued"},
	"action.import":               {KK: "Сертификаттар алынды", RU: "Сертификаты получены", EN: "Certificates fetched"},

	"calls":               {KK: "Қоңыраулар", RU: "Звонки", EN: "Calls"},
	"calls.explain":       {KK: "Азаматқа қоңырау шалыңыз. Нөмірді тіркеу үшін ЖСН-ін айтуды сұраңыз және оны осында енгізіңіз.", RU: "Позвоните гражданину. Чтобы зарегистрировать номер, попросите назвать ИИН и введите его здесь.", EN: "Call the citizen. To register the phone, ask for the IIN and enter it here."},
	"calls.reason":        {KK: "Себебі", RU: "Причина", EN: "Reason"},
	"calls.language":      {KK: "Тілі", RU: "Язык", EN: "Language"},
	"calls.iin":           {KK: "Азамат айтқан ЖСН", RU: "ИИН со слов гражданина", EN: "IIN as told by the citizen"},
	"calls.registered":    {KK: "Телефонды тіркеу", RU: "Зарегистрировать телефон", EN: "Register the phone"},
	"calls.answered":      {KK: "Көмек көрсетілді", RU: "Помощь оказана", EN: "Helped"},
	"calls.refused":       {KK: "Бас тарту", RU: "Отказать", EN: "Refuse"},
	"calls.empty":         {KK: "Қоңырау күтіп тұрған ешкім жоқ.", RU: "Звонка никто не ждёт.", EN: "Nobody waits for a call."},
	"call.register-phone": {KK: "Телефонды тіркеу", RU: "Регистрация телефона", EN: "Register the phone"},
	"call.help":           {KK: "Көмек", RU: "Помощь", EN: "Help"},

	"certificates":          {KK: "Сертификаттар", RU: "Сертификаты", EN: "Certificates"},
	"certificates.explain":  {KK: "«Бұл мен емес» деп тоқтатылған сертификатты қайтару үшін азаматтың тіркелген телефонына өзіңіз қоңырау шалып, кім екеніне көз жеткізіңіз. ЖСН-ін айтуды сұраңыз.", RU: "Чтобы вернуть сертификат, приостановленный по «Это не я», сами перезвоните гражданину на зарегистрированный телефон и убедитесь, кто это. Попросите назвать ИИН.", EN: "To give back a certificate that “Not me” suspended, call the citizen yourself on the registered phone and make sure who it is. Ask for the IIN."},
	"certificates.find":     {KK: "Көрсету", RU: "Показать", EN: "Show"},
	"certificates.state":    {KK: "Күйі", RU: "Состояние", EN: "State"},
	"certificates.from":     {KK: "Шығарылды", RU: "Выпущен", EN: "Issued"},
	"certificates.until":    {KK: "Мерзімі", RU: "Действует до", EN: "Until"},
	"certificates.serial":   {KK: "Сериялық нөмірі", RU: "Серийный номер", EN: "Serial number"},
	"certificates.sure":     {KK: "Азаматпен сөйлестім, оның өтініші осы", RU: "Я говорил(а) с гражданином, это его просьба", EN: "I spoke with the citizen, who asks for it"},
	"certificates.release":  {KK: "Қайтару", RU: "Снять приостановку", EN: "Give back"},
	"certificates.end":      {KK: "Біржола қайтарып алу", RU: "Отозвать навсегда", EN: "Revoke for good"},
	"certificates.released": {KK: "Сертификат қайта жарамды.", RU: "Сертификат снова действует.", EN: "The certificate is good again."},
	"certificates.ended":    {KK: "Сертификат біржола қайтарып алынды.", RU: "Сертификат отозван навсегда.", EN: "The certificate is revoked for good."},
	"certificates.none":     {KK: "Бұл азаматтың сертификаты жоқ.", RU: "У этого гражданина сертификатов нет.", EN: "This citizen has no certificates."},
	"held.good":             {KK: "жарамды", RU: "действует", EN: "good"},
	"held.suspended":        {KK: "тоқтатылған", RU: "приостановлен", EN: "suspended"},
	"held.revoked":          {KK: "қайтарып алынған", RU: "отозван", EN: "revoked"},
	"held.expired":          {KK: "мерзімі өткен", RU: "истёк", EN: "expired"},
	"kind.gost512":          {KK: "ГОСТ: кіру және қол қою", RU: "ГОСТ: вход и подпись", EN: "GOST: signing in and signing"},
	"kind.rsa-auth":         {KK: "RSA: кіру", RU: "RSA: вход", EN: "RSA: signing in"},
	"kind.rsa-sign":         {KK: "RSA: қол қою", RU: "RSA: подпись", EN: "RSA: signing"},

	"field.iin":             {KK: "ЖСН", RU: "ИИН", EN: "IIN"},
	"field.surname":         {KK: "Тегі", RU: "Фамилия", EN: "Surname"},
	"field.name":            {KK: "Аты", RU: "Имя", EN: "Name"},
	"field.patronymic":      {KK: "Әкесінің аты", RU: "Отчество", EN: "Patronymic"},
	"field.sex":             {KK: "Жынысы", RU: "Пол", EN: "Sex"},
	"field.birth_date":      {KK: "Туған күні", RU: "Дата рождения", EN: "Birth date"},
	"field.birth_place":     {KK: "Туған жері", RU: "Место рождения", EN: "Birth place"},
	"field.nationality":     {KK: "Ұлты", RU: "Национальность", EN: "Nationality"},
	"field.citizenship":     {KK: "Азаматтығы", RU: "Гражданство", EN: "Citizenship"},
	"field.document_number": {KK: "Құжат нөмірі", RU: "Номер документа", EN: "Document number"},
	"field.issuer":          {KK: "Кім берген", RU: "Кем выдан", EN: "Issued by"},
	"field.issue_date":      {KK: "Берілген күні", RU: "Дата выдачи", EN: "Issue date"},
	"field.expiry_date":     {KK: "Жарамдылық мерзімі", RU: "Срок действия", EN: "Expiry date"},
	"sex.male":              {KK: "Ер", RU: "Мужской", EN: "Male"},
	"sex.female":            {KK: "Әйел", RU: "Женский", EN: "Female"},
	"sex.":                  {KK: "—", RU: "—", EN: "—"},

	"prompt.turn-left":   {KK: "Солға бұрылу", RU: "Поворот влево", EN: "Turn left"},
	"prompt.turn-right":  {KK: "Оңға бұрылу", RU: "Поворот вправо", EN: "Turn right"},
	"prompt.look-up":     {KK: "Жоғары қарау", RU: "Взгляд вверх", EN: "Look up"},
	"prompt.look-down":   {KK: "Төмен қарау", RU: "Взгляд вниз", EN: "Look down"},
	"prompt.blink":       {KK: "Көз жұму", RU: "Моргание", EN: "Blink"},
	"prompt.light":       {KK: "Экранға қарау", RU: "Смотреть на экран", EN: "Look at the screen"},
	"prompt.come-closer": {KK: "Жақындау", RU: "Приближение", EN: "Come closer"},

	"reason.selfie":    {KK: "Селфиде бет анық көрінбейді", RU: "На селфи плохо видно лицо", EN: "The face cannot be seen well"},
	"reason.recording": {KK: "Бейнежазбада қимылдар көрінбейді", RU: "На записи не видно движений", EN: "The movements cannot be seen"},
	"reason.card":      {KK: "Құжат оқылмайды", RU: "Документ не читается", EN: "The document cannot be read"},
	"reason.fields":    {KK: "Мәліметтер құжатқа сәйкес емес", RU: "Данные не совпадают с документом", EN: "The fields differ from the document"},
	"reason.expired":   {KK: "Құжаттың мерзімі өткен", RU: "Срок документа истёк", EN: "The document has expired"},
	"reason.person":    {KK: "Тіркелімдегі деректерге сәйкес емес: ХҚКО-ға", RU: "Не совпадает с базой: в ЦОН", EN: "Differs from the register: service centre"},

	"error":          {KK: "Орындалмады", RU: "Не получилось", EN: "That did not work"},
	"error.form":     {KK: "Форма оқылмады. Бетті қайта ашыңыз.", RU: "Форма не прочитана. Откройте страницу заново.", EN: "The form could not be read. Open the page again."},
	"error.gone":     {KK: "Мұндай іс жоқ.", RU: "Такого дела нет.", EN: "There is no such case."},
	"error.held":     {KK: "Бұл сертификат азаматтікі емес немесе күйі өзгеріп кеткен. Тізімді қайта ашыңыз.", RU: "Сертификат не этого гражданина или его состояние уже другое. Откройте список заново.", EN: "The certificate is not this citizen's, or stands otherwise by now. Open the list again."},
	"error.wrongiin": {KK: "ЖСН қате терілді. Он екі санды қайта сұраңыз.", RU: "В ИИН ошибка. Попросите назвать двенадцать цифр ещё раз.", EN: "There is a mistake in the IIN. Ask for the twelve digits again."},
	"error.moved":    {KK: "Іс өзгерген немесе шешілген. Оны қайта ашыңыз.", RU: "Дело изменилось или уже решено. Откройте его заново.", EN: "The case has changed or was decided. Open it again."},
	"error.register": {KK: "Мемлекеттік тіркелім жауап бермейінше растауға болмайды.", RU: "Пока государственная база не ответила, подтвердить нельзя.", EN: "It cannot be approved before the state register has answered."},
	"error.reason":   {KK: "Қайтару себебін таңдаңыз.", RU: "Выберите причину отказа.", EN: "Choose a reason."},
	"error.answered": {KK: "Бұл қоңырауға жауап берілген.", RU: "На этот звонок уже ответили.", EN: "This call was answered already."},
	"error.nobody":   {KK: "Мұндай ЖСН тіркелімде жоқ: телефонды тіркеуге болмайды.", RU: "Такого ИИН в базе нет: телефон не зарегистрировать.", EN: "The register has nobody of this IIN: the phone cannot be registered."},
	"error.iin":      {KK: "Айтылған ЖСН өтініштегіден өзгеше. Телефон тіркелген жоқ.", RU: "Названный ИИН не совпадает с заявкой. Телефон не зарегистрирован.", EN: "The IIN that was told differs from that of the application. The phone was not registered."},
	"error.internal": {KK: "Қызметте қате болды. Қайталап көріңіз.", RU: "Ошибка сервиса. Повторите.", EN: "Something went wrong in the service. Try again."},
	"error.role":     {KK: "Бұл әрекетке рөліңіз жетпейді.", RU: "Для этого у вас нет роли.", EN: "You have not the role for this."},
}
