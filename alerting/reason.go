package alerting

// Reason is why something was decided, as data: a person reads Text, a program the rest. It is stored
// beside what it explains.
type Reason struct {
	// Text is one sentence for people.
	Text string `json:"text"`
	// Rule is the configuration's path to what decided: "classify.rules[0]", "matrix.P0.steps[2]".
	Rule string `json:"rule,omitempty"`
	// Values are what the rule looked at: label values, times.
	Values map[string]string `json:"values,omitempty"`
	// Tried are the rules looked at before, in order, each with why it did not decide.
	Tried []Tried `json:"tried,omitempty"`
	// Config is the hash of the configuration that the rule stands in.
	Config string `json:"config,omitempty"`
	// Said is what happened for this reason, or what is said because of it, as data; it may be missing.
	Said Said `json:"said,omitzero"`
}

// Tried is a rule that was looked at and did not decide.
type Tried struct {
	Rule string `json:"rule"`
	Why  string `json:"why"`
}

// Because is a reason with no more to it than a sentence.
func Because(text string) Reason { return Reason{Text: text} }
