package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// client calls the HTTP API of a running Tocsin.
type client struct {
	Server string `env:"TOCSIN_SERVER" placeholder:"URL" default:"http://127.0.0.1:8080" help:"Address of the Tocsin to talk to (default: http://127.0.0.1:8080)."`
	Token  string `env:"TOCSIN_TOKEN" placeholder:"TOKEN" help:"API token."`
	JSON   bool   `help:"Print the API's answer as it is."`
}

const clientTimeout = 30 * time.Second

// call sends body (nil for none) and decodes the answer into into (nil: it is not needed). An answer of
// 400 and above is an error with the problem's own sentence.
func (c client) call(ctx context.Context, method, path string, query url.Values, body, into any) error {
	if c.Token == "" {
		return errors.New("no API token: give --token or set TOCSIN_TOKEN")
	}
	ctx, cancel := context.WithTimeout(ctx, clientTimeout)
	defer cancel()
	target := strings.TrimRight(c.Server, "/") + "/api/v1" + path
	if len(query) > 0 {
		target += "?" + query.Encode()
	}
	var send io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		send = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, target, send)
	if err != nil {
		return fmt.Errorf("--server %q is no address: %w", c.Server, err)
	}
	req.Header.Set("Authorization", "Bearer "+c.Token)
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return fmt.Errorf("%s does not answer: %w", c.Server, err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("the answer broke off: %w", err)
	}
	if resp.StatusCode >= 400 {
		return problem(resp.Status, text)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(text, into)
}

// problem reads an RFC 9457 document.
func problem(status string, text []byte) error {
	var p struct{ Title, Detail string }
	if json.Unmarshal(text, &p) == nil && p.Detail != "" {
		return errors.New(p.Detail)
	}
	if p.Title != "" {
		return errors.New(p.Title)
	}
	return errors.New(status)
}
