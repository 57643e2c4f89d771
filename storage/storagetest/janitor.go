package storagetest

import (
	"fmt"
	"io"
	"os/exec"
	"syscall"
)

// The janitor removes the folders it was told of when its input ends, which is when this process does:
// a test binary that panics, runs out of time or is killed runs no clean-up of its own. The server gets
// its signal from the kernel at the same moment, and may still be leaving; hence the tries.
const janitor = `set --
while IFS= read -r folder; do set -- "$@" "$folder"; done
tries=0
until rm -rf -- "$@" || [ "$tries" -ge 100 ]; do tries=$((tries + 1)); sleep 0.1; done`

func startJanitor() (io.WriteCloser, error) {
	cmd := exec.Command("/bin/sh", "-c", janitor)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} // Ctrl-C is not for it
	pipe, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return pipe, cmd.Start()
}

// tidyLater has the janitor remove folders.
func tidyLater(janitor io.Writer, folders ...string) error {
	for _, f := range folders {
		if _, err := fmt.Fprintln(janitor, f); err != nil {
			return fmt.Errorf("tell the janitor of %s: %w", f, err)
		}
	}
	return nil
}
