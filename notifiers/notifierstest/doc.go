// Package notifierstest has stand-ins for the providers that Tocsin's channels talk to: Slack, Twilio
// and a mail server. They speak the real protocols over real sockets on 127.0.0.1, check what the
// provider would check, keep what they were sent, and fail when they are told to. It needs no
// *testing.T, so that benchmarks outside a test may use it too. It also has the samples and hostile
// strings that the channels' tests share.
package notifierstest
