// Package terminal asks the person at a terminal for consent: the companion
// without a window, for support staff and for servers.
//
// A [Consenter] writes what is to be signed and reads answers line by line. What
// comes from a portal is written with every control character made visible, so
// that no document can draw over the question.
package terminal

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"qoltanba/app/companion"
)

// Consenter implements [companion.Consenter]. One question stands at a time.
type Consenter struct {
	out      io.Writer
	lines    chan string
	hidden   func() (restore func())
	language companion.Language
}

// New reads answers from in, in one goroutine that ends with it, and writes
// questions to out. Hide turns the terminal's echo off for a password and
// returns what turns it on; nil where there is no terminal.
func New(in io.Reader, out io.Writer, language companion.Language, hide func() (restore func())) *Consenter {
	c := &Consenter{out: out, lines: make(chan string), hidden: hide, language: language}
	go func() {
		defer close(c.lines)
		for scanner := bufio.NewScanner(in); scanner.Scan(); {
			c.lines <- scanner.Text()
		}
	}()
	return c
}

const shown = 2000 // characters of a document

// words are what is asked, in the three languages.
var words = map[companion.Language]map[string]string{
	companion.Kazakh: {
		"allow": "%s қолтаңба сұрауға рұқсат сұрайды. Рұқсат бересіз бе? [и]ә / [б]ір рет / [ж]оқ / [е]шқашан: ", "yes": "и", "once": "б", "never": "е",
		"asks": "%s қол қоюды сұрайды:", "look": "%s куәлігіңізді көргісі келеді.", "digest": "құжаттың ізі ғана; мазмұны көрсетілмейді",
		"bytes": "%d байт", "program": "осы компьютердегі бағдарлама %s", "password": "Құпиясөз: ", "which": "Кілттің нөмірі немесе файлдың жолы (бос — бас тарту): ",
		"unfit": "жарамайды", "problem": "Болмады: %v", "stamp": "Уақыт белгісі қойылады.", "file": "%s файлдың жолын сұрайды (бос — бас тарту): ",
		"unknown": "белгісіз бағдарлама",
	},
	companion.Russian: {
		"allow": "%s просит разрешения запрашивать подпись. Разрешить? [д]а / [о]дин раз / [н]ет / ни[к]огда: ", "yes": "д", "once": "о", "never": "к",
		"asks": "%s просит подписать:", "look": "%s хочет посмотреть Ваш сертификат.", "digest": "только отпечаток документа; содержание не показано",
		"bytes": "%d байт", "program": "программа на этом компьютере %s", "password": "Пароль: ", "which": "Номер ключа или путь к файлу (пусто — отказ): ",
		"unfit": "не подходит", "problem": "Не получилось: %v", "stamp": "Будет поставлена метка времени.", "file": "%s просит путь к файлу (пусто — отказ): ",
		"unknown": "неизвестная программа",
	},
	companion.English: {
		"allow": "%s wants to ask for signatures. Allow it? [y]es / [o]nce / [n]o / ne[v]er: ", "yes": "y", "once": "o", "never": "v",
		"asks": "%s asks you to sign:", "look": "%s wants to see your certificate.", "digest": "only a document's digest; what it says is not shown",
		"bytes": "%d bytes", "program": "the program on this computer %s", "password": "Password: ", "which": "Number of the key, or path of a file (empty: no): ",
		"unfit": "not fit", "problem": "That did not work: %v", "stamp": "A time stamp will be added.", "file": "%s asks for a path (empty: no): ",
		"unknown": "an unknown program",
	},
}

func (c *Consenter) word(name string) string { return words[c.language][name] }

func (c *Consenter) say(text string) { _, _ = fmt.Fprintln(c.out, text) }

// ask writes a question and reads the answer; the error is ErrCancelled at the
// end of the input.
func (c *Consenter) ask(ctx context.Context, question string) (string, error) {
	_, _ = fmt.Fprint(c.out, question)
	select {
	case line, open := <-c.lines:
		if !open {
			return "", companion.ErrCancelled
		}
		return strings.TrimSpace(line), nil
	case <-ctx.Done():
		c.say("")
		return "", ctx.Err()
	}
}

// who names a caller.
func (c *Consenter) who(caller companion.Caller) string {
	switch {
	case caller.Browser:
		return visible(caller.ID)
	case caller.Program == "":
		return c.word("unknown")
	}
	return fmt.Sprintf(c.word("program"), visible(caller.Program))
}

// Allow implements [companion.Consenter].
func (c *Consenter) Allow(ctx context.Context, caller companion.Caller, _ companion.Language) (companion.Permission, error) {
	answer, err := c.ask(ctx, fmt.Sprintf(c.word("allow"), c.who(caller)))
	if err != nil {
		return companion.Refuse, err
	}
	switch strings.ToLower(answer) {
	case c.word("yes"):
		return companion.Allow, nil
	case c.word("once"):
		return companion.AllowOnce, nil
	case c.word("never"):
		return companion.Block, nil
	}
	return companion.Refuse, nil
}

// Decide implements [companion.Consenter].
func (c *Consenter) Decide(ctx context.Context, p companion.Proposal) (companion.Choice, error) {
	if p.Problem != nil {
		c.say(fmt.Sprintf(c.word("problem"), p.Problem))
	} else {
		c.show(p)
	}
	for i, k := range p.Keys {
		c.say(fmt.Sprintf("%3d  %s", i+1, c.key(k)))
	}
	answer, err := c.ask(ctx, c.word("which"))
	if err != nil {
		return companion.Choice{}, err
	}
	if answer == "" {
		return companion.Choice{}, companion.ErrCancelled
	}
	choice := companion.Choice{Store: "PKCS12", ID: answer}
	if n, err := strconv.Atoi(answer); err == nil && n >= 1 && n <= len(p.Keys) {
		choice.Store, choice.ID = p.Keys[n-1].Store, p.Keys[n-1].ID
	}
	if c.hidden != nil {
		defer c.hidden()()
	}
	password, err := c.ask(ctx, c.word("password"))
	c.say("")
	choice.Password = companion.Password(password)
	return choice, err
}

func (c *Consenter) key(k companion.Offer) string {
	text := visible(k.Path)
	if text == "" {
		text = visible(k.Store + " " + k.ID)
	}
	if k.Certificate != nil {
		text += "  " + visible(k.Certificate.Subject.CommonName) + "  " + k.Certificate.NotAfter.Format("2006-01-02")
	}
	if len(k.Against) > 0 {
		text += "  (" + c.word("unfit") + ")"
	}
	return text
}

// show writes what is to be signed.
func (c *Consenter) show(p companion.Proposal) {
	if p.Purpose == companion.ShowCertificate {
		c.say(fmt.Sprintf(c.word("look"), c.who(p.Caller)))
		return
	}
	c.say(fmt.Sprintf(c.word("asks"), c.who(p.Caller)))
	for i, d := range p.Documents {
		c.say(fmt.Sprintf("--- %d/%d %s %s", i+1, len(p.Documents), visible(d.Path), fmt.Sprintf(c.word("bytes"), len(d.Content))))
		switch d.Kind {
		case companion.Text, companion.XML, companion.JSON:
			text := []rune(string(d.Content))
			more := ""
			if len(text) > shown {
				text, more = text[:shown], "…"
			}
			c.say(visible(string(text)) + more)
		case companion.Digest:
			c.say(c.word("digest"))
		default:
		}
	}
	if p.Stamped {
		c.say(c.word("stamp"))
	}
}

// ChooseFile implements [companion.Consenter].
func (c *Consenter) ChooseFile(ctx context.Context, r companion.FileRequest) (string, error) {
	path, err := c.ask(ctx, fmt.Sprintf(c.word("file"), c.who(r.Caller)))
	if err == nil && path == "" {
		err = companion.ErrCancelled
	}
	return path, err
}

// visible writes what could steer a terminal, or turn text round, as what it is.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || unicode.IsPrint(r) && r != '\u2028' {
			return r
		}
		return '\ufffd'
	}, text)
}
