// Package receive reads what monitoring systems send and turns it into events. It decides nothing about
// them and does no I/O.
//
// It promises that whatever it accepts can be stored: text is valid UTF-8 without control characters
// (line feeds and tabs excepted), labels and annotations are bounded in number and length, and times are
// in UTC, in whole microseconds, between the years 1 and 9999. What had to be changed or cut in a label
// ends in a hash of the original, so that two alerts that differed still differ. One bad alert loses
// no other: it is rejected by itself, with a reason.
package receive
