package console

import (
	"errors"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"

	"qoltanba/app/api"
)

func (c *Console) showLogin(w http.ResponseWriter, r *http.Request) {
	v := &visit{w: w, r: r, words: wordsOf(r)}
	c.show(v, http.StatusOK, "login", page{Title: v.words.T("login.title")})
}

func (c *Console) takeLogin(w http.ResponseWriter, r *http.Request) {
	v := &visit{w: w, r: r, words: wordsOf(r)}
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	if err := r.ParseForm(); err != nil {
		c.refuse(v, errForm)
		return
	}
	token, err := c.login(r.Context(), strings.TrimSpace(r.PostForm.Get("login")), api.Secret(r.PostForm.Get("password")))
	switch {
	case errors.Is(err, errLogin):
		c.show(v, http.StatusUnauthorized, "login", page{Title: v.words.T("login.title"), Note: v.words.T("login.wrong"), Wrong: true})
	case err != nil:
		c.refuse(v, err)
	default:
		http.SetCookie(w, c.cookie(token, sessionMost))
		http.Redirect(w, r, Path, http.StatusSeeOther)
	}
}

func (c *Console) takeLogout(v *visit) error {
	if err := c.logout(v.r.Context(), v.session); err != nil {
		return err
	}
	http.SetCookie(v.w, c.cookie("", -time.Second))
	http.Redirect(v.w, v.r, "/console/login", http.StatusSeeOther)
	return nil
}

// takeLanguage needs no session: the login has a choice of language too.
func (c *Console) takeLanguage(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxForm)
	language := api.Language("")
	if r.ParseForm() == nil {
		language = api.Language(r.PostForm.Get("language"))
	}
	if _, ok := texts[language]; !ok {
		c.refuse(&visit{w: w, r: r, words: wordsOf(r)}, errForm)
		return
	}
	http.SetCookie(w, &http.Cookie{ //nolint:gosec // G124: the demo on loopback has no TLS
		Name: languageCookie, Value: string(language), Path: Path, MaxAge: 365 * 24 * 3600,
		HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteStrictMode,
	})
	http.Redirect(w, r, within(r.PostForm.Get("here")), http.StatusSeeOther) //nolint:gosec // G710: within lets no other host through
}

// within is the path of a page of the console, and the queue for anything else.
func within(here string) string {
	u, err := url.Parse(here)
	if err != nil || u.Scheme != "" || u.Host != "" || u.Opaque != "" || strings.ContainsRune(u.Path, '\\') {
		return Path
	}
	clean := path.Clean(u.Path)
	if clean+"/" == Path || !strings.HasPrefix(clean, Path) {
		return Path
	}
	return (&url.URL{Path: clean}).EscapedPath()
}
