package alerting

import "maps"

// Said is a sentence as data: which it is, and what fills its gaps. It stands beside the English sentence, for
// whoever tells it to somebody who reads another language. Its zero value is no sentence.
type Said struct {
	Key string `json:"key"` // what the sentence is called: "entry.acknowledged"
	// Values fill the gaps, by name. People are given by ID, moments in RFC 3339.
	Values map[string]string `json:"values,omitempty"`
	// What is a sentence within this one, if it has one.
	What *Said `json:"what,omitempty"`
}

// Say is the sentence of this key; pairs are the names of its values, each with its value after it.
func Say(key string, pairs ...string) Said {
	s := Said{Key: key}
	for i := 0; i+1 < len(pairs); i += 2 {
		s = s.With(pairs[i], pairs[i+1])
	}
	return s
}

// With is s with one value more.
func (s Said) With(name, value string) Said {
	s.Values = maps.Clone(s.Values)
	if s.Values == nil {
		s.Values = map[string]string{}
	}
	s.Values[name] = value
	return s
}

// About is s with a sentence within it.
func (s Said) About(what Said) Said {
	s.What = &what
	return s
}

// As is r beside what it says as data.
func (r Reason) As(s Said) Reason {
	r.Said = s
	return r
}
