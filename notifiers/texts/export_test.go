package texts

import "time"

// Patient gives the configuration's texts so long that a busy machine is no reason for them to fail.
func (b *Book) Patient() *Book {
	for _, r := range b.rooms {
		for _, s := range r.others {
			s.time = time.Minute
		}
	}
	return b
}
