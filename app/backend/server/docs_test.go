package server

import (
	"bytes"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2"

	"qoltanba/app/api"
)

// The page explains each failure once and leads to every type.
func TestReadableFailures(t *testing.T) {
	t.Parallel()
	list := readableFailures()
	seen := map[api.Code]bool{}
	for i, f := range list {
		seen[f.Code] = true
		if i > 0 && f.Common && !list[i-1].Common {
			t.Errorf("%s, which any call may answer, comes late", f.Code)
		}
	}
	for code, f := range api.Failures() {
		if (f.Status != 0) != seen[code] {
			t.Errorf("%s with status %d: told %v", code, f.Status, seen[code])
		}
	}
	var page bytes.Buffer
	if err := docsPage.Execute(&page, docsView{Info: &huma.Info{}, Failures: list}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page.String(), `id="failure-code-wrong"`) {
		t.Error("the page does not tell the failures")
	}
}
