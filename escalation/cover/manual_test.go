package cover_test

import (
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"tocsin/escalation/cover"
	"tocsin/escalation/policytest"
)

// monday is the manual's Monday 12 October 2026, 12:00.
func monday(t testing.TB) time.Time {
	t.Helper()
	return time.Date(2026, 10, 12, 12, 0, 0, 0, policytest.Manual(t).Calendar.Zone)
}

func messages(all []cover.Finding, kind string) []string {
	var out []string
	for _, f := range all {
		if f.Kind == kind {
			out = append(out, f.Message())
		}
	}
	return out
}

func wants(t *testing.T, all []cover.Finding, kind string, want ...string) {
	t.Helper()
	if got := messages(all, kind); !slices.Equal(got, want) {
		t.Errorf("%s:\n%s\nwant\n%s", kind, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheManualsOwnOrganisationIsToldWhatIsWrongWithIt(t *testing.T) {
	all := cover.Find(policytest.Manual(t), monday(t), 60, nil)
	wants(t, all, cover.KindPartTime,
		"P0 step 4 and P1 step 3 (senior-engineer): database-admin is reached in business hours only: outside them senior-engineer is devops-lead alone: 44 times, first from Mon 12 October 2026 17:00 CEST until Tue 13 October 2026 09:00 CEST")
	wants(t, all, cover.KindAlone,
		"P0 step 3 and P1 step 4 (manager): only engineering-manager ever answers",
		"P0 step 5 (executive): only vp-engineering ever answers")
	wants(t, all, cover.KindOneChannel,
		"P2 names no channel but email: where that fails, nobody is told",
		"P3 names no channel but email: where that fails, nobody is told")
	for _, kind := range []string{cover.KindUncovered, cover.KindCatchAll, cover.KindGap, cover.KindOneHolder, cover.KindAbsent, cover.KindUnknown, cover.KindContradiction} {
		wants(t, all, kind)
	}
}
