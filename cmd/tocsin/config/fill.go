package config

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// outside is where ${env:NAME} and ${file:/path} come from, and when they are read.
type outside struct {
	getenv   func(string) string
	readFile func(path string) (string, error)
	now      time.Time // iCal files are read for the year that follows it
}

// mostOfFile is how much a file named by ${file:...} may hold, in bytes.
const mostOfFile = 64 << 10

// readFileIn reads the small files that ${file:...} names, relative to dir.
func readFileIn(dir string) func(string) (string, error) {
	return func(path string) (string, error) {
		f, err := os.Open(within(dir, path))
		if err != nil {
			return "", err
		}
		defer f.Close()
		b, err := io.ReadAll(io.LimitReader(f, mostOfFile+1))
		if err != nil {
			return "", err
		}
		if len(b) > mostOfFile {
			return "", errors.New("it is larger than 64 KiB")
		}
		text := strings.TrimSuffix(string(b), "\n")
		return strings.TrimSuffix(text, "\r"), nil
	}
}

// within is path as seen from the folder dir.
func within(dir, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(dir, path)
}

// fill replaces ${...} in every value below n, and remembers what stood there: only that is ever shown.
func (r *reader) fill(n *yaml.Node) {
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, "${") {
		written := n.Value
		n.Value = r.filled(n)
		r.written[n] = written
	}
	for i, child := range n.Content {
		if n.Kind != yaml.MappingNode || i%2 == 1 {
			r.fill(child)
		}
	}
}

// filled is n's text with every ${...} replaced.
func (r *reader) filled(n *yaml.Node) string {
	v := value{r: r, node: n, line: n.Line, column: n.Column}
	var out strings.Builder
	rest := n.Value
	for {
		before, after, found := strings.Cut(rest, "${")
		if !found {
			out.WriteString(rest)
			return out.String()
		}
		if escaped, ok := strings.CutSuffix(before, "$"); ok {
			out.WriteString(escaped + "${")
			rest = after
			continue
		}
		out.WriteString(before)
		inner, after, closed := strings.Cut(after, "}")
		if !closed {
			v.fail("${ is not closed with }: write $${ for a plain ${")
			return ""
		}
		out.WriteString(r.lookUp(v, inner))
		rest = after
	}
}

// lookUp is what ${inner} stands for.
func (r *reader) lookUp(v value, inner string) string {
	from, name, _ := strings.Cut(inner, ":")
	switch {
	case from == "env" && name != "":
		text := r.outside.getenv(name)
		if text == "" {
			v.warn(KindUnset, "%s is not set: the value is empty", name)
		}
		return text
	case from == "file" && name != "":
		r.files = append(r.files, within(r.dir, name))
		text, err := r.outside.readFile(name)
		if err != nil {
			v.fail("%s cannot be read: %s", name, why(err))
		}
		return text
	}
	v.fail("${%s} is not known: write ${env:NAME} or ${file:/path}, and $${ for a plain ${", inner)
	return ""
}

// why is the reason in a file error, without the path that the sentence has already.
func why(err error) string {
	var p *fs.PathError
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "there is no such file"
	case errors.Is(err, fs.ErrPermission):
		return "permission denied"
	case errors.As(err, &p):
		return fmt.Sprint(p.Err)
	}
	return err.Error()
}
