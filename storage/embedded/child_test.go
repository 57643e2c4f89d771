package embedded

import (
	"os/exec"
	"runtime"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestChildDoesNotDieWithTheThreadThatAskedForIt(t *testing.T) {
	t.Parallel()
	children := make(chan *child, 8)
	var askers sync.WaitGroup
	for range cap(children) {
		askers.Go(func() {
			runtime.LockOSThread() // and never unlocked: the thread ends with this goroutine
			cmd := exec.Command("sleep", "600")
			cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
			c, err := startChild(cmd)
			if err != nil {
				t.Error(err)
				return
			}
			children <- c
		})
	}
	askers.Wait()
	close(children)
	time.Sleep(300 * time.Millisecond) // for the kernel to end the threads
	for c := range children {
		select {
		case <-c.exited:
			t.Errorf("a child is gone: %v", c.err)
		default:
		}
		_ = c.cmd.Process.Kill()
		<-c.exited
	}
}
