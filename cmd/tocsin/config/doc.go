// Package config reads Tocsin's configuration file, checks all of it, and turns it into the values that
// the other packages are given. It reports every error at once, each with its line, and what is legal
// but probably not meant as warnings. It prints nothing that was filled in from outside the file.
//
// # Filling in
//
// Any value may contain ${env:NAME} and ${file:/path}; $${ stands for a plain ${. A variable that is not
// set gives the empty text and a warning. A file loses its last line break. What is filled in is never
// read as YAML, and is not searched for further ${...}. Keys are taken as they are written.
//
// # What may be left out
//
// An empty value is the same as one left out. Only people are always needed. The rest:
//
//   - classify, matrix: those of the operations manual (the embedded Example). Steps of that matrix whose
//     role the file does not define are left out, with a warning; a matrix that the file writes itself
//     must have all four severities and only roles that exist. Any matrix needs at least one step.
//   - catch_all: the one person, where there is only one; else it must be written.
//   - timezone: UTC, with a warning where there is business time to count in it.
//   - calendar: Monday to Friday, 09:00-17:00, no holidays.
//   - server.public_url: http:// and server.listen.
//   - notifiers: a channel left out, or without its credentials, is a sandbox. `sandbox: true` keeps its
//     messages even so; `sandbox: false` sends (an SMTP server that asks for no sign-in).
//   - everything else: the values of the Example, or nothing.
//
// Relative paths are relative to the folder of the file. iCal files are read with the configuration, for the
// 30 days before and the 400 after that moment; iCal addresses are asked by whoever runs it.
//
// Reading keeps nothing outside the Config that it returns, and may be done again at any time.
package config
