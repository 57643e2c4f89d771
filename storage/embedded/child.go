package embedded

import (
	"context"
	"errors"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// child is a process of ours.
type child struct {
	cmd    *exec.Cmd
	exited chan struct{} // closed when it is gone
	err    error         // how it ended; may be read once exited is closed
}

// startChild starts cmd from a thread that lives as long as the process it starts: Pdeathsig follows the
// thread, not the process, and Go ends threads when it likes.
func startChild(cmd *exec.Cmd) (*child, error) {
	// A backend that outlives its postmaster holds the log's pipe open.
	cmd.WaitDelay = 2 * time.Second
	c := &child{cmd: cmd, exited: make(chan struct{})}
	started := make(chan error, 1)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		close(c.exited)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

// stop ends a postmaster and waits until it is gone: cleanly (SIGINT) while ctx and fastStop last, then
// by SIGQUIT, at last by SIGKILL, which is an error.
func (c *child) stop(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, fastStop)
	defer cancel()
	if c.signal(ctx, syscall.SIGINT) {
		return nil
	}
	hard, cancel := context.WithTimeout(context.WithoutCancel(ctx), immediateStop)
	defer cancel()
	if c.signal(hard, syscall.SIGQUIT) {
		return nil
	}
	c.signal(context.WithoutCancel(ctx), syscall.SIGKILL)
	return errors.New("PostgreSQL did not stop and was killed; it recovers at the next start")
}

// signal sends sig and reports whether the child is gone before ctx ends.
func (c *child) signal(ctx context.Context, sig syscall.Signal) bool {
	_ = c.cmd.Process.Signal(sig) // one that has ended already is as good
	select {
	case <-c.exited:
		return true
	case <-ctx.Done():
		return false
	}
}
