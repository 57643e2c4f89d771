package main

import (
	"strings"
	"testing"
)

// commandLine runs tocsin as somebody would at a terminal, with an environment.
func commandLine(t *testing.T, env map[string]string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs strings.Builder
	code = run(t.Context(), args, func(name string) string { return env[name] }, strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestTheCommandLineChangesWhoIsOnCall(t *testing.T) {
	s := siteWithRoles(t)
	s.inside()
	env := map[string]string{"TOCSIN_SERVER": s.base, "TOCSIN_TOKEN": roleToken("manager")}
	for _, step := range []struct{ say, want string }{
		{"overrides add primary database-admin --from 2027-06-08T09:00 --until 2027-06-09T09:00 --note dentist", "override 1: database-admin stands in for primary, Tue 2027-06-08 09:00 CEST until Wed 2027-06-09 09:00 CEST"},
		{"overrides", "1   primary   database-admin  Tue 2027-06-08 09:00 CEST  Wed 2027-06-09 09:00 CEST  manager-token  dentist"},
		{"oncall --role on-call --at 2027-06-08T12:00:00Z", "override by manager-token: dentist (primary)"},
		{"overrides list --json", `"person": "database-admin"`},
		{"overrides remove 1", "override 1 is removed"},
		{"absences add devops-lead --from 2027-07-01T00:00:00Z --until 2027-07-08T00:00:00Z --deputy system-admin", "absence 1: devops-lead is away,"},
		{"absences", "system-admin"},
		{"absences remove 1", "absence 1 is removed"},
		{"swaps ask primary system-admin devops-lead --from 2027-06-01T00:00 --until 2027-06-20T00:00 --note please", "swap 1 is asked: devops-lead takes primary from system-admin, Tue 2027-06-01 00:00 CEST until"},
		{"swaps", "asked"},
		{"swaps accept 1", "swap 1 is accepted"},
		{"swaps list", "accepted"},
		{"overrides", "devops-lead"},
		{"overrides remove 2", "swap 1, which override 2 was part of, is undone"},
		{"swaps", "undone"},
		{"swaps ask primary system-admin devops-lead --from 2027-06-01T00:00 --until 2027-06-20T00:00", "swap 2 is asked"},
		{"swaps accept 2", "swap 2 is accepted"},
		{"swaps undo 2", "swap 2 is undone"},
		{"absences add devops-lead --from 2027-07-01T00:00 --until 2027-07-08T00:00", "Thu 2027-07-01 00:00 CEST until Thu 2027-07-08 00:00 CEST"},
		{"absences", "Thu 2027-07-01 00:00 CEST  Thu 2027-07-08 00:00 CEST"},
		{"oncall --at 2027-06-08T12:00", "at Tue 2027-06-08 12:00 CEST"},
	} {
		code, out, errs := commandLine(t, env, strings.Fields(step.say)...)
		warning := ""
		switch {
		case strings.Contains(step.say, "add primary database-admin"): // who is there in business hours only
			warning = "warning: P0 and P1 would reach nobody of on-call but catch_all, first on Tue 8 Jun 2027 17:00 CEST: "
		case strings.HasPrefix(step.say, "swaps ask"):
			warning = "warning: DevOps Lead has no account to answer with: "
		case strings.HasPrefix(step.say, "absences add") && !strings.Contains(step.say, "--deputy"):
			warning = "warning: P0 and P1 would reach nobody of senior-engineer but catch_all, first on Thu 1 Jul 2027 00:00 CEST: "
		}
		if code != 0 || !strings.HasPrefix(errs, warning) || (errs != "") != (warning != "") || !strings.Contains(out, step.want) {
			t.Errorf("tocsin %s: exit %d, %q %s, want %q in it", step.say, code, out, errs, step.want)
		}
	}
	for _, step := range []struct {
		say, want string
		code      int
	}{
		{"swaps decline 1", "undone by manager-token", 1},
		{"swaps undo 99", "There is no swap 99.", 1},
		{"overrides remove 999", "There is no override 999.", 1},
		{"absences remove 999", "There is no absence 999.", 1},
		{"absences add devops-lead --from 2027-07-07T00:00 --until 2027-07-09T00:00", "devops-lead is away already from Thursday 1 July, 00:00 until Thursday 8 July, 00:00 (Europe/Berlin; absence 2): remove that one first", 1},
		{"overrides add primary nobody --from now --until 2027-01-01T00:00", `nobody called "nobody"`, 1},
		{"overrides add primary devops-lead --from 2027-03-28T02:30 --until 2027-04-01T00:00", "does not exist in Europe/Berlin", 1},
		{"swaps ask primary system-admin devops-lead --from now --until 2027-06-20T00:00 --return-from now", "go together", 1},
		{"absences add devops-lead", "missing flags", 2},
	} {
		code, _, errs := commandLine(t, env, strings.Fields(step.say)...)
		if code != step.code || !strings.Contains(errs, step.want) || strings.Count(errs, "tocsin: ") != 1 {
			t.Errorf("tocsin %s: exit %d, %q, want %d and %q", step.say, code, errs, step.code, step.want)
		}
	}
	if code, _, errs := commandLine(t, map[string]string{"TOCSIN_SERVER": s.base, "TOCSIN_TOKEN": roleToken("viewer")}, "overrides", "remove", "2"); code != 1 || !strings.Contains(errs, "needs the role responder") {
		t.Errorf("a viewer: exit %d, %q", code, errs)
	}
}

func TestWhoIsOnCallByTheFileAloneSaysWhatItDoesNotKnow(t *testing.T) {
	s := newSite(t)
	code, out, errs := commandLine(t, nil, "oncall", "-c", s.config, "--at", "2026-12-25T03:00 Europe/Berlin", "--role", "on-call")
	if code != 0 || !strings.Contains(errs, "--server URL or TOCSIN_SERVER") || strings.Count(errs, "\n") != 1 {
		t.Errorf("exit %d, told on stderr %q", code, errs)
	}
	if !strings.Contains(out, " CET ") {
		t.Errorf("times without the rotation's zone: %s", out)
	}
	code, _, errs = commandLine(t, map[string]string{"TOCSIN_SERVER": "http://127.0.0.1:1", "TOCSIN_TOKEN": "x"}, "oncall")
	if code != 1 || !strings.Contains(errs, "http://127.0.0.1:1 does not answer") {
		t.Errorf("a server of the environment: exit %d, %q", code, errs)
	}
}
