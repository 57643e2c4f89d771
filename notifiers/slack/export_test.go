package slack

import "time"

// Hurry makes a Socket ping and connect again this fast, whatever failed.
func (k *Socket) Hurry(every time.Duration) *Socket {
	k.beat, k.rest = every, func(int, time.Duration) time.Duration { return every }
	return k
}

// Rest is rest.
func Rest(failures int, asked time.Duration, spread float64) time.Duration {
	return rest(failures, asked, spread)
}
