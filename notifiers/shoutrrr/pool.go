package shoutrrr

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"sync"
	"time"

	"tocsin/alerting/netguard"
	"tocsin/notifiers"
)

// hello is the first line of a process that runs Serve.
const hello = "tocsin shoutrrr 1\n"

// grace is how long before the caller's deadline a process gives up by itself, so that it can still say how
// far it got.
const grace = 250 * time.Millisecond

// job is one message on its way into a process.
type job struct {
	Address string           `json:"address"`
	Title   string           `json:"title"`
	Text    string           `json:"text"`
	Allow   netguard.Options `json:"allow"`
	Within  time.Duration    `json:"within"`
}

// result is what came of it. A zero Class with an Error is notifiers.Temporary.
type result struct {
	Sent       bool                   `json:"sent"`
	Class      notifiers.FailureClass `json:"class"`
	Code       string                 `json:"code"`
	RetryAfter time.Duration          `json:"retry_after"`
	Error      string                 `json:"error"`
}

// err is nil if the message was sent, else a *notifiers.Failure that names the masked address.
func (r result) err(masked string) error {
	if r.Sent {
		return nil
	}
	return &notifiers.Failure{Class: r.Class, Code: r.Code, RetryAfter: r.RetryAfter, Err: fmt.Errorf("sending to %s: %s", masked, r.Error)}
}

// pool holds processes that send one message at a time each.
type pool struct {
	opts  Options
	slots chan struct{}

	mu     sync.Mutex
	idle   *process // at most one is kept for the next message
	closed bool
}

func newPool(o Options, slots int) *pool { return &pool{opts: o, slots: make(chan struct{}, slots)} }

// do has one message sent. Its error is a *notifiers.Failure of what happened on this side: before a process
// had the message it certainly did not leave, afterwards it may have.
func (p *pool) do(ctx context.Context, j job) (result, error) {
	select {
	case p.slots <- struct{}{}:
		defer func() { <-p.slots }()
	case <-ctx.Done():
		return result{}, &notifiers.Failure{Class: notifiers.Temporary, Code: notifiers.CodePaced, Err: errors.New("too many messages to services were under way")}
	}
	w, err := p.take(ctx)
	if err != nil {
		return result{}, err
	}
	j.Within = 10 * time.Second
	if deadline, ok := ctx.Deadline(); ok {
		j.Within = max(time.Until(deadline)-grace, time.Until(deadline)/2)
	}
	r, err := w.carry(ctx, j)
	if err != nil {
		w.kill()
		return result{}, &notifiers.Failure{Class: notifiers.Lost, Err: err}
	}
	p.keep(w)
	return r, nil
}

// take is the process that waits, or a new one.
func (p *pool) take(ctx context.Context) (*process, error) {
	p.mu.Lock()
	w := p.idle
	p.idle = nil
	p.mu.Unlock()
	if w != nil {
		return w, nil
	}
	w, err := start(ctx, p.opts)
	if err != nil {
		class := notifiers.Misconfigured
		if ctx.Err() != nil {
			class = notifiers.Temporary
		}
		return nil, &notifiers.Failure{Class: class, Code: "command", Err: err}
	}
	return w, nil
}

// keep keeps w for the next message, unless another waits already.
func (p *pool) keep(w *process) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle != nil || p.closed {
		w.kill()
		return
	}
	p.idle = w
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.idle != nil {
		p.idle.kill()
		p.idle = nil
	}
}

// process is one that runs Serve. It ends when its input does, so that none outlives this process for long.
type process struct {
	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Reader
}

func start(ctx context.Context, o Options) (*process, error) {
	cmd := exec.Command(o.Command[0], o.Command[1:]...)
	cmd.Env = append([]string{}, o.Env...) // not nil, which would hand on this process's
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the process which sends to services: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("starting the process which sends to services: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the process which sends to services: %w", err)
	}
	w := &process{cmd, in, bufio.NewReader(out)}
	line, err := within(ctx, func() (string, error) { return w.out.ReadString('\n') })
	if err != nil || line != hello {
		w.kill()
		return nil, errors.New("the process which sends to services did not start as it should: its command is not one that does")
	}
	return w, nil
}

// carry hands the message over and waits for what comes of it.
func (w *process) carry(ctx context.Context, j job) (result, error) {
	return within(ctx, func() (result, error) {
		var r result
		b, err := json.Marshal(j)
		if err == nil {
			_, err = w.in.Write(append(b, '\n'))
		}
		if err != nil {
			return r, errors.New("the process which sends to services has ended")
		}
		line, err := w.out.ReadBytes('\n')
		if err != nil || json.Unmarshal(line, &r) != nil {
			return r, errors.New("the process which sends to services ended before it said what came of the message")
		}
		return r, nil
	})
}

// within is f's result, or ctx's end if that comes first. f ends at the latest when the process is killed.
func within[T any](ctx context.Context, f func() (T, error)) (T, error) {
	type answer struct {
		value T
		err   error
	}
	done := make(chan answer, 1)
	go func() {
		v, err := f()
		done <- answer{v, err}
	}()
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		var none T
		return none, fmt.Errorf("the service took too long: %w", ctx.Err())
	}
}

func (w *process) kill() {
	_ = w.in.Close()
	_ = w.cmd.Process.Kill()
	go func() { _ = w.cmd.Wait() }()
}
