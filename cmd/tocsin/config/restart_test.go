package config

import (
	"slices"
	"strings"
	"testing"
)

func TestWhatTakesARestartIsSaidAndNoPasswordWithIt(t *testing.T) {
	base := smallest + "server: {listen: '127.0.0.1:1'}\ndata_dir: /a\ndatabase: {url: 'postgres://a:hunter2@x/y'}\n"
	c, _ := read(t, base)
	same, _ := read(t, base+"retention: {incidents: 1d}\ncatch_all: ada\n")
	if got := c.NeedsRestart(same); len(got) > 0 {
		t.Errorf("retention takes a restart: %v", got)
	}
	other, _ := read(t, strings.NewReplacer("127.0.0.1:1", "127.0.0.1:2", "/a\n", "/b\n", "hunter2", "hunter3").Replace(base))
	want := []string{
		`server.listen changes from "127.0.0.1:1" to "127.0.0.1:2", which takes a restart`,
		"database.url changes, which takes a restart",
		`data_dir changes from "/a" to "/b", which takes a restart`,
	}
	if got := c.NeedsRestart(other); !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}
