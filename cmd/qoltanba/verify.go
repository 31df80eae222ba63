package main

import (
	"context"
	"crypto/x509"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"qoltanba/keystore/appraisal"
	"qoltanba/keystore/revocation"
)

func init() { commands["verify"] = verifyFiles }

const verifyTime = time.Minute // for what is asked about one file

var errUnsound = errors.New("not every file has a sound signature: see above")

// openError says that nothing speaks against the signatures and that something
// could not be found out. Scripts are told by exit status 2.
type openError struct{}

// Error implements error.
func (*openError) Error() string { return "something could not be found out: see above" }

// verification is what files are judged by.
type verification struct {
	options  appraisal.Options
	language string
	asJSON   bool
	worst    appraisal.Verdict
}

// verifyFiles explains what each file has to do with signatures. The exit status
// is 0 where all are sound, 2 where something could not be found out, else 1.
func verifyFiles(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("qoltanba verify", flag.ContinueOnError)
	v := &verification{worst: appraisal.Sound}
	flags.BoolVar(&v.asJSON, "json", false, "print one JSON value a file")
	flags.StringVar(&v.language, "language", "kk", "kk, ru or en")
	content := flags.String("content", "", "`file` that was signed, for a signature without its content")
	roots := flags.String("authorities", "", "`file` in PEM of the authorities that are trusted")
	online := flags.Bool("ask", true, "ask the authority whether certificates were revoked")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() == 0 {
		return errors.New("name a file: qoltanba verify FILE")
	}
	if verifyWords[v.language] == nil {
		return errors.New("the language is kk, ru or en")
	}
	var err error
	if v.options.Authorities, err = readAuthorities(*roots); err != nil {
		return err
	}
	if *content != "" {
		if v.options.Content, err = readWhole(*content); err != nil {
			return err
		}
	}
	if *online {
		client := &revocation.Client{}
		v.options.Standing = func(ctx context.Context, cert, issuer *x509.Certificate) (revocation.Answer, error) {
			return client.Ask(ctx, cert, issuer)
		}
	}
	for _, path := range flags.Args() {
		if err := v.file(ctx, path, out); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	switch v.worst {
	case appraisal.Sound:
		return nil
	case appraisal.Open:
		return &openError{}
	default:
		return errUnsound
	}
}

func readWhole(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }()
	content, err := io.ReadAll(io.LimitReader(file, appraisal.MaxSize+1))
	if err == nil && len(content) > appraisal.MaxSize {
		err = appraisal.ErrTooLarge
	}
	return content, err
}

func (v *verification) file(ctx context.Context, path string, out io.Writer) error {
	file, err := readWhole(path)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	found, err := appraisal.Of(ctx, file, v.options)
	if err != nil {
		return err
	}
	r := v.report(path, found)
	return emit(out, v.asJSON, r, func() string { return r.text(verifyWords[v.language]) })
}

// rank orders verdicts from good to bad.
var rank = map[appraisal.Verdict]int{appraisal.Sound: 0, appraisal.Open: 1, appraisal.Doubtful: 2, appraisal.Broken: 3}

// verifyReport is what is printed of a file; the IIN is masked, as such lists are sent on.
type verifyReport struct {
	File    string            `json:"file"`
	Kind    appraisal.Kind    `json:"kind"`
	Verdict appraisal.Verdict `json:"verdict"`
	Missing bool              `json:"content_missing,omitempty"`
	Signers []signerReport    `json:"signers"`
}

type signerReport struct {
	Verdict  appraisal.Verdict `json:"verdict"`
	Owner    string            `json:"owner,omitempty"`
	IIN      string            `json:"iin,omitempty"`
	Company  string            `json:"organisation,omitempty"`
	Issuer   string            `json:"issuer,omitempty"`
	Whole    string            `json:"whole"`
	Good     string            `json:"good"`
	Valid    string            `json:"valid"`
	Trusted  string            `json:"trusted"`
	Revoked  string            `json:"revocation"`
	Claimed  *time.Time        `json:"claimed_time,omitempty"`
	Stamped  *time.Time        `json:"stamped_time,omitempty"`
	Proven   bool              `json:"time_proven,omitempty"`
	Problems string            `json:"reason,omitempty"`
}

// report takes down what was found, and its part of the worst.
func (v *verification) report(path string, found appraisal.Appraisal) verifyReport {
	r := verifyReport{File: path, Kind: found.Kind, Verdict: appraisal.Sound, Missing: found.Missing, Signers: []signerReport{}}
	for _, s := range found.Signers {
		one := signerReport{Verdict: s.Verdict(), Whole: s.Whole.String(), Good: s.Good.String(), Proven: s.Proven()}
		one.Valid, one.Trusted, one.Revoked = appraisal.Unknown.String(), appraisal.Unknown.String(), revocation.Unknown.String()
		if c := s.Cert; c != nil {
			one.Owner, one.IIN, one.Company, one.Issuer = c.Owner.Name, maskedIIN(c.Owner.IIN), c.Owner.Organisation, c.Issuer
			one.Valid, one.Trusted, one.Revoked = c.Valid.String(), c.Trusted.String(), c.Revoked.Standing.String()
		}
		if !s.Claims.IsZero() {
			one.Claimed = &s.Claims
		}
		if s.Stamp != nil {
			one.Stamped = &s.Stamp.Time
		}
		if s.Reason != nil {
			one.Problems = s.Reason.Error()
		}
		if rank[one.Verdict] > rank[r.Verdict] {
			r.Verdict = one.Verdict
		}
		r.Signers = append(r.Signers, one)
	}
	switch {
	case found.Missing && r.Verdict == appraisal.Sound:
		r.Verdict = appraisal.Open
	case len(r.Signers) == 0: // a certificate, a key file, anything else: nobody has signed
		r.Verdict = appraisal.Broken
	}
	if rank[r.Verdict] > rank[v.worst] {
		v.worst = r.Verdict
	}
	return r
}

// verifyWords are what is printed, by language.
var verifyWords = map[string]map[string]string{
	"kk": {
		"sound": "Қолтаңба дұрыс.", "open": "Қолтаңбаға қарсы ештеңе жоқ, бірақ бәрін анықтау мүмкін болмады.",
		"broken": "Қолтаңба жарамсыз: құжат өзгертілген немесе қолтаңба бұл кілтпен қойылмаған.", "doubtful": "Қолтаңбаға сенуге болмайды: куәліктің мерзімі өткен, ол қайтарып алынған немесе сенімсіз.",
		"none": "Бұл файлда қолтаңба жоқ.", "missing": "Қол қойылған құжат файлда жоқ: оны -content арқылы беріңіз.",
		"who": "кім", "claimed": "қол қоюшы айтқан уақыт", "stamped": "уақыт белгісі", "issuer": "куәлікті берген", "revocation": "қайтарып алу", "reason": "себебі", "trusted": "сенімді", "valid": "мерзімі жарамды",
	},
	"ru": {
		"sound": "Подпись верна.", "open": "Против подписи ничего нет, но выяснить удалось не всё.",
		"broken": "Подпись недействительна: документ изменён или подписан не этим ключом.", "doubtful": "Подписи нельзя верить: сертификат просрочен, отозван или не заслуживает доверия.",
		"none": "В этом файле нет подписи.", "missing": "Подписанного документа в файле нет: укажите его в -content.",
		"who": "кто", "claimed": "время со слов подписавшего", "stamped": "метка времени", "issuer": "кто выдал сертификат", "revocation": "отзыв", "reason": "причина", "trusted": "доверенный", "valid": "срок действует",
	},
	"en": {
		"sound": "The signature is sound.", "open": "Nothing speaks against the signature, and not everything could be found out.",
		"broken": "The signature is broken: the document was changed, or it was not signed with this key.", "doubtful": "The signature is not to be believed: its certificate has ended, was revoked or is not trusted.",
		"none": "There is no signature in this file.", "missing": "What was signed is not in the file: name it by -content.",
		"who": "who", "claimed": "time by the signer's word", "stamped": "time stamp", "issuer": "certificate issued by", "revocation": "revocation", "reason": "reason", "trusted": "trusted", "valid": "in its time",
	},
}

// text is the report for reading.
func (r verifyReport) text(words map[string]string) string {
	var b strings.Builder
	line := func(format string, a ...any) { _, _ = fmt.Fprintf(&b, format+"\n", a...) }
	line("%s", r.File)
	if len(r.Signers) == 0 {
		line("  %s", words["none"])
	}
	if r.Missing {
		line("  %s", words["missing"])
	}
	for _, s := range r.Signers {
		line("  %s", words[string(s.Verdict)])
		for _, fact := range []struct{ name, value string }{
			{"who", strings.TrimSpace(s.Owner + "  " + s.IIN + "  " + s.Company)},
			{"issuer", s.Issuer},
			{"claimed", moment(s.Claimed)},
			{"stamped", moment(s.Stamped)},
			{"valid", s.Valid},
			{"trusted", s.Trusted},
			{"revocation", s.Revoked},
			{"reason", s.Problems},
		} {
			if fact.value != "" {
				line("    %s: %s", words[fact.name], printable(fact.value))
			}
		}
	}
	return b.String()
}

func moment(at *time.Time) string {
	if at == nil {
		return ""
	}
	return at.Local().Format("2006-01-02 15:04:05 -07:00")
}

// printable leaves out what could steer a terminal: names come from foreign files.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return ' '
		}
		return r
	}, text)
}
