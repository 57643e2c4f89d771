package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tocsin/escalation"
)

// staffed is a server whose accounts are people of the directory too: the lead answers incidents, the
// engineering manager manages.
func staffed(t testing.TB) (*world, string) {
	t.Helper()
	w := scene(time.Now())
	o := w.options()
	for name, role := range map[string]Role{"devops-lead": Responder, "system-admin": Responder, "engineering-manager": Manager} {
		o.Users = append(o.Users, User{Name: name, Role: role, PasswordHash: passwordHash()})
		o.Tokens = append(o.Tokens, Token{Name: name, Role: role, Secret: name + "-secret"})
	}
	return w, serve(t, o).URL
}

func TestASwapShowsEachReaderOnlyWhatTheyMayDo(t *testing.T) {
	w, base := staffed(t)
	changed(t, w) // the system admin asks the lead
	for reader, want := range map[string]string{
		"viewer": "", "responder": "", "devops-lead": "Accept Decline", "system-admin": "Withdraw",
		"engineering-manager": "Accept Decline Withdraw", "admin": "Accept Decline Withdraw",
	} {
		var got []string
		for _, b := range get(t, signedIn(t, base, reader), base+"/oncall").want(t, 200).find(t, ".swap-answers button") {
			got = append(got, strings.TrimSpace(b.FirstChild.Data))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s is shown %q, want %q", reader, got, want)
		}
	}
}

func TestOnlyWhoWasAskedOrAManagerAnswersASwap(t *testing.T) {
	for _, c := range []struct {
		who, does string
		status    int
		state     escalation.SwapState
	}{
		{"responder", "accept", 403, "asked"},
		{"system-admin", "accept", 403, "asked"},
		{"devops-lead", "withdraw", 403, "asked"},
		{"responder", "withdraw", 403, "asked"},
		{"devops-lead", "accept", 303, "accepted"},
		{"system-admin", "withdraw", 303, "withdrawn"},
		{"manager", "decline", 303, "declined"},
		{"engineering-manager", "accept", 303, "accepted"},
	} {
		w, base := staffed(t)
		changed(t, w)
		id := w.rota.swaps[0].ID
		got := send(t, signedIn(t, base, c.who), "POST", fmt.Sprintf("%s/oncall/swaps/%d/%s", base, id, c.does), request{}).want(t, c.status)
		if state := w.rota.swaps[0].State; state != c.state {
			t.Errorf("%s by %s: %s, want %s", c.does, c.who, state, c.state)
		}
		if c.status == 403 && !strings.Contains(got.text(t, ".notice.refused"), "or a manager, can answer this") {
			t.Errorf("%s by %s: %s", c.does, c.who, got.text(t, ".notice"))
		}
		api := fmt.Sprintf("%s/api/v1/swaps/%d/%s", base, id, c.does)
		want := map[int]int{403: 403, 303: 409}[c.status] // the form has answered it already
		send(t, client(t), "POST", api, bearerToken(c.who+"-secret")).want(t, want)
	}
}

func TestAPersonAsksForASwapOfTheirOwnTurnOnly(t *testing.T) {
	_, base := staffed(t)
	for reader, want := range map[string]int{"devops-lead": 1, "engineering-manager": 5, "responder": 5} {
		options := get(t, signedIn(t, base, reader), base+"/oncall").want(t, 200).find(t, "#new-swap [name=asker] option[value]:not([value=''])")
		if len(options) != want {
			t.Errorf("%s may ask for %d people, want %d", reader, len(options), want)
		}
	}
}

func TestWhoAskedForASwapInAnothersNameWithdrawsIt(t *testing.T) {
	w, base := staffed(t)
	c := signedIn(t, base, "responder")
	send(t, c, "POST", base+"/oncall/swaps", form(url.Values{
		"rotation": {"primary"}, "asker": {"system-admin"}, "asked": {"devops-lead"}, "from": {"2027-12-15T09:00"}, "until": {"2027-12-16T09:00"},
	})).want(t, 303)
	if got := get(t, c, base+"/oncall").text(t, ".swap-answers"); got != "Withdraw" {
		t.Errorf("shown: %s", got)
	}
	send(t, c, "POST", base+"/oncall/swaps/1/withdraw", request{}).want(t, 303)
	if st := w.rota.swaps[0].State; st != escalation.SwapWithdrawn {
		t.Errorf("it is %s", st)
	}
}

func TestAnAcceptedSwapIsUndoneByTheTwoOrAManager(t *testing.T) {
	for _, c := range []struct {
		who, path string
		status    int
	}{
		{"responder", "/oncall/swaps/%d/undo", 403},
		{"responder", "/oncall/overrides/%d/remove", 403},
		{"system-admin", "/oncall/swaps/%d/undo", 303},
		{"devops-lead", "/oncall/overrides/%d/remove", 303},
		{"engineering-manager", "/oncall/swaps/%d/undo", 303},
	} {
		w, base := staffed(t)
		changed(t, w)
		id := w.rota.swaps[0].ID
		send(t, signedIn(t, base, "manager"), "POST", fmt.Sprintf("%s/oncall/swaps/%d/accept", base, id), request{}).want(t, 303)
		part := w.rota.last
		reader := signedIn(t, base, c.who)
		page := get(t, reader, base+"/oncall?month=2026-12&rotation=primary").want(t, 200)
		shown := page.text(t, fmt.Sprintf("#override-%d", part)) + page.text(t, fmt.Sprintf("#swap-%d", id))
		if want := c.status == 303; strings.Contains(shown, "Undo the swap") != want || strings.Contains(shown, "part of a swap") == want {
			t.Errorf("%s is shown %q", c.who, shown)
		}
		if strings.Contains(c.path, "overrides") {
			id = part
		}
		got := send(t, reader, "POST", base+fmt.Sprintf(c.path, id), request{}).want(t, c.status)
		if c.status == 403 {
			if told := got.text(t, ".notice.refused"); told != "Only System Admin or DevOps Lead, or a manager, can undo this swap: ask them. You are signed in as responder." {
				t.Errorf("told %q", told)
			}
			send(t, client(t), "DELETE", fmt.Sprintf("%s/api/v1/overrides/%d", base, part), bearerToken("responder-secret")).want(t, 403)
		}
		undone := w.rota.swaps[0].State == escalation.SwapUndone && len(w.rota.roster.Overrides) == 1
		if undone != (c.status == 303) {
			t.Errorf("%s of %s: %+v, left %+v", c.path, c.who, w.rota.swaps[0], w.rota.roster.Overrides)
		}
	}
}
