package email

import "time"

// Hurry makes every part of a delivery end after d.
func (e *Email) Hurry(d time.Duration) {
	e.limits = limits{d, d, d, d, d, d, d}
}

// Classify is classify at the stages that tests name: "", "RCPT" and "DATA".
var Classify = classify

// Stages of a delivery, by the command that ends them.
var Stages = map[string]stage{"": before, "MAIL": before, "RCPT": recipient, "DATA": content}
