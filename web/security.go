package web

import (
	"net/http"
	"net/url"
)

// contentPolicy lets a page load what this server serves and nothing else: no inline script or style,
// no eval. Pico's form icons are data: images.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
	"connect-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// linkPolicy is for the screens behind links: their own style and script, and forms to themselves.
const linkPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
	"form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// messagePolicy is for a stored email shown in a frame: its own styles, and nothing that acts or loads.
const messagePolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'self'"

// secureHeaders sets what every answer carries.
func secureHeaders(public *url.URL) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			h := w.Header()
			h.Set("Content-Security-Policy", contentPolicy)
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("Referrer-Policy", "same-origin")
			h.Set("Cross-Origin-Opener-Policy", "same-origin")
			h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
			if public.Scheme == "https" {
				h.Set("Strict-Transport-Security", "max-age=31536000")
			}
			next.ServeHTTP(w, r)
		})
	}
}

// linkHeaders keep a link's token where it is: no referrer tells it, no search engine lists it.
func linkHeaders(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", linkPolicy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Robots-Tag", "noindex, nofollow, noarchive")
		next.ServeHTTP(w, r)
	})
}

// limitBody refuses to read more than n bytes of a request's body.
func limitBody(n int64) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.Body = http.MaxBytesReader(w, r.Body, n)
			next.ServeHTTP(w, r)
		})
	}
}

// noStore keeps answers that depend on who asks out of caches.
func noStore(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

// crossOrigin refuses requests that another site made a browser send, where a cookie would speak for
// the person.
func crossOrigin(public *url.URL, deny http.Handler) func(http.Handler) http.Handler {
	protection := http.NewCrossOriginProtection()
	// A proxy may change Host; the public origin is ours whatever Host says. An error means that the
	// URL is no origin, and then only Host counts.
	_ = protection.AddTrustedOrigin(public.Scheme + "://" + public.Host)
	protection.SetDenyHandler(deny)
	return protection.Handler
}

// crossOriginLink is crossOrigin for pages that send no referrer: from these a browser calls its own
// origin "null". One that says where the request came from (Sec-Fetch-Site) is believed in that; for
// others the nonce in the form shows that it is ours.
func crossOriginLink(public *url.URL, deny http.Handler) func(http.Handler) http.Handler {
	protect := crossOrigin(public, deny)
	return func(next http.Handler) http.Handler {
		protected := protect(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Sec-Fetch-Site") == "" && r.Header.Get("Origin") == "null" {
				r.Header.Del("Origin")
			}
			protected.ServeHTTP(w, r)
		})
	}
}

// unlessToken applies check to requests without an Authorization header. It is for routes on which such
// a header is all that counts, so that a browser's cookie cannot speak beside it.
func unlessToken(check func(http.Handler) http.Handler) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		checked := check(next)
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "" {
				next.ServeHTTP(w, r)
				return
			}
			checked.ServeHTTP(w, r)
		})
	}
}
