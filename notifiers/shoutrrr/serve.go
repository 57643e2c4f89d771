package shoutrrr

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/nicholas-fedor/shoutrrr/pkg/services/email/smtp"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"tocsin/alerting/netguard"
	"tocsin/notifiers"
)

// Serve sends the messages that come in, one line of JSON each, and says on out what came of each, until in
// ends. It is for a process that does nothing else: it puts a transport of its own in the place of
// http.DefaultTransport, since that is what most services call through.
func Serve(in io.Reader, out io.Writer) error {
	return serve(in, out, func(g *netguard.Guard) *http.Transport { return g.Transport(nil) })
}

// serve is Serve with the transport given that guards calls.
func serve(in io.Reader, out io.Writer, base func(*netguard.Guard) *http.Transport) error {
	if _, err := io.WriteString(out, hello); err != nil {
		return fmt.Errorf("greeting: %w", err)
	}
	lines := bufio.NewReader(in)
	for {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return nil
		}
		var j job
		if err == nil {
			err = json.Unmarshal(line, &j)
		}
		if err != nil {
			return errors.New("reading a message: it is no line of JSON")
		}
		b, _ := json.Marshal(carry(j, base)) // words and numbers
		if _, err := out.Write(append(b, '\n')); err != nil {
			return fmt.Errorf("answering: %w", err)
		}
	}
}

// carry sends one message. A service that panics may have sent it before, which the wire knows.
func carry(j job, base func(*netguard.Guard) *http.Transport) (r result) {
	ctx, cancel := context.WithTimeout(context.Background(), j.Within)
	defer cancel()
	guard := netguard.New(j.Allow)
	w := newWire(ctx, guard, base(guard))
	defer w.close()
	http.DefaultTransport = w
	scheme := schemeOf(j.Address)
	defer func() {
		if p := recover(); p != nil {
			r = w.result(j.Address, errors.New("the service's code panicked"))
		}
	}()
	u, err := parse(j.Address)
	if err != nil {
		return result{Class: notifiers.Permanent, Code: "address", Error: err.Error()}
	}
	service, err := open(u, true)
	if err != nil {
		return w.result(j.Address, err)
	}
	if mail, ok := service.(*smtp.Service); ok {
		return w.mail(j, mail.Config)
	}
	w.into(service)
	params := parameters(scheme, j.Title)
	return w.result(j.Address, service.Send(j.Text, &params))
}

// parameters are those that stand above what the address says: the title, and that text is text.
func parameters(scheme, title string) types.Params {
	params := types.Params{}
	if title != "" {
		params.SetTitle(title)
	}
	switch scheme {
	case "telegram":
		params["parsemode"] = "None"
		params.SetTitle("") // with one, it would send HTML
	case "discord":
		params["splitlines"] = "No" // each ten lines would be a message
	}
	return params
}

// result is what came of a message, by what went over the wire; what the service says of it decides only where
// nothing did, and where it refuses an answer of 2xx (lark and bark say there that they did not take it), whose
// fate is then unknown.
func (w *wire) result(address string, err error) result {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.trip == nil && err == nil:
		err = errors.New("nothing was sent")
		fallthrough
	case w.trip == nil:
		return result{Class: notifiers.Permanent, Code: codeOf(err), Error: scrub(address, err.Error())}
	case !w.failed && err == nil:
		return result{Sent: true}
	}
	f := w.trip.Failure(err)
	r := result{Class: f.Class, Code: f.Code, RetryAfter: f.RetryAfter, Error: scrub(address, w.words(err))}
	switch _, refused := errors.AsType[*netguard.Refused](w.broke); {
	case refused:
		r.Class, r.Code = notifiers.Permanent, "guard"
	case r.Class == notifiers.Temporary && w.accepted > 0: // one of several recipients has it
		r.Class = notifiers.Lost
	}
	return r
}

// words say what went wrong. The service's own are taken only where the answer was good and it was not content:
// else they say less, and may hold the address.
func (w *wire) words(err error) string {
	said := notifiers.Cut(notifiers.Plain(w.said.String()), 200)
	switch status := w.trip.Status(); {
	case w.broke != nil:
		return w.broke.Error()
	case status >= 300 && said != "":
		return fmt.Sprintf("the service answered %d: %s", status, said)
	case status >= 300:
		return fmt.Sprintf("the service answered %d", status)
	case err != nil:
		return "the service's answer could not be read, or says that it did not take the message: " + said
	}
	return "the service did not take the message"
}

func codeOf(err error) string {
	if _, refused := errors.AsType[*netguard.Refused](err); refused {
		return "guard"
	}
	return "address"
}
