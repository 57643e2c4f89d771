package notifiers

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"tocsin/alerting"
	"tocsin/escalation"
)

func claimed(s alerting.Severity, tries int) Claim {
	return Claim{AttemptID: "a1", Page: Page{
		ID: 7, IncidentID: 412, Round: 1, Kind: escalation.PageStep, Person: "ada", Channel: escalation.SMS,
		Severity: s, Until: escalation.UntilAcknowledged, Tries: tries,
	}}
}

func TestWhatAnAttemptsEndMeansForItsPage(t *testing.T) {
	failed := func(c FailureClass) error { return &Failure{Class: c, Err: errors.New("no")} }
	const full = 1 - 1e-12 // the spread that gives the whole wait
	for _, c := range []struct {
		name     string
		severity alerting.Severity
		tries    int
		receipts bool
		err      error
		state    PageState
		outcome  Outcome
		retry    time.Duration
		kind     alerting.Kind
	}{
		{"accepted", alerting.P0, 1, true, nil, Sent, OutcomeSent, 0, alerting.KindPageSent},
		{"refused for good", alerting.P0, 1, true, failed(Permanent), Failed, OutcomeFailed, 0, alerting.KindPageFailed},
		{"refused for now, P0", alerting.P0, 1, true, failed(Temporary), Queued, OutcomeFailed, time.Second, alerting.KindPageFailed},
		{"refused for now, P3", alerting.P3, 1, true, failed(Temporary), Queued, OutcomeFailed, 10 * time.Second, alerting.KindPageFailed},
		{"refused for now, once too often", alerting.P2, 20, true, failed(Temporary), Failed, OutcomeFailed, 0, alerting.KindPageFailed},
		{"refused for now, a P0 that has waited for long", alerting.P0, 5000, true, failed(Temporary), Queued, OutcomeFailed, 10 * time.Second, alerting.KindPageFailed},
		{"the channel's fault, P0", alerting.P0, 1, true, failed(Misconfigured), Queued, OutcomeFailed, time.Second, alerting.KindPageFailed},
		{"the channel's fault, P1, for long", alerting.P1, 5000, true, failed(Misconfigured), Queued, OutcomeFailed, 30 * time.Second, alerting.KindPageFailed},
		{"the channel's fault, P3, once too often", alerting.P3, 20, true, failed(Misconfigured), Failed, OutcomeFailed, 0, alerting.KindPageFailed},
		{"an error of no class", alerting.P1, 2, false, errors.New("no"), Queued, OutcomeFailed, 2 * time.Second, alerting.KindPageFailed},
		{"answer lost, P0, receipts come", alerting.P0, 1, true, failed(Lost), Unknown, OutcomeUnknown, ReceiptWait, alerting.KindPageUnknown},
		{"answer lost, P1, receipts come", alerting.P1, 3, true, failed(Lost), Unknown, OutcomeUnknown, ReceiptWait, alerting.KindPageUnknown},
		{"answer lost, P0, receipts do not come for long", alerting.P0, 5000, true, failed(Lost), Unknown, OutcomeUnknown, 10 * time.Second, alerting.KindPageUnknown},
		{"answer lost, P0, no receipts", alerting.P0, 1, false, failed(Lost), Unknown, OutcomeUnknown, time.Second, alerting.KindPageUnknown},
		{"answer lost, P2, receipts come", alerting.P2, 1, true, failed(Lost), Unknown, OutcomeUnknown, 10 * time.Second, alerting.KindPageUnknown},
		{"answer lost, once too often", alerting.P3, 20, true, failed(Lost), Failed, OutcomeUnknown, 0, alerting.KindPageUnknown},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := concluded(claimed(c.severity, c.tries), Receipt{ProviderID: "SM1", Receipts: c.receipts}, c.err, full)
			if f.State != c.state || f.Outcome != c.outcome || f.Entry.Kind != c.kind {
				t.Errorf("state %s, outcome %s, entry %s", f.State, f.Outcome, f.Entry.Kind)
			}
			if f.Retry.Round(time.Millisecond) != c.retry {
				t.Errorf("again in %v, want %v", f.Retry, c.retry)
			}
			if f.ProviderID != "SM1" || !strings.Contains(f.Entry.Text, "ada over sms") {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestAProviderThatBrokeIsAskedAgainNoSoonerThanItAsked(t *testing.T) {
	f := concluded(claimed(alerting.P0, 1), Receipt{}, &Failure{Class: Lost, Code: "502", RetryAfter: 20 * time.Second, Err: errors.New("no")}, 0)
	if f.Retry != 20*time.Second || f.Outcome != OutcomeUnknown {
		t.Errorf("%s, again in %v", f.Outcome, f.Retry)
	}
}

func TestAPageSaysThatItsChannelIsAtFault(t *testing.T) {
	f := concluded(claimed(alerting.P0, 1), Receipt{}, &Failure{Class: Misconfigured, Code: "invalid_auth", Err: errors.New("Slack refused the message with invalid_auth")}, 0)
	for _, s := range []string{f.Error, f.Entry.Text} {
		if !strings.Contains(s, "the channel's own settings or account are at fault") || !strings.Contains(s, "invalid_auth") {
			t.Errorf("%q", s)
		}
	}
}

func TestWhatAProviderSaysIsStoredAsPlainText(t *testing.T) {
	f := concluded(claimed(alerting.P0, 1), Receipt{ProviderID: "queued as\x00 1\r\n" + strings.Repeat("x", 999)}, errors.New("550\x00\n\u202eno"), 0)
	for _, s := range []string{f.ProviderID, f.Error, f.Entry.Text, f.Entry.Reason.Text} {
		if strings.ContainsAny(s, "\x00\n\r\u202e") || len(s) > 600 {
			t.Errorf("%q", s)
		}
	}
}

func TestAPossibleRepeatSaysSoOnTheTimeline(t *testing.T) {
	c := claimed(alerting.P0, 2)
	c.PossibleRepeat = true
	if f := concluded(c, Receipt{}, nil, 0); !strings.Contains(f.Entry.Text, "possible repeat") {
		t.Errorf("%q", f.Entry.Text)
	}
}

func TestAPageLeavesOnlyWhileItIsNeeded(t *testing.T) {
	const ack, assigned, resolved = escalation.UntilAcknowledged, escalation.UntilAssigned, escalation.UntilResolved
	for _, c := range []struct {
		until    escalation.Until
		kind     escalation.StepKind
		state    alerting.State
		assignee string
		round    int
		needed   bool
	}{
		{ack, escalation.PageStep, alerting.StateOpen, "", 1, true},
		{ack, escalation.PageStep, alerting.StateOpen, "bob", 1, true}, // assigned does not satisfy acknowledged
		{ack, escalation.PageStep, alerting.StateAcknowledged, "bob", 1, false},
		{ack, escalation.PageStep, alerting.StateResolved, "", 1, false},
		{assigned, escalation.PageStep, alerting.StateOpen, "", 1, true},
		{assigned, escalation.PageStep, alerting.StateOpen, "bob", 1, false},
		{assigned, escalation.PageStep, alerting.StateAcknowledged, "", 1, true},
		{assigned, escalation.PageStep, alerting.StateResolved, "", 1, false},
		{resolved, escalation.PageStep, alerting.StateOpen, "bob", 1, true},
		{resolved, escalation.PageStep, alerting.StateAcknowledged, "bob", 1, true},
		{resolved, escalation.PageStep, alerting.StateResolved, "", 1, false},
		{assigned, escalation.AssignStep, alerting.StateOpen, "ada", 1, true}, // its reader is to know
		{assigned, escalation.AssignStep, alerting.StateAcknowledged, "ada", 1, true},
		{assigned, escalation.AssignStep, alerting.StateOpen, "bob", 1, false},
		{assigned, escalation.AssignStep, alerting.StateResolved, "ada", 1, false},
		{resolved, escalation.PageStep, alerting.StateOpen, "", 2, false}, // of a former round
		{assigned, escalation.AssignStep, alerting.StateOpen, "ada", 2, false},
	} {
		t.Run(fmt.Sprint(c), func(t *testing.T) {
			p := Page{Person: "ada", Round: 1, Kind: c.kind, Until: c.until}
			why := Unneeded(p, Brief{Incident: alerting.Incident{State: c.state, Assignee: c.assignee, Round: c.round}})
			if (why == "") != c.needed {
				t.Errorf("needed: %v (%q)", why == "", why)
			}
		})
	}
}

func TestALanesSeveritiesAreThoseThatLeaveByIt(t *testing.T) {
	for _, ch := range escalation.Channels {
		for _, s := range alerting.Severities {
			n := 0
			for _, urgent := range []bool{true, false} {
				l := Lane{ch, urgent}
				for _, carried := range l.Severities() {
					if carried == s {
						n++
						if LaneOf(ch, s) != l {
							t.Errorf("%s carries %s, which leaves by %s", l, s, LaneOf(ch, s))
						}
					}
				}
			}
			if n != 1 {
				t.Errorf("%d lanes of %s carry %s", n, ch, s)
			}
		}
	}
}
