// Package view draws the pages. It is given everything: it asks nobody and reads no clock. All text that
// came from outside (labels, annotations, titles, messages) is escaped where it stands, and links are
// made only of http and https addresses.
package view
