// Package embedded runs a private PostgreSQL as a child process, for a Tocsin that was given no
// database.url. It finds the installed binaries, makes a cluster in a folder of its own, and is reached
// over a Unix socket that only its own user (and root) can open; it listens on no network address.
//
// What it promises:
//   - One data folder never has two servers. A second Tocsin on the same folder is turned away with a
//     sentence; a server left over from a Tocsin that was killed is stopped before a new one starts.
//   - The server does not outlive Tocsin: the kernel asks it to shut down when the process that started
//     it dies, however that happens.
//   - What was committed is there after a kill of either process (unless Options.Volatile).
//
// Run as root, it starts PostgreSQL as the user postgres, or nobody where there is none, because
// PostgreSQL refuses to run as root. A data folder which that user cannot reach (one below /root, say)
// gets a link to a folder in /var/lib/tocsin, and the data are there.
//
// It runs on Linux. Migrating the schema is package storage's.
package embedded
