//go:build torture

package modeltest

// fault is one that is made in the machine on purpose: a text of a file, which must stand there once, is
// replaced.
type fault struct {
	file     string // from the folder escalation
	breaks   string // what is wrong then
	old, new string
}

// faults are the list that the model is held to.
func faults() []fault {
	return append(deliveryFaults(), []fault{
		{
			"machine.go", `a step is left for the moment after it is due`,
			`s.State != StepPending || s.DueAt.After(now)`,
			`s.State != StepPending || !s.DueAt.Before(now)`,
		},
		{
			"machine.go", `steps that fall due together tell one person twice`,
			`ok && later != i {`,
			`ok && later < i {`,
		},
		{
			"machine.go", `acknowledging satisfies until: resolved too`,
			`case u == UntilAcknowledged && inc.State == alerting.StateAcknowledged:`,
			`case u != UntilAssigned && inc.State == alerting.StateAcknowledged:`,
		},
		{
			"machine.go", `until: assigned is ignored while the incident is open`,
			`case u == UntilAssigned && inc.Assignee != "":`,
			`case u == UntilAssigned && inc.Assignee != "" && inc.State != alerting.StateOpen:`,
		},
		{
			"machine.go", `a repetition too many`,
			`min(left, d.Case.Plan.Repeats)`,
			`min(left+1, d.Case.Plan.Repeats)`,
		},
		{
			"machine.go", `an assignment that nobody can be told of tells again and again`,
			`why = p.notToAssign(d.Case, *s, now)`,
			`why = ""`,
		},
		{
			"machine.go", `an assign step assigns nobody`,
			"if s.Kind == AssignStep {\n\t\t\tp.assign(d, s, now)",
			"if s.Kind == AssignStep && s.AskedBy != \"\" {\n\t\t\tp.assign(d, s, now)",
		},
		{
			"recipients.go", `an assign step gives the incident to the last of its role`,
			`out = placed[:1]`,
			`out = placed[len(placed)-1:]`,
		},
		{
			"machine.go", `a shadow is told twice`,
			`told[s.person.ID]; !ok {`,
			`told[s.person.ID]; !ok || s.k >= 0 {`,
		},
		{
			"machine.go", `what a person skipped comes back with the end of a snooze`,
			`return s.State == StepSkipped && s.Reason.Values["by"] != ""`,
			`return s.State == StepFired && s.Reason.Values["by"] != ""`,
		},
		{
			`answer.go`, `acknowledging takes the incident from whoever has it`,
			"if inc.Assignee == \"\" {\n\t\tinc.Assignee = by.Name",
			"if inc.Assignee != by.Name {\n\t\tinc.Assignee = by.Name",
		},
		{
			`answer.go`, `who had it before the reopening has it still`,
			`inc.MergedInto = time.Time{}, "", "", 0`,
			`inc.MergedInto = time.Time{}, "", inc.Assignee, 0`,
		},
		{
			`answer.go`, `a new round keeps the old one's number`,
			"\tinc.Round++",
			"\tinc.Round += 0",
		},
		{
			`answer.go`, `alerts fire on after a person's resolve`,
			`d.CloseAlerts, inc.FiringCount = true, 0`,
			`d.CloseAlerts, inc.FiringCount = false, 0`,
		},
		{
			`answer.go`, `reopening leaves the alerts ended`,
			`d.OpenAlerts = true`,
			`d.OpenAlerts = false`,
		},
		{
			`answer.go`, `a word of a person does not put the ack timeout off`,
			"\t\td.heard(now)\n\t}\n\tif d.Changed {",
			"\t}\n\tif d.Changed {",
		},
		{
			`answer.go`, `a new round forgets when the incident began`,
			"\td.Case.Plan.Start = start\n",
			"\td.Case.Plan.Start = from.Add(start.Sub(start))\n",
		},
		{
			`pause.go`, `after a pause, steps that nobody needs are put off as well`,
			"return s.State == StepPending && Reached(d.Case.Incident, s.Until) == \"\"\n\t})",
			"return s.State == StepPending\n\t})",
		},
		{
			`putoff.go`, `after a pause, the last step that waited fires instead of the first`,
			`s.DueAt.Before(first.DueAt)`,
			`s.DueAt.After(first.DueAt)`,
		},
		{
			`putoff.go`, `after a pause, the steps lose their spacing`,
			`return s.DueAt.Add(now.Sub(first))`,
			`return now`,
		},
		{
			`putoff.go`, `after a pause, the repetition keeps its old time`,
			`plan.RepeatAt = plan.RepeatAt.Add(late)`,
			`plan.RepeatAt = plan.RepeatAt.Add(late - late)`,
		},
		{
			`putoff.go`, `after a pause, the repetition of a row in business time is put off by the wall clock`,
			`!business && d.Kind == calendar.Wall`,
			`d.Kind == calendar.Wall`,
		},
		{
			`putoff.go`, `after a pause, steps in business time are put off by the wall clock`,
			"if !s.inBusinessTime() {\n\t\treturn",
			"if !s.inBusinessTime() || !s.DueAt.IsZero() {\n\t\treturn",
		},
		{
			`putoff.go`, `business days count from the end of a pause instead of the next business time`,
			`begin = p.calendarOf(first.Role).Next(now)`,
			`begin = now`,
		},
		{
			`putoff.go`, `a distance in business days is kept in hours`,
			`d.Kind != calendar.BusinessDays`,
			`d.Kind != calendar.Wall`,
		},
		{
			`putoff.go`, `after an outage the repetition comes too soon`,
			`return plan.RepeatAt.Add(now.Sub(last))`,
			`return plan.RepeatAt.Add(last.Sub(last))`,
		},
		{
			`putoff.go`, `after an outage a repetition in business time is put off by the wall clock`,
			`return d.Due(p.Calendar, now).UTC()`,
			`return plan.RepeatAt.Add(now.Sub(last))`,
		},
		{
			`varied.go`, `a maintenance window is held against the first alert's labels alone`,
			`values, differs := c.Plan.Varied[m.Name]`,
			`values, differs := []string(nil), false`,
		},
		{
			`admit_incident.go`, `an alert from outside leaves a maintenance window's pause`,
			"\tp.leaveWindow(f.d, now)\n",
			``,
		},
		{
			`merge.go`, `a merge leaves a maintenance window's pause`,
			"\tp.leaveWindow(d, now)\n",
			``,
		},
		{
			`merge.go`, `a merge forgets the labels of what was merged`,
			`p.share(&d.Case, from.Labels, other.Plan.Varied)`,
			`p.share(&d.Case, d.Case.Incident.Labels, other.Plan.Varied)`,
		},
		{
			`answer.go`, `a new round forgets in which labels the alerts differ`,
			`d.Case.Plan.Varied = varied`,
			`_ = varied`,
		},
		{
			`pause.go`, `a pause never ends`,
			"\tplan.Pause = Pause{}\n",
			``,
		},
		{
			`pause.go`, `of two maintenance windows the first ends the pause`,
			`until.After(pause.Until)`,
			`pause.Until.IsZero()`,
		},
		{
			`pause.go`, `the row begins again though somebody has acknowledged`,
			`return c.Incident.State == alerting.StateOpen && c.Plan.Repeats > 0`,
			`return c.Incident.State != alerting.StateResolved && c.Plan.Repeats > 0`,
		},
		{
			`plan.go`, `a snooze's end is not among what is owed`,
			`sooner(sooner(inc.SnoozedUntil, c.quietAt()), c.RemindAt())`,
			`sooner(c.quietAt(), c.RemindAt())`,
		},
		{
			`plan.go`, `a role's own business time is ignored`,
			"c != nil {\n\t\treturn c\n",
			"c != nil {\n\t\treturn p.Calendar\n",
		},
		{
			`snooze.go`, `steps skipped during a snooze stay skipped`,
			`s.Until == UntilAcknowledged && s.State != StepFired`,
			`s.Until == UntilAcknowledged && s.State == StepPending`,
		},
		{
			`snooze.go`, `the ack timeout wakes what is snoozed`,
			`inc.State != alerting.StateAcknowledged || !inc.SnoozedUntil.IsZero() ||`,
			`inc.State != alerting.StateAcknowledged ||`,
		},
		{
			`escalate.go`, `a second escalation within 30 seconds tells again`,
			`now.Sub(last.At) < again`,
			`now.Sub(last.At) > again`,
		},
		{
			`escalate.go`, `escalating what is acknowledged tells nobody later`,
			`d.Pages[k].Until = UntilResolved`,
			`d.Pages[k].Until = UntilAcknowledged`,
		},
		{
			`jump.go`, `a jump leaves the steps before it to fire`,
			`if plan.Steps[k].State == StepPending {`,
			`if plan.Steps[k].State == StepSkipped {`,
		},
		{
			`setseverity.go`, `a lowering fires the steps that are past`,
			`if !s.DueAt.After(now) {`,
			`if s.DueAt.Before(plan.Start) {`,
		},
		{
			`setseverity.go`, `a person's lowering ends a mute`,
			"\td.Case.Plan.Pause = pause\n",
			"\td.Case.Plan.Pause = Pause{Why: pause.Why}\n",
		},
		{
			`setseverity.go`, `a person's raise is silent as long as a mute lasts`,
			"\td.muteEnds(was, by, now)\n",
			"\td.Case.Plan.Pause = was.Pause\n",
		},
		{
			`escalate.go`, `escalating after a jump goes back to what was jumped over`,
			`s.State == StepFired && (s.Kind == PageStep || s.AskedBy != "")`,
			`s.State == StepFired && (s.Kind == PageStep || s.AskedBy != "") && i < 0`,
		},
		{
			`escalate.go`, `an assignment that nobody asked for counts as the furthest step`,
			`(s.Kind == PageStep || s.AskedBy != "")`,
			`(s.Kind == PageStep || s.Kind == AssignStep)`,
		},
		{
			`lastresort.go`, `catch_all is told while they are away, and their deputy is not`,
			`known && len(sends) > 0`,
			`known && len(sends) < 0`,
		},
		{
			`lastresort.go`, `catch_all's deputy is told though they are away too`,
			` && !p.isAwayAt(absence.Deputy, now)`,
			``,
		},
		{
			`recipients.go`, `who stands in for catch_all and was given the incident is not told of it again`,
			` && who != p.lastResort(sev, via, now).person.ID`,
			``,
		},
		{
			`admit_incident.go`, `a worse alert leaves the acknowledgement`,
			"\t\tunacknowledge(inc)\n",
			``,
		},
		{
			`admit_incident.go`, `the incident is resolved while one alert fires on`,
			`inc.FiringCount == 0`,
			`inc.FiringCount <= 1`,
		},
		{
			`admit.go`, `exactly reopen_within later it is a new incident`,
			`a.Now.Sub(was.ResolvedAt) <= a.policy.ReopenWithin`,
			`a.Now.Sub(was.ResolvedAt) < a.policy.ReopenWithin`,
		},
		{
			`admit.go`, `alerts of a merged incident open a new one`,
			`range mergedDepth + 1 {`,
			`range mergedDepth - mergedDepth + 1 {`,
		},
		{
			`merge.go`, `a merge takes the milder severity`,
			`if from.Severity.WorseThan(inc.Severity) {`,
			`if inc.Severity.WorseThan(from.Severity) {`,
		},
		{
			`unneeded.go`, `pages of a former round leave`,
			`if o.Round != inc.Round {`,
			`if o.Round > inc.Round {`,
		},
		{
			`unneeded.go`, `waiting pages leave during a pause`,
			"\t\treturn why\n\t}\n\treturn c.Plan.withheld(o.Step)",
			"\t\treturn why\n\t}\n\treturn \"\"",
		},
		{
			`recipients.go`, `catch_all is left out`,
			`case len(out) == 0:`,
			`case len(out) == 0 && s.Kind == AssignStep:`,
		},
		{
			`recipients.go`, `an assign step tells nobody of other roles, though they have the incident`,
			"if !ok {\n\t\treturn nil\n\t}\n\tr, _, ok",
			"if ok {\n\t\treturn nil\n\t}\n\tr, _, ok",
		},
		{
			`recipients.go`, `catch_all is given the incident and not told`,
			`(len(out) > 0 || who`,
			`(len(out) >= 0 || who`,
		},
		{
			`standin.go`, `a page that is held back goes to who is away by then`,
			`if late.IsZero() {`,
			`if late.IsZero() || !late.IsZero() {`,
		},
		{
			`standin.go`, `who stands in for a held page is told at once`,
			`r.sends[i].notBefore = at`,
			`r.sends[i].notBefore = at.Add(at.Sub(at) - time.Hour)`,
		},
		{
			`recipients.go`, `who is away without a deputy is told`,
			`if !away {`,
			`if !away || absence.Deputy == "" {`,
		},
		{
			`holders.go`, `an absence lasts a moment too long`,
			`at.Before(a.Until) && (!ok`,
			`!at.After(a.Until) && (!ok`,
		},
		{
			`rules.go`, `a personal rule's delay is ignored`,
			`notBefore: now.Add(r.After).UTC()`,
			`notBefore: now.UTC()`,
		},
		{
			`rules.go`, `quiet hours hold nothing back`,
			`end := q.Hours.Closes(at)`,
			`end := q.Hours.Next(at)`,
		},
		{
			`roster.go`, `an override stands in every rotation`,
			`known && o.Rotation == rotation {`,
			`known && (o.Rotation != "" || rotation == "") {`,
		},
		{
			`oncall/holder.go`, `of two overrides the earlier in the list counts`,
			`for i := range slices.Backward(r.Overrides) {`,
			`for i := range r.Overrides {`,
		},
		{
			`oncall/layer.go`, `the turn is the next person's`,
			`return piece{person: l.People[n%len(l.People)]`,
			`return piece{person: l.People[(n+1)%len(l.People)]`,
		},
		{
			`../alerting/calendar/calendar.go`, `a delay ends at closing time instead of the next opening`,
			`if left < open {`,
			`if left <= open {`,
		},
		{
			`../alerting/calendar/calendar.go`, `closed days are business days`,
			`if slices.Contains(c.Closed, day) {`,
			`if slices.Contains(c.Closed, day) && day.Month == 0 {`,
		},
	}...)
}
