//go:build torture

package modeltest

// deliveryFaults are those of what comes of pages: failover, digests, reminders and all clears.
func deliveryFaults() []fault {
	return []fault{
		{
			`failover.go`, `what was not accepted goes another way a moment too late`,
			`(f.Failed || !f.AcceptBy.After(now))`,
			`(f.Failed || f.AcceptBy.Before(now))`,
		},
		{
			`recipients.go`, `without failover what is refused for good goes no other way`,
			`case plan.Severity <= alerting.P1:`,
			`case false:`,
		},
		{
			`failover.go`, `the next person is told though another channel accepted it`,
			`o.telling() == f.telling() && !o.lost(now)`,
			`o.telling() == f.telling() && o.Channel == f.Channel && !o.lost(now)`,
		},
		{
			`failover_ways.go`, `the same channel is tried again`,
			`return o.telling() == t && o.Channel == ch`,
			`return o.telling() == t && o.Channel == ch && o.Accepted`,
		},
		{
			`failover_ways.go`, `a personal rule's order of channels is ignored`,
			`named = append(named, p.over(rule.Over)...)`,
			`named = append(named[:0], p.over(append(rule.Over[:0:0], row...))...)`,
		},
		{
			`failover_ways.go`, `voice is the last resort instead of the second`,
			`return []Channel{SMS, Voice, Slack, URL, Webhook, Email}`,
			`return []Channel{SMS, Slack, URL, Webhook, Email, Voice}`,
		},
		{
			`failover_ways.go`, `somebody who was told already is told instead`,
			`r.stand == ofRole && !told(r.person.ID)`,
			`r.stand == ofRole && r.person.ID != f.Person`,
		},
		{
			`failover_ways.go`, `catch_all is not the last resort`,
			`if len(last.sends) > 0 && !told(last.person.ID) {`,
			`if len(last.sends) < 0 && !told(last.person.ID) {`,
		},
		{
			`recipients.go`, `the time to accept a page counts from its order instead of its leaving`,
			`latest(now, send.notBefore).Add(plan.Failover)`,
			`latest(now, now).Add(plan.Failover)`,
		},
		{
			`recipients.go`, `shadows are called where email fails`,
			`r.stand != asShadow && s.Kind != RemindStep`,
			`s.Kind != RemindStep`,
		},
		{
			`remind.go`, `a reminder comes once only`,
			`if plan.Reminded.At.After(from) {`,
			`if plan.Reminded.At.After(from) && plan.Remind < 0 {`,
		},
		{
			`remind.go`, `what is snoozed is reminded of`,
			`inc.State != alerting.StateAcknowledged || !inc.SnoozedUntil.IsZero() || plan.Remind <= 0`,
			`inc.State != alerting.StateAcknowledged || plan.Remind <= 0`,
		},
		{
			`remind.go`, `who acknowledged is reminded, and not who has it`,
			`who := cmp.Or(inc.Assignee, inc.AcknowledgedBy)`,
			`who := cmp.Or(inc.AcknowledgedBy, inc.Assignee)`,
		},
		{
			`remind.go`, `who is away is reminded`,
			`who = absence.Deputy`,
			`who = absence.Person`,
		},
		{
			`answer.go`, `a word that changes nothing does not put a reminder off`,
			`|| c.Plan.AckTimeout > 0 || c.Plan.Remind > 0)`,
			`|| c.Plan.AckTimeout > 0)`,
		},
		{
			`pause.go`, `a maintenance window lets reminders through`,
			`return c.repeats(now) || c.reminds(now)`,
			`return c.repeats(now)`,
		},
		{
			`allclear.go`, `whoever resolved it is told so`,
			`l.Channel == Voice || l.Person == inc.ResolvedBy`,
			`l.Channel == Voice`,
		},
		{
			`allclear.go`, `people are called for an all clear`,
			`known || l.Channel == Voice || l`,
			`known || l`,
		},
		{
			`allclear.go`, `an all clear breaks quiet hours`,
			`return p.Quiet[person]`,
			`return time.Time{}`,
		},
		{
			`allclear.go`, `what a digest told is taken back at once`,
			`digest := plan.gathers() && !atOnce`,
			`digest := plan.gathers() && !atOnce && l.Channel == Voice`,
		},
		{
			`allclear.go`, `what was told at once is taken back by a digest`,
			`digest := plan.gathers() && !atOnce`,
			`digest := plan.gathers() && (l.Channel != SMS || !atOnce)`,
		},
		{
			`allclear.go`, `a row without an all clear gives one`,
			`if !plan.AllClear || d`,
			`if d`,
		},
		{
			`unneeded.go`, `an all clear is not sent because it is resolved`,
			`case ClearStep:`,
			`case ClearStep + "-":`,
		},
		{
			`admit_incident.go`, `the end of the last alert gives no all clear`,
			"\t\tp.clear(f.d, now)\n",
			``,
		},
		{
			`digest.go`, `loud channels wait for the digest`,
			`s.channel != Email && s.channel != Slack && s.channel != URL`,
			`s.channel == Voice`,
		},
		{
			`digest.go`, `what is due as the digest leaves waits for the next day`,
			`next.Add(digestLateness)`,
			`next`,
		},
		{
			`digest.go`, `what somebody asked for waits for the digest`,
			`return route{channels: p.Channels}`,
			`return route{p.Channels, p.Digest}`,
		},
		{
			`rules.go`, `the digest comes in quiet hours`,
			`return person.Quiet.hold(p.gather(person, s, sev, digest, now), sev, now)`,
			`return p.gather(person, person.Quiet.hold(s, sev, now), sev, digest, now)`,
		},
	}
}
