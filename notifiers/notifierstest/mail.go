package notifierstest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"mime/quotedprintable"
	"net/mail"
	"strings"
)

// ParseMail reads a mail with a text and an HTML part, or text alone.
func ParseMail(raw []byte) (Mail, error) {
	m, err := mail.ReadMessage(bytes.NewReader(raw))
	if err != nil {
		return Mail{}, err
	}
	out := Mail{Header: m.Header}
	if out.Subject, err = new(mime.WordDecoder).DecodeHeader(m.Header.Get("Subject")); err != nil {
		return Mail{}, fmt.Errorf("subject: %w", err)
	}
	kind, params, err := mime.ParseMediaType(m.Header.Get("Content-Type"))
	if err != nil {
		return Mail{}, fmt.Errorf("content type: %w", err)
	}
	if kind == "text/plain" {
		text, err := io.ReadAll(quotedprintable.NewReader(m.Body))
		out.Text = string(text)
		return out, err
	}
	if kind != "multipart/alternative" {
		return Mail{}, fmt.Errorf("content type %q is not expected", kind)
	}
	err = out.readParts(multipart.NewReader(m.Body, params["boundary"]))
	return out, err
}

// readParts relies on multipart.Reader, which decodes quoted-printable by itself.
func (m *Mail) readParts(r *multipart.Reader) error {
	for {
		p, err := r.NextPart()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		body, err := io.ReadAll(p)
		if err != nil {
			return err
		}
		switch kind := p.Header.Get("Content-Type"); {
		case strings.HasPrefix(kind, "text/plain"):
			m.Text = string(body)
		case strings.HasPrefix(kind, "text/html"):
			m.HTML = string(body)
		default:
			return fmt.Errorf("a part of type %q is not expected", kind)
		}
	}
}
