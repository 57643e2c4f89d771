package shoutrrr

import (
	"cmp"
	"crypto/tls"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/nicholas-fedor/shoutrrr/pkg/router"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/chat/matrix"
	"github.com/nicholas-fedor/shoutrrr/pkg/services/specialized/generic"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"tocsin/alerting/netguard"
	"tocsin/notifiers"
)

// Check says what is wrong with an address, for the configuration: nil if a service takes it. It sends nothing,
// and its error repeats no secret of the address.
func Check(address string) error {
	u, err := parse(address)
	if err != nil {
		return err
	}
	service, err := open(u, false)
	if err != nil {
		return errors.New(scrub(address, err.Error()))
	}
	if g, ok := service.(*generic.Service); ok && !slices.Contains([]string{"", "json", generic.JSONTemplate}, g.Config.Template) {
		return errors.New("a generic address takes no template but json: leave it out, or write template=json")
	}
	return nil
}

// Check is as the package's; besides, an address of a host that may not be called is an error.
func (s *Shoutrrr) Check(address string) error {
	if err := Check(address); err != nil {
		return err
	}
	u, err := parse(address)
	if err != nil || !namesHost(schemeOf(address)) {
		return err
	}
	guard := netguard.New(s.opts.Allow)
	return guard.CheckURL(&url.URL{Scheme: "https", Host: u.Host})
}

// Services are the schemes that addresses may have, sorted.
func Services() []string {
	all := (&router.ServiceRouter{}).ListServices()
	slices.Sort(all)
	return slices.DeleteFunc(all, func(s string) bool { return s == "logger" })
}

// parse reads an address. An error of url.Parse would repeat it, and with it what is secret in it.
func parse(address string) (*url.URL, error) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.Scheme == "" || u.Opaque != "" {
		return nil, errors.New("the address cannot be read: write it as shoutrrr does, as ntfy://ntfy.sh/topic")
	}
	scheme := schemeOf(address)
	if scheme == "logger" {
		return nil, errors.New("logger:// reaches nobody: name a service that does")
	}
	if services := Services(); !slices.Contains(services, scheme) {
		return nil, fmt.Errorf("there is no service %q: the services are %s", notifiers.Cut(notifiers.Plain(scheme), 40), strings.Join(services, ", "))
	}
	return u, nil
}

// open makes the service of an address. Matrix signs in when it is made, if there is a user: it is made only
// where something is about to be sent.
func open(u *url.URL, toSend bool) (service types.Service, err error) {
	defer func() {
		if p := recover(); p != nil {
			service, err = nil, errors.New("the service cannot read the address")
		}
	}()
	scheme, _, custom := strings.Cut(u.Scheme, "+")
	if service, err = (&router.ServiceRouter{}).NewService(scheme); err != nil {
		return nil, err
	}
	if custom {
		c, ok := service.(types.CustomURLService)
		if !ok {
			return nil, fmt.Errorf("%s takes no address of the web: write %s://", scheme, scheme)
		}
		if u, err = c.GetConfigURLFromCustom(u); err != nil {
			return nil, err
		}
	}
	if scheme == "matrix" && !toSend {
		config := &matrix.Config{}
		if err := config.SetURL(u); err != nil {
			return nil, err
		}
		if config.Host == "" || config.Password == "" {
			return nil, errors.New("matrix needs a host and a password or token: write matrix://user:password@host/?rooms=!id:host")
		}
		return service, nil
	}
	return service, service.Initialize(u, nil)
}

// schemeOf is the service that an address names: "generic" of "generic+https://...".
func schemeOf(address string) string {
	scheme, _, ok := strings.Cut(strings.TrimSpace(address), ":")
	if !ok {
		return ""
	}
	scheme, _, _ = strings.Cut(scheme, "+")
	return strings.ToLower(scheme)
}

// namesHost reports whether the host of a service's addresses is a host. With others it is a token or a key.
func namesHost(scheme string) bool {
	return slices.Contains([]string{"bark", "generic", "gotify", "matrix", "mattermost", "ntfy", "rocketchat", "signal", "smtp", "zulip"}, scheme)
}

// Mask is what of an address may be shown: its service, and its host where that is one.
func Mask(address string) string {
	scheme := cmp.Or(notifiers.Cut(notifiers.Plain(schemeOf(address)), 40), "an unknown service")
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || !namesHost(scheme) || u.Host == "" {
		if !slices.Contains(Services(), scheme) {
			return "an unknown service"
		}
		return scheme
	}
	return notifiers.Plain(scheme + "://" + u.Host)
}

// scrub takes out of a text all that is secret in an address: whatever stands there besides the service and a
// host that is one. A part of three characters or less is no secret, and would take words apart.
func scrub(address, text string) string {
	parts := []string{strings.TrimSpace(address)}
	if u, err := url.Parse(strings.TrimSpace(address)); err == nil {
		password, _ := u.User.Password()
		parts = append(parts, u.User.Username(), password, u.Fragment)
		parts = append(parts, strings.Split(u.EscapedPath(), "/")...)
		parts = append(parts, strings.Split(u.Path, "/")...)
		parts = append(parts, u.RawQuery)
		for _, values := range u.Query() {
			for _, v := range values {
				parts = append(parts, strings.Split(v, ",")...)
			}
		}
		if !namesHost(schemeOf(address)) {
			parts = append(parts, u.Host, u.Hostname())
		}
	}
	slices.SortFunc(parts, func(a, b string) int { return len(b) - len(a) })
	for _, part := range parts {
		if len(part) > 3 {
			text = strings.ReplaceAll(text, part, "…")
			text = strings.ReplaceAll(text, url.QueryEscape(part), "…")
			text = strings.ReplaceAll(text, url.PathEscape(part), "…")
		}
	}
	return notifiers.Cut(notifiers.Plain(text), 400)
}

// unverified is the TLS of an address that asks for no certificate to be checked (ntfy's disabletlsverification).
func unverified() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12}
}
