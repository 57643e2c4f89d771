// Package ledger proves what became of each page. An entry tells one thing that happened: a page was meant,
// tried, accepted by a provider, reported to have arrived, answered. The entries of an incident are a chain, in
// which each hashes the one before; once a minute the ends of the chains that have grown are hashed together
// into an anchor, and the anchors are a chain too. All here is pure: storage holds the rows.
package ledger
