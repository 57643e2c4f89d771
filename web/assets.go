package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
)

//go:embed static/*.js static/*.css static/*.svg
var staticFiles embed.FS

// assets are the scripts, styles and drawings of the pages. An address carries a hash of what it names,
// so that browsers keep it for good and a new build is seen at once.
type assets struct {
	urls  map[string]string // by file name
	files map[string]asset  // by the last part of the address
}

type asset struct {
	kind         string
	plain, small []byte // small is gzipped
}

// loadAssets reads the embedded files. They are part of the build, so it panics if it cannot.
func loadAssets() *assets {
	a := &assets{urls: map[string]string{}, files: map[string]asset{}}
	entries, err := fs.ReadDir(staticFiles, "static")
	if err != nil {
		panic(err)
	}
	for _, e := range entries {
		content, err := fs.ReadFile(staticFiles, path.Join("static", e.Name()))
		if err != nil {
			panic(err)
		}
		ext := path.Ext(e.Name())
		sum := sha256.Sum256(content)
		hashed := fmt.Sprintf("%s.%s%s", strings.TrimSuffix(e.Name(), ext), hex.EncodeToString(sum[:6]), ext)
		a.urls[e.Name()] = "/static/" + hashed
		a.files[hashed] = asset{mime.TypeByExtension(ext), content, zipped(content)}
	}
	return a
}

func zipped(content []byte) []byte {
	var b bytes.Buffer
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a valid one
	_, _ = z.Write(content)                               // a Buffer takes all
	_ = z.Close()
	return b.Bytes()
}

// url is the address of a file in static; a name that is not there is a mistake of ours.
func (a *assets) url(name string) string {
	u, ok := a.urls[name]
	if !ok {
		panic("web: no asset " + name)
	}
	return u
}

func (a *assets) serve(w http.ResponseWriter, r *http.Request) {
	f, ok := a.files[chi.URLParam(r, "file")]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	h.Set("Vary", "Accept-Encoding")
	content := f.plain
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		h.Set("Content-Encoding", "gzip")
		content = f.small
	}
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}
