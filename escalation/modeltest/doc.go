// Package modeltest holds the machine to a second opinion: a small model, written from the rules alone, says of
// random sequences of events what each incident should be and who should be told by when over what. It has
// nothing but tests. With the build tag torture it also breaks the machine on purpose, and counts the faults
// that the model notices.
package modeltest
