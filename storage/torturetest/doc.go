// Package torturetest is where the real store, engine, failover and dispatchers meet providers that misbehave: it
// holds what is promised of pages on their way to account, by what the providers' stand-ins have seen.
package torturetest
