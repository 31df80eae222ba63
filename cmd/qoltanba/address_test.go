package main

import "testing"

// A release talks to a service under https and to no other; a demonstration to
// this computer and to no other.
func TestBackendAddress(t *testing.T) {
	for address, who := range map[string]struct{ release, demo bool }{
		"https://qoltanba.example.kz":       {true, false},
		"https://192.0.2.1:8443":            {true, false},
		"https://127.0.0.1:8443":            {true, true},
		"http://127.0.0.1:8080":             {false, true},
		"http://[::1]:8080":                 {false, true},
		"http://localhost:8080":             {false, true},
		"http://qoltanba.example.kz":        {false, false},
		"http://127.0.0.1.evil.example":     {false, false},
		"http://localhost.evil.example":     {false, false},
		"http://evil.example#@127.0.0.1":    {false, false},
		"http://127.0.0.1@evil.example":     {false, false},
		"ftp://127.0.0.1":                   {false, false},
		"//127.0.0.1":                       {false, false},
		"127.0.0.1:8080":                    {false, false},
		"https://":                          {false, false},
		"":                                  {false, false},
		"javascript:alert(1)//127.0.0.1":    {false, false},
		"https://127.0.0.1:8080.evil.kz/%2": {false, false},
	} {
		want := who.release
		if demoBuild {
			want = who.demo
		}
		if _, err := parseBackend(address); (err == nil) != want {
			t.Errorf("%q: %v", address, err)
		}
	}
}
