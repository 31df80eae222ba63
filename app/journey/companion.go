package journey

import "context"

// CompanionKind is who answers on the companion's port.
type CompanionKind string

// Who may answer. [CompanionUnknown] is before the probe.
const (
	CompanionUnknown CompanionKind = ""
	CompanionOurs    CompanionKind = "ours"
	CompanionNCA     CompanionKind = "ncalayer"
	CompanionOther   CompanionKind = "stranger"
	CompanionNobody  CompanionKind = "nobody"
)

// Companion is what a probe found out. It never stops the way.
type Companion struct {
	Kind CompanionKind
	Name string // of its certificate, as it calls itself; may be ""
	// Version is what it greeted with, such as "1.4"; may be "".
	Version string
}

// ProbeCompanion asks 127.0.0.1:13579.
func ProbeCompanion(ctx context.Context) Companion { return Companion{Kind: CompanionNobody} }
