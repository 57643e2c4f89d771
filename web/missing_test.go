package web

import "testing"

func TestWhatIsNotThereIsNamed(t *testing.T) {
	_, base := start(t)
	for _, c := range []struct{ method, address, body, want string }{
		{"GET", "/api/v1/incidents/77", "", "There is no incident #77."},
		{"POST", "/api/v1/incidents/77/acknowledge", "", "There is no incident #77."},
		{"POST", "/api/v1/incidents/77/split", `{"alerts":["x"]}`, "There is no incident #77."},
		{"GET", "/api/v1/incidents/77/why?person=devops-lead", "", "There is no incident #77."},
		{"GET", "/api/v1/incidents/412/why?person=nosuch", "", "There is no person nosuch."},
		{"GET", "/api/v1/oncall?role=nosuch", "", "There is no role nosuch."},
		{"DELETE", "/api/v1/overrides/99", "", "There is no override 99."},
		{"DELETE", "/api/v1/absences/99", "", "There is no absence 99."},
		{"POST", "/api/v1/swaps/99/undo", "", "There is no swap 99."},
	} {
		if got := call(t, base, c.method, c.address, c.body).want(t, 404).object(t)["detail"]; got != c.want {
			t.Errorf("%s %s: %v, want %s", c.method, c.address, got, c.want)
		}
	}
	c := signedIn(t, base, "manager")
	for address, want := range map[string]string{
		"/incidents/77": "There is no incident #77.", "/incidents/77/why": "There is no incident #77.", "/incidents/412/why?person=nosuch": "There is no person nosuch.",
	} {
		if got := get(t, c, base+address).want(t, 404).text(t, ".problem p:nth-of-type(2)"); got != want {
			t.Errorf("%s: %q, want %s", address, got, want)
		}
	}
}
