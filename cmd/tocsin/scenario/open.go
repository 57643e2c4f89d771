package scenario

import "tocsin/alerting"

// open reads an incident that somebody opens by hand, with what the desk asks of one.
func (r *reader) open(v place) (o Open) {
	o.Manual.By = alerting.Actor{Name: "somebody", Via: "scenario"}
	v.fields(map[string]func(place){
		"at":          func(v place) { o.After = r.after(v) },
		"title":       func(v place) { o.Manual.Title = v.word() },
		"severity":    func(v place) { o.Manual.Severity = parsed(v, alerting.ParseSeverity) },
		"description": func(v place) { o.Manual.Description = v.text() },
		"labels":      func(v place) { o.Manual.Labels = labels(v) },
		"by": func(v place) {
			o.Manual.By.Name = v.word()
			r.known(v, o.Manual.By.Name)
		},
	})
	switch {
	case v.node == nil:
	case !v.has("severity"):
		v.fail("open does not say how severe it is: severity: P1")
	default:
		if _, err := o.Manual.Cleaned(); err != nil {
			v.fail("open: %v", err)
		}
	}
	return o
}
