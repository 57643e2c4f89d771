package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"tocsin/cmd/tocsin/config"
)

// files are those that one configuration is read from, the configuration itself first.
type files []string

// filesOf are what the configuration in force was read from. A file that is not there yet belongs to
// them too.
func filesOf(path string, inForce *config.Config) files {
	others := slices.Sorted(slices.Values(inForce.Files))
	return append(files{path}, slices.Compact(others)...)
}

// folders are where to listen for changes. Files are often replaced rather than written, sometimes by
// way of a link: what happens to a file is heard in its folder.
func (f files) folders() []string {
	var out []string
	for _, name := range f {
		out = append(out, filepath.Dir(name))
		if real, err := filepath.EvalSymlinks(name); err == nil {
			out = append(out, filepath.Dir(real))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// fingerprint stands for the content of files: the configuration's own hash, and one of all of them.
type fingerprint struct{ main, all string }

func (f files) fingerprint() fingerprint {
	all := sha256.New()
	var main string
	for i, name := range f {
		text, err := readRegular(name)
		if err != nil {
			text = "cannot be read: " + err.Error()
		}
		sum := sha256.Sum256([]byte(text))
		if i == 0 {
			main = hex.EncodeToString(sum[:])
		}
		all.Write([]byte(name + "\x00"))
		all.Write(sum[:])
	}
	return fingerprint{main, hex.EncodeToString(all.Sum(nil))}
}

// begins reports whether it is that of a configuration with this hash.
func (f fingerprint) begins(hash string) bool { return strings.HasPrefix(f.main, hash) }

// mostOfWatched is how much of a file is looked at, in bytes.
const mostOfWatched = 8 << 20

// readRegular reads a file. What is no file, such as a pipe, can be read once only: it is left alone.
func readRegular(name string) (string, error) {
	info, err := os.Stat(name)
	if err != nil {
		return "", err
	}
	if !info.Mode().IsRegular() {
		return "", &fs.PathError{Op: "read", Path: name, Err: errors.New("it is no regular file")}
	}
	file, err := os.Open(name)
	if err != nil {
		return "", err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, mostOfWatched))
	return string(text), err
}
