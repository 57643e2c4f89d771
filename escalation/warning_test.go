package escalation_test

import (
	"strings"
	"testing"

	"tocsin/escalation"
	"tocsin/escalation/oncall"
)

func TestAWarningNamesTheRolesThatStepsUseAndTheirSeverities(t *testing.T) {
	r, s, p := rota(t)
	from, _ := dutyOf(p, "system-admin") // Monday 09:00
	until := from.Add(72 * hour)
	on := from.In(p.Calendar.Zone).Format("Mon 2 Jan 2006 15:04 MST")
	tuesday := from.In(p.Calendar.Zone).AddDate(0, 0, 1).Format("Mon 2 Jan 2006 15:04 MST")
	o, err := r.AddOverride(t.Context(), oncall.Override{Rotation: "primary", Person: "vp-engineering", From: from, Until: until}, manager)
	want := "P2 and P3 would reach nobody of engineer but catch_all, first on " + on + ": vp-engineering is told of P0 only. " +
		"P1, P2 and P3 would reach nobody of on-call but catch_all, first on " + on + ": vp-engineering is told of P0 only."
	if err != nil || o.Warning != want {
		t.Errorf("told of P0 only: %q, want\n%q, %v", o.Warning, want, err)
	}
	s.roster = escalation.Roster{}
	a, err := r.AddAbsence(t.Context(), escalation.Absence{Person: "system-admin", From: from.Add(9 * hour), Until: until}, manager)
	if err != nil || !strings.Contains(a.Warning, "P0, P1, P2 and P3 would reach nobody of on-call but catch_all, first on ") || strings.Contains(a.Warning, "P0 would reach nobody of engineer") {
		t.Errorf("away: %q, %v", a.Warning, err)
	}
	if evening := from.Add(9 * hour).In(p.Calendar.Zone).Format("Mon 2 Jan 2006 15:04 MST"); !strings.Contains(a.Warning, "nobody of on-call but catch_all, first on "+evening) || !strings.HasPrefix(a.Warning, "P2 and P3 would reach nobody of engineer but catch_all, first on "+tuesday) {
		t.Errorf("the first time: %q", a.Warning)
	}
}

func TestARoleThatNoStepUsesAndStepsOfBusinessHoursOutsideThemWarnOfNothing(t *testing.T) {
	r, _, p := rota(t)
	for sev, row := range p.Matrix {
		var kept []escalation.Step
		for _, step := range row.Steps {
			if step.Role == "engineer" {
				kept = append(kept, step) // of P2 and P3, in business time
			}
		}
		row.Steps = kept
		p.Matrix[sev] = row
	}
	from, _ := dutyOf(p, "system-admin")
	o, err := r.AddOverride(t.Context(), oncall.Override{Rotation: "primary", Person: "database-admin", From: from, Until: from.Add(72 * hour)}, manager)
	if err != nil || o.Warning != "" {
		t.Errorf("%q, %v", o.Warning, err)
	}
	p.Directory.CatchAll = ""
	p.Directory.Rotations["unused"], p.Directory.Roles["unused"] = p.Directory.Rotations["primary"], escalation.Role{Rotation: "unused"}
	o, err = r.AddOverride(t.Context(), oncall.Override{Rotation: "unused", Person: "vp-engineering", From: from, Until: from.Add(24 * hour)}, manager)
	if err != nil || o.Warning != "" {
		t.Errorf("a role that no step uses: %q, %v", o.Warning, err)
	}
	o, err = r.AddOverride(t.Context(), oncall.Override{Rotation: "primary", Person: "vp-engineering", From: from, Until: from.Add(24 * hour)}, manager)
	if err != nil || !strings.HasPrefix(o.Warning, "P2 and P3 would reach nobody of engineer, first on ") {
		t.Errorf("without catch_all: %q, %v", o.Warning, err)
	}
}
