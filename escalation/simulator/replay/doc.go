// Package replay answers what would have been otherwise under another configuration. It hands what was
// recorded, alerts and answers, to the simulator at the times at which they came, and compares the pages
// that leave there with those that were recorded. It does no I/O and reads no clock.
//
// A replay takes Tocsin to have been there all the time: what an outage delayed, it does not delay.
package replay
